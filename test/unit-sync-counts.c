/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/sync-peer.h"

#include <limits.h>

#include "openflow/drop-count.h"
#include "openflow/flow-sync.h"
#include "openflow/sync-counts.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-table.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

#define COOKIE "cookie=0x7069706574746500,"
#define FLOW_A COOKIE "table=0,priority=1,tcp actions=output:1"
#define FLOW_DROP COOKIE "table=0,priority=0 actions=drop # why"

static void
sync_counts_foreign(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    assert_int_equal(flow_sync_foreign(peer.sync), 0);
    assert_false(flow_sync_foreign_is_known(peer.sync));
    begin_look(&peer, 0);
    reply_dump(&peer, FLOW_A, 0);
    expect(&peer, "count count count count");
    reply_counts(&peer, (int[4]) { 100, 1, 103, 100 }, 0);
    assert_int_equal(flow_sync_foreign(peer.sync), 2);
    assert_true(flow_sync_foreign_is_known(peer.sync));

    /* Replies that nobody waits for, any more. */
    reply_counts(&peer, (int[4]) { 0, 0, 9, 0 }, 0);
    assert_int_equal(flow_sync_foreign(peer.sync), 2);

    /* Nobody asks, so nothing is counted. */
    flow_sync_look(peer.sync, 5000);
    expect(&peer, "dump");
    reply_dump(&peer, FLOW_A, 5000);
    expect(&peer, "");

    /* Flows are learned meanwhile: none of these is somebody else's. */
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 5500);
    expect(&peer, "count count count count");
    reply_counts(&peer, (int[4]) { 100, 1, 109, 105 }, 5500);
    assert_int_equal(flow_sync_foreign(peer.sync), 3);

    /* Nor can replies come in another order. */
    struct ofpbuf *learned = peer.counts[0];
    peer.counts[0] = NULL;
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 7000);
    expect(&peer, "dump count count count count");
    reply_dump(&peer, FLOW_A, 7000);
    struct ofpbuf *first = peer.counts[0];
    peer.counts[0] = learned;
    reply_counts(&peer, (int[4]) { 100, 1, 109, 100 }, 7000);
    assert_int_equal(flow_sync_foreign(peer.sync), 3);
    keep(&peer.counts[0], first);

    /* A switch that cannot count. */
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 10000);
    expect(&peer, "dump count count count count");
    reply_counts(&peer, (int[4]) { 100, 1, 10, 100 }, 10000);
    assert_int_equal(flow_sync_foreign(peer.sync), 0);
    disconnect_peer(&peer);
}

/* At most once a second: each takes the switch some time. */
static void
sync_counts_foreign_interval(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 0);
    reply_dump(&peer, FLOW_A, 0);
    expect(&peer, "count count count count");
    for (int now = 1; now < 5; now++) {
        flow_sync_request_counts(peer.sync);
        flow_sync_run(peer.sync, now);
        expect(&peer, "");
    }
    assert_true(flow_sync_next(peer.sync) == 1000);
    flow_sync_run(peer.sync, 999);
    expect(&peer, "");
    flow_sync_run(peer.sync, 1000);
    expect(&peer, "dump count count count count");
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
sync_counts_drops_at_look(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    /* A look counts, too. */
    begin_look(&peer, 0);
    reply_packets(&peer, FLOW_DROP, 7, 10);
    expect(&peer, "count count count count");
    check_drops(&peer, 7, 10);

    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 5000);
    expect(&peer, "dump count count count count");
    check_drops(&peer, 7, 10);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_true(flow_sync_next(peer.sync) == LLONG_MAX);
    reply_packets(&peer, FLOW_DROP, 8, 5010);
    check_drops(&peer, 8, 5010);

    /* That is all that it does, even if there is something to reconcile. */
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 9000);
    expect(&peer, "dump count count count count");
    reply_dump(&peer, NULL, 9000);
    assert_true(flow_sync_is_in_sync(peer.sync));
    expect(&peer, "");

    /* The last figures outlive the connection, and other flows as far as the
     * reason is still one. */
    flow_sync_look(peer.sync, 10000);
    expect(&peer, "dump");
    reply_packets(&peer, FLOW_DROP, 9, 10000);
    flow_sync_disconnect(peer.sync);
    check_drops(&peer, 9, 10000);
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    svec_add(&flows, FLOW_A);
    svec_add(&flows, FLOW_DROP);
    flow_sync_set_flows(peer.sync, &flows);
    svec_destroy(&flows);
    check_drops(&peer, 9, 10000);
    struct svec none = SVEC_EMPTY_INITIALIZER;
    flow_sync_set_flows(peer.sync, &none);
    struct ds s = DS_EMPTY_INITIALIZER;
    drop_count_format(flow_sync_drops(peer.sync), 10000, &s);
    assert_string_equal(ds_cstr(&s),
                        "  dropped: 0 packets, counted 0 s ago\n");
    ds_destroy(&s);
    disconnect_peer(&peer);
}

/* At most once a second, one at a time, and not beside a look. */
static void
sync_counts_drops_interval(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "");
    begin_look(&peer, 0);
    reply_packets(&peer, FLOW_DROP, 1, 500);
    expect(&peer, "count count count count");
    flow_sync_request_counts(peer.sync);
    assert_true(flow_sync_next(peer.sync) == 1500);
    flow_sync_run(peer.sync, 1499);
    expect(&peer, "");
    flow_sync_run(peer.sync, 1500);
    expect(&peer, "dump count count count count");

    /* A second one waits, until there is a reply or a look. */
    flow_sync_request_counts(peer.sync);
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
    expect(&peer, "count count count count");
    disconnect_peer(&peer);
}

/* Replies that nobody waits for, any more. */
static void
sync_counts_drops_late(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    begin_look(&peer, 0);
    reply_packets(&peer, FLOW_DROP, 1, 0);
    reply_packets(&peer, FLOW_DROP, 2, 1);
    check_drops(&peer, 1, 0);
    expect(&peer, "count count count count");

    struct ofpbuf *late = ofpbuf_clone(peer.dump);
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 2000);
    expect(&peer, "dump count count count count");
    struct ofpbuf *dump = peer.dump;
    peer.dump = late;
    reply_packets(&peer, FLOW_DROP, 3, 2000);
    check_drops(&peer, 1, 0);
    keep(&peer.dump, dump);

    /* Of the flows before. */
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    svec_add(&flows, FLOW_DROP);
    svec_add(&flows, FLOW_A);
    flow_sync_set_flows(peer.sync, &flows);
    svec_destroy(&flows);
    reply_packets(&peer, FLOW_DROP, 4, 2000);
    check_drops(&peer, 1, 0);
    disconnect_peer(&peer);
}

/* A look takes the place of a count that is under way, even if nothing comes
 * of it: who asks is heard, and the late reply is not taken for a count. */
static void
sync_counts_look_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    begin_look(&peer, 0);
    reply_packets(&peer, FLOW_DROP, 1, 0);
    expect(&peer, "count count count count");
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 1000);
    expect(&peer, "dump count count count count");
    struct ofpbuf *late = ofpbuf_clone(peer.dump);
    flow_sync_look(peer.sync, 2000);
    expect(&peer, "dump");
    reply_error(&peer, peer.dump);
    assert_true(flow_sync_is_blocked(peer.sync));

    keep(&peer.dump, late);
    reply_packets(&peer, FLOW_DROP, 2, 2000);
    check_drops(&peer, 1, 0);
    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 3000);
    expect(&peer, "dump count count count count");
    reply_packets(&peer, FLOW_DROP, 3, 3000);
    check_drops(&peer, 3, 3000);
    disconnect_peer(&peer);
}

/* A switch that refuses to count is asked again, when somebody asks. */
static void
sync_counts_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_DROP);

    begin_look(&peer, 0);
    reply_packets(&peer, FLOW_DROP, 1, 0);
    expect(&peer, "count count count count");
    reply_error(&peer, peer.counts[1]);
    reply_counts(&peer, (int[4]) { 100, 1, 103, 100 }, 0);
    assert_false(flow_sync_foreign_is_known(peer.sync));
    assert_false(flow_sync_is_blocked(peer.sync));

    flow_sync_request_counts(peer.sync);
    flow_sync_run(peer.sync, 2000);
    expect(&peer, "dump count count count count");
    reply_error(&peer, peer.dump);
    assert_false(flow_sync_is_blocked(peer.sync));
    flow_sync_request_counts(peer.sync);
    assert_true(flow_sync_next(peer.sync) == 3000);
    flow_sync_run(peer.sync, 3000);
    expect(&peer, "dump count count count count");
    disconnect_peer(&peer);
}

/* What was counted before a change is not known after it. */
static void
sync_counts_after_change(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 0);
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_error(&peer, peer.add);
    expect(&peer, "discard count count count count");
    reply_counts(&peer, (int[4]) { 0, 0, 3, 0 }, 0);
    assert_true(flow_sync_foreign_is_known(peer.sync));

    begin_look(&peer, 1000);
    reply_dump(&peer, NULL, 1000);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 1000);
    expect(&peer, "commit");
    reply_ctrl(&peer, 1000);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_foreign_is_known(peer.sync));
    expect(&peer, "count count count count");
    disconnect_peer(&peer);
}

/* Returns the requests of 'counts', due at 'now': the last is for tables. */
static struct ofpbuf *
request_tables(struct sync_counts *counts, long long int now)
{
    struct ovs_list msgs = OVS_LIST_INITIALIZER(&msgs);
    enum ofptype type;

    sync_counts_request(counts);
    sync_counts_run(counts, now, &msgs);
    struct ofpbuf *last = ofpbuf_from_list(ovs_list_pop_back(&msgs));
    assert_false(ofptype_decode(&type, last->data));
    assert_int_equal(type, OFPTYPE_TABLE_STATS_REQUEST);
    ofpbuf_list_delete(&msgs);
    return last;
}

/* Gives 'counts' a reply to 'request': table N has 10 * N flows. */
static void
reply_tables(struct sync_counts *counts, const struct ofpbuf *request)
{
    struct ofpbuf *reply = ofputil_encode_table_stats_reply(request->data);

    for (int i = 0; i < 5; i++) {
        const struct ofputil_table_features features = { .table_id = i };
        const struct ofputil_table_stats stats = {
            .table_id = i, .active_count = 10 * i,
        };

        ofputil_append_table_stats_reply(reply, &stats, &features);
    }
    ofpmsg_update_length(reply);

    /* As it comes from a connection. */
    struct ofpbuf *msg = ofpbuf_clone_data(reply->data, reply->size);
    sync_counts_take_tables(counts, msg);
    ofpbuf_delete(msg);
    ofpbuf_delete(reply);
}

static void
sync_counts_tables(void **state OVS_UNUSED)
{
    struct sync_counts counts;
    struct ofpbuf *request, *former;

    sync_counts_init(&counts);
    sync_counts_restart(&counts);
    counts.wants_tables = true;
    former = request_tables(&counts, 10000);
    assert_false(counts.tables.known);
    reply_tables(&counts, former);
    assert_true(counts.tables.known);
    assert_int_equal(counts.tables.flows[2], 20);

    /* What is known of one connection is not of the next, nor is a reply one
     * to a request of another. */
    sync_counts_restart(&counts);
    request = request_tables(&counts, 20000);
    reply_tables(&counts, former);
    assert_false(counts.tables.known);

    const struct ofp_header *oh = request->data;
    assert_true(sync_counts_take_error(&counts, oh->xid));
    assert_false(sync_counts_take_error(&counts, oh->xid));
    reply_tables(&counts, request);
    assert_false(counts.tables.known);
    ofpbuf_delete(former);
    ofpbuf_delete(request);
    sync_counts_destroy(&counts);
}

const struct CMUnitTest sync_counts_tests[] = {
    cmocka_unit_test(sync_counts_foreign),
    cmocka_unit_test(sync_counts_foreign_interval),
    cmocka_unit_test(sync_counts_drops_at_look),
    cmocka_unit_test(sync_counts_drops_interval),
    cmocka_unit_test(sync_counts_drops_late),
    cmocka_unit_test(sync_counts_look_refused),
    cmocka_unit_test(sync_counts_refused),
    cmocka_unit_test(sync_counts_after_change),
    cmocka_unit_test(sync_counts_tables),
    { .name = NULL },
};
