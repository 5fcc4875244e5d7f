/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/sync-counts.h"

#include <limits.h>

#include "openflow/flow-stats.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"

void
sync_counts_init(struct sync_counts *counts)
{
    *counts = (struct sync_counts) {
        .wanted = true, .last = -COUNTS_INTERVAL_MSEC,
    };
    drop_count_init(&counts->drops);
}

void
sync_counts_destroy(struct sync_counts *counts)
{
    drop_count_destroy(&counts->drops);
}

void
sync_counts_restart(struct sync_counts *counts)
{
    counts->wanted = true;
    counts->under_way = false;
    counts->count.n = N_COUNTS;
    counts->foreign = counts->learned = 0;
    counts->foreign_is_known = false;
    table_use_restart(&counts->tables);
}

void
sync_counts_request(struct sync_counts *counts)
{
    counts->wanted = true;
}

void
sync_counts_begin_look(struct sync_counts *counts)
{
    drop_count_begin(&counts->drops);
    counts->under_way = false;
}

void
sync_counts_run(struct sync_counts *counts, long long int now,
                struct ovs_list *msgs)
{
    if (now < sync_counts_next(counts)) {
        return;
    }
    counts->wanted = false;
    counts->last = now;
    /* A look may just have counted the drops. */
    if (now >= counts->drops.as_of + COUNTS_INTERVAL_MSEC) {
        struct ofpbuf *msg = flow_stats_encode_dump(FLOW_STATS_OWN,
                                                    &counts->drops_xid);

        counts->under_way = true;
        drop_count_begin(&counts->drops);
        ovs_list_push_back(msgs, &msg->list_node);
    }
    for (int i = 0; i < N_COUNTS; i++) {
        struct ofpbuf *msg = flow_count_encode_request(&counts->count, i);

        ovs_list_push_back(msgs, &msg->list_node);
    }
    if (counts->wants_tables) {
        struct ofpbuf *msg = table_use_encode_request(&counts->tables);

        ovs_list_push_back(msgs, &msg->list_node);
    }
}

long long int
sync_counts_next(const struct sync_counts *counts)
{
    return (counts->wanted && !counts->under_way
            ? counts->last + COUNTS_INTERVAL_MSEC : LLONG_MAX);
}

void
sync_counts_take_reply(struct sync_counts *counts,
                       const struct ofp_header *reply)
{
    if (flow_count_take_reply(&counts->count, reply, &counts->foreign)) {
        counts->foreign_is_known = true;
        counts->learned = flow_count_learned(&counts->count);
    }
}

void
sync_counts_take_tables(struct sync_counts *counts, struct ofpbuf *reply)
{
    table_use_take_reply(&counts->tables, reply);
}

bool
sync_counts_awaits(const struct sync_counts *counts,
                   const struct ofp_header *reply)
{
    return counts->under_way && reply->xid == counts->drops_xid;
}

bool
sync_counts_take_error(struct sync_counts *counts, ovs_be32 xid)
{
    if (counts->under_way && counts->drops_xid == xid) {
        counts->under_way = false;
        return true;
    }
    return (table_use_take_error(&counts->tables, xid)
            || flow_count_take_error(&counts->count, xid));
}
