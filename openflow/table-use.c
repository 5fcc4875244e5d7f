/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/table-use.h"

#include "openflow/flow-sync.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-table.h"
#include "openvswitch/ofpbuf.h"

void
table_use_restart(struct table_use *use)
{
    use->xid = 0;
    use->known = false;
}

struct ofpbuf *
table_use_encode_request(struct table_use *use)
{
    struct ofpbuf *msg = ofpraw_alloc(OFPRAW_OFPST_TABLE_REQUEST,
                                      FLOW_SYNC_VERSION, 0);

    use->xid = ((const struct ofp_header *) msg->data)->xid;
    return msg;
}

void
table_use_take_reply(struct table_use *use, struct ofpbuf *reply)
{
    const struct ofp_header *oh = reply->data;
    bool more = ofpmp_more(oh);
    struct ofputil_table_features features;
    struct ofputil_table_stats stats;

    if (!use->xid || oh->xid != use->xid) {
        return;
    }
    while (!ofputil_decode_table_stats_reply(reply, &stats, &features)) {
        use->flows[stats.table_id] = stats.active_count;
    }
    if (!more) {
        use->xid = 0;
        use->known = true;
    }
}

bool
table_use_take_error(struct table_use *use, ovs_be32 xid)
{
    if (use->xid && use->xid == xid) {
        use->xid = 0;
        return true;
    }
    return false;
}
