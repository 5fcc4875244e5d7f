/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SYNC_STATE_H
#define OPENFLOW_SYNC_STATE_H 1

/* What the parts of flow-sync.h share, and nobody else uses: its state, and
 * the steps from one state to the next.  flow-sync.c is what its user calls,
 * sync-receive.c decides who takes which message of the switch. */

#include <stdbool.h>

#include "compiler.h"
#include "openflow/claims.h"
#include "openflow/flow-bundle.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-listing.h"
#include "openflow/flow-sync.h"
#include "openflow/learned-check.h"
#include "openflow/side-requests.h"
#include "openflow/sync-counts.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "svec.h"

struct ofpbuf;

enum sync_state {
    S_DISCONNECTED,

    /* There is something to look at: a new connection, or other flows.  Next
     * we ask for the flows with our cookie. */
    S_LOOK,

    /* Waiting for these flows, in one reply or several. */
    S_DUMP,

    /* Waiting to know if flows were learned with another configuration: only
     * at the first look at a connection or with a flow set.  Then, or right
     * after S_DUMP, we compare. */
    S_CHECK,

    /* There is nothing to change, but a mode was set whose refusal would come
     * before the reply to a barrier request. */
    S_CONFIRM,

    /* The changes are staged: see flow-bundle.h. */
    S_STAGE,

    /* Waiting for the reply to the commit, or its error. */
    S_COMMIT,

    /* The switch has the flows.  The flow monitor may have news. */
    S_SETTLED,

    /* The switch refused a flow, so it has none of the changes.  It would
     * probably do so again: as in S_SETTLED, we wait to be told to look. */
    S_REFUSED
};

struct flow_sync {
    enum sync_state state;
    bool in_sync;               /* No difference known. */
    bool settled;               /* The switch has had 'wanted' once. */
    bool refused;               /* The last changes were, */
    bool full;                  /* because a table had no room. */
    bool news;                  /* Look again. */
    const char *failure;        /* Of the connection, or NULL. */
    long long int deadline;     /* While a reply is awaited. */
    struct ovs_list outbox;     /* Of struct ofpbuf: messages to send. */

    bool have_flows;            /* Those below, maybe none. */
    struct svec text;           /* What 'wanted' was parsed from, but for
                                 * table 18, which 'claims' has. */
    struct claims claims;
    struct flow_list wanted;
    struct flow_list present;   /* S_DUMP, S_CHECK: received so far. */
    struct flow_bundle bundle;  /* Has changes from S_STAGE on, unless done. */
    ovs_be32 xid;               /* Of the request whose reply moves us on. */

    struct learned_check learned;
    struct sync_counts counts;

    struct side_requests side;
    struct flow_listing listing;    /* For people: any state. */
    long long int last_look;
    uint64_t n_added, n_deleted;        /* Since it was settled. */

    struct ds present_words;
};

/* Says what is there, in words. */
void sync_say(struct flow_sync *, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

/* Appends 'msg' to what is to be sent, and takes ownership of it. */
void sync_send(struct flow_sync *, struct ofpbuf *msg);

/* Forgets what was under way, but for what is to be sent. */
void sync_forget(struct flow_sync *, enum sync_state);

/* Parses what is wanted now. */
void sync_parse_wanted(struct flow_sync *);

/* Returns true in a state that a message of the switch ends. */
bool sync_awaits_reply(const struct flow_sync *);

/* Steps.  The switch has the flows. */
void sync_settle(struct flow_sync *);

/* Counts what the switch has committed, if that was a repair: see
 * flow_sync_get_figures(). */
void sync_count_repairs(struct flow_sync *);

/* What is wanted has changed by time alone. */
void sync_change_wanted(struct flow_sync *);

/* The switch's own flows are there; or the check of learned ones may be. */
void sync_end_dump(struct flow_sync *);
void sync_end_check(struct flow_sync *);

/* The changes are staged. */
void sync_commit(struct flow_sync *);

/* The switch refused a flow or a request: a flow because its table is 'full',
 * maybe. */
void sync_refuse(struct flow_sync *, bool full);

/* The switch has no meter. */
void sync_do_without_meter(struct flow_sync *);

#endif /* openflow/sync-state.h */
