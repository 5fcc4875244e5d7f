/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_BACKENDS_H
#define AGENT_LOOP_BACKENDS_H 1

/* The backends: database, links and firewall of the kernel, switch.  Each gets
 * the part of the options that it knows, and has a schedule of its own. */

#include <stdbool.h>

#include "agent/loop/schedule.h"
#include "netdev/firewall.h"
#include "netdev/links.h"
#include "netdev/offloads.h"
#include "openflow/flow-set.h"
#include "openflow/switch-conn.h"
#include "ovsdb/bridge-rows.h"

struct options;
struct restart_watch;
struct svec;

struct backends {
    struct bridge_rows *rows;
    struct links *links;
    struct offloads *offloads;  /* Looked at along with the links. */
    struct firewall *firewall;
    struct switch_conn *conn;
    struct schedule rows_schedule, links_schedule, firewall_schedule;
    struct schedule conn_schedule;

    /* For ovsdb-server and the switch; NULL except in a daemon. */
    struct restart_watch *db_watch, *switch_watch;
};

/* Opens the backends for 'options'.  On failure, logs why and returns false;
 * then there is nothing to close. */
bool backends_open(struct backends *backends, const struct options *options,
                   enum bridge_rows_goal goal);

/* Changes the options.  Bridge and database must be the same. */
void backends_set_options(struct backends *backends,
                          const struct options *options);

void backends_close(struct backends *backends);

/* Each runs one backend, and has it compare when that is due.  The last one
 * returns true if the switch has been restarted. */
void backends_run_rows(struct backends *backends);
void backends_run_links(struct backends *backends);
void backends_run_firewall(struct backends *backends);
bool backends_run_conn(struct backends *backends);

/* Returns true if the bridge is known to be on the userspace datapath. */
bool backends_are_userspace(const struct backends *);

/* Has the uplink's offloads as the bridge's datapath needs them, or 'leave's
 * them as they are from now on. */
void backends_set_offloads(struct backends *, bool leave);

/* Saves in the bridge's row what links and switch were before the agent
 * changed them: IPv6 address generation modes, offloads and, on an adopted
 * bridge, the mode for IP fragments.  backends_restore_notes() passes to the
 * links what was saved.  Both are idempotent. */
void backends_save_notes(struct backends *backends);
void backends_restore_notes(struct backends *backends);

/* Returns the saved mode for IP fragments, or NULL. */
const char *backends_former_frags(const struct backends *backends);

/* Waits for all of them. */
void backends_wait(struct backends *backends);

/* Appends the flow set to 'flows'.  With 'names', the flows have the names of
 * ports instead of their numbers. */
void backends_build_flows(const struct options *options,
                          const struct bridge_ports *ports, bool names,
                          struct svec *flows);

/* Gives the switch the flow set, and what the networks claim. */
void backends_set_flows(struct backends *, const struct options *options,
                        const struct bridge_ports *ports);

/* Stores into '*ports' the numbers that the agent requests on a bridge of its
 * own.  The caller must destroy 'ports->fake_ports'. */
void backends_requested_ports(const struct options *options,
                              struct bridge_ports *ports);

#endif /* agent/loop/backends.h */
