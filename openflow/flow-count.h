/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_COUNT_H
#define OPENFLOW_FLOW_COUNT_H 1

/* Counting the flows that are somebody else's
 * ============================================
 *
 * The flows of a switch, less the agent's own, less the learned ones.  Each of
 * these is one aggregate statistics request (OpenFlow 1.4 section 7.3.5.3): no
 * flow is transferred, however many were learned.  Flows are learned between
 * the requests, too: so the learned ones are counted first and last, and if
 * these counts differ, this try is void.
 *
 * Pure: messages in, messages out. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/ofp-protocol.h"

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
struct ofpbuf *flow_count_encode_request(struct flow_count *, int i,
                                         enum ofputil_protocol);

/* Takes a reply, if 'reply' is the next one awaited.  Returns true, and stores
 * into '*foreign', once all replies are there and agree. */
bool flow_count_take_reply(struct flow_count *, const struct ofp_header *reply,
                           unsigned int *foreign);

#endif /* openflow/flow-count.h */
