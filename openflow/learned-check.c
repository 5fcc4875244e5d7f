/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/learned-check.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-stats.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

void
learned_check_init(struct learned_check *check)
{
    *check = (struct learned_check) { .wanted = true };
    cookie_set_init(&check->stale);
}

void
learned_check_clear(struct learned_check *check)
{
    bool wanted = check->wanted || check->under_way;

    learned_check_destroy(check);
    learned_check_init(check);
    check->wanted = wanted;
}

void
learned_check_destroy(struct learned_check *check)
{
    free(check->count_xids);
    cookie_set_destroy(&check->stale);
}

static void
send_count(struct flow_stats_filter filter, ovs_be32 *xid,
           struct ovs_list *msgs)
{
    struct ofpbuf *msg = flow_stats_encode_count(filter, xid);

    ovs_list_push_back(msgs, &msg->list_node);
}

static void
send_counts_of_each(struct learned_check *check,
                    const struct cookie_set *cookies, struct ovs_list *msgs)
{
    const struct cookie_node *node;

    COOKIE_SET_FOR_EACH (node, cookies) {
        send_count((struct flow_stats_filter) {
                       ntohll(node->cookie), UINT64_MAX },
                   &check->count_xids[check->n_counts++], msgs);
    }
}

void
learned_check_begin(struct learned_check *check, struct ovs_list *msgs)
{
    learned_check_clear(check);
    check->wanted = false;
    check->under_way = true;
    send_count(FLOW_STATS_LEARNED, &check->first_xid, msgs);
}

/* There are learned flows. */
static void
send_counts(struct learned_check *check, const struct flow_list *flows,
            struct ovs_list *msgs)
{
    struct cookie_set valid = COOKIE_SET_INITIALIZER(&valid);

    cookie_set_add_learned(&valid, flows);
    check->n_valid = hmap_count(&valid.map);
    check->count_xids = xmalloc((2 * check->n_valid + 1)
                                * sizeof *check->count_xids);
    send_counts_of_each(check, &valid, msgs);
    send_count(FLOW_STATS_LEARNED, &check->count_xids[check->n_counts++],
               msgs);
    send_counts_of_each(check, &valid, msgs);
    cookie_set_destroy(&valid);
}

/* Notes that reply 'i' has a count of 'n' flows. */
static void
add_count(struct learned_check *check, size_t i, uint32_t n)
{
    if (i < check->n_valid) {
        check->before += n;
    } else if (i == check->n_valid) {
        check->all = n;
    } else {
        check->after += n;
    }
}

static uint32_t
get_count(const struct ofp_header *reply)
{
    struct ofputil_aggregate_stats stats;

    return (ofputil_decode_aggregate_stats_reply(&stats, reply) ? 0
            : stats.flow_count);
}

/* All are counted. */
static void
end_counts(struct learned_check *check, struct ovs_list *msgs)
{
    if (check->all != check->before || check->all != check->after) {
        struct ofpbuf *msg = flow_stats_encode_dump(FLOW_STATS_LEARNED,
                                                    &check->dump_xid);

        ovs_list_push_back(msgs, &msg->list_node);
    } else {
        check->under_way = false;
    }
}

bool
learned_check_take_count(struct learned_check *check,
                         const struct ofp_header *reply,
                         const struct flow_list *flows, struct ovs_list *msgs)
{
    if (!check->under_way) {
        return false;
    } else if (check->first_xid && reply->xid == check->first_xid) {
        check->first_xid = 0;
        if (get_count(reply)) {
            send_counts(check, flows, msgs);
        } else {
            check->under_way = false;
        }
        return true;
    } else if (check->n_replies >= check->n_counts
               || reply->xid != check->count_xids[check->n_replies]) {
        return false;
    }
    add_count(check, check->n_replies++, get_count(reply));
    if (check->n_replies == check->n_counts) {
        end_counts(check, msgs);
    }
    return true;
}

bool
learned_check_take_dump(struct learned_check *check, struct ofpbuf *reply,
                        const struct flow_list *flows)
{
    const struct ofp_header *oh = reply->data;

    if (!check->under_way || !check->dump_xid || oh->xid != check->dump_xid) {
        return false;
    }

    struct cookie_set valid = COOKIE_SET_INITIALIZER(&valid);
    bool more = ofpmp_more(oh);
    struct ofputil_flow_stats stats;
    struct ofpbuf ofpacts;

    cookie_set_add_learned(&valid, flows);
    ofpbuf_init(&ofpacts, 0);
    while (!ofputil_decode_flow_stats_reply(&stats, reply, true, &ofpacts)) {
        if ((ntohll(stats.cookie) & LEARNED_COOKIE_MASK) == LEARNED_COOKIE
            && !cookie_set_contains(&valid, stats.cookie)) {
            cookie_set_add(&check->stale, stats.cookie);
        }
    }
    ofpbuf_uninit(&ofpacts);
    cookie_set_destroy(&valid);
    check->under_way = more;
    return true;
}

bool
learned_check_has_xid(const struct learned_check *check, ovs_be32 xid)
{
    if (!check->under_way) {
        return false;
    }
    for (size_t i = check->n_replies; i < check->n_counts; i++) {
        if (check->count_xids[i] == xid) {
            return true;
        }
    }
    return xid && (xid == check->first_xid || xid == check->dump_xid);
}
