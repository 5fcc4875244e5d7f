/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/sync-peer.h"

#include <limits.h>

#include "openflow/flow-sync.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-switch.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

#define COOKIE "cookie=0x7069706574746500,"
#define FLOW_A COOKIE "table=0,priority=1,tcp actions=output:1"
#define FLOW_B COOKIE "table=0,priority=2,udp actions=output:2"

static void
flow_sync_nothing_to_do(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 5);
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));
    reply_dump(&peer, FLOW_A, 5);
    assert_true(flow_sync_is_in_sync(peer.sync));
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

    begin_look(&peer, 0);
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
    assert_false(flow_sync_is_in_sync(peer.sync));
    keep(&peer.ctrl, commit);
    reply_ctrl(&peer, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync),
                        "1 flows, sent 2 changes");
    disconnect_peer(&peer);
}

static void
flow_sync_discards(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 0);
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_error(&peer, peer.add);
    assert_true(flow_sync_is_blocked(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync), "the switch refused the "
                        "flow \"cookie=0x7069706574746500, priority=1,tcp "
                        "actions=output:1\": OFPBAC_BAD_TYPE");
    expect(&peer, "discard count count count count");
    reply_barrier(&peer, 0);
    expect(&peer, "");
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));

    /* The next look tries again, and may be luckier. */
    begin_look(&peer, 1000);
    reply_dump(&peer, FLOW_A, 1000);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_is_blocked(peer.sync));
    disconnect_peer(&peer);
}

static void
flow_sync_commit_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 0);
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 0);
    expect(&peer, "commit");
    reply_error(&peer, peer.ctrl);
    assert_true(flow_sync_is_blocked(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync),
                        "the switch refused a request: OFPBAC_BAD_TYPE");
    disconnect_peer(&peer);
}

#define FLOW_NAT(ADDRESS) COOKIE "table=8,priority=1,ip " \
    "actions=ct(commit,table=17,zone=2,nat(dst=" ADDRESS "))"

/* With the flows that translated them, tracked connections go: not before, and
 * not if the flows stay. */
static void
flow_sync_forgets_connections(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_NAT("10.11.0.1"));

    begin_look(&peer, 0);
    reply_dump(&peer, FLOW_NAT("10.10.0.1"), 0);
    expect(&peer, "open add barrier");
    reply_error(&peer, peer.add);
    expect(&peer, "discard count count count count");

    begin_look(&peer, 0);
    reply_dump(&peer, FLOW_NAT("10.10.0.1"), 0);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 0);
    expect(&peer, "commit forget");
    /* To refuse that is no reason to take the flows back. */
    reply_error(&peer, peer.forget);
    reply_ctrl(&peer, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
    disconnect_peer(&peer);
}

/* Without a monitor, it looks by time. */
static void
flow_sync_monitor_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    reply_error(&peer, peer.monitor);
    begin_look(&peer, 100);
    reply_dump(&peer, FLOW_A, 100);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync), "1 flows, sent 0 "
                        "changes; the switch refused the flow monitor "
                        "(OFPBAC_BAD_TYPE), looking every 5 seconds");
    expect(&peer, "count count count count");
    assert_true(flow_sync_next(peer.sync) == 5100);
    flow_sync_run(peer.sync, 5099);
    assert_false(flow_sync_wants_look(peer.sync));
    flow_sync_run(peer.sync, 5100);
    assert_true(flow_sync_wants_look(peer.sync));
    flow_sync_look(peer.sync, 5100);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 5100);
    assert_true(flow_sync_next(peer.sync) == 10100);

    /* The next switch may have it. */
    flow_sync_disconnect(peer.sync);
    flow_sync_connect(peer.sync);
    expect(&peer, "monitor");
    begin_look(&peer, 6000);
    reply_dump(&peer, FLOW_A, 6000);
    assert_string_equal(flow_sync_present(peer.sync),
                        "1 flows, sent 0 changes");
    expect(&peer, "count count count count");
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    disconnect_peer(&peer);
}

#define FLOW_LEARN(COOKIE_) COOKIE "table=3,priority=1,tcp " \
    "actions=learn(table=4,cookie=" COOKIE_ ",NXM_OF_ETH_SRC[])"

/* There are learned flows, as the reply to the first count says; of a set that
 * learns with one cookie, three more counts follow. */
static void
expect_counts(struct peer *peer)
{
    reply_checks(peer, (int[]) { 1 }, 1, 0);
    peer->n_checks = 0;
    expect(peer, "check check check");
    peer->checking = false;
}

/* Flows that were learned with another configuration go, even if no flow tells
 * of it; they are looked for only if there are any. */
static void
flow_sync_stale_learned(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_LEARN("0x7069706c00000001"));

    peer.checking = true;
    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump check");
    reply_dump(&peer, NULL, 0);
    expect(&peer, "");
    expect_counts(&peer);
    reply_checks(&peer, (int[]) { 4, 7, 4 }, 3, 0);
    expect(&peer, "dump");
    reply_dump(&peer, "cookie=0x7069706c00000002,table=4 actions=drop", 0);
    expect(&peer, "open add add barrier");
    struct ds s = DS_EMPTY_INITIALIZER;
    flow_sync_format_changes(peer.sync, &s);
    assert_string_equal(ds_cstr(&s),
        "-cookie=0x7069706c00000002/-1\n"
        "+cookie=0x7069706574746500, table=3, priority=1,tcp actions="
        "learn(table=4,cookie=0x7069706c00000001,NXM_OF_ETH_SRC[])\n");
    ds_destroy(&s);

    /* Not forgotten when the switch refuses something. */
    reply_error(&peer, peer.add);
    expect(&peer, "discard count count count count");
    peer.checking = true;
    peer.n_checks = 0;
    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump check");
    expect_counts(&peer);
    reply_checks(&peer, (int[]) { 4, 4, 4 }, 3, 0);
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 0);
    expect(&peer, "commit");
    reply_ctrl(&peer, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));

    /* Once is enough. */
    flow_sync_look(peer.sync, 500);
    expect(&peer, "dump");
    disconnect_peer(&peer);
}

/* A flow that is learned between two counts does not hide a stale one. */
static void
flow_sync_stale_among_new(void **state OVS_UNUSED)
{
    static const int counts[][3] = {
        { 6, 7, 7 }, { 7, 7, 6 }, { 7, 8, 8 }, { 8, 7, 7 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        struct peer peer = connect_peer(FLOW_LEARN("0x7069706c00000001"));

        peer.checking = true;
        flow_sync_look(peer.sync, 0);
        expect(&peer, "dump check");
        expect_counts(&peer);
        reply_checks(&peer, counts[i], 3, 0);
        expect(&peer, "dump");
        disconnect_peer(&peer);
    }
}

/* However many configurations there were. */
static void
flow_sync_stale_many(void **state OVS_UNUSED)
{
    enum { N = 3000 };
    struct peer peer = connect_peer(FLOW_A);
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    struct ds adds = DS_EMPTY_INITIALIZER;

    peer.checking = true;
    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump check");
    reply_dump(&peer, FLOW_A, 0);
    /* This set learns nothing, so there is but one count. */
    reply_checks(&peer, (int[]) { N }, 1, 0);
    peer.n_checks = 0;
    expect(&peer, "check");
    peer.checking = false;
    reply_checks(&peer, (int[]) { N }, 1, 0);
    expect(&peer, "dump");
    ds_put_cstr(&adds, "open");
    for (int i = 0; i < N; i++) {
        svec_add_nocopy(&flows, xasprintf("cookie=0x7069706c%08x,table=4,"
                                          "tcp,tcp_src=%d actions=drop", i,
                                          i));
        ds_put_cstr(&adds, " add");
    }
    ds_put_cstr(&adds, " barrier");
    reply_flows(&peer, &flows, 0);
    expect(&peer, ds_cstr(&adds));
    svec_destroy(&flows);
    ds_destroy(&adds);
    disconnect_peer(&peer);
}

/* The same flows are not compared anew, nor monitored. */
static void
flow_sync_same_flows(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    begin_look(&peer, 0);
    reply_dump(&peer, FLOW_A, 0);
    expect(&peer, "count count count count");
    reply_counts(&peer, (int[4]) { 0, 1, 1, 0 }, 0);
    assert_true(flow_sync_foreign_is_known(peer.sync));
    svec_add(&flows, FLOW_A);
    flow_sync_set_flows(peer.sync, &flows);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));
    assert_false(flow_sync_foreign_is_known(peer.sync));
    expect(&peer, "");
    svec_add(&flows, FLOW_B);
    flow_sync_set_flows(peer.sync, &flows);
    svec_destroy(&flows);
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_true(flow_sync_wants_look(peer.sync));
    expect(&peer, "monitor monitor");
    disconnect_peer(&peer);
}

static void
flow_sync_news(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 0);
    /* News before the reply: the reply may be older. */
    send_update(&peer, "0");
    assert_false(flow_sync_wants_look(peer.sync));
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_wants_look(peer.sync));
    flow_sync_look(peer.sync, 1);
    expect(&peer, "count count count count dump");
    /* It goes on to be right, as long as nothing else is known. */
    assert_true(flow_sync_is_in_sync(peer.sync));
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

    begin_look(&peer, 0);
    struct ofpbuf *first_dump = peer.dump;
    peer.dump = NULL;
    flow_sync_look(peer.sync, 0);
    expect(&peer, "");

    flow_sync_disconnect(peer.sync);
    flow_sync_connect(peer.sync);
    reply_error(&peer, first_dump);
    assert_false(flow_sync_is_blocked(peer.sync));
    expect(&peer, "monitor");
    begin_look(&peer, 0);
    reply_error(&peer, first_dump);
    assert_false(flow_sync_is_blocked(peer.sync));
    struct ofpbuf *dump = peer.dump;
    peer.dump = first_dump;
    reply_dump(&peer, FLOW_A, 0);
    assert_false(flow_sync_is_in_sync(peer.sync));
    peer.dump = dump;
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
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
    begin_look(&peer, 500);
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

    begin_look(&peer, 0);
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

    begin_look(&peer, 0);
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
    flow_sync_disconnect(peer.sync);
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_wants_look(peer.sync));
    expect(&peer, "");
    flow_sync_connect(peer.sync);
    expect(&peer, "monitor");
    begin_look(&peer, 0);
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    flow_sync_disconnect(peer.sync);
    reply_barrier(&peer, 0);
    expect(&peer, "");
    disconnect_peer(&peer);
}

/* The switch is seen to have 'present', or nothing, and commits what is sent
 * because of that. */
static void
commit_changes(struct peer *peer, const char *present, const char *sent)
{
    begin_look(peer, 0);
    reply_dump(peer, present, 0);
    expect(peer, sent);
    reply_barrier(peer, 0);
    expect(peer, "commit");
    reply_ctrl(peer, 0);
    assert_true(flow_sync_is_in_sync(peer->sync));
}

static void
check_repairs(const struct peer *peer, uint64_t added, uint64_t deleted)
{
    struct flow_figures figures;

    flow_sync_get_figures(peer->sync, &figures);
    assert_int_equal(figures.added, added);
    assert_int_equal(figures.deleted, deleted);
}

static void
flow_sync_counts_repairs(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    /* At first, the flows are not repaired. */
    commit_changes(&peer, FLOW_B, "open add add barrier");
    check_repairs(&peer, 0, 0);

    /* A switch that is started anew has none. */
    flow_sync_disconnect(peer.sync);
    flow_sync_connect(peer.sync);
    expect(&peer, "monitor");
    commit_changes(&peer, NULL, "open add barrier");
    check_repairs(&peer, 1, 0);

    /* Other flows are no repair. */
    svec_add(&flows, FLOW_B);
    flow_sync_set_flows(peer.sync, &flows);
    svec_destroy(&flows);
    expect(&peer, "monitor monitor");
    commit_changes(&peer, FLOW_A, "open add add barrier");
    check_repairs(&peer, 1, 0);
    disconnect_peer(&peer);
}

const struct CMUnitTest flow_sync_tests[] = {
    cmocka_unit_test(flow_sync_nothing_to_do),
    cmocka_unit_test(flow_sync_commits),
    cmocka_unit_test(flow_sync_discards),
    cmocka_unit_test(flow_sync_commit_refused),
    cmocka_unit_test(flow_sync_forgets_connections),
    cmocka_unit_test(flow_sync_monitor_refused),
    cmocka_unit_test(flow_sync_stale_learned),
    cmocka_unit_test(flow_sync_stale_among_new),
    cmocka_unit_test(flow_sync_stale_many),
    cmocka_unit_test(flow_sync_same_flows),
    cmocka_unit_test(flow_sync_news),
    cmocka_unit_test(flow_sync_other_replies),
    cmocka_unit_test(flow_sync_no_reply),
    cmocka_unit_test(flow_sync_undecodable),
    cmocka_unit_test(flow_sync_reconnect),
    cmocka_unit_test(flow_sync_counts_repairs),
    { .name = NULL },
};
