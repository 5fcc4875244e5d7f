/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <netinet/ip6.h>
#include <stdlib.h>

#include "bitmap.h"
#include "byte-order.h"
#include "csum.h"
#include "dp-packet.h"
#include "flow.h"
#include "openflow/claim-set.h"
#include "openflow/claims.h"
#include "openflow/error-relay.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/flow-sync.h"
#include "openflow/nd-answer.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-connection.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-meter.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "random.h"
#include "svec.h"
#include "util.h"

#define CLIENT_MAC ETH_ADDR_C(02,00,00,00,00,05)

static const struct nd_plan plan = {
    { ETH_ADDR_C(0e,70,69,00,00,00), true }
};

static struct address
parse_address(const char *s)
{
    struct address a;

    assert_true(address_parse(s, &a));
    return a;
}

/* Registers. */

static void
parse_match(const char *s, struct match *match)
{
    char *flow = xasprintf("table=18,%s actions=drop", s);
    struct ofputil_flow_mod fm;

    assert_null(flow_mod_parse(&fm, flow, NULL));
    minimatch_expand(&fm.match, match);
    minimatch_destroy(&fm.match);
    free(fm.ofpacts);
    free(flow);
}

static void
check_prefix(struct address a, unsigned int plen)
{
    struct address_prefix p = address_prefix_of(a, plen);
    struct address_range found;
    struct match match;
    char *s = flow_family_target_match(p);

    parse_match(s, &match);
    free(s);
    found = flow_family_get_target(&match);
    if (!address_is_ipv4(a)) {
        assert_int_equal(found.first.hi, 0);
        found.first.hi = found.last.hi = a.hi;
    }
    assert_true(address_equals(found.first, p.network));
    assert_true(address_equals(found.last, address_or(
        p.network, address_not(address_mask(p.plen)))));
}

/* What is written is read: also addresses whose low 64 bits are those of one
 * that is IPv4-mapped. */
static void
nd_registers(void **state OVS_UNUSED)
{
    struct match match;
    struct address a;

    for (int i = 0; i < 2000; i++) {
        a = (struct address) { UINT64_C(0xfc01) << 48, random_uint64() };
        if (i % 3 == 0) {
            a.lo = UINT64_C(0xffff00000000) | random_uint32();
        }
        check_prefix(a, 112 + random_range(17));
        check_prefix(address_from_u32(random_uint32()),
                     16 + random_range(17));
    }

    parse_match("reg12=0xfc010000,reg13=0,reg14=0,reg15=0x5", &match);
    a = flow_family_get_client(&match).first;
    assert_true(address_equals(a, parse_address("fc01::5")));
    parse_match("reg0=0xc0a80205", &match);
    a = flow_family_get_client(&match).first;
    assert_true(address_equals(a, parse_address("192.168.2.5")));
}

/* Probes. */

static void
check_probe(const struct ofputil_packet_out *po, const char *target)
{
    struct in6_addr in6 = address_to_in6(parse_address(target)), group;
    struct dp_packet packet;
    struct flow flow;

    dp_packet_use_const(&packet, po->packet, po->packet_len);
    flow_extract(&packet, &flow);
    in6_addr_solicited_node(&group, &in6);
    assert_true(is_nd(&flow, NULL));
    assert_int_equal(ntohs(flow.tp_src), ND_NEIGHBOR_SOLICIT);
    assert_int_equal(flow.nw_ttl, 255);
    assert_true(ipv6_addr_equals(&flow.nd_target, &in6));
    assert_true(ipv6_addr_equals(&flow.ipv6_src, &in6addr_any));
    assert_true(ipv6_addr_equals(&flow.ipv6_dst, &group));
    assert_true(eth_addr_is_zero(flow.arp_sha));
    assert_true(eth_addr_equals(flow.dl_src, claim_mac_of(
        &plan.mac, parse_address(target))));
    assert_int_equal(eth_addr_to_uint64(flow.dl_dst),
                     UINT64_C(0x3333ff000000) | (in6.s6_addr[13] << 16)
                     | (in6.s6_addr[14] << 8) | in6.s6_addr[15]);
    assert_int_equal(vlan_tci_to_vid(flow.vlans[0].tci), 2);

    /* Without an option, and with a right checksum. */
    const uint8_t *ip = (const uint8_t *) po->packet + VLAN_ETH_HEADER_LEN;
    uint32_t sum = packet_csum_pseudoheader6(
        (const struct ovs_16aligned_ip6_hdr *) ip);
    assert_int_equal(po->packet_len,
                     VLAN_ETH_HEADER_LEN + IPV6_HEADER_LEN + ND_MSG_LEN);
    assert_int_equal(csum_finish(csum_continue(sum, ip + IPV6_HEADER_LEN,
                                               ND_MSG_LEN)), 0);
}

/* Takes one of 'msgs'.  Returns true if it is a probe. */
static bool
take_probe(struct ofpbuf *msg, const char *target)
{
    struct ofputil_packet_out po;
    struct ofpbuf ofpacts;
    enum ofptype type;

    ofpmsg_update_length(msg);
    assert_int_equal(ofptype_decode(&type, msg->data), 0);
    if (type == OFPTYPE_PACKET_OUT) {
        ofpbuf_init(&ofpacts, 64);
        assert_int_equal(ofputil_decode_packet_out(&po, msg->data, NULL,
                                                   &ofpacts), 0);
        check_probe(&po, target);
        ofpbuf_uninit(&ofpacts);
    }
    ofpbuf_delete(msg);
    return type == OFPTYPE_PACKET_OUT;
}

/* The switch has the flows that 'claims' wants. */
static void
look(struct claims *claims, long long int now)
{
    struct flow_list list = FLOW_LIST_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    struct svec none = SVEC_EMPTY_INITIALIZER;

    claims_build(claims, &none, &flows);
    assert_null(flow_list_parse(&list, &flows));
    claims_begin_dump(claims);
    for (size_t i = 0; i < list.n; i++) {
        struct ofputil_flow_stats stats = {
            .table_id = list.fms[i].table_id,
            .ofpacts = list.fms[i].ofpacts,
            .ofpacts_len = list.fms[i].ofpacts_len,
        };

        minimatch_expand(&list.fms[i].match, &stats.match);
        claims_take_flow(claims, &stats, now);
    }
    claims_end_dump(claims, true);
    flow_list_clear(&list);
    svec_destroy(&flows);
}

static void
nd_probes(void **state OVS_UNUSED)
{
    static const struct svec none_ignored = SVEC_EMPTY_INITIALIZER;
    struct address_set addresses = ADDRESS_SET_INITIALIZER;
    unsigned long *vlans = bitmap_allocate(4096);
    struct address target = parse_address("fc01::ffff:12:3456");
    struct flow_config config = {
        .uplink.number = 1,
        .fake = { parse_address("fc04::1"), 8 },
        .real = { parse_address("fc01::"), 80 },
        .vlans = vlans,
        .ignored_clients = &none_ignored,
        .claims = { .addresses = &addresses, .mac = plan.mac, .hold = 60 },
    };
    struct claims claims;
    struct ovs_list msgs;
    struct ofpbuf *msg;
    int n = 0;

    bitmap_set1(vlans, 2);
    address_set_add_range(&addresses, address_range_of(target));
    claims_init(&claims);
    claims_set(&claims, &config, 1);
    look(&claims, 1000);
    for (long long int now = 1000; now < 6000; now += 100) {
        ovs_list_init(&msgs);
        claims_settled(&claims, now);
        claims_run(&claims, now, &msgs);
        LIST_FOR_EACH_POP (msg, list_node, &msgs) {
            n += take_probe(msg, "fc01::ffff:12:3456");
        }
    }
    assert_int_equal(n, 3);
    assert_true(claims_are_granted(&claims));

    /* Another agent finds that in the switch. */
    look(&claims, 6000);
    assert_true(address_set_contains(&claims.networks[0].granted, target));
    assert_int_equal(address_set_count(&claims.networks[0].granted), 1);
    claims_destroy(&claims);
    address_set_destroy(&addresses);
    bitmap_free(vlans);
}

/* Answers. */

struct question {
    uint8_t frame[160];
    size_t size;
};

/* Puts the length and the checksum right. */
static void
finish(struct question *q)
{
    struct ovs_16aligned_ip6_hdr *ip
        = (struct ovs_16aligned_ip6_hdr *) (q->frame + ETH_HEADER_LEN);
    struct icmp6_header *icmp = (struct icmp6_header *) (ip + 1);
    size_t n = q->size - ETH_HEADER_LEN - IPV6_HEADER_LEN;

    ip->ip6_plen = htons(n);
    icmp->icmp6_cksum = 0;
    icmp->icmp6_cksum = csum_finish(csum_continue(
        packet_csum_pseudoheader6(ip), icmp, n));
}

/* A solicitation, with these options, as hex digits. */
static struct question
ask(const char *source, const char *target, const char *options)
{
    struct in6_addr from = address_to_in6(parse_address(source));
    struct in6_addr to = address_to_in6(parse_address(target));
    struct question q = { .size = 78 };
    struct dp_packet packet;

    dp_packet_init(&packet, 0);
    compose_nd_ns(&packet, (struct eth_addr) CLIENT_MAC, &from, &to);
    memcpy(q.frame, dp_packet_data(&packet), q.size);
    dp_packet_uninit(&packet);
    for (const char *p = options; *p; p += 2) {
        bool ok;

        q.frame[q.size++] = hexits_value(p, 2, &ok);
    }
    finish(&q);
    return q;
}

#define OPTION "0101020000000005"
#define NONCE "0e01aabbccddeeff"
#define SIGNATURE "0c0200000000000000000000000000ff"

static bool
is_answered(const struct question *q, struct flow *flow)
{
    struct dp_packet answer;
    /* Not a byte more than that is read. */
    void *frame = xmemdup(q->frame, q->size);

    dp_packet_init(&answer, 0);
    bool answered = nd_answer_compose(&plan, frame, q->size, &answer);
    if (answered) {
        flow_extract(&answer, flow);
        assert_int_equal(dp_packet_size(&answer), 86);
        assert_int_equal(csum_finish(csum_continue(
            packet_csum_pseudoheader6(dp_packet_l3(&answer)),
            dp_packet_l4(&answer), 32)), 0);
    } else {
        assert_int_equal(dp_packet_size(&answer), 0);
    }
    dp_packet_uninit(&answer);
    free(frame);
    return answered;
}

static void
check_answer(const struct question *q, const char *source, const char *target)
{
    struct in6_addr from = address_to_in6(parse_address(source));
    struct in6_addr to = address_to_in6(parse_address(target));
    struct eth_addr own = claim_mac_of(&plan.mac, parse_address(target));
    struct flow flow;

    assert_true(is_answered(q, &flow));
    assert_int_equal(ntohs(flow.tp_src), ND_NEIGHBOR_ADVERT);
    assert_int_equal(flow.nw_ttl, 255);
    assert_true(ipv6_addr_equals(&flow.ipv6_src, &to));
    assert_true(ipv6_addr_equals(&flow.ipv6_dst, &from));
    assert_true(ipv6_addr_equals(&flow.nd_target, &to));
    assert_true(eth_addr_equals(flow.dl_src, own));
    assert_true(eth_addr_equals(flow.arp_tha, own));
    assert_true(eth_addr_equals(flow.dl_dst, (struct eth_addr) CLIENT_MAC));
    assert_int_equal(ntohl(flow.igmp_group_ip4), CLAIM_ND_FLAGS);
}

static void
nd_answers(void **state OVS_UNUSED)
{
    static const char *const options[] = {
        OPTION, OPTION NONCE, NONCE OPTION, OPTION SIGNATURE,
        SIGNATURE NONCE OPTION,
    };
    struct question q;

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        q = ask("fc01::5", "fc01::1:77", options[i]);
        check_answer(&q, "fc01::5", "fc01::1:77");
    }
    q = ask("fe80::1", "fc01::abcd:ef12", OPTION);
    check_answer(&q, "fe80::1", "fc01::abcd:ef12");
    /* Padding is none of the packet's. */
    q.size += 10;
    check_answer(&q, "fe80::1", "fc01::abcd:ef12");
}

static void
nd_refuses(void **state OVS_UNUSED)
{
    static const struct {
        size_t at;
        uint8_t value;
        bool finish;
    } changes[] = {
        { 6, 0x03, true },      /* From a multicast MAC address. */
        { 12, 0x08, true },     /* Not IPv6. */
        { 14, 0x40, true },     /* Version. */
        { 20, 0, true },        /* An extension header: hop-by-hop, */
        { 20, 44, true },       /* fragments. */
        { 21, 254, true },      /* Hop limit. */
        { 22, 0xff, true },     /* From a multicast address. */
        { 54, 136, true },      /* An advertisement, */
        { 54, 133, true },      /* a router solicitation. */
        { 55, 1, true },        /* Code. */
        { 57, 0, false },       /* Checksum. */
        { 62, 0xff, true },     /* Target. */
        { 78, 2, true },        /* Option: of a target, */
        { 79, 0, true },        /* without a length, */
        { 79, 2, true },        /* beyond the end. */
    };
    static const char *const options[] = { "", NONCE, "01", "0100" };
    struct question q = ask("::", "fc01::77", OPTION);
    struct flow flow;

    assert_false(is_answered(&q, &flow));
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        q = ask("fc01::5", "fc01::77", options[i]);
        assert_false(is_answered(&q, &flow));
    }
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        q = ask("fc01::5", "fc01::77", OPTION);
        q.frame[changes[i].at] = changes[i].value;
        if (changes[i].finish) {
            finish(&q);
        } else {
            q.frame[changes[i].at - 1] ^= 0x55;
        }
        assert_false(is_answered(&q, &flow));
    }

    /* Cut, with a length that is more than there is, or less than it takes. */
    q = ask("fc01::5", "fc01::77", OPTION);
    for (size_t size = 0; size < 86; size++) {
        q.size = size;
        assert_false(is_answered(&q, &flow));
    }
    q.size = 86;
    q.frame[19] = 23;
    assert_false(is_answered(&q, &flow));
}

static void
parse_hex(const struct ds *s, uint8_t *bytes, size_t *n)
{
    *n = 0;
    for (const char *p = ds_cstr_ro(s); *p; p += 2 + (p[2] == '.')) {
        bool ok;

        bytes[(*n)++] = hexits_value(p, 2, &ok);
    }
}

static void
nd_plans(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct nd_plan parsed;
    uint8_t bytes[64];
    size_t n;

    nd_plan_put(&plan, &s);
    parse_hex(&s, bytes, &n);
    assert_string_equal(ds_cstr(&s), "70.69.6e.64.01.00.0e.70.69.00.00.00");
    assert_true(nd_plan_parse(bytes, n, &parsed));
    assert_true(parsed.mac.is_oui);
    assert_true(eth_addr_equals(parsed.mac.mac, plan.mac.mac));
    assert_false(nd_plan_parse(bytes, n - 1, &parsed));
    assert_false(nd_plan_parse(bytes, n + 1, &parsed));
    for (size_t i = 0; i < 6; i++) {
        bytes[i] ^= 2;
        assert_false(nd_plan_parse(bytes, n, &parsed));
        bytes[i] ^= 2;
    }
    ds_destroy(&s);
}

/* From the switch, and back to it. */

static void
relay_question(struct error_relay *relay, const struct question *q,
               uint64_t cookie, uint16_t vlan, struct ovs_list *msgs)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    uint8_t userdata[64];
    struct ofputil_packet_in_private pin = {
        .base = {
            .packet = CONST_CAST(uint8_t *, q->frame), .packet_len = q->size,
            .reason = OFPR_ACTION, .cookie = htonll(cookie),
            .userdata = userdata,
        },
    };

    nd_plan_put(&plan, &s);
    parse_hex(&s, userdata, &pin.base.userdata_len);
    ds_destroy(&s);
    match_init_catchall(&pin.base.flow_metadata);
    match_set_in_port(&pin.base.flow_metadata, u16_to_ofp(7));
    match_set_reg(&pin.base.flow_metadata, 4, vlan);

    struct ofpbuf *msg = ofputil_encode_packet_in_private(
        &pin, FLOW_SYNC_PROTOCOL, OFPUTIL_PACKET_IN_NXT2);
    ofpmsg_update_length(msg);
    error_relay_take_packet(relay, msg->data, msgs);
    ofpbuf_delete(msg);
}

static void
nd_relayed(void **state OVS_UNUSED)
{
    struct question q = ask("fc01::5", "fc01::77", OPTION);
    struct error_relay relay;
    struct ovs_list msgs;
    struct ofputil_packet_out po;
    struct dp_packet packet;
    struct ofpbuf ofpacts;
    struct flow flow;

    error_relay_init(&relay);
    ovs_list_init(&msgs);
    for (int vlan = 0; vlan <= 1001; vlan += 1001) {
        relay_question(&relay, &q, FLOW_COOKIE, vlan, &msgs);
        struct ofpbuf *msg = ofpbuf_from_list(ovs_list_pop_front(&msgs));
        ofpmsg_update_length(msg);
        ofpbuf_init(&ofpacts, 64);
        assert_int_equal(ofputil_decode_packet_out(&po, msg->data, NULL,
                                                   &ofpacts), 0);
        assert_int_equal(po.ofpacts->type, OFPACT_OUTPUT);
        assert_int_equal(ofpact_get_OUTPUT(po.ofpacts)->port, u16_to_ofp(7));
        dp_packet_use_const(&packet, po.packet, po.packet_len);
        flow_extract(&packet, &flow);
        assert_int_equal(ntohs(flow.tp_src), ND_NEIGHBOR_ADVERT);
        assert_int_equal(vlan_tci_to_vid(flow.vlans[0].tci), vlan);
        ofpbuf_uninit(&ofpacts);
        ofpbuf_delete(msg);
    }
    assert_int_equal(relay.answered, 2);

    /* Not from the agent's flows; no question. */
    relay_question(&relay, &q, 0, 2, &msgs);
    assert_int_equal(relay.unanswered, 0);
    q = ask("::", "fc01::77", OPTION);
    relay_question(&relay, &q, FLOW_COOKIE, 2, &msgs);
    assert_int_equal(relay.answered, 2);
    assert_int_equal(relay.unanswered, 1);
    assert_true(ovs_list_is_empty(&msgs));
}

const struct CMUnitTest nd_tests[] = {
    cmocka_unit_test(nd_registers),
    cmocka_unit_test(nd_probes),
    cmocka_unit_test(nd_answers),
    cmocka_unit_test(nd_refuses),
    cmocka_unit_test(nd_plans),
    cmocka_unit_test(nd_relayed),
    { .name = NULL },
};
