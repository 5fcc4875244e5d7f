/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/rooms.h"

#include <stdlib.h>

#include "agent/options.h"
#include "agent/socket-watch.h"
#include "dirs.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "util.h"

/* 'target' is "unix:FILE". */
static struct socket_watch *
watch_socket(const char *target)
{
    return socket_watch_create(target + strlen("unix:"));
}

bool
rooms_open(struct rooms *rooms, const struct options *options,
           enum bridge_rows_goal goal)
{
    rooms->rows_config = (struct bridge_rows_config) {
        .db = options->db,
        .bridge = options->bridge,
        .uplink = options->uplink,
        .fake_port = options->fake_port,
        .datapath_type = options->datapath_type,
        .vlan = options->vlan,
        .adopt = options->adopt,
    };
    rooms->links_config = (struct links_config) {
        .uplink = options->uplink,
        .fake_port = options->fake_port,
        .mac = options->server_mac,
        .address = options->fake.ip,
        .plen = options->fake.plen,
        .routed_clients = options->real.plen && options->routed,
        .client_mac = options->client_mac,
    };

    rooms->rows_schedule = rooms->links_schedule = rooms->conn_schedule
        = (struct schedule) SCHEDULE_INITIALIZER;

    rooms->links = links_create(&rooms->links_config);
    if (!rooms->links) {
        return false;
    }
    rooms->rows = bridge_rows_create(&rooms->rows_config, goal);

    char *target = xasprintf("unix:%s/%s.mgmt", ovs_rundir(),
                             options->bridge);
    rooms->conn = switch_conn_create(target);
    /* To give a watch up can take the kernel 10 ms: not for a short life. */
    rooms->db_watch = rooms->switch_watch = NULL;
    if (options->mode == MODE_DAEMON) {
        rooms->db_watch = watch_socket(options->db);
        rooms->switch_watch = watch_socket(target);
    }
    free(target);
    return true;
}

void
rooms_close(struct rooms *rooms)
{
    bridge_rows_destroy(rooms->rows);
    links_destroy(rooms->links);
    switch_conn_destroy(rooms->conn);
    socket_watch_destroy(rooms->db_watch);
    socket_watch_destroy(rooms->switch_watch);
}

void
rooms_run_rows(struct rooms *rooms)
{
    struct bridge_rows *rows = rooms->rows;
    long long int now = time_msec();

    bridge_rows_run(rows);
    if (rooms->db_watch && socket_watch_run(rooms->db_watch, now)) {
        bridge_rows_connect_now(rows);
    }
    if (schedule_look(&rooms->rows_schedule, now, bridge_rows_wants_look(rows),
                      bridge_rows_is_stuck(rows))) {
        bridge_rows_look(rows);
    }
}

void
rooms_run_links(struct rooms *rooms)
{
    struct links *links = rooms->links;

    links_run(links);
    if (schedule_look(&rooms->links_schedule, time_msec(),
                      links_wants_look(links), links_is_stuck(links))) {
        links_look(links);
    }
}

/* A switch that refused a flow would do so again: this does not count as
 * waiting for somebody. */
void
rooms_run_conn(struct rooms *rooms)
{
    struct switch_conn *conn = rooms->conn;
    long long int now = time_msec();

    switch_conn_run(conn);
    if (rooms->switch_watch && socket_watch_run(rooms->switch_watch, now)) {
        switch_conn_connect_now(conn);
    }
    if (schedule_look(&rooms->conn_schedule, now, switch_conn_wants_look(conn),
                      false)) {
        switch_conn_look(conn);
    }
}

void
rooms_wait(struct rooms *rooms)
{
    bridge_rows_wait(rooms->rows);
    links_wait(rooms->links);
    switch_conn_wait(rooms->conn);
    poll_timer_wait_until(schedule_next(&rooms->rows_schedule,
                                        bridge_rows_wants_look(rooms->rows),
                                        bridge_rows_is_stuck(rooms->rows)));
    poll_timer_wait_until(schedule_next(&rooms->links_schedule,
                                        links_wants_look(rooms->links),
                                        links_is_stuck(rooms->links)));
    poll_timer_wait_until(schedule_next(&rooms->conn_schedule,
                                        switch_conn_wants_look(rooms->conn),
                                        false));
    if (rooms->db_watch) {
        socket_watch_wait(rooms->db_watch);
        socket_watch_wait(rooms->switch_watch);
    }
}

struct flow_config
rooms_flow_config(const struct options *options,
                  const struct bridge_ports *ports)
{
    return (struct flow_config) {
        .uplink.number = ports->uplink,
        .fake_port.number = ports->fake_port,
        .fake = options->fake,
        .real = options->real,
        .server_mac = options->server_mac,
        .client_mac = options->client_mac,
        .vlan = options->vlan,
        .timeout = options->timeout,
        .max_pairs = options->max_pairs,
        .protocols = options->protocols,
        .routed = options->routed,
        .max_clients = options->max_clients,
    };
}
