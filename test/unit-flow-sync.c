/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <limits.h>
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
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

#define COOKIE "cookie=0x7069706574746500,"
#define FLOW_A COOKIE "table=0,priority=1,tcp actions=output:1"
#define FLOW_B COOKIE "table=0,priority=2,udp actions=output:2"

/* What the switch of a test remembers: the requests that wait for a reply. */
struct peer {
    struct flow_sync *sync;
    struct ofpbuf *dump, *barrier, *ctrl, *add;
    struct ofpbuf *counts[4];
    size_t n_counts;
};

static void
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
        keep(&peer->counts[peer->n_counts++ % 4], msg);
        return "count";
    case OFPTYPE_FLOW_MONITOR_STATS_REQUEST:
        ofpbuf_delete(msg);
        return "monitor";
    case OFPTYPE_ECHO_REPLY:
        ofpbuf_delete(msg);
        return "echo";
    }
    fail_msg("unexpected message");
    return NULL;
}

/* Checks that exactly the messages 'expected', names with spaces between, are
 * there to be sent. */
static void
expect(struct peer *peer, const char *expected)
{
    struct ds names = DS_EMPTY_INITIALIZER;
    struct ofpbuf *msg;

    while ((msg = flow_sync_send(peer->sync))) {
        ds_put_format(&names, "%s%s", names.length ? " " : "",
                      take(peer, msg));
    }
    assert_string_equal(ds_cstr(&names), expected);
    ds_destroy(&names);
}

/* Returns a peer with a connection, on which 'flow', or none if it is NULL, is
 * wanted. */
static struct peer
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

static void
disconnect_peer(struct peer *peer)
{
    keep(&peer->dump, NULL);
    keep(&peer->barrier, NULL);
    keep(&peer->ctrl, NULL);
    keep(&peer->add, NULL);
    for (int i = 0; i < 4; i++) {
        keep(&peer->counts[i], NULL);
    }
    flow_sync_destroy(peer->sync);
}

/* Gives 'msg' to 'peer' as if it came from a connection, and frees it. */
static void
receive(struct peer *peer, struct ofpbuf *msg, long long int now)
{
    ofpmsg_update_length(msg);
    struct ofpbuf received = ofpbuf_const_initializer(msg->data, msg->size);
    flow_sync_receive(peer->sync, &received, now);
    ofpbuf_delete(msg);
}

/* The reply to the dump: 'flow', or none if it is NULL. */
static void
reply_dump(struct peer *peer, const char *flow, long long int now)
{
    struct ovs_list replies;
    struct ofpbuf *msg;

    ofpmp_init(&replies, peer->dump->data);
    if (flow) {
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
        };
        minimatch_expand(&list.fms[0].match, &stats.match);
        ofputil_append_flow_stats_reply(&stats, &replies, NULL);
        flow_list_clear(&list);
        svec_destroy(&flows);
    }
    LIST_FOR_EACH_POP (msg, list_node, &replies) {
        receive(peer, msg, now);
    }
}

static void
reply_barrier(struct peer *peer, long long int now)
{
    receive(peer, ofputil_encode_barrier_request(OFP14_VERSION), now);
    struct ofpbuf *msg = ofpraw_alloc_reply(OFPRAW_OFPT11_BARRIER_REPLY,
                                            peer->barrier->data, 0);
    receive(peer, msg, now);
}

static void
reply_ctrl(struct peer *peer, long long int now)
{
    struct ofputil_bundle_ctrl_msg ctrl;

    assert_int_equal(ofputil_decode_bundle_ctrl(peer->ctrl->data, &ctrl), 0);
    ctrl.type++;
    receive(peer, ofputil_encode_bundle_ctrl_reply(peer->ctrl->data, &ctrl),
            now);
}

static void
reply_error(struct peer *peer, const struct ofpbuf *request)
{
    receive(peer, ofperr_encode_reply(OFPERR_OFPBAC_BAD_TYPE, request->data),
            0);
}

/* Counts: 'counts' of the four requests. */
static void
reply_counts(struct peer *peer, const int counts[4], long long int now)
{
    for (int i = 0; i < 4; i++) {
        struct ofputil_aggregate_stats stats = { .flow_count = counts[i] };

        receive(peer, ofputil_encode_aggregate_stats_reply(
                    &stats, peer->counts[i]->data), now);
    }
}

static void
send_update(struct peer *peer, const char *cookie)
{
    struct ofputil_flow_update update = {
        .event = OFPFME_REMOVED,
        .reason = OFPRR_DELETE,
        .cookie = htonll(strtoull(cookie, NULL, 16)),
    };
    struct ovs_list replies;
    struct ofpbuf *msg;

    match_init_catchall(&update.match);
    ovs_list_init(&replies);
    ofputil_start_flow_update(&replies, OFPUTIL_P_OF14_OXM);
    ofputil_append_flow_update(&update, &replies, NULL);
    LIST_FOR_EACH_POP (msg, list_node, &replies) {
        receive(peer, msg, 0);
    }
}

/* Tests. */

static void
flow_sync_nothing_to_do(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 5);
    expect(&peer, "dump");
    assert_false(flow_sync_is_right(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));
    reply_dump(&peer, FLOW_A, 5);
    assert_true(flow_sync_is_right(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync),
                        "1 flows, sent 0 changes");
    expect(&peer, "count count count count");
    assert_false(flow_sync_wants_look(peer.sync));
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    disconnect_peer(&peer);
}

static void
flow_sync_commits(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_B, 0);
    expect(&peer, "open add add barrier");
    /* Not before the barrier's reply; that of "open" does not matter. */
    reply_ctrl(&peer, 0);
    expect(&peer, "");
    struct ofpbuf *open = ofpbuf_clone(peer.ctrl);
    reply_barrier(&peer, 0);
    expect(&peer, "commit");
    struct ofpbuf *commit = peer.ctrl;
    peer.ctrl = open;
    reply_ctrl(&peer, 0);
    assert_false(flow_sync_is_right(peer.sync));
    keep(&peer.ctrl, commit);
    reply_ctrl(&peer, 0);
    assert_true(flow_sync_is_right(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync),
                        "1 flows, sent 2 changes");
    disconnect_peer(&peer);
}

static void
flow_sync_discards(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_error(&peer, peer.add);
    assert_true(flow_sync_is_stuck(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync), "the switch refused the "
                        "flow \"cookie=0x7069706574746500, priority=1,tcp "
                        "actions=output:1\": OFPBAC_BAD_TYPE");
    expect(&peer, "discard count count count count");
    reply_barrier(&peer, 0);
    expect(&peer, "");
    assert_false(flow_sync_is_right(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));

    /* The next look tries again, and may be luckier. */
    flow_sync_look(peer.sync, 1000);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 1000);
    assert_true(flow_sync_is_right(peer.sync));
    assert_false(flow_sync_is_stuck(peer.sync));
    disconnect_peer(&peer);
}

static void
flow_sync_commit_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 0);
    expect(&peer, "commit");
    reply_error(&peer, peer.ctrl);
    assert_true(flow_sync_is_stuck(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync),
                        "the switch refused a request: OFPBAC_BAD_TYPE");
    disconnect_peer(&peer);
}

static void
flow_sync_news(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    /* News before the reply: the reply may be older. */
    send_update(&peer, "0");
    assert_false(flow_sync_wants_look(peer.sync));
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_wants_look(peer.sync));
    flow_sync_look(peer.sync, 1);
    expect(&peer, "count count count count dump");
    /* It goes on to be right, as long as nothing else is known. */
    assert_true(flow_sync_is_right(peer.sync));
    reply_dump(&peer, FLOW_A, 1);
    assert_false(flow_sync_wants_look(peer.sync));
    /* Learned flows are no news. */
    send_update(&peer, "7069706c12345678");
    assert_false(flow_sync_wants_look(peer.sync));
    send_update(&peer, "7069706574746500");
    assert_true(flow_sync_wants_look(peer.sync));
    disconnect_peer(&peer);
}

/* Replies and errors that are about something else move nothing. */
static void
flow_sync_other_replies(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    struct ofpbuf *first_dump = peer.dump;
    peer.dump = NULL;
    flow_sync_look(peer.sync, 0);
    expect(&peer, "");

    flow_sync_disconnect(peer.sync);
    flow_sync_connect(peer.sync);
    reply_error(&peer, first_dump);
    assert_false(flow_sync_is_stuck(peer.sync));
    flow_sync_look(peer.sync, 0);
    expect(&peer, "monitor dump");
    reply_error(&peer, first_dump);
    assert_false(flow_sync_is_stuck(peer.sync));
    struct ofpbuf *dump = peer.dump;
    peer.dump = first_dump;
    reply_dump(&peer, FLOW_A, 0);
    assert_false(flow_sync_is_right(peer.sync));
    peer.dump = dump;
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_is_right(peer.sync));
    ofpbuf_delete(first_dump);
    disconnect_peer(&peer);
}

static void
flow_sync_no_reply(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    /* Nothing is owed yet. */
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    assert_null(flow_sync_failure(peer.sync, 1000000));
    flow_sync_look(peer.sync, 500);
    expect(&peer, "dump");
    assert_true(flow_sync_next(peer.sync) == 10500);
    assert_null(flow_sync_failure(peer.sync, 10499));
    assert_string_equal(flow_sync_failure(peer.sync, 10500),
                        "no reply in 10 seconds");
    /* Half of the conversation does not help. */
    reply_dump(&peer, NULL, 10000);
    expect(&peer, "open add barrier");
    assert_non_null(flow_sync_failure(peer.sync, 10500));
    reply_barrier(&peer, 10400);
    expect(&peer, "commit");
    assert_non_null(flow_sync_failure(peer.sync, 10500));
    reply_ctrl(&peer, 10499);
    assert_null(flow_sync_failure(peer.sync, 10500));
    disconnect_peer(&peer);
}

static void
flow_sync_undecodable(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    struct ofpbuf *msg = ofpraw_alloc_stats_reply(peer.dump->data, 0);
    ofpbuf_put(msg, "garbage", 7);
    receive(&peer, msg, 0);
    assert_string_equal(flow_sync_failure(peer.sync, 0),
                        "cannot decode the switch's flows");
    flow_sync_disconnect(peer.sync);
    assert_null(flow_sync_failure(peer.sync, 0));
    disconnect_peer(&peer);
}

/* Nothing of one connection is left for the next. */
static void
flow_sync_reconnect(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_is_right(peer.sync));
    flow_sync_disconnect(peer.sync);
    assert_false(flow_sync_is_right(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));
    expect(&peer, "");
    flow_sync_connect(peer.sync);
    expect(&peer, "monitor");
    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    flow_sync_disconnect(peer.sync);
    reply_barrier(&peer, 0);
    expect(&peer, "");
    disconnect_peer(&peer);
}

static void
flow_sync_foreign_counts(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    assert_int_equal(flow_sync_foreign(peer.sync), 0);
    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 0);
    expect(&peer, "count count count count");
    reply_counts(&peer, (int[4]) { 100, 1, 103, 100 }, 0);
    assert_int_equal(flow_sync_foreign(peer.sync), 2);

    /* Replies that nobody waits for, any more. */
    reply_counts(&peer, (int[4]) { 0, 0, 9, 0 }, 0);
    assert_int_equal(flow_sync_foreign(peer.sync), 2);

    /* Flows were learned meanwhile: who knows. */
    flow_sync_look(peer.sync, 5000);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 5000);
    expect(&peer, "count count count count");
    reply_counts(&peer, (int[4]) { 100, 1, 109, 101 }, 5000);
    assert_int_equal(flow_sync_foreign(peer.sync), 2);

    /* Nor can replies come in another order. */
    struct ofpbuf *learned = peer.counts[0];
    flow_sync_look(peer.sync, 7000);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 7000);
    peer.counts[0] = NULL;
    expect(&peer, "count count count count");
    struct ofpbuf *first = peer.counts[0];
    peer.counts[0] = learned;
    reply_counts(&peer, (int[4]) { 100, 1, 109, 100 }, 7000);
    assert_int_equal(flow_sync_foreign(peer.sync), 2);
    keep(&peer.counts[0], first);

    /* A switch that cannot count. */
    flow_sync_look(peer.sync, 10000);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 10000);
    expect(&peer, "count count count count");
    reply_counts(&peer, (int[4]) { 100, 1, 10, 100 }, 10000);
    assert_int_equal(flow_sync_foreign(peer.sync), 0);
    disconnect_peer(&peer);
}

/* At most once a second: each takes the switch some time. */
static void
flow_sync_foreign_interval(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 0);
    expect(&peer, "count count count count");
    for (int now = 1; now < 5; now++) {
        flow_sync_look(peer.sync, now);
        expect(&peer, "dump");
        reply_dump(&peer, FLOW_A, now);
        expect(&peer, "");
    }
    assert_true(flow_sync_next(peer.sync) == 1000);
    flow_sync_run(peer.sync, 999);
    expect(&peer, "");
    flow_sync_run(peer.sync, 1000);
    expect(&peer, "count count count count");
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    disconnect_peer(&peer);
}

const struct CMUnitTest flow_sync_tests[] = {
    cmocka_unit_test(flow_sync_nothing_to_do),
    cmocka_unit_test(flow_sync_commits),
    cmocka_unit_test(flow_sync_discards),
    cmocka_unit_test(flow_sync_commit_refused),
    cmocka_unit_test(flow_sync_news),
    cmocka_unit_test(flow_sync_other_replies),
    cmocka_unit_test(flow_sync_no_reply),
    cmocka_unit_test(flow_sync_undecodable),
    cmocka_unit_test(flow_sync_reconnect),
    cmocka_unit_test(flow_sync_foreign_counts),
    cmocka_unit_test(flow_sync_foreign_interval),
    { .name = NULL },
};
