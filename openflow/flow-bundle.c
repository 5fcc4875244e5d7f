/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-bundle.h"

#include <stdlib.h>

#include "coverage.h"
#include "openflow/flow-sync.h"
#include "openvswitch/ofp-bundle.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(flow_bundle);
COVERAGE_DEFINE(flow_bundle);
COVERAGE_DEFINE(flow_added);
COVERAGE_DEFINE(flow_deleted);

/* Others can make flows wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(6000, 6000);

#define FLAGS (OFPBF_ATOMIC | OFPBF_ORDERED)

void
flow_bundle_init(struct flow_bundle *bundle)
{
    *bundle = (struct flow_bundle) { .changes = FLOW_LIST_INITIALIZER };
    ovs_list_init(&bundle->with_commit);
}

void
flow_bundle_clear(struct flow_bundle *bundle)
{
    flow_list_clear(&bundle->changes);
    ofpbuf_list_delete(&bundle->with_commit);
    free(bundle->change_xids);
    bundle->change_xids = NULL;
}

/* Appends 'msg' to 'msgs', and returns its xid. */
static ovs_be32
append(struct ovs_list *msgs, struct ofpbuf *msg)
{
    ovs_list_push_back(msgs, &msg->list_node);
    return ((const struct ofp_header *) msg->data)->xid;
}

static ovs_be32
append_ctrl(const struct flow_bundle *bundle, uint16_t type,
            struct ovs_list *msgs)
{
    struct ofputil_bundle_ctrl_msg ctrl = {
        .bundle_id = bundle->id,
        .type = type,
        .flags = FLAGS,
    };

    return append(msgs, ofputil_encode_bundle_ctrl_request(FLOW_SYNC_VERSION,
                                                           &ctrl));
}

static ovs_be32
append_change(const struct flow_bundle *bundle,
              const struct ofputil_flow_mod *fm, struct ovs_list *msgs)
{
    struct ofpbuf *msg = ofputil_encode_flow_mod(fm, FLOW_SYNC_PROTOCOL);
    struct ofputil_bundle_add_msg add = {
        .bundle_id = bundle->id,
        .flags = FLAGS,
        .msg = msg->data,
    };
    ovs_be32 xid = append(msgs, ofputil_encode_bundle_add(FLOW_SYNC_VERSION,
                                                          &add));

    ofpbuf_delete(msg);
    return xid;
}

static void
log_change(const struct ofputil_flow_mod *fm)
{
    if (fm->command == OFPFC_ADD) {
        COVERAGE_INC(flow_added);
    } else {
        COVERAGE_INC(flow_deleted);
    }
    if (VLOG_IS_DBG_ENABLED()) {
        char *flow = flow_mod_to_string(fm);

        VLOG_DBG_RL(&rl, "%s %s",
                    fm->command == OFPFC_ADD ? "add" : "delete", flow);
        free(flow);
    }
}

ovs_be32
flow_bundle_stage(struct flow_bundle *bundle, struct ovs_list *msgs)
{
    const struct flow_list *changes = &bundle->changes;

    COVERAGE_INC(flow_bundle);
    /* An id of its own, so that nothing left of an earlier one is in it. */
    bundle->id++;
    bundle->open_xid = append_ctrl(bundle, OFPBCT_OPEN_REQUEST, msgs);
    bundle->change_xids = xmalloc(changes->n * sizeof *bundle->change_xids);
    for (size_t i = 0; i < changes->n; i++) {
        log_change(&changes->fms[i]);
        bundle->change_xids[i] = append_change(bundle, &changes->fms[i], msgs);
    }
    return append(msgs, ofputil_encode_barrier_request(FLOW_SYNC_VERSION));
}

ovs_be32
flow_bundle_commit(struct flow_bundle *bundle, struct ovs_list *msgs)
{
    ovs_be32 xid = append_ctrl(bundle, OFPBCT_COMMIT_REQUEST, msgs);

    ovs_list_push_back_all(msgs, &bundle->with_commit);
    return xid;
}

void
flow_bundle_discard(struct flow_bundle *bundle, struct ovs_list *msgs)
{
    append_ctrl(bundle, OFPBCT_DISCARD_REQUEST, msgs);
}

const struct ofputil_flow_mod *
flow_bundle_find(const struct flow_bundle *bundle, ovs_be32 xid)
{
    for (size_t i = 0; bundle->change_xids && i < bundle->changes.n; i++) {
        if (bundle->change_xids[i] == xid) {
            return &bundle->changes.fms[i];
        }
    }
    return NULL;
}

bool
flow_bundle_is_open_request(const struct flow_bundle *bundle, ovs_be32 xid)
{
    return bundle->change_xids && bundle->open_xid == xid;
}
