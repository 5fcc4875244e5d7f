/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_LEARNED_CHECK_H
#define OPENFLOW_LEARNED_CHECK_H 1

/* Finding learned flows of a former configuration
 * ================================================
 *
 * The flows that taught them may be gone, if somebody deleted these while no
 * agent was there: then their cookies alone tell (LEARNED_COOKIE).  All
 * learned flows are counted; if there are any, they are counted again, and
 * before and after that those with a cookie that the flow set learns with, of
 * which many networks have many.  Only if the three numbers differ, the
 * learned flows are dumped for their cookies: there may be very many.  Flows
 * come and go between two counts, and could make two of them the same.
 *
 * Pure: messages in, messages out. */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/flow-index.h"
#include "openvswitch/types.h"

struct flow_list;
struct ofp_header;
struct ofpbuf;
struct ovs_list;

struct learned_check {
    bool wanted;                /* To be done at the next look. */
    bool under_way;
    ovs_be32 first_xid;         /* Of the first count of all learned flows, 0
                                 * once it was answered. */
    ovs_be32 *count_xids;       /* Of n_counts requests: n_valid, one for all
                                 * learned flows, the n_valid again. */
    size_t n_counts, n_replies, n_valid;
    uint64_t before, all, after;
    ovs_be32 dump_xid;
    struct cookie_set stale;    /* What was found. */
};

void learned_check_init(struct learned_check *);
void learned_check_destroy(struct learned_check *);

/* Begins: appends a request to 'msgs'. */
void learned_check_begin(struct learned_check *, struct ovs_list *msgs);

/* Forgets what is under way, and what was found. */
void learned_check_clear(struct learned_check *);

/* Takes 'reply', an aggregate reply, or one to a dump, with the flow set
 * 'flows'.  Returns true if it was one of those awaited; the former may append
 * other requests to 'msgs'.
 * 'under_way' is false once all is known. */
bool learned_check_take_count(struct learned_check *,
                              const struct ofp_header *reply,
                              const struct flow_list *flows,
                              struct ovs_list *msgs);
bool learned_check_take_dump(struct learned_check *, struct ofpbuf *reply,
                             const struct flow_list *flows);

/* Returns true if 'xid' is that of a request under way. */
bool learned_check_has_xid(const struct learned_check *, ovs_be32 xid);

#endif /* openflow/learned-check.h */
