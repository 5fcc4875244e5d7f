/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <limits.h>
#include <stdlib.h>

#include "bitmap.h"
#include "byte-order.h"
#include "dp-packet.h"
#include "flow.h"
#include "openflow/claim-set.h"
#include "openflow/claims.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-set.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofp-port.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

#define SUBNET 0xc0a80200u

static const struct svec none_ignored = SVEC_EMPTY_INITIALIZER;

/* One network, what it claims, and a clock. */
struct scene {
    struct claims claims;
    struct address_set addresses;
    unsigned long *vlans;
    struct flow_config config;
    long long int now;

    /* What was sent. */
    int requests[256];          /* By the last byte of the address. */
    long long int last[256];
    int n_requests;
    int vlan;                   /* Of the last request. */
    int n_async;
    ovs_be32 owners_xid;
    struct ofpbuf *owners;      /* The request for a dump, or NULL. */
};

static void
configure(struct scene *s, const char *first, const char *last)
{
    struct address_range range = {
        address_from_u32(SUBNET + atoi(first)),
        address_from_u32(SUBNET + atoi(last))
    };

    address_set_clear(&s->addresses);
    address_set_add_range(&s->addresses, range);
    claims_set(&s->claims, &s->config, 1);
    ofpbuf_delete(s->owners);
    s->owners = NULL;
}

static void
scene_init(struct scene *s)
{
    *s = (struct scene) { .now = 1000000 };
    s->vlans = bitmap_allocate(4096);
    bitmap_set1(s->vlans, 2);
    s->config = (struct flow_config) {
        .uplink.number = 1,
        .real = { ADDRESS_INIT_IPV4(SUBNET), 24 },
        .vlans = s->vlans,
        .ignored_clients = &none_ignored,
        .claims = {
            .addresses = &s->addresses,
            .mac = { ETH_ADDR_C(0e,70,69,00,00,00), true },
            .hold = 3600,
        },
    };
    claims_init(&s->claims);
}

static void
scene_destroy(struct scene *s)
{
    claims_destroy(&s->claims);
    address_set_destroy(&s->addresses);
    bitmap_free(s->vlans);
    ofpbuf_delete(s->owners);
}

/* Takes a packet-out: an ARP probe, as RFC 5227 wants it. */
static void
take_request(struct scene *s, const struct ofp_header *oh)
{
    struct ofputil_packet_out po;
    struct dp_packet packet;
    struct ofpbuf ofpacts;
    struct flow flow;

    ofpbuf_init(&ofpacts, 0);
    assert_int_equal(ofputil_decode_packet_out(&po, oh, NULL, &ofpacts), 0);
    assert_int_equal(po.ofpacts->type, OFPACT_OUTPUT);
    assert_int_equal(ofpact_get_OUTPUT(po.ofpacts)->port, u16_to_ofp(1));
    dp_packet_use_const(&packet, po.packet, po.packet_len);
    flow_extract(&packet, &flow);
    assert_int_equal(ntohs(flow.dl_type), ETH_TYPE_ARP);
    assert_int_equal(flow.nw_proto, ARP_OP_REQUEST);
    assert_int_equal(flow.nw_src, 0);
    assert_true(eth_addr_is_broadcast(flow.dl_dst));
    assert_true(eth_addr_is_zero(flow.arp_tha));
    assert_true(eth_addr_equals(flow.arp_sha, flow.dl_src));
    uint32_t address = ntohl(flow.nw_dst);
    assert_true(eth_addr_equals(flow.dl_src, claim_mac_of(
                                    &s->config.claims.mac,
                                    address_from_u32(address))));
    assert_int_equal(address & 0xffffff00, SUBNET);
    s->requests[address & 0xff]++;
    s->last[address & 0xff] = s->now;
    s->n_requests++;
    s->vlan = vlan_tci_to_vid(flow.vlans[0].tci);
    ofpbuf_uninit(&ofpacts);
}

/* Runs once.  Returns what claims_run() does. */
static bool
step(struct scene *s)
{
    struct ovs_list msgs;
    struct ofpbuf *msg;

    ovs_list_init(&msgs);
    claims_settled(&s->claims, s->now);
    bool changed = claims_run(&s->claims, s->now, &msgs);
    LIST_FOR_EACH_POP (msg, list_node, &msgs) {
        enum ofptype type;

        ofpmsg_update_length(msg);
        assert_int_equal(ofptype_decode(&type, msg->data), 0);
        if (type == OFPTYPE_PACKET_OUT) {
            take_request(s, msg->data);
            ofpbuf_delete(msg);
        } else if (type == OFPTYPE_SET_ASYNC_CONFIG) {
            s->n_async++;
            ofpbuf_delete(msg);
        } else {
            assert_int_equal(type, OFPTYPE_FLOW_STATS_REQUEST);
            ofpbuf_delete(s->owners);
            s->owners = msg;
        }
    }
    return changed;
}

/* An owner: the last byte of his address, and how long he is known. */
struct owner {
    int byte;
    int seconds;
};

/* Replies to the dump of owners. */
static void
reply_owners(struct scene *s, const struct owner owners[], size_t n)
{
    struct ovs_list replies;
    struct ofpbuf *msg;

    assert_non_null(s->owners);
    ofpmp_init(&replies, s->owners->data);
    for (size_t i = 0; i < n; i++) {
        char *flow = xasprintf("table=19,cookie=0x7069706c00000001,"
                               "hard_timeout=3600,reg1=%#x "
                               "actions=load:1->NXM_NX_REG6[2],"
                               "load:0x0200000000%02x->OXM_OF_PKT_REG4[0..47]",
                               SUBNET + owners[i].byte, owners[i].byte);
        struct ofputil_flow_mod fm;

        assert_null(flow_mod_parse(&fm, flow, NULL));
        struct ofputil_flow_stats stats = {
            .cookie = fm.new_cookie,
            .table_id = fm.table_id,
            .hard_timeout = fm.hard_timeout,
            .duration_sec = owners[i].seconds,
            .ofpacts = fm.ofpacts,
            .ofpacts_len = fm.ofpacts_len,
        };
        minimatch_expand(&fm.match, &stats.match);
        ofputil_append_flow_stats_reply(&stats, &replies, NULL);
        minimatch_destroy(&fm.match);
        free(fm.ofpacts);
        free(flow);
    }
    LIST_FOR_EACH_POP (msg, list_node, &replies) {
        ofpmsg_update_length(msg);
        struct ofpbuf received = ofpbuf_const_initializer(msg->data,
                                                          msg->size);
        assert_true(claims_take_owners(&s->claims, &received, s->now));
        ofpbuf_delete(msg);
    }
    ofpbuf_delete(s->owners);
    s->owners = NULL;
}

/* A look at a switch that has the flows that are wanted now by 'from'; none if
 * that is NULL. */
static bool
look(struct scene *s, const struct claims *from)
{
    struct flow_list list = FLOW_LIST_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    struct svec none = SVEC_EMPTY_INITIALIZER;

    if (from) {
        claims_build(from, &none, &flows);
    }
    assert_null(flow_list_parse(&list, &flows));
    claims_begin_dump(&s->claims);
    for (size_t i = 0; i < list.n; i++) {
        struct ofputil_flow_stats stats = {
            .table_id = list.fms[i].table_id,
            .ofpacts = list.fms[i].ofpacts,
            .ofpacts_len = list.fms[i].ofpacts_len,
        };

        minimatch_expand(&list.fms[i].match, &stats.match);
        claims_take_flow(&s->claims, &stats, s->now);
    }
    flow_list_clear(&list);
    svec_destroy(&flows);
    return claims_end_dump(&s->claims, true);
}

/* Asks until something is granted, and answers dumps with 'owners'.  Returns
 * how long that took. */
static long long int
run_until_granted(struct scene *s, const struct owner owners[], size_t n)
{
    long long int begin = s->now;

    while (!step(s)) {
        if (s->owners) {
            reply_owners(s, owners, n);
        }
        long long int next = claims_next(&s->claims);
        assert_true(next != LLONG_MAX && next < s->now + 5000);
        s->now = MAX(s->now + 1, next);
    }
    return s->now - begin;
}

static void
assert_granted(const struct scene *s, int n)
{
    assert_int_equal(address_set_count(&s->claims.networks[0].granted), n);
}

/* Three times each, a second apart, two seconds for the last answer. */
static void
claims_ask_first(void **state OVS_UNUSED)
{
    struct scene s;

    scene_init(&s);
    configure(&s, "10", "12");
    assert_true(look(&s, NULL));
    assert_granted(&s, 0);
    assert_int_equal(run_until_granted(&s, NULL, 0), 4000);
    assert_int_equal(s.n_requests, 9);
    assert_int_equal(s.requests[11], 3);
    assert_int_equal(s.now - s.last[11], 2000);
    assert_int_equal(s.vlan, 2);
    assert_granted(&s, 3);
    /* The switch still listens only; that is no reason to ask again. */
    assert_true(claims_are_granted(&s.claims));
    step(&s);
    assert_int_equal(s.n_requests, 9);
    scene_destroy(&s);
}

/* On each VLAN. */
static void
claims_ask_vlans(void **state OVS_UNUSED)
{
    struct scene s;

    scene_init(&s);
    bitmap_set1(s.vlans, 4000);
    configure(&s, "10", "12");
    look(&s, NULL);
    run_until_granted(&s, NULL, 0);
    assert_int_equal(s.requests[10], 6);
    assert_int_equal(s.vlan, 4000);

    /* More VLANs: who is there is not known. */
    bitmap_set1(s.vlans, 4001);
    configure(&s, "10", "12");
    assert_granted(&s, 0);
    assert_true(look(&s, &s.claims));
    assert_granted(&s, 0);
    run_until_granted(&s, NULL, 0);
    assert_int_equal(s.requests[10], 6 + 9);
    /* Fewer. */
    bitmap_set0(s.vlans, 4000);
    configure(&s, "10", "12");
    look(&s, &s.claims);
    assert_granted(&s, 3);
    /* None. */
    bitmap_set0(s.vlans, 2);
    bitmap_set0(s.vlans, 4001);
    bitmap_set1(s.vlans, 0);
    configure(&s, "10", "12");
    look(&s, &s.claims);
    run_until_granted(&s, NULL, 0);
    assert_int_equal(s.vlan, 0);
    scene_destroy(&s);
}

/* Not more than 200 in a second, and the three of an address are a second
 * apart. */
static void
claims_ask_slowly(void **state OVS_UNUSED)
{
    struct scene s;
    int sent[20000] = { 0 };

    scene_init(&s);
    configure(&s, "1", "254");
    look(&s, NULL);
    long long int begin = s.now;
    bool granted = false;
    for (int i = 0; !granted; i++) {
        long long int before[256];
        int n = s.n_requests;

        s.now = begin + i;
        memcpy(before, s.last, sizeof before);
        granted = step(&s);
        if (s.owners) {
            reply_owners(&s, NULL, 0);
        }
        sent[i] = s.n_requests - n;
        for (int j = 0; j < 256; j++) {
            assert_true(s.last[j] == before[j] || !before[j]
                        || s.last[j] >= before[j] + 1000);
        }
        if (i >= 1000) {
            int in_second = 0;

            for (int j = i - 999; j <= i; j++) {
                in_second += sent[j];
            }
            assert_true(in_second <= 200);
        }
    }
    assert_int_equal(s.n_requests, 3 * 254);
    assert_true(s.now - begin < 7000);
    scene_destroy(&s);
}

/* What the switch answers for already was asked for. */
static void
claims_start_again(void **state OVS_UNUSED)
{
    struct scene s, later;

    scene_init(&s);
    scene_init(&later);
    configure(&s, "10", "20");
    look(&s, NULL);
    run_until_granted(&s, NULL, 0);

    /* Another agent, with a longer list. */
    configure(&later, "8", "20");
    assert_true(look(&later, &s.claims));
    assert_granted(&later, 11);
    run_until_granted(&later, NULL, 0);
    assert_int_equal(later.n_requests, 6);
    assert_int_equal(later.requests[8], 3);
    assert_granted(&later, 13);

    /* With a shorter one. */
    configure(&later, "19", "30");
    look(&later, &later.claims);
    assert_granted(&later, 2);

    /* Another one, which was asked for on another VLAN, too. */
    struct scene other;
    scene_init(&other);
    bitmap_set1(other.vlans, 3);
    configure(&other, "10", "20");
    look(&other, &s.claims);
    assert_granted(&other, 0);
    scene_destroy(&other);

    /* The switch has lost its flows. */
    assert_true(look(&s, NULL));
    assert_granted(&s, 0);
    int n = s.n_requests;
    run_until_granted(&s, NULL, 0);
    assert_int_equal(s.n_requests, n + 33);
    scene_destroy(&s);
    scene_destroy(&later);
}

/* Somebody deletes flows while this asks: what was missing meanwhile is asked
 * for from the beginning. */
static void
claims_interrupted(void **state OVS_UNUSED)
{
    struct scene s;

    scene_init(&s);
    configure(&s, "10", "12");
    look(&s, NULL);
    step(&s);
    s.now += 1500;
    step(&s);
    assert_int_equal(s.n_requests, 6);
    assert_false(look(&s, &s.claims));
    s.now += 500;
    step(&s);
    assert_int_equal(s.n_requests, 6);
    look(&s, NULL);
    assert_int_equal(run_until_granted(&s, NULL, 0), 4000);
    assert_int_equal(s.n_requests, 15);

    /* The uplink is another one. */
    claims_revoke(&s.claims);
    assert_true(look(&s, &s.claims));
    assert_granted(&s, 0);
    step(&s);
    /* Connection lost. */
    claims_restart(&s.claims);
    assert_false(look(&s, &s.claims));
    assert_int_equal(run_until_granted(&s, NULL, 0), 4000);
    assert_int_equal(s.n_requests, 15 + 3 + 9);
    scene_destroy(&s);
}

/* Who has shown himself is not asked in the next round, but has it granted,
 * too: the switch knows him. */
static void
claims_know_owners(void **state OVS_UNUSED)
{
    const struct owner owners[] = { { 11, 0 }, { 99, 0 } };
    struct scene s;

    scene_init(&s);
    configure(&s, "10", "12");
    look(&s, NULL);
    run_until_granted(&s, owners, 2);
    assert_int_equal(s.requests[10], 3);
    assert_int_equal(s.requests[11], 1);
    assert_granted(&s, 3);
    const struct claim_owners *known = &s.claims.networks[0].owners;
    assert_int_equal(known->n, 1);
    assert_non_null(claim_owners_find(known, address_from_u32(SUBNET + 11)));
    assert_int_equal(eth_addr_to_uint64(known->owners[0].mac),
                     0x02000000000b);
    assert_null(claim_owners_find(known, address_from_u32(SUBNET + 12)));
    scene_destroy(&s);
}

/* Advances to 'seconds' after 'begin', with owners who stay. */
static void
advance(struct scene *s, long long int begin, int seconds,
        const struct owner owners[], size_t n)
{
    struct owner aged[4];

    while (s->now < begin + seconds * 1000LL) {
        s->now = MIN(begin + seconds * 1000LL,
                     MAX(s->now + 1, claims_next(&s->claims)));
        step(s);
        if (s->owners) {
            for (size_t i = 0; i < n; i++) {
                aged[i] = owners[i];
                aged[i].seconds += (s->now - begin) / 1000;
            }
            reply_owners(s, aged, n);
        }
    }
}

/* An owner is asked when two thirds of the hold are over, from when he was
 * heard first, and then from when he was asked. */
static void
claims_ask_owners_again(void **state OVS_UNUSED)
{
    const struct owner owners[] = { { 11, 0 }, { 12, 1400 } };
    struct scene s;

    scene_init(&s);
    configure(&s, "10", "12");
    look(&s, NULL);
    run_until_granted(&s, owners, 2);
    long long int begin = s.now;
    memset(s.requests, 0, sizeof s.requests);

    advance(&s, begin, 990, owners, 2);
    assert_int_equal(s.requests[12], 0);
    advance(&s, begin, 1010, owners, 2);
    assert_int_equal(s.requests[12], 3);
    advance(&s, begin, 2390, owners, 2);
    assert_int_equal(s.requests[11], 0);
    advance(&s, begin, 2410, owners, 2);
    assert_int_equal(s.requests[11], 3);
    assert_int_equal(s.requests[12], 3);
    advance(&s, begin, 3420, owners, 2);
    assert_int_equal(s.requests[12], 6);
    assert_int_equal(s.requests[10], 0);

    /* He is gone: nobody is asked any more. */
    advance(&s, begin, 3600, owners, 1);
    advance(&s, begin, 6000, owners, 1);
    assert_int_equal(s.requests[12], 6);
    assert_int_equal(s.requests[11], 6);
    scene_destroy(&s);
}

/* Somebody deletes what was learned: the host may be silent. */
static void
claims_lose_owners(void **state OVS_UNUSED)
{
    const struct owner owners[] = { { 11, 0 }, { 12, 1400 } };
    struct scene s, full;

    scene_init(&full);
    configure(&full, "10", "12");
    look(&full, NULL);
    run_until_granted(&full, NULL, 0);
    scene_init(&s);
    configure(&s, "10", "12");
    look(&s, NULL);
    run_until_granted(&s, owners, 2);
    look(&s, &s.claims);
    memset(s.requests, 0, sizeof s.requests);
    s.now += 60000;
    assert_false(step(&s));
    reply_owners(&s, owners, 1);
    assert_true(step(&s));
    assert_granted(&s, 2);
    /* The switch still answers, but not for long. */
    look(&s, &full.claims);
    assert_granted(&s, 2);
    run_until_granted(&s, owners, 1);
    assert_int_equal(s.requests[12], 3);
    assert_int_equal(s.requests[11], 0);
    assert_granted(&s, 3);

    /* His time is over. */
    s.now += 3600000;
    step(&s);
    reply_owners(&s, owners, 0);
    assert_false(step(&s));
    assert_granted(&s, 3);
    scene_destroy(&s);
    scene_destroy(&full);
}

/* An agent that is started when an owner is known for longer than the hold
 * does not know when he was heard last: it asks at once; and once more if it
 * was interrupted. */
static void
claims_ask_owners_at_start(void **state OVS_UNUSED)
{
    const struct owner owners[] = { { 11, 100000 } };
    struct scene s, before;

    scene_init(&s);
    scene_init(&before);
    configure(&before, "10", "12");
    look(&before, NULL);
    run_until_granted(&before, NULL, 0);
    configure(&s, "10", "12");
    look(&s, &before.claims);
    step(&s);
    reply_owners(&s, owners, 1);
    step(&s);
    assert_int_equal(s.requests[11], 1);
    claims_restart(&s.claims);
    look(&s, &before.claims);
    long long int begin = s.now;
    advance(&s, begin, 10, owners, 1);
    assert_int_equal(s.requests[11], 4);
    assert_int_equal(s.n_requests, 4);
    scene_destroy(&s);
    scene_destroy(&before);
}

/* The switch says that a port has a carrier, or none.  Returns true if that is
 * a reason to look. */
static bool
tell_port(struct scene *s, uint16_t port, bool up)
{
    struct ofputil_port_status ps = {
        .reason = OFPPR_MODIFY,
        .desc = {
            .port_no = u16_to_ofp(port),
            .state = up ? OFPUTIL_PS_LIVE : OFPUTIL_PS_LINK_DOWN,
        },
    };
    struct ofpbuf *msg = ofputil_encode_port_status(&ps, OFPUTIL_P_OF14_OXM);

    ofpmsg_update_length(msg);
    bool look = claims_take_port_status(&s->claims, msg->data);
    ofpbuf_delete(msg);
    return look;
}

/* Who came while the cable was pulled, was not heard. */
static void
claims_without_carrier(void **state OVS_UNUSED)
{
    struct scene s;

    scene_init(&s);
    claims_connect(&s.claims);
    assert_false(tell_port(&s, 1, false));
    configure(&s, "10", "12");
    look(&s, NULL);
    run_until_granted(&s, NULL, 0);
    assert_int_equal(s.n_async, 1);
    look(&s, &s.claims);
    assert_false(tell_port(&s, 1, true));
    assert_false(tell_port(&s, 2, false));
    assert_false(tell_port(&s, 2, true));
    assert_false(tell_port(&s, 1, false));
    /* A reload meanwhile changes nothing of that. */
    claims_restart(&s.claims);
    look(&s, &s.claims);
    assert_granted(&s, 3);
    assert_true(tell_port(&s, 1, true));
    assert_true(look(&s, &s.claims));
    assert_granted(&s, 0);
    run_until_granted(&s, NULL, 0);
    assert_granted(&s, 3);
    assert_int_equal(s.n_async, 1);
    claims_connect(&s.claims);
    step(&s);
    assert_int_equal(s.n_async, 2);
    scene_destroy(&s);
}

const struct CMUnitTest claims_tests[] = {
    cmocka_unit_test(claims_ask_first),
    cmocka_unit_test(claims_ask_vlans),
    cmocka_unit_test(claims_ask_slowly),
    cmocka_unit_test(claims_start_again),
    cmocka_unit_test(claims_interrupted),
    cmocka_unit_test(claims_know_owners),
    cmocka_unit_test(claims_ask_owners_again),
    cmocka_unit_test(claims_ask_owners_at_start),
    cmocka_unit_test(claims_lose_owners),
    cmocka_unit_test(claims_without_carrier),
    { .name = NULL },
};
