/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-count.h"

#include "openflow/flow-stats.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "util.h"

struct ofpbuf *
flow_count_encode_request(struct flow_count *count, int i)
{
    const struct flow_stats_filter filters[N_COUNTS] = {
        [COUNT_LEARNED] = FLOW_STATS_LEARNED,
        [COUNT_OWN] = FLOW_STATS_OWN,
        [COUNT_ALL] = FLOW_STATS_ALL,
        [COUNT_LEARNED_AGAIN] = FLOW_STATS_LEARNED,
    };

    count->n = 0;
    return flow_stats_encode_count(filters[i], &count->xids[i]);
}

uint32_t
flow_count_learned(const struct flow_count *count)
{
    return MAX(count->counts[COUNT_LEARNED],
               count->counts[COUNT_LEARNED_AGAIN]);
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
    if (count->n < N_COUNTS) {
        return false;
    }

    uint64_t known = ((uint64_t) flow_count_learned(count)
                      + counts[COUNT_OWN]);
    *foreign = counts[COUNT_ALL] > known ? counts[COUNT_ALL] - known : 0;
    return true;
}

bool
flow_count_take_error(struct flow_count *count, ovs_be32 xid)
{
    for (int i = count->n; i < N_COUNTS; i++) {
        if (count->xids[i] == xid) {
            count->n = N_COUNTS;
            return true;
        }
    }
    return false;
}
