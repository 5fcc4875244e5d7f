/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/agent.h"

#include <stdlib.h>

#include "agent/options.h"
#include "agent/rooms.h"
#include "openvswitch/dynamic-string.h"
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

/* What one room last said of itself. */
struct part {
    const char *name;
    bool right, stuck;
    char *present;
    long long int since;        /* Of 'right' and 'stuck': wall clock, ms. */
};

enum { BRIDGE, LINKS, FLOWS, N_PARTS };

struct agent {
    const struct options *options;
    struct rooms rooms;

    bool have_ports;
    struct bridge_ports ports;  /* That the switch was given flows for. */

    bool standby, ready, was_ready;
    struct part parts[N_PARTS];
};

struct agent *
agent_create(const struct options *options)
{
    struct agent *agent = xzalloc(sizeof *agent);
    uint8_t client, target;

    if (!rooms_open(&agent->rooms, options, ROWS_PRESENT)) {
        free(agent);
        return NULL;
    }
    agent->options = options;
    agent->parts[BRIDGE].name = "bridge";
    agent->parts[LINKS].name = "links";
    agent->parts[FLOWS].name = "flows";
    if (fake_address_is_pair(&options->fake, &client, &target)) {
        VLOG_WARN("a client .%d that asks for target .%d cannot be served: it "
                  "would have the fake address; one that ends in .0.1 has no "
                  "such pair", client, target);
    }
    return agent;
}

void
agent_destroy(struct agent *agent)
{
    if (agent) {
        rooms_close(&agent->rooms);
        for (size_t i = 0; i < N_PARTS; i++) {
            free(agent->parts[i].present);
        }
        free(agent);
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

/* Takes what a room says of itself, and tells the operator what is new: what
 * is right, what is no longer, and what waits for somebody. */
static void
update_part(struct part *part, bool right, bool stuck, const char *present)
{
    bool was_right = part->right;

    if (part->present && part->right == right && part->stuck == stuck
        && !strcmp(part->present, present)) {
        return;
    }
    if (!part->present || part->right != right || part->stuck != stuck) {
        part->since = time_wall_msec();
    }
    part->right = right;
    part->stuck = stuck;
    free(part->present);
    part->present = xstrdup(present);

    if (stuck) {
        VLOG_WARN_RL(&rl, "%s: %s", part->name, present);
    } else if (right || was_right) {
        VLOG_INFO_RL(&rl, "%s: %s", part->name, present);
    } else {
        VLOG_DBG("%s: %s", part->name, present);
    }
}

static void
update_parts(struct agent *agent)
{
    const struct rooms *r = &agent->rooms;

    update_part(&agent->parts[BRIDGE], bridge_rows_is_right(r->rows),
                bridge_rows_is_stuck(r->rows), bridge_rows_present(r->rows));
    update_part(&agent->parts[LINKS], links_is_right(r->links),
                links_is_stuck(r->links), links_present(r->links));
    update_part(&agent->parts[FLOWS], switch_conn_is_right(r->conn),
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

void
agent_run(struct agent *agent)
{
    bridge_rows_set_uplink_ifindex(agent->rooms.rows,
                                   links_uplink_ifindex(agent->rooms.links));
    bridge_rows_run(agent->rooms.rows);
    hand_over(agent);
    pass_ports(agent);
    links_run(agent->rooms.links);
    switch_conn_run(agent->rooms.conn);
    update_parts(agent);
}

void
agent_wait(struct agent *agent)
{
    rooms_wait(&agent->rooms);
    if (links_uplink_ifindex(agent->rooms.links)
        != bridge_rows_uplink_ifindex(agent->rooms.rows)) {
        poll_immediate_wake();
    }
}

bool
agent_is_ready(const struct agent *agent)
{
    return agent->ready;
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

static void
format_wanted(const struct agent *agent, int part, struct ds *s)
{
    switch (part) {
    case BRIDGE:
        bridge_rows_format_wanted(agent->rooms.rows, s);
        break;
    case LINKS:
        links_format_wanted(agent->rooms.links, s);
        break;
    case FLOWS:
        switch_conn_format_wanted(agent->rooms.conn, s);
        break;
    }
}

void
agent_format_status(const struct agent *agent, struct ds *s)
{
    for (int i = 0; i < N_PARTS; i++) {
        const struct part *part = &agent->parts[i];

        ds_put_format(s, "%s: %s since ", part->name,
                      part->right ? "right" : part->stuck ? "stuck" : "busy");
        ds_put_strftime_msec(s, "%Y-%m-%dT%H:%M:%SZ", part->since, true);
        ds_put_cstr(s, "; wanted: ");
        format_wanted(agent, i, s);
        ds_put_format(s, "; present: %s\n", part->present);
    }
}

void
agent_format_problems(const struct agent *agent, struct ds *s)
{
    const char *separator = "";

    for (int i = 0; i < N_PARTS; i++) {
        const struct part *part = &agent->parts[i];

        if (!part->right) {
            ds_put_format(s, "%s%s: %s", separator, part->name,
                          part->present ? part->present : "nothing yet");
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
