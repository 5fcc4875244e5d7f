/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SWITCH_CONN_H
#define OPENFLOW_SWITCH_CONN_H 1

/* The connection to the switch
 * ============================
 *
 * Carries the conversation of flow-sync.h over a connection to the bridge's
 * management socket, and makes that connection anew whenever it is lost.
 *
 * Nothing here blocks: call switch_conn_run() and switch_conn_wait() in each
 * pass of a poll loop. */

#include <stdbool.h>

struct drop_count;
struct ds;
struct svec;

/* Creates the object, for the bridge whose management socket is 'target', in
 * the form of vconn(7): "unix:/run/openvswitch/BRIDGE.mgmt".  It does not
 * connect before it is told flows. */
struct switch_conn *switch_conn_create(const char *target);

/* Closes the connection and frees 'conn'.  The switch keeps its flows. */
void switch_conn_destroy(struct switch_conn *conn);

/* From now on the bridge is to have 'flows': lines in the syntax of
 * ovs-ofctl(8), with port numbers, not names.  An empty set is a set.
 *
 * Connects if that was not done yet, and looks at the switch anew. */
void switch_conn_set_flows(struct switch_conn *conn, const struct svec *flows);

/* Somebody says that the switch has been started: connects now, if there is no
 * connection, instead of waiting for the next attempt. */
void switch_conn_connect_now(struct switch_conn *conn);

/* From now on the bridge is none of ours: disconnects, and leaves the flows
 * as they are. */
void switch_conn_release(struct switch_conn *conn);

void switch_conn_run(struct switch_conn *conn);
void switch_conn_wait(struct switch_conn *conn);

/* True if something changed, or may have, since the last look. */
bool switch_conn_wants_look(const struct switch_conn *conn);

/* Begins to compare the switch's flows with the wanted ones, and to mend what
 * differs. */
void switch_conn_look(struct switch_conn *conn);

/* True if the switch said that it has the flows, and no difference was seen
 * since. */
bool switch_conn_is_right(const struct switch_conn *conn);

/* True if this cannot become right without somebody else's doing: the switch
 * refused a flow. */
bool switch_conn_is_stuck(const struct switch_conn *conn);

/* Returns the number of flows that are somebody else's, as counted last, at
 * most once a second. */
unsigned int switch_conn_foreign(const struct switch_conn *conn);

/* Returns what was dropped, as counted last, in time_msec() (drop-count.h);
 * switch_conn_want_drops() has it counted again, at most once a second. */
const struct drop_count *switch_conn_drops(const struct switch_conn *conn);
void switch_conn_want_drops(struct switch_conn *conn);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next switch_conn_run()). */
void switch_conn_format_wanted(const struct switch_conn *conn, struct ds *s);
const char *switch_conn_present(const struct switch_conn *conn);

#endif /* openflow/switch-conn.h */
