/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_ROOMS_H
#define AGENT_ROOMS_H 1

/* The three rooms, each with the part of the options that it knows and a
 * schedule of its own. */

#include <stdbool.h>

#include "agent/schedule.h"
#include "netdev/links.h"
#include "openflow/flow-set.h"
#include "openflow/switch-conn.h"
#include "ovsdb/bridge-rows.h"

struct options;
struct socket_watch;

struct rooms {
    struct bridge_rows_config rows_config;
    struct links_config links_config;
    struct bridge_rows *rows;
    struct links *links;
    struct switch_conn *conn;
    struct schedule rows_schedule, links_schedule, conn_schedule;

    /* Of ovsdb-server and of the switch; NULL but in a daemon. */
    struct socket_watch *db_watch, *switch_watch;
};

/* Opens the rooms.  'options' must outlive them, and '*rooms' must not move.
 * Returns false, with a line in the log and nothing to close, if that
 * fails. */
bool rooms_open(struct rooms *rooms, const struct options *options,
                enum bridge_rows_goal goal);

void rooms_close(struct rooms *rooms);

/* Each runs one room, and has it look when it is time. */
void rooms_run_rows(struct rooms *rooms);
void rooms_run_links(struct rooms *rooms);
void rooms_run_conn(struct rooms *rooms);

/* Waits for all three. */
void rooms_wait(struct rooms *rooms);

/* Returns what the flow set is built from, with port numbers. */
struct flow_config rooms_flow_config(const struct options *options,
                                     const struct bridge_ports *ports);

#endif /* agent/rooms.h */
