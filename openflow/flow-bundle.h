/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_BUNDLE_H
#define OPENFLOW_FLOW_BUNDLE_H 1

/* Changes of a flow table, in one atomic bundle
 * ===============================================
 *
 * OpenFlow 1.4 section 6.8: the switch has the old table or the new one, never
 * something between.  The changes are staged, with a barrier request behind
 * them, whose reply comes after the errors of all that the switch refused.
 * Only without any they may be committed: the switch would commit the others.
 *
 * Pure: messages in, messages out. */

#include <stdbool.h>

#include "openflow/flow-diff.h"
#include "openvswitch/list.h"
#include "openvswitch/types.h"

struct flow_bundle {
    struct flow_list changes;
    struct ovs_list with_commit;    /* Messages to send right after it. */

    uint32_t id;
    ovs_be32 open_xid;          /* Of the request to open the bundle. */
    ovs_be32 *change_xids;      /* An element a change. */
};

/* Each bundle has no changes at first; the caller adds these, and messages to
 * 'with_commit'. */
void flow_bundle_init(struct flow_bundle *);
void flow_bundle_clear(struct flow_bundle *);

/* Appends to 'msgs' what stages the changes, and a barrier request.  Returns
 * the xid of the latter. */
ovs_be32 flow_bundle_stage(struct flow_bundle *, struct ovs_list *msgs);

/* Each appends to 'msgs' what commits what was staged, and returns its xid, or
 * what discards it. */
ovs_be32 flow_bundle_commit(struct flow_bundle *, struct ovs_list *msgs);
void flow_bundle_discard(struct flow_bundle *, struct ovs_list *msgs);

/* Returns the change that was staged by the request with 'xid', NULL if it was
 * none. */
const struct ofputil_flow_mod *flow_bundle_find(const struct flow_bundle *,
                                                ovs_be32 xid);

/* Returns true if 'xid' is that of the request to open the bundle. */
bool flow_bundle_is_open_request(const struct flow_bundle *, ovs_be32 xid);

#endif /* openflow/flow-bundle.h */
