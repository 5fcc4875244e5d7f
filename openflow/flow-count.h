/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_COUNT_H
#define OPENFLOW_FLOW_COUNT_H 1

/* Counting the flows that are somebody else's
 * ============================================
 *
 * The flows of a switch, less the agent's own, less the learned ones.  Each of
 * these is one aggregate statistics request (OpenFlow 1.4 section 7.3.5.3): no
 * flow is transferred, but the switch goes through all that it has, so they
 * are counted only when somebody asks.  Flows are learned between the
 * requests, too: so the learned ones are counted first and last, and the
 * larger number is taken.  While flows are learned, some of others may be
 * missed; a learned one is never taken for somebody else's.
 *
 * Pure: messages in, messages out. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct ofp_header;
struct ofpbuf;

enum { COUNT_LEARNED, COUNT_OWN, COUNT_ALL, COUNT_LEARNED_AGAIN, N_COUNTS };

struct flow_count {
    ovs_be32 xids[N_COUNTS];    /* Of the requests. */
    uint32_t counts[N_COUNTS];
    int n;                      /* Replies so far. */
};

/* Begins to count.  Returns the 'i'th of N_COUNTS requests, to be sent in this
 * order. */
struct ofpbuf *flow_count_encode_request(struct flow_count *, int i);

/* Takes a reply, if 'reply' is the next one awaited.  Returns true, and stores
 * into '*foreign', once all replies are there. */
bool flow_count_take_reply(struct flow_count *, const struct ofp_header *reply,
                           unsigned int *foreign);

/* Returns the number of learned flows, once all replies are there. */
uint32_t flow_count_learned(const struct flow_count *);

/* The switch refused the request with 'xid'.  Returns true if that was one
 * whose reply was awaited: then none is any more. */
bool flow_count_take_error(struct flow_count *, ovs_be32 xid);

#endif /* openflow/flow-count.h */
