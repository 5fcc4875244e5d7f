/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/sync-peer.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-sync.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-bundle.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-monitor.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-switch.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

void
keep(struct ofpbuf **slot, struct ofpbuf *msg)
{
    ofpbuf_delete(*slot);
    *slot = msg;
}

static const char *
ctrl_name(const struct ofp_header *oh)
{
    struct ofputil_bundle_ctrl_msg ctrl;

    assert_int_equal(ofputil_decode_bundle_ctrl(oh, &ctrl), 0);
    return (ctrl.type == OFPBCT_OPEN_REQUEST ? "open"
            : ctrl.type == OFPBCT_COMMIT_REQUEST ? "commit"
            : ctrl.type == OFPBCT_DISCARD_REQUEST ? "discard"
            : "?");
}

/* Takes one message, which becomes the peer's, and returns its name. */
static const char *
take(struct peer *peer, struct ofpbuf *msg)
{
    enum ofptype type;

    assert_int_equal(ofptype_decode(&type, msg->data), 0);
    switch ((int) type) {
    case OFPTYPE_FLOW_STATS_REQUEST:
        keep(&peer->dump, msg);
        return "dump";
    case OFPTYPE_BUNDLE_CONTROL:
        keep(&peer->ctrl, msg);
        return ctrl_name(msg->data);
    case OFPTYPE_BUNDLE_ADD_MESSAGE:
        keep(&peer->add, msg);
        return "add";
    case OFPTYPE_BARRIER_REQUEST:
        keep(&peer->barrier, msg);
        return "barrier";
    case OFPTYPE_AGGREGATE_STATS_REQUEST:
        if (peer->checking) {
            keep(&peer->checks[peer->n_checks++ % 4], msg);
            return "check";
        }
        keep(&peer->counts[peer->n_counts++ % 4], msg);
        return "count";
    case OFPTYPE_FLOW_MONITOR_STATS_REQUEST:
        keep(&peer->monitor, msg);
        return "monitor";
    case OFPTYPE_ECHO_REPLY:
        ofpbuf_delete(msg);
        return "echo";
    case OFPTYPE_GET_CONFIG_REQUEST:
        keep(&peer->config, msg);
        return "config";
    case OFPTYPE_SET_CONTROLLER_ID:
    case OFPTYPE_SET_PACKET_IN_FORMAT:
    case OFPTYPE_SET_ASYNC_CONFIG:
        ofpbuf_delete(msg);
        return "listen";
    case OFPTYPE_SET_CONFIG:
        keep(&peer->fragments, msg);
        return "fragments";
    case OFPTYPE_CT_FLUSH:
        keep(&peer->forget, msg);
        return "forget";
    }
    fail_msg("unexpected message");
    return NULL;
}

/* These have tests of their own: unit-error-relay.c. */
static bool
is_about_meters(const struct ofp_header *oh)
{
    enum ofptype type;

    return (!ofptype_decode(&type, oh)
            && type == OFPTYPE_METER_CONFIG_STATS_REQUEST);
}

void
expect(struct peer *peer, const char *expected)
{
    struct ds names = DS_EMPTY_INITIALIZER;
    struct ofpbuf *msg;

    while ((msg = flow_sync_send(peer->sync))) {
        if (is_about_meters(msg->data)) {
            ofpbuf_delete(msg);
            continue;
        }
        ds_put_format(&names, "%s%s", names.length ? " " : "",
                      take(peer, msg));
    }
    assert_string_equal(ds_cstr(&names), expected);
    ds_destroy(&names);
}

struct peer
connect_peer(const char *flow)
{
    struct peer peer = { .sync = flow_sync_create() };
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    if (flow) {
        svec_add(&flows, flow);
    }
    flow_sync_set_flows(peer.sync, &flows);
    svec_destroy(&flows);
    flow_sync_look(peer.sync, 0);
    expect(&peer, "");
    flow_sync_connect(peer.sync);
    expect(&peer, "monitor");
    assert_true(flow_sync_wants_look(peer.sync));
    return peer;
}

void
disconnect_peer(struct peer *peer)
{
    keep(&peer->dump, NULL);
    keep(&peer->barrier, NULL);
    keep(&peer->ctrl, NULL);
    keep(&peer->add, NULL);
    for (int i = 0; i < 4; i++) {
        keep(&peer->counts[i], NULL);
        keep(&peer->checks[i], NULL);
    }
    keep(&peer->config, NULL);
    keep(&peer->monitor, NULL);
    keep(&peer->fragments, NULL);
    keep(&peer->forget, NULL);
    flow_sync_destroy(peer->sync);
}

void
receive(struct peer *peer, struct ofpbuf *msg, long long int now)
{
    ofpmsg_update_length(msg);
    struct ofpbuf received = ofpbuf_const_initializer(msg->data, msg->size);
    flow_sync_receive(peer->sync, &received, now);
    ofpbuf_delete(msg);
}

void
begin_look(struct peer *peer, long long int now)
{
    peer->checking = true;
    peer->n_checks = 0;
    flow_sync_look(peer->sync, now);
    expect(peer, "dump check");
    peer->checking = false;
    reply_checks(peer, (int[]) { 0 }, 1, now);
}

void
reply_checks(struct peer *peer, const int checks[], size_t n,
             long long int now)
{
    for (size_t i = 0; i < n; i++) {
        struct ofputil_aggregate_stats stats = { .flow_count = checks[i] };

        receive(peer, ofputil_encode_aggregate_stats_reply(
                    &stats, peer->checks[i]->data), now);
    }
}

void
reply_config(struct peer *peer, const char *mode, long long int now)
{
    struct ofputil_switch_config config = { .miss_send_len = 7 };

    assert_true(ofputil_frag_handling_from_string(mode, &config.frag));
    receive(peer, ofputil_encode_get_config_reply(peer->config->data,
                                                  &config), now);
}

/* Appends 'flow' to 'replies'. */
static void
append_flow(struct ovs_list *replies, const char *flow, uint64_t packets)
{
    struct flow_list list = FLOW_LIST_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    svec_add(&flows, flow);
    assert_null(flow_list_parse(&list, &flows));
    struct ofputil_flow_stats stats = {
        .cookie = list.fms[0].new_cookie,
        .table_id = list.fms[0].table_id,
        .priority = list.fms[0].priority,
        .ofpacts = list.fms[0].ofpacts,
        .ofpacts_len = list.fms[0].ofpacts_len,
        .packet_count = packets,
    };
    minimatch_expand(&list.fms[0].match, &stats.match);
    ofputil_append_flow_stats_reply(&stats, replies, NULL);
    flow_list_clear(&list);
    svec_destroy(&flows);
}

static void
receive_all(struct peer *peer, struct ovs_list *replies, long long int now)
{
    struct ofpbuf *msg;

    LIST_FOR_EACH_POP (msg, list_node, replies) {
        receive(peer, msg, now);
    }
}

void
reply_packets(struct peer *peer, const char *flow, uint64_t packets,
              long long int now)
{
    struct ovs_list replies;

    ofpmp_init(&replies, peer->dump->data);
    if (flow) {
        append_flow(&replies, flow, packets);
    }
    receive_all(peer, &replies, now);
}

void
reply_flows(struct peer *peer, const struct svec *flows, long long int now)
{
    struct ovs_list replies;
    const char *flow;
    size_t i;

    ofpmp_init(&replies, peer->dump->data);
    SVEC_FOR_EACH (i, flow, flows) {
        append_flow(&replies, flow, 0);
    }
    receive_all(peer, &replies, now);
}

void
reply_dump(struct peer *peer, const char *flow, long long int now)
{
    reply_packets(peer, flow, 0, now);
}

void
reply_barrier(struct peer *peer, long long int now)
{
    receive(peer, ofputil_encode_barrier_request(OFP14_VERSION), now);
    struct ofpbuf *msg = ofpraw_alloc_reply(OFPRAW_OFPT11_BARRIER_REPLY,
                                            peer->barrier->data, 0);
    receive(peer, msg, now);
}

void
reply_ctrl(struct peer *peer, long long int now)
{
    struct ofputil_bundle_ctrl_msg ctrl;

    assert_int_equal(ofputil_decode_bundle_ctrl(peer->ctrl->data, &ctrl), 0);
    ctrl.type++;
    receive(peer, ofputil_encode_bundle_ctrl_reply(peer->ctrl->data, &ctrl),
            now);
}

void
reply_error(struct peer *peer, const struct ofpbuf *request)
{
    receive(peer, ofperr_encode_reply(OFPERR_OFPBAC_BAD_TYPE, request->data),
            0);
}

void
reply_counts(struct peer *peer, const int counts[4], long long int now)
{
    for (int i = 0; i < 4; i++) {
        struct ofputil_aggregate_stats stats = { .flow_count = counts[i] };

        receive(peer, ofputil_encode_aggregate_stats_reply(
                    &stats, peer->counts[i]->data), now);
    }
}

void
send_update(struct peer *peer, const char *cookie)
{
    struct ofputil_flow_update update = {
        .event = OFPFME_REMOVED,
        .reason = OFPRR_DELETE,
        .cookie = htonll(strtoull(cookie, NULL, 16)),
    };
    struct ovs_list replies;

    match_init_catchall(&update.match);
    ovs_list_init(&replies);
    ofputil_start_flow_update(&replies, OFPUTIL_P_OF14_OXM);
    ofputil_append_flow_update(&update, &replies, NULL);
    receive_all(peer, &replies, 0);
}
