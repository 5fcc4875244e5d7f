/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/sync-peer.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-listing.h"
#include "openflow/flow-sync.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

#define OWN "cookie=0x7069706574746500,"
#define LEARNED "cookie=0x7069706c00000001,"
#define FOREIGN "cookie=0x55,"

#define ALL_KINDS ((1u << N_FLOW_KINDS) - 1)

/* A listing whose request was sent. */
struct fixture {
    struct flow_listing listing;
    struct ofpbuf *request;
    struct ovs_list replies;
};

static void
begin(struct fixture *f, const struct flow_query *query)
{
    struct ovs_list msgs = OVS_LIST_INITIALIZER(&msgs);

    flow_listing_init(&f->listing);
    flow_listing_begin(&f->listing, query);
    flow_listing_run(&f->listing, &msgs);
    flow_listing_run(&f->listing, &msgs);
    assert_int_equal(ovs_list_size(&msgs), 1);
    f->request = ofpbuf_from_list(ovs_list_pop_front(&msgs));
    ofpmp_init(&f->replies, f->request->data);
}

/* Adds 'flow' 'n' times. */
static void
add_same(struct fixture *f, const char *flow, uint64_t packets, size_t n)
{
    struct ofputil_flow_mod fm;

    assert_null(flow_mod_parse(&fm, flow, NULL));
    struct ofputil_flow_stats stats = {
        .cookie = fm.new_cookie,
        .table_id = fm.table_id,
        .priority = fm.priority,
        .ofpacts = fm.ofpacts,
        .ofpacts_len = fm.ofpacts_len,
        .duration_sec = 7,
        .duration_nsec = 250000000,
        .packet_count = packets,
        .byte_count = 100 * packets,
    };
    minimatch_expand(&fm.match, &stats.match);
    for (size_t i = 0; i < n; i++) {
        ofputil_append_flow_stats_reply(&stats, &f->replies, NULL);
    }
    minimatch_destroy(&fm.match);
    free(CONST_CAST(struct ofpact *, fm.ofpacts));
}

static void
add(struct fixture *f, const char *flow, uint64_t packets)
{
    add_same(f, flow, packets, 1);
}

/* Gives the listing up to 'max' messages of the reply.  Returns how many. */
static size_t
reply(struct fixture *f, size_t max)
{
    size_t n = 0;

    while (n < max && !ovs_list_is_empty(&f->replies)) {
        struct ofpbuf *msg = ofpbuf_from_list(ovs_list_pop_front(&f->replies));

        ofpmsg_update_length(msg);
        struct ofpbuf received = ofpbuf_const_initializer(msg->data,
                                                          msg->size);
        assert_true(flow_listing_take(&f->listing, &received));
        ofpbuf_delete(msg);
        n++;
    }
    return n;
}

static void
end(struct fixture *f)
{
    flow_listing_destroy(&f->listing);
    ofpbuf_delete(f->request);
    ofpbuf_list_delete(&f->replies);
}

static void
assert_flow(const struct flow_row *row, enum flow_kind kind, int table,
            int priority, const char *match, const char *actions)
{
    assert_int_equal(row->kind, kind);
    assert_int_equal(row->table, table);
    assert_int_equal(row->priority, priority);
    assert_string_equal(row->match, match);
    assert_string_equal(row->actions, actions);
}

/* Kinds, in the order in which the switch looks. */
static void
flow_listing_flows(void **state OVS_UNUSED)
{
    struct fixture f;

    begin(&f, &(struct flow_query) { .kinds = ALL_KINDS, .limit = 10 });
    add(&f, OWN "table=1,priority=0 actions=drop", 3);
    add(&f, LEARNED "table=1,priority=7,tcp,tcp_dst=80 actions=output:2", 4);
    add(&f, FOREIGN "table=0 actions=normal", 0);
    assert_int_equal(reply(&f, SIZE_MAX), 1);
    assert_int_equal(f.listing.state, LISTING_DONE);
    assert_int_equal(f.listing.n, 3);
    assert_int_equal(f.listing.left_out, 0);
    assert_flow(&f.listing.rows[0], FLOW_FOREIGN, 0, 32768, "", "NORMAL");
    assert_flow(&f.listing.rows[1], FLOW_LEARNED, 1, 7, "tcp,tp_dst=80",
                "output:2");
    assert_flow(&f.listing.rows[2], FLOW_OWN, 1, 0, "", "drop");
    assert_true(f.listing.rows[1].packets == 4);
    assert_true(f.listing.rows[1].bytes == 400);
    assert_true(f.listing.rows[1].age_msec == 7250);
    assert_int_equal(f.listing.rows[1].idle, -1);
    end(&f);

    begin(&f, &(struct flow_query) { .kinds = 1u << FLOW_FOREIGN,
                                     .limit = 10 });
    add(&f, OWN "table=1,priority=0 actions=drop", 3);
    add(&f, FOREIGN "table=0 actions=normal", 0);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.n, 1);
    assert_int_equal(f.listing.rows[0].kind, FLOW_FOREIGN);
    end(&f);
}

/* The switch is asked for no more than necessary. */
static void
flow_listing_asks(void **state OVS_UNUSED)
{
    static const struct {
        struct flow_query query;
        uint64_t cookie, mask;
    } cases[] = {
        { { .hosts = true }, UINT64_C(0x7069706c00000000),
          UINT64_C(0xffffffff00000000) },
        { { .kinds = 1u << FLOW_LEARNED }, UINT64_C(0x7069706c00000000),
          UINT64_C(0xffffffff00000000) },
        { { .kinds = 1u << FLOW_OWN }, UINT64_C(0x7069706574746500),
          UINT64_MAX },
        { { .kinds = 1u << FLOW_FOREIGN }, 0, 0 },
        { { .kinds = ALL_KINDS }, 0, 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct ofputil_flow_stats_request request;
        struct fixture f;

        begin(&f, &cases[i].query);
        ofpmsg_update_length(f.request);
        assert_int_equal(ofputil_decode_flow_stats_request(
                             &request, f.request->data, NULL, NULL), 0);
        assert_true(ntohll(request.cookie) == cases[i].cookie);
        assert_true(ntohll(request.cookie_mask) == cases[i].mask);
        end(&f);
    }
}

static void
assert_host(const struct flow_row *row, enum host_role role, uint32_t network,
            uint32_t address, int vlan, const char *mac)
{
    char *s = xasprintf(ETH_ADDR_FMT, ETH_ADDR_ARGS(row->mac));

    assert_int_equal(row->role, role);
    assert_int_equal(row->network, network);
    assert_true(address_equals(row->address, address_from_u32(address)));
    assert_int_equal(row->vlan, vlan);
    assert_string_equal(s, mac);
    assert_null(row->match);
    free(s);
}

#define CLIENT_FLOW(TABLE, NETWORK, ADDRESS) \
    LEARNED "table=" TABLE ",priority=1,metadata=" NETWORK ",reg0=" ADDRESS \
    " actions=load:0x20000000005->NXM_OF_ETH_DST[]," \
    "load:0x3->NXM_NX_REG5[0..11],load:0x1->NXM_NX_REG2[0]"

/* What each table of learned flows says of hosts; what others say is not of
 * hosts. */
static void
flow_listing_hosts(void **state OVS_UNUSED)
{
    struct fixture f;

    begin(&f, &(struct flow_query) { .hosts = true, .limit = 10 });
    add(&f, LEARNED "table=19,reg1=0xc0a8024e actions=load:0x4->NXM_NX_REG6[],"
        "load:0x20000000007->OXM_OF_PKT_REG4[0..47]", 0);
    add(&f, LEARNED "table=15,reg1=0xc0a8024d "
        "actions=load:0xe000000024d->NXM_OF_ETH_SRC[]", 0);
    add(&f, CLIENT_FLOW("14", "0", "0x0a000001"), 0);
    add(&f, CLIENT_FLOW("13", "0", "0xc0a80205"), 0);
    add(&f, CLIENT_FLOW("13", "9", "0xc0a80204"), 0);
    add(&f, LEARNED "table=2,ip,nw_src=10.10.0.1,nw_dst=10.10.5.77 "
        "actions=load:0x20000000006->NXM_OF_ETH_DST[],"
        "load:0xe000000024d->NXM_OF_ETH_SRC[],push_vlan:0x8100,"
        "load:0x65->OXM_OF_VLAN_VID[0..11],output:1", 0);
    add(&f, LEARNED "table=1,ip actions=load:0x2->NXM_OF_ETH_DST[]", 0);
    add(&f, LEARNED "table=16 actions=load:0x1->NXM_NX_REG2[2]", 0);
    add(&f, FOREIGN "table=13,reg0=7 actions=drop", 0);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.n, 6);
    assert_host(&f.listing.rows[0], HOST_CLIENT, 0, 0x0a000001, 3,
                "02:00:00:00:00:05");
    assert_host(&f.listing.rows[1], HOST_CLIENT, 0, 0xc0a80205, 3,
                "02:00:00:00:00:05");
    assert_host(&f.listing.rows[2], HOST_TARGET, 0, 0xc0a8024d, -1,
                "0e:00:00:00:02:4d");
    assert_host(&f.listing.rows[3], HOST_OWNER, 0, 0xc0a8024e, -1,
                "02:00:00:00:00:07");
    assert_host(&f.listing.rows[4], HOST_PAIR, 0, 0x0a0a054d, 101,
                "02:00:00:00:00:06");
    assert_host(&f.listing.rows[5], HOST_CLIENT, 9, 0xc0a80204, 3,
                "02:00:00:00:00:05");
    end(&f);

    begin(&f, &(struct flow_query) { .hosts = true, .one_network = true,
                                     .network = 9, .limit = 1 });
    add(&f, CLIENT_FLOW("13", "0", "0xc0a80205"), 0);
    add(&f, CLIENT_FLOW("13", "9", "0xc0a80204"), 0);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.n, 1);
    assert_int_equal(f.listing.rows[0].network, 9);
    assert_int_equal(f.listing.left_out, 0);
    end(&f);
}

static void
assert_address(const struct flow_row *row, const char *expected)
{
    char s[ADDRESS_STRLEN];

    assert_string_equal(address_to_string(row->address, s), expected);
}

/* The registers of IPv6: a target's has the low 64 bits. */
static void
flow_listing_hosts_ipv6(void **state OVS_UNUSED)
{
    struct fixture f;

    begin(&f, &(struct flow_query) { .hosts = true, .limit = 10 });
    add(&f, LEARNED "table=13,metadata=9,"
        "xxreg3=0xfc010000000000000000000000000005 "
        "actions=load:0x20000000005->NXM_OF_ETH_DST[]", 0);
    add(&f, LEARNED "table=15,metadata=9,reg10=0x12,reg11=0x77 "
        "actions=load:0xe000000024d->NXM_OF_ETH_SRC[]", 0);
    add(&f, LEARNED "table=19,metadata=9,reg10=0,reg11=0x10078 "
        "actions=load:0x20000000007->OXM_OF_PKT_REG4[0..47]", 0);
    add(&f, LEARNED "table=2,ipv6,ipv6_src=fc04::1,ipv6_dst=fc04::5:0:77 "
        "actions=load:0x20000000006->NXM_OF_ETH_DST[],output:1", 0);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.n, 4);
    assert_int_equal(f.listing.rows[0].role, HOST_PAIR);
    assert_address(&f.listing.rows[0], "fc04::5:0:77");
    assert_int_equal(f.listing.rows[1].role, HOST_CLIENT);
    assert_address(&f.listing.rows[1], "fc01::5");
    assert_int_equal(f.listing.rows[2].role, HOST_TARGET);
    assert_address(&f.listing.rows[2], "::12:0:77");
    assert_int_equal(f.listing.rows[3].role, HOST_OWNER);
    assert_address(&f.listing.rows[3], "::0.1.0.120");
    end(&f);
}

static void
add_learned(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++) {
        char *flow = xasprintf(LEARNED "table=2,tcp,nw_src=10.0.%d.%d "
                               "actions=output:1", i / 256, i % 256);

        add(f, flow, 0);
        free(flow);
    }
}

/* The reply comes in several messages; what is not the reply is not taken. */
static void
flow_listing_in_parts(void **state OVS_UNUSED)
{
    enum { N = 3000 };
    struct fixture f;

    begin(&f, &(struct flow_query) { .kinds = ALL_KINDS, .limit = N });
    add_learned(&f, N);
    assert_true(ovs_list_size(&f.replies) > 3);

    struct ofpbuf *other = ofpbuf_clone(
        ofpbuf_from_list(ovs_list_front(&f.replies)));
    ((struct ofp_header *) other->data)->xid ^= OVS_BE32_MAX;
    assert_false(flow_listing_take(&f.listing, other));
    ofpbuf_delete(other);

    reply(&f, 2);
    assert_int_equal(f.listing.state, LISTING_UNDER_WAY);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.state, LISTING_DONE);
    assert_int_equal(f.listing.n, N);
    assert_int_equal(f.listing.left_out, 0);

    /* No more than one reply. */
    struct ofpbuf *again = ofpraw_alloc_stats_reply(f.request->data, 0);
    ofpmsg_update_length(again);
    assert_false(flow_listing_take(&f.listing, again));
    ofpbuf_delete(again);
    end(&f);
}

/* At the limit, learned flows give way to others, and those to none. */
static void
flow_listing_limit(void **state OVS_UNUSED)
{
    struct fixture f;

    begin(&f, &(struct flow_query) { .kinds = ALL_KINDS, .limit = 4 });
    add(&f, OWN "table=0 actions=1", 0);
    add_learned(&f, 10);
    add(&f, OWN "table=1 actions=2", 0);
    add(&f, FOREIGN "table=2,priority=0 actions=3", 0);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.n, 4);
    assert_int_equal(f.listing.left_out, 9);
    assert_int_equal(f.listing.rows[0].kind, FLOW_OWN);
    assert_int_equal(f.listing.rows[1].kind, FLOW_OWN);
    assert_int_equal(f.listing.rows[2].kind, FLOW_LEARNED);
    assert_int_equal(f.listing.rows[3].kind, FLOW_FOREIGN);
    end(&f);

    begin(&f, &(struct flow_query) { .kinds = ALL_KINDS, .limit = 2 });
    for (int i = 0; i < 5; i++) {
        add(&f, FOREIGN "table=2,priority=0 actions=3", 0);
    }
    add_learned(&f, 1);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.n, 2);
    assert_int_equal(f.listing.left_out, 4);
    end(&f);
}

/* A switch that has long flows, and no end of them, gets no more memory than
 * is allowed. */
static void
flow_listing_text(void **state OVS_UNUSED)
{
    enum { MAX_TEXT = 1000000 };
    struct ds flow = DS_EMPTY_INITIALIZER;
    struct fixture f;
    size_t n = 0;

    begin(&f, &(struct flow_query) { .kinds = ALL_KINDS,
                                     .limit = FLOW_LISTING_MAX_ROWS,
                                     .max_text = MAX_TEXT });
    ds_put_cstr(&flow, FOREIGN "table=7 actions=");
    for (int i = 0; i < 1800; i++) {
        ds_put_format(&flow, "load:0x12345678%08x->OXM_OF_PKT_REG0[],", i);
    }
    while (!f.listing.full) {
        add_same(&f, ds_cstr(&flow), 0, 5);
        /* Not the last message, which would end it. */
        reply(&f, ovs_list_size(&f.replies) - 1);
        n += 5;
    }
    assert_in_range(f.listing.text, MAX_TEXT / 2, MAX_TEXT);
    add(&f, ds_cstr(&flow), 0);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.state, LISTING_DONE);
    assert_in_range(f.listing.text, MAX_TEXT / 2, MAX_TEXT);
    assert_int_equal(f.listing.n + f.listing.left_out, n + 1);
    ds_destroy(&flow);
    end(&f);
}

static void
flow_listing_fails(void **state OVS_UNUSED)
{
    const struct flow_query query = { .kinds = ALL_KINDS, .limit = 10 };
    struct fixture f;

    /* Refused. */
    begin(&f, &query);
    assert_false(flow_listing_take_error(&f.listing, 0, "OFPBRC_EPERM"));
    assert_true(flow_listing_take_error(&f.listing, f.listing.xid,
                                        "OFPBRC_EPERM"));
    assert_int_equal(f.listing.state, LISTING_FAILED);
    assert_string_equal(f.listing.failure, "the switch refused to list its "
                        "flows: OFPBRC_EPERM");
    end(&f);

    /* Garbage after a good part. */
    begin(&f, &query);
    add(&f, FOREIGN "table=7 actions=drop", 0);
    ofpbuf_put(ofpbuf_from_list(ovs_list_back(&f.replies)), "garbage", 7);
    reply(&f, SIZE_MAX);
    assert_int_equal(f.listing.state, LISTING_FAILED);
    assert_int_equal(f.listing.n, 0);
    assert_string_equal(f.listing.failure, "cannot decode the switch's flows");

    /* The next one is as good as any. */
    flow_listing_begin(&f.listing, &query);
    assert_int_equal(f.listing.state, LISTING_WANTED);
    assert_null(f.listing.failure);
    end(&f);
}

#define FLOW_A OWN "table=0,priority=1,tcp actions=output:1"

static enum flow_listing_state
get_state(const struct peer *peer)
{
    return flow_sync_listing(peer->sync)->state;
}

static const struct flow_query all_flows = { .kinds = ALL_KINDS, .limit = 10 };

/* In a conversation about something else. */
static void
flow_listing_among_others(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);

    begin_look(&peer, 0);
    struct ofpbuf *look = peer.dump;
    peer.dump = NULL;
    flow_sync_list(peer.sync, &all_flows);
    assert_true(flow_sync_next(peer.sync) == LLONG_MIN);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "dump");
    struct ofpbuf *listing = peer.dump;
    peer.dump = look;
    reply_dump(&peer, FLOW_A, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_int_equal(get_state(&peer), LISTING_UNDER_WAY);
    keep(&peer.dump, listing);
    reply_dump(&peer, FOREIGN "actions=drop", 0);
    assert_int_equal(get_state(&peer), LISTING_DONE);
    assert_int_equal(flow_sync_listing(peer.sync)->n, 1);
    assert_true(flow_sync_is_in_sync(peer.sync));
    expect(&peer, "count count count count");

    /* Refused: the flows are none the worse. */
    flow_sync_list(peer.sync, &all_flows);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "dump");
    reply_error(&peer, peer.dump);
    assert_int_equal(get_state(&peer), LISTING_FAILED);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_is_blocked(peer.sync));
    flow_sync_end_list(peer.sync);
    assert_int_equal(get_state(&peer), LISTING_NONE);
    disconnect_peer(&peer);
}

/* Without a connection, nothing is waited for; what other flows interrupt
 * begins again. */
static void
flow_listing_interrupted(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_A);
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    flow_sync_list(peer.sync, &all_flows);
    flow_sync_run(peer.sync, 0);
    flow_sync_set_flows(peer.sync, &flows);
    assert_int_equal(get_state(&peer), LISTING_WANTED);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "monitor dump");
    reply_dump(&peer, FOREIGN "actions=drop", 0);
    assert_int_equal(get_state(&peer), LISTING_DONE);

    flow_sync_list(peer.sync, &all_flows);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "dump");
    struct ofpbuf *first = peer.dump;
    peer.dump = NULL;
    flow_sync_disconnect(peer.sync);
    assert_int_equal(get_state(&peer), LISTING_FAILED);
    assert_string_equal(flow_sync_listing(peer.sync)->failure,
                        "no answer from the switch");
    flow_sync_list(peer.sync, &all_flows);
    assert_int_equal(get_state(&peer), LISTING_FAILED);
    assert_string_equal(flow_sync_listing(peer.sync)->failure,
                        "no answer from the switch: not connected");

    /* What comes of it on another connection is not awaited. */
    flow_sync_connect(peer.sync);
    flow_sync_list(peer.sync, &all_flows);
    flow_sync_run(peer.sync, 0);
    expect(&peer, "dump");
    keep(&peer.dump, first);
    reply_dump(&peer, FOREIGN "actions=drop", 0);
    assert_int_equal(get_state(&peer), LISTING_UNDER_WAY);
    disconnect_peer(&peer);
    svec_destroy(&flows);
}

/* Who shares the dump of another one. */
static void
flow_listing_shared(void **state OVS_UNUSED)
{
    const struct flow_query flows = { .kinds = 1, .limit = 10 };
    const struct flow_query fewer = { .kinds = 1, .limit = 9 };
    const struct flow_query others = { .kinds = 2, .limit = 10 };
    const struct flow_query hosts = { .hosts = true, .limit = 10 };
    const struct flow_query of_one = { .hosts = true, .one_network = true,
                                       .limit = 10 };

    assert_true(flow_query_is_part_of(&flows, &flows));
    assert_true(flow_query_is_part_of(&fewer, &flows));
    assert_false(flow_query_is_part_of(&flows, &fewer));
    assert_false(flow_query_is_part_of(&flows, &others));
    assert_false(flow_query_is_part_of(&flows, &hosts));
    assert_false(flow_query_is_part_of(&of_one, &hosts));
}

const struct CMUnitTest flow_listing_tests[] = {
    cmocka_unit_test(flow_listing_flows),
    cmocka_unit_test(flow_listing_asks),
    cmocka_unit_test(flow_listing_hosts),
    cmocka_unit_test(flow_listing_hosts_ipv6),
    cmocka_unit_test(flow_listing_in_parts),
    cmocka_unit_test(flow_listing_limit),
    cmocka_unit_test(flow_listing_text),
    cmocka_unit_test(flow_listing_fails),
    cmocka_unit_test(flow_listing_among_others),
    cmocka_unit_test(flow_listing_interrupted),
    cmocka_unit_test(flow_listing_shared),
    { .name = NULL },
};
