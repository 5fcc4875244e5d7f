/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/agent.h"

#include <inttypes.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contacts-show.h"
#include "agent/contacts/contacts.h"
#include "agent/loop/backends.h"
#include "agent/loop/conn-limits.h"
#include "agent/loop/datapath-watch.h"
#include "agent/loop/hints.h"
#include "agent/loop/limits.h"
#include "agent/operator/component.h"
#include "agent/operator/health.h"
#include "agent/operator/icmp-errors.h"
#include "agent/operator/metrics-text.h"
#include "agent/operator/metrics.h"
#include "agent/operator/networks.h"
#include "netdev/datapath.h"
#include "openflow/claims-format.h"
#include "openflow/claims.h"
#include "openflow/drop-count.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(agent);

/* Others can cause these messages as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(20, 20);

enum { BRIDGE, LINKS, FIREWALL, FLOWS, N_COMPONENTS };

struct agent {
    const struct options *options;
    struct backends backends;
    struct contacts *contacts;  /* NULL if none are wanted. */
    struct conn_limits *conn_limits;

    bool have_ports;
    struct bridge_ports ports;  /* That the switch was given flows for; owns
                                 * its map. */

    bool standby, ready, was_ready;
    bool made_room;             /* For a flow that the switch refused. */
    struct component components[N_COMPONENTS];
    struct datapath_watch datapath_watch;
    struct hints hints;
    struct health health;
    long long int started;      /* By the wall clock, in ms. */
};

struct agent *
agent_create(const struct options *options)
{
    struct agent *agent = xzalloc(sizeof *agent);

    if (!backends_open(&agent->backends, options, ROWS_PRESENT)) {
        free(agent);
        return NULL;
    }
    agent->options = options;
    agent->contacts = contacts_create(options);
    agent->conn_limits = conn_limits_create();
    simap_init(&agent->ports.fake_ports);
    agent->hints = (struct hints) HINTS_INITIALIZER;
    health_init(&agent->health, time_msec());
    agent->started = time_wall_msec();
    component_init(&agent->components[BRIDGE], "bridge");
    component_init(&agent->components[LINKS], "links");
    component_init(&agent->components[FIREWALL], "firewall");
    component_init(&agent->components[FLOWS], "flows");
    networks_warn_of_pairs(options);
    return agent;
}

void
agent_destroy(struct agent *agent)
{
    if (agent) {
        contacts_destroy(agent->contacts);
        conn_limits_destroy(agent->conn_limits);
        backends_close(&agent->backends);
        for (size_t i = 0; i < N_COMPONENTS; i++) {
            component_destroy(&agent->components[i]);
        }
        simap_destroy(&agent->ports.fake_ports);
        hints_destroy(&agent->hints);
        health_destroy(&agent->health);
        free(agent);
    }
}

/* Leaves links and flows alone while another agent is active for the bridge,
 * or rows of others are in the way. */
static void
stand_by(struct agent *agent)
{
    bool standby = bridge_rows_is_standby(agent->backends.rows);

    if (standby && !agent->standby) {
        VLOG_INFO_RL(&rl, "standby: another pipette-agent is active for %s",
                     agent->options->bridge);
    }
    agent->standby = standby;
    if (standby || bridge_rows_is_refused(agent->backends.rows)) {
        links_stop(agent->backends.links);
        firewall_stop(agent->backends.firewall);
        backends_set_offloads(&agent->backends, true);
        switch_conn_release(agent->backends.conn);
        conn_limits_stop(agent->conn_limits);
        agent->have_ports = false;
    }
}

static bool
are_ports_equal(const struct bridge_ports *a, const struct bridge_ports *b)
{
    return (a->uplink == b->uplink && a->adopted == b->adopted
            && a->kernel == b->kernel
            && simap_equal(&a->fake_ports, &b->fake_ports));
}

static void
copy_ports(struct bridge_ports *dst, const struct bridge_ports *src)
{
    const struct simap_node *node;

    dst->uplink = src->uplink;
    dst->adopted = src->adopted;
    dst->kernel = src->kernel;
    simap_clear(&dst->fake_ports);
    SIMAP_FOR_EACH (node, &src->fake_ports) {
        simap_put(&dst->fake_ports, node->name, node->data);
    }
}

/* Gives the other backends the port numbers. */
static void
pass_ports(struct agent *agent)
{
    const struct bridge_ports *ports = bridge_rows_ports(agent->backends.rows);

    if (!ports) {
        return;
    }
    links_start(agent->backends.links);
    firewall_start(agent->backends.firewall);
    backends_set_offloads(&agent->backends, false);
    if (!agent->have_ports || !are_ports_equal(&agent->ports, ports)) {
        agent->have_ports = true;
        copy_ports(&agent->ports, ports);
        backends_set_flows(&agent->backends, agent->options, ports);
        conn_limits_set(agent->conn_limits, agent->options,
                        bridge_rows_has_kernel(agent->backends.rows));
    }
}

/* Says why the bridge is not there, if that is known. */
static void
update_bridge(struct agent *agent)
{
    const struct bridge_rows *rows = agent->backends.rows;
    const char *hint = datapath_watch_hint(&agent->datapath_watch);
    char *present = xasprintf("%s%s%s", bridge_rows_present(rows),
                              hint ? ": " : "", hint ? hint : "");

    component_update(&agent->components[BRIDGE], bridge_rows_is_in_sync(rows),
                     bridge_rows_is_blocked(rows) || hint, present);
    free(present);
}

static void
update_components(struct agent *agent)
{
    const struct backends *r = &agent->backends;

    update_bridge(agent);
    component_update(&agent->components[LINKS], links_is_in_sync(r->links),
                     links_is_blocked(r->links), links_present(r->links));
    component_update(&agent->components[FIREWALL],
                     firewall_is_in_sync(r->firewall),
                     firewall_is_blocked(r->firewall),
                     firewall_present(r->firewall));
    component_update(&agent->components[FLOWS],
                     agent->have_ports && switch_conn_is_in_sync(r->conn),
                     switch_conn_is_blocked(r->conn),
                     agent->have_ports ? switch_conn_present(r->conn)
                                       : "waiting for the ports");

    bool ready = true;
    for (size_t i = 0; i < N_COMPONENTS; i++) {
        ready &= (agent->components[i].in_sync
                  || (i == FIREWALL && agent->components[i].blocked));
    }
    if (ready && !agent->ready) {
        networks_log_ready(agent->options);
    }
    agent->ready = ready;
    agent->was_ready |= ready;
}

static void
set_contacts(struct agent *agent)
{
    if (!agent->contacts) {
        agent->contacts = contacts_create(agent->options);
    } else if (agent->options->contact_log) {
        contacts_set_options(agent->contacts, agent->options);
    } else {
        contacts_destroy(agent->contacts);
        agent->contacts = NULL;
    }
}

void
agent_set_options(struct agent *agent, const struct options *options)
{
    agent->options = options;
    backends_set_options(&agent->backends, options);
    set_contacts(agent);
    /* The flow set is built again: now, or once the ports are known. */
    agent->have_ports = false;
    pass_ports(agent);
    networks_warn_of_pairs(options);
    update_components(agent);
}

/* Shows the health of the agent in the bridge's row. */
static void
show_health(struct agent *agent)
{
    struct ds problems = DS_EMPTY_INITIALIZER;

    agent_format_problems(agent, &problems);
    const char *status = health_update(
        &agent->health, agent->ready ? NULL : ds_cstr(&problems),
        time_msec());
    if (status) {
        bridge_rows_set_status(agent->backends.rows, status);
    }
    ds_destroy(&problems);
}

/* Notes in the bridge's row what is to be restored when the bridge is
 * released, maybe by another process; and takes from there what an earlier one
 * noted. */
static void
pass_notes(struct agent *agent)
{
    if (agent->have_ports) {
        backends_restore_notes(&agent->backends);
        backends_save_notes(&agent->backends);
    }
}

static void
pass_devices(struct agent *agent)
{
    const struct bridge_devices devices = {
        .uplink_ifindex = links_uplink_ifindex(agent->backends.links),
        .fake_port_mtu = links_fake_port_mtu(agent->backends.links),
    };

    bridge_rows_set_devices(agent->backends.rows, &devices);
    if (links_take_uplink_left(agent->backends.links)) {
        bridge_rows_uplink_left(agent->backends.rows);
        switch_conn_revoke_claims(agent->backends.conn);
    }
}

/* If what was learned fills a table, a flow of the set finds no room there
 * when somebody has deleted it, or it is new.  Open vSwitch evicts learned
 * flows then, until the set is complete. */
static void
make_room(struct agent *agent)
{
    struct backends *r = &agent->backends;
    bool full = (agent->options->networks[0].refuse_pairs
                 && switch_conn_is_full(r->conn));

    bridge_rows_make_room(r->rows, full);
    if (!full) {
        agent->made_room = false;
    } else if (!agent->made_room && bridge_rows_is_in_sync(r->rows)) {
        agent->made_room = true;
        switch_conn_look(r->conn);
    }
}

static void
run_contacts(struct agent *agent)
{
    if (agent->contacts) {
        contacts_set_uplink(agent->contacts,
                            links_uplink_ifindex(agent->backends.links));
        contacts_run(agent->contacts);
    }
}

void
agent_run(struct agent *agent)
{
    backends_run_rows(&agent->backends);
    stand_by(agent);
    pass_ports(agent);
    backends_run_firewall(&agent->backends);
    backends_run_links(&agent->backends);
    pass_devices(agent);
    if (backends_run_conn(&agent->backends)) {
        conn_limits_changed(agent->conn_limits);
    }
    conn_limits_run(agent->conn_limits);
    make_room(agent);
    pass_notes(agent);
    run_contacts(agent);
    datapath_watch_run(&agent->datapath_watch,
                       bridge_rows_awaits_kernel(agent->backends.rows),
                       time_msec(), datapath_is_missing);
    hints_run(&agent->hints, &agent->backends, agent->options,
              agent->have_ports, time_msec());
    update_components(agent);
    show_health(agent);
}

void
agent_wait(struct agent *agent)
{
    backends_wait(&agent->backends);
    conn_limits_wait(agent->conn_limits);
    if (agent->contacts) {
        contacts_wait(agent->contacts);
    }
    poll_timer_wait_until(health_next(&agent->health));
    poll_timer_wait_until(datapath_watch_next(&agent->datapath_watch));
    poll_timer_wait_until(hints_next(&agent->hints, agent->have_ports));
}

bool
agent_is_ready(const struct agent *agent)
{
    return agent->ready;
}

bool
agent_shows_ready(const struct agent *agent)
{
    return (agent->ready && bridge_rows_shows_status(agent->backends.rows)
            && conn_limits_is_settled(agent->conn_limits)
            && claims_are_granted(switch_conn_claims(agent->backends.conn)));
}

bool
agent_has_looked(const struct agent *agent)
{
    return (bridge_rows_owner(agent->backends.rows) != BRIDGE_UNKNOWN
            || bridge_rows_is_standby(agent->backends.rows));
}

const char *
agent_refusal(const struct agent *agent)
{
    return (!agent->was_ready && bridge_rows_is_refused(agent->backends.rows)
                ? bridge_rows_present(agent->backends.rows)
                : NULL);
}

/* Returns the desired state of 'component', in words, for the caller to
 * free. */
static char *
get_wanted(const struct agent *agent, int component)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    switch (component) {
    case BRIDGE:
        bridge_rows_format_wanted(agent->backends.rows, &s);
        break;
    case LINKS:
        links_format_wanted(agent->backends.links, &s);
        break;
    case FIREWALL:
        firewall_format_wanted(agent->backends.firewall, &s);
        break;
    case FLOWS:
        switch_conn_format_wanted(agent->backends.conn, &s);
        if (!agent->options->networks[0].name
            && network_serves_routed(&agent->options->networks[0])) {
            ds_put_format(&s, ", connection tracking zone %"PRIu16,
                          network_ct_zone(&agent->options->networks[0]));
        }
        break;
    }
    return ds_steal_cstr(&s);
}

const struct backends *
agent_backends(const struct agent *agent)
{
    return &agent->backends;
}

const struct options *
agent_options(const struct agent *agent)
{
    return agent->options;
}

void
agent_request_counts(struct agent *agent)
{
    switch_conn_request_counts(agent->backends.conn);
    conn_limits_request_counts(agent->conn_limits);
}

/* The walls: the first as always, the others as reasons of the flow set. */

static void
format_walls(const struct agent *agent, struct ds *s)
{
    struct firewall_walls walls;

    firewall_read_walls(agent->backends.firewall, &walls);
    for (size_t i = 0; i < walls.n; i++) {
        const struct firewall_wall *wall = &walls.walls[i];

        if (!i) {
            ds_put_format(s, "  wall: %"PRIu64" packets, %"PRIu64" bytes\n",
                          wall->count.packets, wall->count.bytes);
        } else if (wall->count.packets) {
            ds_put_format(s, "%12"PRIu64"  %s\n", wall->count.packets,
                          wall->reason);
        }
    }
}

static void
put_json_walls(const struct agent *agent, struct json *component)
{
    struct json *dropped = json_array_create_empty();
    struct firewall_walls walls;

    firewall_read_walls(agent->backends.firewall, &walls);
    for (size_t i = 0; i < walls.n; i++) {
        const struct firewall_wall *wall = &walls.walls[i];
        struct json *object = json_object_create();

        json_object_put(object, "packets",
                        json_integer_create(wall->count.packets));
        if (!i) {
            json_object_put(object, "bytes",
                            json_integer_create(wall->count.bytes));
            json_object_put(component, "wall", object);
        } else {
            json_object_put_string(object, "reason", wall->reason);
            json_array_add(dropped, object);
        }
    }
    if (walls.n > 1) {
        json_object_put(component, "dropped", dropped);
    } else {
        json_destroy(dropped);
    }
}

void
agent_format_status(const struct agent *agent, bool verbose, struct ds *s)
{
    for (int i = 0; i < N_COMPONENTS; i++) {
        const struct component *component = &agent->components[i];
        char *wanted = get_wanted(agent, i);

        component_format(
            component, verbose || !component->in_sync ? wanted : NULL,
            i == FLOWS ? switch_conn_foreign(agent->backends.conn) : 0, s);
        free(wanted);
        if (i == FIREWALL) {
            format_walls(agent, s);
            hints_format_input(agent->backends.firewall, s);
        }
    }
    hints_format(&agent->hints, s);
    limits_format(agent->options, agent->backends.conn, s);
    conn_limits_format(agent->conn_limits, agent->options, s);
    claims_format_counts(switch_conn_claims(agent->backends.conn), s);
    icmp_errors_format(switch_conn_errors(agent->backends.conn), s);
    if (agent->contacts) {
        contacts_format_status(agent->contacts, s);
    }
    drop_count_format(switch_conn_drops(agent->backends.conn), time_msec(), s);
    for (size_t i = 0; i < agent->options->n_networks; i++) {
        if (agent->options->networks[i].name) {
            ds_put_cstr(s, "  ");
            network_format(agent->options, &agent->options->networks[i], s);
            ds_put_char(s, '\n');
        }
    }
}

struct json *
agent_status_to_json(const struct agent *agent)
{
    struct json *json = json_object_create();

    json_object_put(json, "ready", json_boolean_create(agent->ready));
    json_object_put(json, "standby", json_boolean_create(agent->standby));
    json_object_put_string(json, "version", PIPETTE_VERSION);
    for (int i = 0; i < N_COMPONENTS; i++) {
        char *wanted = get_wanted(agent, i);
        struct json *component
            = component_to_json(&agent->components[i], wanted);

        if (i == FIREWALL) {
            put_json_walls(agent, component);
            hints_put_json_input(agent->backends.firewall, component);
        } else if (i == FLOWS) {
            json_object_put(component, "foreign",
                            json_integer_create(
                                switch_conn_foreign(agent->backends.conn)));
            limits_put_json(agent->options, agent->backends.conn, component);
            conn_limits_put_json(agent->conn_limits, agent->options,
                                 component);
            claims_put_json(switch_conn_claims(agent->backends.conn),
                            component);
            icmp_errors_put_json(switch_conn_errors(agent->backends.conn),
                                 component);
            drop_count_put_json(switch_conn_drops(agent->backends.conn),
                                time_msec(), component);
        }
        json_object_put(json, agent->components[i].name, component);
        free(wanted);
    }
    hints_put_json(&agent->hints, json);
    if (agent->contacts) {
        json_object_put(json, "contacts",
                        contacts_status_to_json(agent->contacts));
    }
    if (agent->options->networks[0].name) {
        json_object_put(json, "networks", networks_to_json(agent->options));
    }
    return json;
}

struct contacts *
agent_contacts(const struct agent *agent)
{
    return agent->contacts;
}

void
agent_format_metrics(const struct agent *agent, struct ds *s)
{
    const struct metrics_source source = {
        .rows = agent->backends.rows,
        .links = agent->backends.links,
        .offloads = agent->backends.offloads,
        .firewall = agent->backends.firewall,
        .conn = agent->backends.conn,
        .contacts = agent->contacts,
        .limits = limits_get(agent->options),
        .components = agent->components,
        .n_components = N_COMPONENTS,
        .ready = agent->ready,
        .standby = agent->standby,
        .started = agent->started,
    };

    metrics_format(&source, s);

    struct metrics_text m = METRICS_TEXT_INITIALIZER(s);
    conn_limits_put_metrics(agent->conn_limits, agent->options, &m);
}

bool
agent_format_claims(const struct agent *agent, const char *network,
                    struct ds *s)
{
    return claims_format_list(switch_conn_claims(agent->backends.conn),
                              network, time_msec(), time_wall_msec(), s);
}

void
agent_format_desired_flows(const struct agent *agent, struct ds *s)
{
    switch_conn_format_flows(agent->backends.conn, s);
}

void
agent_format_flow_diff(const struct agent *agent, struct ds *s)
{
    switch_conn_format_changes(agent->backends.conn, s);
}

void
agent_get_memory_usage(const struct agent *agent, struct simap *usage)
{
    bridge_rows_get_memory_usage(agent->backends.rows, usage);
    switch_conn_get_memory_usage(agent->backends.conn, usage);
}

void
agent_format_problems(const struct agent *agent, struct ds *s)
{
    const char *separator = "";

    if (agent->ready) {
        ds_put_cstr(s, "ready");
        separator = ", but ";
    }
    for (int i = 0; i < N_COMPONENTS; i++) {
        const struct component *component = &agent->components[i];

        if (!component->in_sync) {
            ds_put_format(s, "%s%s: %s", separator, component->name,
                          component->present);
            separator = "; ";
        }
    }
    if (agent->ready
        && !claims_are_granted(switch_conn_claims(agent->backends.conn))) {
        ds_put_format(s, "%sclaims: asking who is there", separator);
        separator = "; ";
    }
    for (size_t i = 0; i < agent->hints.lines.n && agent->ready; i++) {
        ds_put_format(s, "%s%s", separator, agent->hints.lines.names[i]);
        separator = "; ";
    }
}

void
agent_build_flows(const struct options *options, struct svec *flows)
{
    struct bridge_ports ports;

    backends_requested_ports(options, &ports);
    backends_build_flows(options, &ports, true, flows);
    simap_destroy(&ports.fake_ports);
}
