/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SWITCH_CONN_H
#define OPENFLOW_SWITCH_CONN_H 1

/* The connection to the switch
 * ============================
 *
 * Makes one bridge's flow table equal to a flow set, as far as flows with the
 * agent's cookie (FLOW_COOKIE) and what they have learned go; all other flows
 * are somebody else's.  On each new connection it dumps these flows, compares
 * and sends only the difference, in one atomic bundle (OpenFlow 1.4 section
 * 6.8): the switch has the old table or the new one, never something between.
 * A packet that is in the switch meanwhile is handled by one of the two.
 *
 * Then it listens for changes that others make (flow-monitor.h), and looks
 * again at each, and once a minute in any case.  Somebody who makes them all
 * the time is answered MAX_LOOKS times a second.
 *
 * Nothing here blocks: call switch_conn_run() and switch_conn_wait() in each
 * pass of a poll loop. */

#include <stdbool.h>

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

/* From now on the bridge is none of ours: disconnects, and leaves the flows
 * as they are. */
void switch_conn_release(struct switch_conn *conn);

void switch_conn_run(struct switch_conn *conn);
void switch_conn_wait(struct switch_conn *conn);

/* True if the switch said that it has the flows, and no difference was seen
 * since. */
bool switch_conn_is_right(const struct switch_conn *conn);

/* True if this cannot become right without somebody else's doing: the switch
 * refused a flow. */
bool switch_conn_is_stuck(const struct switch_conn *conn);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next switch_conn_run()). */
void switch_conn_format_wanted(const struct switch_conn *conn, struct ds *s);
const char *switch_conn_present(const struct switch_conn *conn);

#endif /* openflow/switch-conn.h */
