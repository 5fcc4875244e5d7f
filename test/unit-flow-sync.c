/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/sync-peer.h"

#include <limits.h>

#include "openflow/drop-count.h"
#include "openflow/flow-sync.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

#define COOKIE "cookie=0x7069706574746500,"
#define FLOW_A COOKIE "table=0,priority=1,tcp actions=output:1"
#define FLOW_B COOKIE "table=0,priority=2,udp actions=output:2"
#define FLOW_DROP COOKIE "table=0,priority=0 actions=drop # why"

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

#define FLOW_NAT(ADDRESS) COOKIE "table=8,priority=1,ip " \
    "actions=ct(commit,table=17,zone=2,nat(dst=" ADDRESS "))"

/* With the flows that translated them, tracked connections go: not before, and
 * not if the flows stay. */
static void
flow_sync_forgets_connections(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_NAT("10.11.0.1"));

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_NAT("10.10.0.1"), 0);
    expect(&peer, "open add barrier");
    reply_error(&peer, peer.add);
    expect(&peer, "discard count count count count");

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_NAT("10.10.0.1"), 0);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 0);
    expect(&peer, "commit forget");
    disconnect_peer(&peer);
}

/* The switch is to show what is in fragments, at each look, if a flow looks at
 * it. */
static void
flow_sync_looks_into_fragments(void **state OVS_UNUSED)
{
    static const struct {
        const char *flow, *expected;
    } cases[] = {
        { COOKIE "table=0,icmp,icmp_type=8 actions=1", "fragments dump" },
        { COOKIE "table=0,icmp,icmp_code=1 actions=1", "fragments dump" },
        { COOKIE "table=0,tcp,tcp_src=7 actions=1", "fragments dump" },
        { COOKIE "table=0,udp,udp_dst=7,nw_frag=first actions=1",
          "fragments dump" },
        { COOKIE "table=0,tcp,tcp_dst=7,nw_frag=no actions=1", "dump" },
        { COOKIE "table=0,icmp,nw_frag=later actions=1", "dump" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct peer peer = connect_peer(cases[i].flow);

        flow_sync_look(peer.sync, 0);
        expect(&peer, cases[i].expected);
        reply_dump(&peer, cases[i].flow, 0);
        assert_true(flow_sync_is_right(peer.sync));
        expect(&peer, "count count count count");
        flow_sync_look(peer.sync, 0);
        expect(&peer, cases[i].expected);
        disconnect_peer(&peer);
    }
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

/* Checks that so many packets were dropped, as of 'then'. */
static void
check_drops(const struct peer *peer, int packets, long long int then)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    assert_true(flow_sync_drops(peer->sync)->as_of == then);
    drop_count_format(flow_sync_drops(peer->sync), then, &s);
    char *expected = xasprintf("  dropped: %d packets, counted 0 s ago\n"
                               "%12d  why\n", packets, packets);
    assert_string_equal(ds_cstr(&s), expected);
    free(expected);
    ds_destroy(&s);
}

static void
flow_sync_drops_counted(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    /* A look counts, too. */
    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_packets(&peer, FLOW_DROP, 7, 10);
    expect(&peer, "count count count count");
    check_drops(&peer, 7, 10);

    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 5000);
    expect(&peer, "dump");
    check_drops(&peer, 7, 10);
    assert_true(flow_sync_is_right(peer.sync));
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    reply_packets(&peer, FLOW_DROP, 8, 5010);
    check_drops(&peer, 8, 5010);

    /* That is all that it does, even if there is something to mend. */
    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 9000);
    expect(&peer, "dump");
    reply_dump(&peer, NULL, 9000);
    assert_true(flow_sync_is_right(peer.sync));
    expect(&peer, "");

    /* The last figures outlive the connection, but not the flows. */
    flow_sync_look(peer.sync, 10000);
    expect(&peer, "dump");
    reply_packets(&peer, FLOW_DROP, 9, 10000);
    flow_sync_disconnect(peer.sync);
    check_drops(&peer, 9, 10000);
    struct svec none = SVEC_EMPTY_INITIALIZER;
    flow_sync_set_flows(peer.sync, &none);
    assert_true(flow_sync_drops(peer.sync)->as_of == LLONG_MIN);
    disconnect_peer(&peer);
}

/* At most once a second, one at a time, and not beside a look. */
static void
flow_sync_drops_interval(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "");
    flow_sync_look(peer.sync, 0);
    flow_sync_want_drops(peer.sync);
    expect(&peer, "dump");
    reply_packets(&peer, FLOW_DROP, 1, 500);
    expect(&peer, "count count count count");
    assert_true(flow_sync_next(peer.sync) == 1500);
    flow_sync_run(peer.sync, 1499);
    expect(&peer, "");
    flow_sync_run(peer.sync, 1500);
    expect(&peer, "dump");

    /* A second one waits, until there is a reply or a look. */
    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 9000);
    expect(&peer, "");
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    struct ofpbuf *late = peer.dump;
    peer.dump = NULL;
    flow_sync_look(peer.sync, 9000);
    expect(&peer, "dump");
    struct ofpbuf *dump = peer.dump;
    peer.dump = late;
    reply_packets(&peer, FLOW_DROP, 2, 9000);
    check_drops(&peer, 1, 500);
    keep(&peer.dump, dump);
    reply_packets(&peer, FLOW_DROP, 3, 9000);
    check_drops(&peer, 3, 9000);
    flow_sync_run(peer.sync, 99000);
    expect(&peer, "count count count count");
    disconnect_peer(&peer);
}

/* Replies that nobody waits for, any more. */
static void
flow_sync_drops_late(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_packets(&peer, FLOW_DROP, 1, 0);
    reply_packets(&peer, FLOW_DROP, 2, 1);
    check_drops(&peer, 1, 0);

    struct ofpbuf *late = ofpbuf_clone(peer.dump);
    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 2000);
    expect(&peer, "count count count count dump");
    struct ofpbuf *dump = peer.dump;
    peer.dump = late;
    reply_packets(&peer, FLOW_DROP, 3, 2000);
    check_drops(&peer, 1, 0);
    keep(&peer.dump, dump);

    /* Of the flows before. */
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    svec_add(&flows, FLOW_DROP);
    flow_sync_set_flows(peer.sync, &flows);
    svec_destroy(&flows);
    reply_packets(&peer, FLOW_DROP, 4, 2000);
    assert_true(flow_sync_drops(peer.sync)->as_of == LLONG_MIN);
    disconnect_peer(&peer);
}

/* A look takes the place of a count that is under way, even if nothing comes
 * of it: who asks is heard, and the late reply is not taken for a count. */
static void
flow_sync_drops_look_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "dump");
    reply_packets(&peer, FLOW_DROP, 1, 0);
    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 1000);
    expect(&peer, "count count count count dump");
    struct ofpbuf *late = ofpbuf_clone(peer.dump);
    flow_sync_look(peer.sync, 2000);
    expect(&peer, "dump");
    reply_error(&peer, peer.dump);
    assert_true(flow_sync_is_stuck(peer.sync));

    keep(&peer.dump, late);
    reply_packets(&peer, FLOW_DROP, 2, 2000);
    check_drops(&peer, 1, 0);
    flow_sync_want_drops(peer.sync);
    flow_sync_run(peer.sync, 3000);
    expect(&peer, "count count count count dump");
    reply_packets(&peer, FLOW_DROP, 3, 3000);
    check_drops(&peer, 3, 3000);
    disconnect_peer(&peer);
}

const struct CMUnitTest flow_sync_tests[] = {
    cmocka_unit_test(flow_sync_nothing_to_do),
    cmocka_unit_test(flow_sync_commits),
    cmocka_unit_test(flow_sync_discards),
    cmocka_unit_test(flow_sync_commit_refused),
    cmocka_unit_test(flow_sync_forgets_connections),
    cmocka_unit_test(flow_sync_looks_into_fragments),
    cmocka_unit_test(flow_sync_news),
    cmocka_unit_test(flow_sync_other_replies),
    cmocka_unit_test(flow_sync_no_reply),
    cmocka_unit_test(flow_sync_undecodable),
    cmocka_unit_test(flow_sync_reconnect),
    cmocka_unit_test(flow_sync_foreign_counts),
    cmocka_unit_test(flow_sync_foreign_interval),
    cmocka_unit_test(flow_sync_drops_counted),
    cmocka_unit_test(flow_sync_drops_interval),
    cmocka_unit_test(flow_sync_drops_late),
    cmocka_unit_test(flow_sync_drops_look_refused),
    { .name = NULL },
};
