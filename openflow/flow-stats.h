/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_STATS_H
#define OPENFLOW_FLOW_STATS_H 1

/* Requests for flow statistics (OpenFlow 1.4 sections 7.3.5.2 and 7.3.5.3), of
 * version FLOW_SYNC_VERSION. */

#include <stdint.h>

#include "openflow/flow-set.h"
#include "openvswitch/types.h"

struct ofpbuf;

/* The flows whose cookie is 'cookie' where 'mask' has bits: both in host byte
 * order. */
struct flow_stats_filter {
    uint64_t cookie, mask;
};

/* The agent's own flows, what these have learned, and all flows. */
#define FLOW_STATS_OWN \
    ((struct flow_stats_filter) { FLOW_COOKIE, UINT64_MAX })
#define FLOW_STATS_LEARNED \
    ((struct flow_stats_filter) { LEARNED_COOKIE, LEARNED_COOKIE_MASK })
#define FLOW_STATS_ALL ((struct flow_stats_filter) { 0, 0 })

/* Each returns a request, in the first case for the flows, in the second for
 * their number only.  It becomes the caller's; its xid is stored into
 * '*xid'. */
struct ofpbuf *flow_stats_encode_dump(struct flow_stats_filter,
                                      ovs_be32 *xid);
struct ofpbuf *flow_stats_encode_count(struct flow_stats_filter,
                                       ovs_be32 *xid);

#endif /* openflow/flow-stats.h */
