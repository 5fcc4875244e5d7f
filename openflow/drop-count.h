/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_DROP_COUNT_H
#define OPENFLOW_DROP_COUNT_H 1

/* What the flow set drops, a reason each
 * =======================================
 *
 * The reasons are the comments of the flow set's lines (flow-set.h); flows
 * with the same reason are counted together.  A reason counts since its flows
 * were put into the switch: neither the agent's restart nor a change of other
 * flows sets it back, a restart of the switch does.  Open vSwitch itself is up
 * to half a second late.
 *
 * The figures come from the flows that each look dumps anyway, and from a dump
 * of their own after somebody wanted to know them (flow-sync.h).  Who asks is
 * told the last ones and how old they are: nobody waits for the switch, which
 * may hang, and who asks again sees what is new.  Nothing else follows from
 * being asked: to watch the agent does not make it look, or mend.
 *
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/flow-diff.h"
#include "openflow/flow-index.h"

struct ds;
struct drop_reason;
struct json;
struct ofputil_flow_stats;
struct svec;

struct drop_count {
    const struct flow_list *flows;  /* The flow set. */
    struct flow_index *index;   /* Of these. */
    size_t *which;              /* An element a flow: its reason, or NONE. */
    struct drop_reason *reasons;
    size_t n;                   /* Reasons. */
    long long int as_of;        /* LLONG_MIN if never counted. */
};

void drop_count_init(struct drop_count *);
void drop_count_destroy(struct drop_count *);

/* From now on the flow set is 'flows', parsed from 'text', line by line.  It
 * must stay as it is until the next call, or until nothing is counted any
 * more.  Until it is counted, the figures of reasons that were there before
 * hold. */
void drop_count_set_flows(struct drop_count *, const struct flow_list *flows,
                          const struct svec *text);

/* Counts: at first drop_count_begin(), then the flows that the switch has, at
 * last drop_count_end().  Until then the figures are the former ones. */
void drop_count_begin(struct drop_count *);
void drop_count_add(struct drop_count *, const struct ofputil_flow_stats *);
void drop_count_end(struct drop_count *, long long int now);

/* Of a reason. */
struct drop_figures {
    char *network;              /* Owned; NULL if it is of all. */
    const char *reason;         /* Valid until the flow set is another one. */
    bool known;                 /* Was it counted? */
    uint64_t packets, bytes;
    long long int seconds_ago;
};

/* Stores into '*figures' what is known of reason 'i' of 'drops->n'.  The
 * caller frees 'figures->network'. */
void drop_count_get(const struct drop_count *, size_t i, long long int now,
                    struct drop_figures *figures);

/* Appends to 's' how many packets were dropped, and a line each for the
 * reasons that there were, in the flow set's order; all lines are indented.
 * Appends nothing if it is not known. */
void drop_count_format(const struct drop_count *, long long int now,
                       struct ds *s);

/* Puts into 'object' the same, with all reasons: "dropped" and
 * "dropped_seconds_ago", an empty array and null if it is not known.  A reason
 * that is of one network has its name. */
void drop_count_put_json(const struct drop_count *, long long int now,
                         struct json *object);

#endif /* openflow/drop-count.h */
