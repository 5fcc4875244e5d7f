/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SWITCH_CONN_H
#define OPENFLOW_SWITCH_CONN_H 1

/* The connection to the switch
 * ============================
 *
 * Connects flow-sync.h to the bridge's management socket, and reconnects when
 * the connection is lost.
 *
 * Nothing here blocks: call switch_conn_run() and switch_conn_wait() in each
 * pass of a poll loop. */

#include <stdbool.h>
#include <stddef.h>

struct claims;
struct drop_count;
struct ds;
struct flow_config;
struct flow_figures;
struct flow_listing;
struct flow_query;
struct error_relay;
struct simap;
struct svec;
struct table_use;

/* Creates the object, for the bridge whose management socket is 'target', in
 * the form of vconn(7): "unix:/run/openvswitch/BRIDGE.mgmt".  It does not
 * connect before it is told flows. */
struct switch_conn *switch_conn_create(const char *target);

/* Closes the connection and frees 'conn'.  The switch keeps its flows. */
void switch_conn_destroy(struct switch_conn *conn);

/* Sets the desired flows: lines in the syntax of ovs-ofctl(8), with port
 * numbers, not names.  An empty set is a set.
 *
 * Connects if that was not done yet, and compares again. */
void switch_conn_set_flows(struct switch_conn *conn, const struct svec *flows);

/* What the networks claim, to be told before the flows: see flow-sync.h. */
void switch_conn_set_claims(struct switch_conn *conn,
                            const struct flow_config *configs, size_t n);
void switch_conn_revoke_claims(struct switch_conn *conn);
const struct claims *switch_conn_claims(const struct switch_conn *conn);

/* Connects now if there is no connection, instead of after the backoff:
 * ovs-vswitchd has been restarted. */
void switch_conn_connect_now(struct switch_conn *conn);

/* Disconnects and leaves the flows alone, until flows are set again. */
void switch_conn_release(struct switch_conn *conn);

void switch_conn_run(struct switch_conn *conn);
void switch_conn_wait(struct switch_conn *conn);

/* Returns true if something has changed, or may have, since the last look. */
bool switch_conn_wants_look(const struct switch_conn *conn);

/* Begins to compare the switch's flows with the desired ones, and to reconcile
 * them. */
void switch_conn_look(struct switch_conn *conn);

/* Returns true if the switch has confirmed the flows, and no difference was
 * seen since. */
bool switch_conn_is_in_sync(const struct switch_conn *conn);

/* Returns true if only others can bring the switch in sync: it refused a
 * flow. */
bool switch_conn_is_blocked(const struct switch_conn *conn);

/* Returns true if it refused one because its table has no room. */
bool switch_conn_is_full(const struct switch_conn *conn);

/* Returns the number of flows of others, and what was dropped, as counted
 * last, in time_msec() (drop-count.h).  switch_conn_request_counts() has both
 * counted again, at most once a second.  The former is known once it was
 * counted with this connection and these flows. */
unsigned int switch_conn_foreign(const struct switch_conn *conn);
bool switch_conn_foreign_is_known(const struct switch_conn *conn);
const struct drop_count *switch_conn_drops(const struct switch_conn *conn);
void switch_conn_request_counts(struct switch_conn *conn);

/* Stores numbers of flows, as counted last: see flow-sync.h. */
void switch_conn_get_figures(const struct switch_conn *conn,
                             struct flow_figures *figures);

/* Whether to count how many flows each table has, too, and what that was
 * (table-use.h). */
void switch_conn_set_wants_tables(struct switch_conn *conn, bool wants_tables);
const struct table_use *switch_conn_table_use(const struct switch_conn *conn);

/* What became of ICMP errors that visit the agent. */
const struct error_relay *switch_conn_errors(const struct switch_conn *conn);

/* Somebody wants to see what the switch has, or not any more, and what became
 * of that: see flow-sync.h. */
void switch_conn_list(struct switch_conn *conn, const struct flow_query *);
void switch_conn_end_list(struct switch_conn *conn);
const struct flow_listing *switch_conn_listing(const struct switch_conn *conn);

/* What the switch saw of IP fragments before that was changed, NULL if it was
 * not; and what it is to see again, if the flows do not need another mode: see
 * flow-sync.h. */
const char *switch_conn_former_frags(const struct switch_conn *conn);
void switch_conn_restore_frags(struct switch_conn *conn, const char *mode);

/* Appends to 's' the wanted flows, or what differed from them at the last
 * look: see flow-sync.h. */
void switch_conn_format_flows(const struct switch_conn *conn, struct ds *s);
void switch_conn_format_changes(const struct switch_conn *conn, struct ds *s);

/* Adds to 'usage' what the memory that is used depends on. */
void switch_conn_get_memory_usage(const struct switch_conn *conn,
                                  struct simap *usage);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next switch_conn_run()). */
void switch_conn_format_wanted(const struct switch_conn *conn, struct ds *s);
const char *switch_conn_present(const struct switch_conn *conn);

#endif /* openflow/switch-conn.h */
