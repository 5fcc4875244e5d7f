/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/side-requests.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/flow-sync.h"
#include "openflow/frag-mode.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(side_requests);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

void
side_requests_init(struct side_requests *side)
{
    *side = (struct side_requests) { .monitor = FLOW_MONITOR_INITIALIZER };
    error_relay_init(&side->errors);
    cookie_set_init(&side->flush_xids);
}

void
side_requests_destroy(struct side_requests *side)
{
    flow_monitor_clear(&side->monitor);
    cookie_set_destroy(&side->flush_xids);
    free(side->restore_frags);
}

static void
forget_flushes(struct side_requests *side)
{
    cookie_set_destroy(&side->flush_xids);
    cookie_set_init(&side->flush_xids);
}

static void
forget_frags(struct side_requests *side)
{
    side->config_xid = side->frags_xid = 0;
    side->frags_error = NULL;
}

void
side_requests_restart(struct side_requests *side)
{
    flow_monitor_clear(&side->monitor);
    side->monitor_error = NULL;
    forget_flushes(side);
    forget_frags(side);
    error_relay_restart(&side->errors);
}

void
side_requests_monitor(struct side_requests *side,
                      const struct flow_list *flows, struct ovs_list *msgs)
{
    side->monitor_error = NULL;
    flow_monitor_set(&side->monitor, flows, FLOW_SYNC_PROTOCOL, msgs);
    VLOG_DBG_RL(&rl, "%"PRIu32" flow monitors",
                side->monitor.next_id - side->monitor.first_id);
}

/* Returns the mode for fragments that the switch is to have, NULL for any. */
static const char *
get_mode(const struct side_requests *side)
{
    return side->needs_mode ? "nx-match" : side->restore_frags;
}

void
side_requests_look(struct side_requests *side, const struct flow_list *flows,
                   struct ovs_list *msgs)
{
    forget_frags(side);
    side->needs_mode = frag_mode_is_needed(flows);
    error_relay_look(&side->errors, flows, msgs);
    if (get_mode(side)
        || error_relay_is_wanted(&side->errors)) {
        struct ofpbuf *msg = ofpraw_alloc(OFPRAW_OFPT_GET_CONFIG_REQUEST,
                                          FLOW_SYNC_VERSION, 0);

        side->config_xid = ((const struct ofp_header *) msg->data)->xid;
        ovs_list_push_back(msgs, &msg->list_node);
    }
}

void
side_requests_take_config(struct side_requests *side,
                          const struct ofp_header *reply,
                          struct ovs_list *msgs)
{
    const char *mode = get_mode(side);
    uint16_t miss_send_len = (error_relay_is_wanted(&side->errors)
                              ? ERROR_MISS_SEND_LEN : 0);
    const char *former;

    if (!side->config_xid || reply->xid != side->config_xid) {
        return;
    }
    side->config_xid = 0;
    struct ofpbuf *msg = frag_mode_change(reply, mode, miss_send_len, &former);
    if (msg) {
        if (former) {
            VLOG_DBG_RL(&rl, "set-frags %s, was %s", mode, former);
        }
        if (!side->former_frags) {
            side->former_frags = former;
        }
        side->frags_xid = ((const struct ofp_header *) msg->data)->xid;
        ovs_list_push_back(msgs, &msg->list_node);
    }
}

static ovs_be64
xid_key(ovs_be32 xid)
{
    return htonll(ntohl(xid));
}

void
side_requests_note_flushes(struct side_requests *side,
                           const struct ovs_list *msgs)
{
    const struct ofpbuf *msg;

    forget_flushes(side);
    LIST_FOR_EACH (msg, list_node, msgs) {
        const struct ofp_header *oh = msg->data;

        VLOG_DBG_RL(&rl, "forget tracked connections");
        cookie_set_add(&side->flush_xids, xid_key(oh->xid));
    }
}

/* The flows work without the former mode, and without ICMP errors. */
static void
take_frags_error(struct side_requests *side, const char *name)
{
    if (side->needs_mode) {
        side->frags_error = name;
    } else if (!side->restore_frags) {
        VLOG_WARN_RL(&rl, "the switch refused to send ICMP errors: %s", name);
    } else {
        VLOG_WARN_RL(&rl, "the switch refused to restore mode %s for IP "
                     "fragments: %s", side->restore_frags, name);
    }
}

bool
side_requests_take_error(struct side_requests *side, ovs_be32 xid,
                         const char *name, struct ovs_list *msgs)
{
    if (flow_monitor_has_xid(&side->monitor, xid)) {
        if (!side->monitor_error) {
            VLOG_WARN_RL(&rl, "the switch refused the flow monitor: %s; "
                         "looking every %d seconds instead", name,
                         FLOW_SYNC_POLL_MSEC / 1000);
        }
        side->monitor_error = name;
    } else if ((side->config_xid && side->config_xid == xid)
               || (side->frags_xid && side->frags_xid == xid)) {
        take_frags_error(side, name);
    } else if (cookie_set_contains(&side->flush_xids, xid_key(xid))) {
        VLOG_WARN_RL(&rl, "the switch refused to forget the tracked "
                     "connections of former flows: %s; routed clients may "
                     "have to use other ports", name);
    } else {
        return error_relay_take_error(&side->errors, xid, name, msgs);
    }
    return true;
}

bool
side_requests_want_barrier(const struct side_requests *side)
{
    return side->frags_xid || error_relay_changes_meter(&side->errors);
}
