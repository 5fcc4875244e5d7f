/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/agent.h"

#include <stdlib.h>

#include "agent/health.h"
#include "agent/options.h"
#include "agent/part.h"
#include "agent/rooms.h"
#include "openflow/drop-count.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(agent);

/* Others can make the system wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(20, 20);
static struct vlog_rate_limit standby_rl = VLOG_RATE_LIMIT_INIT(20, 20);

enum { BRIDGE, LINKS, FLOWS, N_PARTS };

struct agent {
    const struct options *options;
    struct rooms rooms;

    bool have_ports;
    struct bridge_ports ports;  /* That the switch was given flows for. */

    bool standby, ready, was_ready;
    struct part parts[N_PARTS];
    struct health health;
};

/* Warns if the fake address is also what a client and a target become. */
static void
warn_of_pair(const struct fake_address *fake, const struct real_subnet *real)
{
    ovs_be32 client, target;

    if (address_plan_split(fake, real, fake->ip, &client, &target)) {
        /* Of addresses that are not known, the last bytes are. */
        int skip = real->plen ? 0 : strlen("0.0.0");
        char *c = xasprintf(IP_FMT, IP_ARGS(client));
        char *t = xasprintf(IP_FMT, IP_ARGS(target));

        VLOG_WARN("a client %s that asks for target %s cannot be served: it "
                  "would have the fake address; "IP_FMT" has no such pair",
                  c + skip, t + skip,
                  IP_ARGS(fake_address_network(fake) | htonl(1)));
        free(c);
        free(t);
    }
}

struct agent *
agent_create(const struct options *options)
{
    struct agent *agent = xzalloc(sizeof *agent);

    if (!rooms_open(&agent->rooms, options, ROWS_PRESENT)) {
        free(agent);
        return NULL;
    }
    agent->options = options;
    health_init(&agent->health, time_msec());
    part_init(&agent->parts[BRIDGE], "bridge");
    part_init(&agent->parts[LINKS], "links");
    part_init(&agent->parts[FLOWS], "flows");
    warn_of_pair(&options->fake, &options->real);
    return agent;
}

void
agent_destroy(struct agent *agent)
{
    if (agent) {
        rooms_close(&agent->rooms);
        for (size_t i = 0; i < N_PARTS; i++) {
            part_destroy(&agent->parts[i]);
        }
        health_destroy(&agent->health);
        free(agent);
    }
}

void
agent_give_back(struct agent *agent, bool uplink, bool fake_port)
{
    if (agent->have_ports) {
        links_release(agent->rooms.links, uplink, fake_port);
    }
}

/* Takes the hands off links and flows while another agent has the bridge, or
 * it is, or became, somebody else's. */
static void
hand_over(struct agent *agent)
{
    bool standby = bridge_rows_is_standby(agent->rooms.rows);

    if (standby && !agent->standby) {
        VLOG_INFO_RL(&standby_rl,
                     "standby: another pipette-agent looks after %s",
                     agent->options->bridge);
    }
    agent->standby = standby;
    if (standby || bridge_rows_is_refused(agent->rooms.rows)) {
        links_stop(agent->rooms.links);
        switch_conn_release(agent->rooms.conn);
        agent->have_ports = false;
    }
}

/* Gives the other rooms the port numbers. */
static void
pass_ports(struct agent *agent)
{
    const struct bridge_ports *ports = bridge_rows_ports(agent->rooms.rows);

    if (!ports) {
        return;
    }
    links_start(agent->rooms.links);
    if (!agent->have_ports || agent->ports.uplink != ports->uplink
        || agent->ports.fake_port != ports->fake_port) {
        struct flow_config config = rooms_flow_config(agent->options, ports);
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        agent->have_ports = true;
        agent->ports = *ports;
        flow_set_build(&config, &flows);
        switch_conn_set_flows(agent->rooms.conn, &flows);
        svec_destroy(&flows);
    }
}

static void
update_parts(struct agent *agent)
{
    const struct rooms *r = &agent->rooms;

    part_update(&agent->parts[BRIDGE], bridge_rows_is_right(r->rows),
                bridge_rows_is_stuck(r->rows), bridge_rows_present(r->rows));
    part_update(&agent->parts[LINKS], links_is_right(r->links),
                links_is_stuck(r->links), links_present(r->links));
    part_update(&agent->parts[FLOWS], switch_conn_is_right(r->conn),
                switch_conn_is_stuck(r->conn), switch_conn_present(r->conn));

    bool ready = true;
    for (size_t i = 0; i < N_PARTS; i++) {
        ready &= agent->parts[i].right;
    }
    if (ready && !agent->ready) {
        VLOG_INFO_RL(&rl, "ready (%s %s): services on "IP_FMT" answer "
                     "for every address of the real subnet",
                     program_name, PIPETTE_VERSION,
                     IP_ARGS(agent->options->fake.ip));
    }
    agent->ready = ready;
    agent->was_ready |= ready;
}

/* Says in the bridge's row how the whole is. */
static void
show_health(struct agent *agent)
{
    struct ds problems = DS_EMPTY_INITIALIZER;

    agent_format_problems(agent, &problems);
    const char *status = health_update(
        &agent->health, agent->ready ? NULL : ds_cstr(&problems),
        time_msec());
    if (status) {
        bridge_rows_set_status(agent->rooms.rows, status);
    }
    ds_destroy(&problems);
}

static void
pass_devices(struct agent *agent)
{
    const struct bridge_devices devices = {
        .uplink_ifindex = links_uplink_ifindex(agent->rooms.links),
        .fake_port_mtu = links_fake_port_mtu(agent->rooms.links),
    };

    bridge_rows_set_devices(agent->rooms.rows, &devices);
    if (links_take_uplink_left(agent->rooms.links)) {
        bridge_rows_uplink_left(agent->rooms.rows);
    }
}

void
agent_run(struct agent *agent)
{
    rooms_run_rows(&agent->rooms);
    hand_over(agent);
    pass_ports(agent);
    rooms_run_links(&agent->rooms);
    pass_devices(agent);
    rooms_run_conn(&agent->rooms);
    update_parts(agent);
    show_health(agent);
}

void
agent_wait(struct agent *agent)
{
    rooms_wait(&agent->rooms);
    poll_timer_wait_until(health_next(&agent->health));
}

bool
agent_is_ready(const struct agent *agent)
{
    return agent->ready;
}

bool
agent_shows_ready(const struct agent *agent)
{
    return agent->ready && bridge_rows_shows_status(agent->rooms.rows);
}

bool
agent_has_looked(const struct agent *agent)
{
    return (bridge_rows_owner(agent->rooms.rows) != BRIDGE_UNKNOWN
            || bridge_rows_is_standby(agent->rooms.rows));
}

const char *
agent_refusal(const struct agent *agent)
{
    return (!agent->was_ready && bridge_rows_is_refused(agent->rooms.rows)
            ? bridge_rows_present(agent->rooms.rows) : NULL);
}

/* Returns what is wanted of 'part', in words, for the caller to free. */
static char *
get_wanted(const struct agent *agent, int part)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    switch (part) {
    case BRIDGE:
        bridge_rows_format_wanted(agent->rooms.rows, &s);
        break;
    case LINKS:
        links_format_wanted(agent->rooms.links, &s);
        break;
    case FLOWS:
        switch_conn_format_wanted(agent->rooms.conn, &s);
        break;
    }
    return ds_steal_cstr(&s);
}

void
agent_want_counts(struct agent *agent)
{
    switch_conn_want_drops(agent->rooms.conn);
}

void
agent_format_status(const struct agent *agent, struct ds *s)
{
    for (int i = 0; i < N_PARTS; i++) {
        char *wanted = get_wanted(agent, i);

        part_format(&agent->parts[i], wanted,
                    i == FLOWS ? switch_conn_foreign(agent->rooms.conn) : 0,
                    s);
        free(wanted);
    }
    drop_count_format(switch_conn_drops(agent->rooms.conn), time_msec(), s);
}

struct json *
agent_status_to_json(const struct agent *agent)
{
    struct json *json = json_object_create();

    json_object_put(json, "ready", json_boolean_create(agent->ready));
    json_object_put(json, "standby", json_boolean_create(agent->standby));
    json_object_put_string(json, "version", PIPETTE_VERSION);
    for (int i = 0; i < N_PARTS; i++) {
        char *wanted = get_wanted(agent, i);
        struct json *part = part_to_json(&agent->parts[i], wanted);

        if (i == FLOWS) {
            json_object_put(part, "foreign", json_integer_create(
                                switch_conn_foreign(agent->rooms.conn)));
            drop_count_put_json(switch_conn_drops(agent->rooms.conn),
                                time_msec(), part);
        }
        json_object_put(json, agent->parts[i].name, part);
        free(wanted);
    }
    return json;
}

void
agent_format_problems(const struct agent *agent, struct ds *s)
{
    const char *separator = "";

    for (int i = 0; i < N_PARTS; i++) {
        const struct part *part = &agent->parts[i];

        if (!part->right) {
            ds_put_format(s, "%s%s: %s", separator, part->name, part->present);
            separator = "; ";
        }
    }
    if (agent->ready) {
        ds_put_cstr(s, "ready");
    }
}

void
agent_build_flows(const struct options *options, struct svec *flows)
{
    const struct bridge_ports ports = {
        .uplink = BRIDGE_ROWS_UPLINK_OFPORT,
        .fake_port = BRIDGE_ROWS_FAKE_PORT_OFPORT,
    };
    struct flow_config config = rooms_flow_config(options, &ports);

    config.uplink.name = options->uplink;
    config.fake_port.name = options->fake_port;
    flow_set_build(&config, flows);
}
