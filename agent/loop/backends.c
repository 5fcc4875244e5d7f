/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/backends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/options.h"
#include "agent/loop/limits.h"
#include "agent/loop/restart-watch.h"
#include "bitmap.h"
#include "dirs.h"
#include "openvswitch/poll-loop.h"
#include "simap.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"
#include "uuid.h"

/* 'target' is "unix:FILE". */
static struct restart_watch *
watch_socket(const char *target)
{
    return restart_watch_create(target + strlen("unix:"));
}

/* Stores into 'boot_id' that of random(4), which is another one after each
 * boot.  Returns NULL if there is none. */
static const char *
get_boot_id(char boot_id[UUID_LEN + 1])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    bool found = file && fgets(boot_id, UUID_LEN + 1, file);

    if (file) {
        fclose(file);
    }
    return found ? boot_id : NULL;
}

/* The caller must destroy the lists, with destroy_rows_config(). */
static struct bridge_rows_config
get_rows_config(const struct options *options, const char *boot_id)
{
    unsigned long *vlans = bitmap_allocate(4096);
    struct bridge_rows_config config = {
        .db = options->db,
        .bridge = options->bridge,
        .uplink = options->uplink,
        .fake_ports = SVEC_EMPTY_INITIALIZER,
        .datapath_type = options->datapath_type,
        .vlans = vlans,
        .limits = limits_get(options),
        .adopt = options->adopt,
        .boot_id = boot_id,
    };

    for (size_t i = 0; i < options->n_networks; i++) {
        svec_add(&config.fake_ports, options->networks[i].fake_port);
        bitmap_or(vlans, options->networks[i].vlans, 4096);
    }
    svec_sort_unique(&config.fake_ports);
    return config;
}

static void
destroy_rows_config(struct bridge_rows_config *config)
{
    svec_destroy(&config->fake_ports);
    free(CONST_CAST(unsigned long *, config->vlans));
}

/* The marks of fake ports, one each.  They are numbers in a field of as many
 * bits as these need, of which the configured bit is the lowest. */
struct marks {
    uint32_t mask;
    uint32_t bit;               /* 0 for no marks. */
    struct svec ports;          /* Sorted. */
};

static void
marks_init(struct marks *marks, const struct options *options)
{
    *marks = (struct marks) {
        .bit = options->ct_mark, .ports = SVEC_EMPTY_INITIALIZER
    };
    for (size_t i = 0; i < options->n_networks; i++) {
        svec_add(&marks->ports, options->networks[i].fake_port);
    }
    svec_sort_unique(&marks->ports);
    marks->mask = options_mark_mask(options->ct_mark, marks->ports.n);
}

static void
marks_destroy(struct marks *marks)
{
    svec_destroy(&marks->ports);
}

static uint32_t
marks_get(const struct marks *marks, const char *port)
{
    return marks->bit * (svec_find(&marks->ports, port) + 1);
}

/* The caller must free the networks. */
static struct links_config
get_links_config(const struct options *options)
{
    struct links_network *networks = xmalloc(options->n_networks
                                             * sizeof *networks);
    struct marks marks;

    marks_init(&marks, options);
    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        networks[i] = (struct links_network) {
            .fake_port = network->fake_port,
            .id = network_id(network),
            .mac = network->server_mac,
            .address = address_to_in6(network->fake.ip),
            .plen = network->fake.plen,
            .routed_clients = network_serves_routed(network),
            .client_mac = network->client_mac,
            .mark = marks_get(&marks, network->fake_port),
            .mark_mask = marks.mask,
        };
    }
    marks_destroy(&marks);
    return (struct links_config) {
        .uplink = options->uplink,
        .networks = networks,
        .n_networks = options->n_networks,
    };
}

/* The caller must free the ports. */
static struct firewall_config
get_firewall_config(const struct options *options)
{
    struct firewall_port *ports = xmalloc(options->n_networks
                                          * sizeof *ports);
    struct marks marks;

    marks_init(&marks, options);
    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        ports[i] = (struct firewall_port) {
            .name = network->fake_port,
            .address = address_to_in6(network->fake.ip),
            .mark = marks_get(&marks, network->fake_port),
        };
    }
    const struct firewall_config config = {
        .bridge = options->bridge,
        .mark_mask = marks.mask,
        .ports = ports,
        .n_ports = options->n_networks,
    };
    marks_destroy(&marks);
    return config;
}

static struct bridge_rows *
create_rows(const struct options *options, enum bridge_rows_goal goal)
{
    char boot_id[UUID_LEN + 1];
    struct bridge_rows_config config
        = get_rows_config(options, get_boot_id(boot_id));
    struct bridge_rows *rows = bridge_rows_create(&config, goal);

    destroy_rows_config(&config);
    return rows;
}

static struct firewall *
create_firewall(const struct options *options)
{
    struct firewall_config config = get_firewall_config(options);
    struct firewall *firewall = firewall_create(&config);

    free(CONST_CAST(struct firewall_port *, config.ports));
    return firewall;
}

static struct links *
create_links(const struct options *options)
{
    struct links_config config = get_links_config(options);
    struct links *links = links_create(&config);

    free(CONST_CAST(struct links_network *, config.networks));
    return links;
}

bool
backends_open(struct backends *backends, const struct options *options,
              enum bridge_rows_goal goal)
{
    backends->rows_schedule = backends->links_schedule
        = backends->firewall_schedule
        = backends->conn_schedule = (struct schedule) SCHEDULE_INITIALIZER;

    backends->links = create_links(options);
    if (!backends->links) {
        return false;
    }
    backends->offloads = offloads_create(options->uplink);
    backends->firewall = create_firewall(options);
    backends->rows = create_rows(options, goal);

    char *target = xasprintf("unix:%s/%s.mgmt", ovs_rundir(), options->bridge);
    backends->conn = switch_conn_create(target);
    switch_conn_set_wants_tables(backends->conn, limits_get(options).n);
    /* Closing a watch can take the kernel 10 ms: too long without a daemon. */
    backends->db_watch = backends->switch_watch = NULL;
    if (options->mode == MODE_DAEMON) {
        backends->db_watch = watch_socket(options->db);
        backends->switch_watch = watch_socket(target);
    }
    free(target);
    return true;
}

/* Returns the name of the note of what was on at 'uplink', for the caller to
 * free. */
static char *
offloads_note(const char *uplink)
{
    return xasprintf("former-offloads-%s", uplink);
}

/* The former uplink is given back its offloads, which is noted. */
static void
set_uplink(struct backends *backends, const char *uplink)
{
    char *former = offloads_set_uplink(backends->offloads, uplink);

    if (former) {
        char *note = offloads_note(former);

        bridge_rows_set_note(backends->rows, note, "none");
        free(note);
        free(former);
    }
}

void
backends_set_options(struct backends *backends, const struct options *options)
{
    char boot_id[UUID_LEN + 1];
    struct bridge_rows_config rows_config
        = get_rows_config(options, get_boot_id(boot_id));
    struct links_config links_config = get_links_config(options);
    struct firewall_config firewall_config = get_firewall_config(options);

    bridge_rows_set_config(backends->rows, &rows_config);
    switch_conn_set_wants_tables(backends->conn, rows_config.limits.n);
    links_set_config(backends->links, &links_config);
    set_uplink(backends, options->uplink);
    firewall_set_config(backends->firewall, &firewall_config);
    destroy_rows_config(&rows_config);
    free(CONST_CAST(struct links_network *, links_config.networks));
    free(CONST_CAST(struct firewall_port *, firewall_config.ports));
}

void
backends_close(struct backends *backends)
{
    bridge_rows_destroy(backends->rows);
    links_destroy(backends->links);
    offloads_destroy(backends->offloads);
    firewall_destroy(backends->firewall);
    switch_conn_destroy(backends->conn);
    restart_watch_destroy(backends->db_watch);
    restart_watch_destroy(backends->switch_watch);
}

void
backends_run_rows(struct backends *backends)
{
    struct bridge_rows *rows = backends->rows;
    long long int now = time_msec();

    bridge_rows_run(rows);
    if (backends->db_watch && restart_watch_run(backends->db_watch, now)) {
        bridge_rows_connect_now(rows);
    }
    if (schedule_look(&backends->rows_schedule, now,
                      bridge_rows_wants_look(rows),
                      bridge_rows_is_blocked(rows))) {
        bridge_rows_look(rows);
    }
}

/* A kernel that has no nf_tables, or refused the table, would do so again, so
 * it is not asked once a second. */
void
backends_run_firewall(struct backends *backends)
{
    struct firewall *firewall = backends->firewall;

    firewall_run(firewall);
    if (schedule_look(&backends->firewall_schedule, time_msec(),
                      firewall_wants_look(firewall), false)) {
        firewall_look(firewall);
    }
}

void
backends_run_links(struct backends *backends)
{
    struct links *links = backends->links;

    links_run(links);
    if (schedule_look(&backends->links_schedule, time_msec(),
                      links_wants_look(links), links_is_blocked(links))) {
        /* A fake port that has come gets its wall before its address. */
        firewall_interfaces_changed(backends->firewall);
        backends_run_firewall(backends);
        links_look(links);
        offloads_look(backends->offloads, time_msec());
    }
}

bool
backends_are_userspace(const struct backends *backends)
{
    return nullable_string_is_equal(
        bridge_rows_datapath_type(backends->rows), "netdev");
}

void
backends_set_offloads(struct backends *backends, bool leave)
{
    bool known = bridge_rows_datapath_type(backends->rows);
    enum offloads_goal goal = (leave ? OFFLOADS_LEAVE
                               : backends_are_userspace(backends)
                               ? OFFLOADS_OFF : OFFLOADS_RESTORE);

    if ((leave || known) && offloads_set_goal(backends->offloads, goal)) {
        offloads_look(backends->offloads, time_msec());
    }
}

/* A switch that refused a flow would refuse it again, so it is not asked once
 * a second. */
bool
backends_run_conn(struct backends *backends)
{
    struct switch_conn *conn = backends->conn;
    long long int now = time_msec();
    bool restarted = (backends->switch_watch
                      && restart_watch_run(backends->switch_watch, now));

    switch_conn_run(conn);
    if (restarted) {
        switch_conn_connect_now(conn);
    }
    if (schedule_look(&backends->conn_schedule, now,
                      switch_conn_wants_look(conn), false)) {
        switch_conn_look(conn);
    }
    return restarted;
}

/* Notes. */

#define FRAGS_NOTE "former-frags"

/* Returns the name of the note of the mode of 'device', for the caller to
 * free. */
static char *
mode_note(const char *device)
{
    return xasprintf("former-addr-gen-mode-%s", device);
}

/* Saves the mode of device 'i' of the links. */
static void
save_mode(struct backends *backends, size_t i)
{
    const char *mode = links_former_mode(backends->links, i);

    if (mode) {
        char *note = mode_note(links_device(backends->links, i));

        bridge_rows_set_note(backends->rows, note, mode);
        free(note);
    }
}

/* Once something is noted, also that it was given back. */
static void
save_offloads(struct backends *backends, const char *uplink)
{
    char *note = offloads_note(uplink);
    char *former = offloads_former(backends->offloads);

    if (strcmp(former, "none") || bridge_rows_get_note(backends->rows, note)) {
        bridge_rows_set_note(backends->rows, note, former);
    }
    free(former);
    free(note);
}

void
backends_save_notes(struct backends *backends)
{
    const char *frags = switch_conn_former_frags(backends->conn);

    save_offloads(backends, links_device(backends->links, 0));
    for (size_t i = 0; i < links_n_devices(backends->links); i++) {
        save_mode(backends, i);
    }
    /* A bridge that the agent created may stay, too. */
    if (frags && !bridge_rows_get_note(backends->rows, FRAGS_NOTE)) {
        bridge_rows_set_note(backends->rows, FRAGS_NOTE, frags);
    }
}

void
backends_restore_notes(struct backends *backends)
{
    char *offloads = offloads_note(links_device(backends->links, 0));

    offloads_set_former(backends->offloads,
                        bridge_rows_get_note(backends->rows, offloads));
    free(offloads);
    for (size_t i = 0; i < links_n_devices(backends->links); i++) {
        char *note = mode_note(links_device(backends->links, i));

        links_set_former_mode(backends->links, i,
                              bridge_rows_get_note(backends->rows, note));
        free(note);
    }
}

const char *
backends_former_frags(const struct backends *backends)
{
    return bridge_rows_get_note(backends->rows, FRAGS_NOTE);
}

void
backends_wait(struct backends *backends)
{
    bridge_rows_wait(backends->rows);
    links_wait(backends->links);
    firewall_wait(backends->firewall);
    switch_conn_wait(backends->conn);
    poll_timer_wait_until(schedule_next(
        &backends->rows_schedule, bridge_rows_wants_look(backends->rows),
        bridge_rows_is_blocked(backends->rows)));
    poll_timer_wait_until(schedule_next(&backends->links_schedule,
                                        links_wants_look(backends->links),
                                        links_is_blocked(backends->links)));
    poll_timer_wait_until(
        schedule_next(&backends->firewall_schedule,
                      firewall_wants_look(backends->firewall), false));
    poll_timer_wait_until(schedule_next(&backends->conn_schedule,
                                        switch_conn_wants_look(backends->conn),
                                        false));
    if (backends->db_watch) {
        restart_watch_wait(backends->db_watch);
        restart_watch_wait(backends->switch_watch);
    }
}

/* 'claimed' must outlive what is returned. */
static struct flow_config
get_flow_config(const struct network *network,
                const struct bridge_ports *ports, struct address_set *claimed)
{
    bool ipv4 = fake_address_is_ipv4(&network->fake);

    network_get_claims(network, claimed);
    return (struct flow_config) {
        .name = network->name,
        .id = network_id(network),
        .uplink.number = ports->uplink,
        .fake_port.number = simap_get(&ports->fake_ports, network->fake_port),
        .fake = network->fake,
        .real = network->real,
        .server_mac = network->server_mac,
        .client_mac = network->client_mac,
        .vlans = network->vlans,
        .ignored_clients = &network->ignored_clients,
        .timeout = network->timeout,
        .protocols = network->protocols,
        .routed = network->routed,
        .max_clients = network->max_clients,
        .ct_zone = network_ct_zone(network),
        .errors_by_agent = !ports->kernel && !ipv4,
        .claims = {
            .addresses = claimed,
            .mac = network->claims.mac,
            .hold = network->claims.hold,
            .ignored = &network->claims.ignored,
            .by_agent = ports->kernel && !ipv4,
        },
        .shared = ports->adopted,
    };
}

/* The configurations of all networks, and what these own. */
struct flow_configs {
    struct flow_config *configs;
    struct address_set *claimed;
    size_t n;
};

/* With 'names', of ports, too. */
static struct flow_configs
get_flow_configs(const struct options *options,
                 const struct bridge_ports *ports, bool names)
{
    size_t n = options->n_networks;
    struct flow_configs c = {
        .configs = xmalloc(n * sizeof *c.configs),
        .claimed = xcalloc(n, sizeof *c.claimed),
        .n = n,
    };

    for (size_t i = 0; i < n; i++) {
        const struct network *network = &options->networks[i];

        c.configs[i] = get_flow_config(network, ports, &c.claimed[i]);
        if (names) {
            c.configs[i].uplink.name = options->uplink;
            c.configs[i].fake_port.name = network->fake_port;
        }
    }
    return c;
}

static void
destroy_flow_configs(struct flow_configs *c)
{
    for (size_t i = 0; i < c->n; i++) {
        address_set_destroy(&c->claimed[i]);
    }
    free(c->claimed);
    free(c->configs);
}

void
backends_build_flows(const struct options *options,
                     const struct bridge_ports *ports, bool names,
                     struct svec *flows)
{
    struct flow_configs c = get_flow_configs(options, ports, names);

    flow_set_build(c.configs, c.n, flows);
    destroy_flow_configs(&c);
}

void
backends_set_flows(struct backends *backends, const struct options *options,
                   const struct bridge_ports *ports)
{
    struct flow_configs c = get_flow_configs(options, ports, false);
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    flow_set_build(c.configs, c.n, &flows);
    switch_conn_set_claims(backends->conn, c.configs, c.n);
    switch_conn_set_flows(backends->conn, &flows);
    svec_destroy(&flows);
    destroy_flow_configs(&c);
}

void
backends_requested_ports(const struct options *options,
                         struct bridge_ports *ports)
{
    unsigned int number = BRIDGE_ROWS_FAKE_PORT_OFPORT;

    *ports = (struct bridge_ports) {
        .uplink = BRIDGE_ROWS_UPLINK_OFPORT,
        .fake_ports = SIMAP_INITIALIZER(&ports->fake_ports),
        .kernel = (!options->datapath_type
                   || !strcmp(options->datapath_type, "system")),
    };
    for (size_t i = 0; i < options->n_networks; i++) {
        const char *name = options->networks[i].fake_port;

        if (!simap_contains(&ports->fake_ports, name)) {
            simap_put(&ports->fake_ports, name, number++);
        }
    }
}
