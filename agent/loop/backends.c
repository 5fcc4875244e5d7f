/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/backends.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/loop/restart-watch.h"
#include "dirs.h"
#include "openvswitch/poll-loop.h"
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

static struct bridge_rows_config
get_rows_config(const struct options *options, const char *boot_id)
{
    return (struct bridge_rows_config) {
        .db = options->db,
        .bridge = options->bridge,
        .uplink = options->uplink,
        .fake_port = options->fake_port,
        .datapath_type = options->datapath_type,
        .vlans = options->vlans,
        .adopt = options->adopt,
        .boot_id = boot_id,
    };
}

static struct links_config
get_links_config(const struct options *options)
{
    return (struct links_config) {
        .uplink = options->uplink,
        .fake_port = options->fake_port,
        .mac = options->server_mac,
        .address = options->fake.ip,
        .plen = options->fake.plen,
        .routed_clients = options_serve_routed(options),
        .client_mac = options->client_mac,
        .mark = options->ct_mark,
        .mark_mask = options->ct_mark,
    };
}

/* The configuration refers to '*port'. */
static struct firewall_config
get_firewall_config(const struct options *options, struct firewall_port *port)
{
    *port = (struct firewall_port) {
        .name = options->fake_port,
        .address = options->fake.ip,
        .mark = options->ct_mark,
    };
    return (struct firewall_config) {
        .bridge = options->bridge,
        .mark_mask = options->ct_mark,
        .ports = port,
        .n_ports = 1,
    };
}

bool
backends_open(struct backends *backends, const struct options *options,
              enum bridge_rows_goal goal)
{
    char boot_id[UUID_LEN + 1];
    const struct bridge_rows_config rows_config
        = get_rows_config(options, get_boot_id(boot_id));
    const struct links_config links_config = get_links_config(options);
    struct firewall_port port;
    const struct firewall_config firewall_config
        = get_firewall_config(options, &port);

    backends->rows_schedule = backends->links_schedule
        = backends->firewall_schedule
        = backends->conn_schedule = (struct schedule) SCHEDULE_INITIALIZER;

    backends->links = links_create(&links_config);
    if (!backends->links) {
        return false;
    }
    backends->firewall = firewall_create(&firewall_config);
    backends->rows = bridge_rows_create(&rows_config, goal);

    char *target = xasprintf("unix:%s/%s.mgmt", ovs_rundir(), options->bridge);
    backends->conn = switch_conn_create(target);
    /* Closing a watch can take the kernel 10 ms: too long without a daemon. */
    backends->db_watch = backends->switch_watch = NULL;
    if (options->mode == MODE_DAEMON) {
        backends->db_watch = watch_socket(options->db);
        backends->switch_watch = watch_socket(target);
    }
    free(target);
    return true;
}

void
backends_set_options(struct backends *backends, const struct options *options)
{
    char boot_id[UUID_LEN + 1];
    const struct bridge_rows_config rows_config
        = get_rows_config(options, get_boot_id(boot_id));
    const struct links_config links_config = get_links_config(options);
    struct firewall_port port;
    const struct firewall_config firewall_config
        = get_firewall_config(options, &port);

    bridge_rows_set_config(backends->rows, &rows_config);
    links_set_config(backends->links, &links_config);
    firewall_set_config(backends->firewall, &firewall_config);
}

void
backends_close(struct backends *backends)
{
    bridge_rows_destroy(backends->rows);
    links_destroy(backends->links);
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
    }
}

/* A switch that refused a flow would refuse it again, so it is not asked once
 * a second. */
void
backends_run_conn(struct backends *backends)
{
    struct switch_conn *conn = backends->conn;
    long long int now = time_msec();

    switch_conn_run(conn);
    if (backends->switch_watch
        && restart_watch_run(backends->switch_watch, now)) {
        switch_conn_connect_now(conn);
    }
    if (schedule_look(&backends->conn_schedule, now,
                      switch_conn_wants_look(conn), false)) {
        switch_conn_look(conn);
    }
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

static void
save_mode(struct backends *backends, const char *device, const char *mode)
{
    if (mode) {
        char *note = mode_note(device);

        bridge_rows_set_note(backends->rows, note, mode);
        free(note);
    }
}

void
backends_save_notes(struct backends *backends, const struct options *options)
{
    const char *frags = switch_conn_former_frags(backends->conn);

    save_mode(backends, options->uplink,
              links_uplink_former_mode(backends->links));
    save_mode(backends, options->fake_port,
              links_fake_port_former_mode(backends->links));
    /* A bridge that the agent created may stay, too. */
    if (frags && !bridge_rows_get_note(backends->rows, FRAGS_NOTE)) {
        bridge_rows_set_note(backends->rows, FRAGS_NOTE, frags);
    }
}

void
backends_restore_notes(struct backends *backends,
                       const struct options *options)
{
    char *uplink = mode_note(options->uplink);
    char *fake_port = mode_note(options->fake_port);

    links_set_former_modes(backends->links,
                           bridge_rows_get_note(backends->rows, uplink),
                           bridge_rows_get_note(backends->rows, fake_port));
    free(uplink);
    free(fake_port);
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

struct flow_config
backends_flow_config(const struct options *options,
                     const struct bridge_ports *ports)
{
    return (struct flow_config) {
        .uplink.number = ports->uplink,
        .fake_port.number = ports->fake_port,
        .fake = options->fake,
        .real = options->real,
        .server_mac = options->server_mac,
        .client_mac = options->client_mac,
        .vlans = options->vlans,
        .ignored_clients = &options->ignored_clients,
        .timeout = options->timeout,
        .max_pairs = options->max_pairs,
        .protocols = options->protocols,
        .routed = options->routed,
        .max_clients = options->max_clients,
        .ct_zone = options_ct_zone(options),
        .shared = ports->adopted,
    };
}
