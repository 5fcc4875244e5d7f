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
 * forgotten (conntrack-flush.h), and so is what was learned with another
 * configuration (learned-check.h).  If a flow needs it, the switch is told to
 * show what is in IP fragments (frag-mode.h), and to send ICMP errors, which
 * it gets back translated (error-relay.h); if it refuses the meter for them,
 * it is to drop them.
 *
 * Then it listens for changes that others make (flow-monitor.h).  If the
 * switch refuses that, it looks every FLOW_SYNC_POLL_MSEC instead.
 *
 * Pure: messages in, messages out.  'now' is in milliseconds, of any clock
 * that does not go back, the same for all calls. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/ofp-protocol.h"

struct claims;
struct drop_count;
struct ds;
struct flow_config;
struct flow_listing;
struct flow_query;
struct error_relay;
struct ofpbuf;
struct simap;
struct svec;
struct table_use;

/* The version and protocol of all messages: bundles came with OpenFlow 1.4. */
#define FLOW_SYNC_VERSION OFP14_VERSION
#define FLOW_SYNC_PROTOCOL OFPUTIL_P_OF14_OXM

#define FLOW_SYNC_POLL_MSEC 5000

/* Creates the object.  There is no connection, and no flow is wanted. */
struct flow_sync *flow_sync_create(void);
void flow_sync_destroy(struct flow_sync *);

/* From now on the switch is to have 'flows': lines in the syntax of
 * ovs-ofctl(8), with port numbers, not names.  An empty set is a set.  The
 * same set once more only has the flows of others counted anew. */
void flow_sync_set_flows(struct flow_sync *, const struct svec *flows);

/* What the networks claim (claims.h): to be told before the flows that were
 * built from the same configurations; and that the uplink is another device,
 * so that it is not known any more who is there. */
void flow_sync_set_claims(struct flow_sync *, const struct flow_config *,
                          size_t n);
void flow_sync_revoke_claims(struct flow_sync *);
const struct claims *flow_sync_claims(const struct flow_sync *);

/* Has the switch see IP fragments in 'mode', a word of set-frags in
 * ovs-ofctl(8), as it did before the agent changed that.  Otherwise, or if
 * that is NULL, the mode is left alone unless the flows need another. */
void flow_sync_restore_frags(struct flow_sync *, const char *mode);

/* Returns the mode that the switch had before this object changed it, NULL if
 * it did not. */
const char *flow_sync_former_frags(const struct flow_sync *);

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
bool flow_sync_is_in_sync(const struct flow_sync *);

/* True if only others can bring this in sync: the switch
 * refused a flow. */
bool flow_sync_is_blocked(const struct flow_sync *);

/* True if it is blocked because a table has no room for one of the flows. */
bool flow_sync_is_full(const struct flow_sync *);

/* Returns the number of flows that are somebody else's, as counted last, 0 if
 * they were not counted with this connection and these flows. */
unsigned int flow_sync_foreign(const struct flow_sync *);
bool flow_sync_foreign_is_known(const struct flow_sync *);

/* Returns what was dropped, as counted last: maybe on an earlier
 * connection. */
const struct drop_count *flow_sync_drops(const struct flow_sync *);

/* Numbers of flows. */
struct flow_figures {
    size_t wanted;
    bool known;                 /* The next two were counted with this
                                 * connection and these flows. */
    unsigned int learned, foreign;

    /* Changes that the switch has committed because it differed from the same
     * flows that it had before: of whoever changed it, or as it was started
     * anew.  What it takes to have these flows for the first time, or others,
     * is not counted. */
    uint64_t added;             /* Or replaced. */
    uint64_t deleted;           /* What was learned with one cookie counts as
                                 * one. */
};
void flow_sync_get_figures(const struct flow_sync *, struct flow_figures *);

/* Whether to count how many flows each table has, from the next count on, and
 * what that was. */
void flow_sync_set_wants_tables(struct flow_sync *, bool wants_tables);
const struct table_use *flow_sync_table_use(const struct flow_sync *);

/* Returns what became of ICMP errors that visit the agent. */
const struct error_relay *flow_sync_errors(const struct flow_sync *);

/* Somebody wants to know these: counts again as soon as no look is under way,
 * at most once a second (sync-counts.h). */
void flow_sync_request_counts(struct flow_sync *);

/* Somebody wants to see what the switch has: has it dumped, in whatever state
 * this is.  flow_sync_listing() says what became of that (flow-listing.h): it
 * is done, or has failed because there is no connection or the switch refused,
 * or neither, as long as the switch is silent.  A lost connection ends it.
 * Only one is under way at a time: another one takes its place.
 * flow_sync_end_list() forgets it. */
void flow_sync_list(struct flow_sync *, const struct flow_query *);
void flow_sync_end_list(struct flow_sync *);
const struct flow_listing *flow_sync_listing(const struct flow_sync *);

/* Appends to 's' the wanted flows, or the changes that the last look found to
 * be necessary, unless they are done: a line each, in the latter case with "+"
 * for a flow to add or change and "-" for one to delete before it. */
void flow_sync_format_flows(const struct flow_sync *, struct ds *s);
void flow_sync_format_changes(const struct flow_sync *, struct ds *s);

/* Adds to 'usage' what the memory that is used depends on. */
void flow_sync_get_memory_usage(const struct flow_sync *,
                                struct simap *usage);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next call). */
void flow_sync_format_wanted(const struct flow_sync *, struct ds *s);
const char *flow_sync_present(const struct flow_sync *);

#endif /* openflow/flow-sync.h */
