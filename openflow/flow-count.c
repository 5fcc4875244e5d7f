/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-count.h"

#include "byte-order.h"
#include "openflow/flow-set.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"

struct ofpbuf *
flow_count_encode_request(struct flow_count *count, int i,
                          enum ofputil_protocol protocol)
{
    static const struct {
        uint64_t cookie, mask;
    } which[N_COUNTS] = {
        [COUNT_LEARNED] = { LEARNED_COOKIE, LEARNED_COOKIE_MASK },
        [COUNT_OWN] = { FLOW_COOKIE, UINT64_MAX },
        [COUNT_ALL] = { 0, 0 },
        [COUNT_LEARNED_AGAIN] = { LEARNED_COOKIE, LEARNED_COOKIE_MASK },
    };
    struct ofputil_flow_stats_request request = {
        .aggregate = true,
        .cookie = htonll(which[i].cookie),
        .cookie_mask = htonll(which[i].mask),
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = OFPTT_ALL,
    };

    match_init_catchall(&request.match);
    struct ofpbuf *msg = ofputil_encode_flow_stats_request(&request, protocol);
    count->xids[i] = ((const struct ofp_header *) msg->data)->xid;
    count->n = 0;
    return msg;
}

bool
flow_count_take_reply(struct flow_count *count, const struct ofp_header *reply,
                      unsigned int *foreign)
{
    const uint32_t *counts = count->counts;
    struct ofputil_aggregate_stats stats;

    if (count->n >= N_COUNTS || reply->xid != count->xids[count->n]
        || ofputil_decode_aggregate_stats_reply(&stats, reply)) {
        return false;
    }
    count->counts[count->n++] = stats.flow_count;
    if (count->n < N_COUNTS
        || counts[COUNT_LEARNED] != counts[COUNT_LEARNED_AGAIN]) {
        return false;
    }

    /* No switch that counts right has fewer in all. */
    uint64_t known = (uint64_t) counts[COUNT_LEARNED] + counts[COUNT_OWN];
    *foreign = counts[COUNT_ALL] > known ? counts[COUNT_ALL] - known : 0;
    return true;
}
