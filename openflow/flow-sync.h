/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_SYNC_H
#define OPENFLOW_FLOW_SYNC_H 1

/* The conversation that makes a switch equal to a flow set
 * =========================================================
 *
 * Makes one bridge's flow table equal to a flow set, as far as flows with the
 * agent's cookie (FLOW_COOKIE) and what they have learned go; all other flows
 * are somebody else's, and only counted.  It dumps the agent's flows, compares
 * and sends only the difference, in one atomic bundle (OpenFlow 1.4 section
 * 6.8): the switch has the old table or the new one, never something between.
 * A packet that is in the switch meanwhile is handled by one of the two.
 * Connections that the switch tracks and the new table makes wrong are
 * forgotten (nat-diff.h).  If a flow needs it, the switch is told to show what
 * is in IP fragments (frag-mode.h).
 *
 * Then it listens for changes that others make (flow-monitor.h).
 *
 * Pure: messages in, messages out.  'now' is in milliseconds, of any clock
 * that does not go back, the same for all calls. */

#include <stdbool.h>

#include "openvswitch/ofp-protocol.h"

struct drop_count;
struct ds;
struct ofpbuf;
struct svec;

/* The version and protocol of all messages: bundles came with OpenFlow 1.4. */
#define FLOW_SYNC_VERSION OFP14_VERSION

/* Creates the object.  There is no connection, and no flow is wanted. */
struct flow_sync *flow_sync_create(void);
void flow_sync_destroy(struct flow_sync *);

/* From now on the switch is to have 'flows': lines in the syntax of
 * ovs-ofctl(8), with port numbers, not names.  An empty set is a set. */
void flow_sync_set_flows(struct flow_sync *, const struct svec *flows);

/* There is a new connection: nothing is under way on it. */
void flow_sync_connect(struct flow_sync *);

/* The connection was lost.  What the switch does is not known. */
void flow_sync_disconnect(struct flow_sync *);

/* True if there is something to look at: a new connection, other flows, or
 * news of the flow table. */
bool flow_sync_wants_look(const struct flow_sync *);

/* Begins to compare, unless that is under way, or there is no connection. */
void flow_sync_look(struct flow_sync *, long long int now);

/* Takes a message from the switch.  'msg' stays the caller's; its data are
 * used up. */
void flow_sync_receive(struct flow_sync *, struct ofpbuf *msg,
                       long long int now);

/* Does what is due by time alone. */
void flow_sync_run(struct flow_sync *, long long int now);

/* Returns when flow_sync_run() or flow_sync_failure() will have something to
 * do or say, if nothing happens before; LLONG_MAX for never. */
long long int flow_sync_next(const struct flow_sync *);

/* Returns the next message for the switch, which becomes the caller's, or NULL
 * if there is none. */
struct ofpbuf *flow_sync_send(struct flow_sync *);

/* Returns NULL, or why the connection should be given up. */
const char *flow_sync_failure(const struct flow_sync *, long long int now);

/* True if the switch said that it has the flows, and no difference was seen
 * since. */
bool flow_sync_is_right(const struct flow_sync *);

/* True if this cannot become right without somebody else's doing: the switch
 * refused a flow. */
bool flow_sync_is_stuck(const struct flow_sync *);

/* Returns the number of flows that are somebody else's, as counted last. */
unsigned int flow_sync_foreign(const struct flow_sync *);

/* Somebody wants to know what is dropped: counts again as soon as no look is
 * under way, at most once a second.  It is also counted at each look. */
void flow_sync_want_drops(struct flow_sync *);

/* Returns what was dropped, as counted last: maybe on an earlier
 * connection. */
const struct drop_count *flow_sync_drops(const struct flow_sync *);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next call). */
void flow_sync_format_wanted(const struct flow_sync *, struct ds *s);
const char *flow_sync_present(const struct flow_sync *);

#endif /* openflow/flow-sync.h */
