/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-stats.h"

#include <stdbool.h>

#include "byte-order.h"
#include "openflow/flow-sync.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"

static struct ofpbuf *
encode(struct flow_stats_filter filter, bool aggregate, ovs_be32 *xid)
{
    struct ofputil_flow_stats_request request = {
        .aggregate = aggregate,
        .cookie = htonll(filter.cookie),
        .cookie_mask = htonll(filter.mask),
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = OFPTT_ALL,
    };

    match_init_catchall(&request.match);
    struct ofpbuf *msg = ofputil_encode_flow_stats_request(&request,
                                                           FLOW_SYNC_PROTOCOL);
    *xid = ((const struct ofp_header *) msg->data)->xid;
    return msg;
}

struct ofpbuf *
flow_stats_encode_dump(struct flow_stats_filter filter, ovs_be32 *xid)
{
    return encode(filter, false, xid);
}

struct ofpbuf *
flow_stats_encode_count(struct flow_stats_filter filter, ovs_be32 *xid)
{
    return encode(filter, true, xid);
}
