/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-flow-lib.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/address-set.h"
#include "openflow/flow-limits.h"
#include "openflow/flow-set.h"
#include "openflow/vlan-flows.h"
#include "packets.h"
#include "random.h"
#include "svec.h"
#include "util.h"

/* Of the published set. */
#define N_FLOWS(IPV6) ((IPV6) ? 13 : 12)

/* Whatever the configuration, the flows are ones that ovs-ofctl would take,
 * no two have the same match, and each value stands where it belongs. */
static void
check_any_config(const struct flow_config *c, struct svec *flows)
{
    bool ipv6 = config_is_ipv6(c);
    int n = ipv6 ? 3 : 2;       /* Protocols, and later fragments. */
    char fake[ADDRESS_STRLEN];

    address_to_string(c->fake.ip, fake);
    build_flows(c, 1, flows);
    assert_int_equal(flows->n, N_FLOWS(ipv6));
    assert_int_equal(count(flows, "in_port=%"PRIu16" ", c->uplink.number)
                     + count(flows, "in_port=%"PRIu16",", c->uplink.number),
                     1 + n);
    assert_int_equal(count(flows, "set_field:%d->vlan_vid",
                           4096 + vlan_get_only(c)), n);
    assert_int_equal(count(flows, "hard_timeout=%"PRIu16",", c->timeout), n);
    assert_int_equal(count(flows, "idle_timeout=%"PRIu16",", c->timeout), n);
    assert_int_equal(count(flows, "%s_src=%s,", ipv6 ? "ipv6" : "ip", fake),
                     n);
    assert_int_equal(count(flows, "set_field:%s->%s_dst,", fake,
                           ipv6 ? "ipv6" : "ip"), n);
    assert_int_equal(count(flows, "load:%#"PRIx16"->NXM_NX_REG1[0..15]",
                           c->fake_port.number), n);
    assert_int_equal(count(flows, "load:%#"PRIx16"->NXM_NX_REG2[0..15]",
                           c->uplink.number), n);
    assert_int_equal(count(flows, "limit="), 0);
    assert_int_equal(count(flows, "actions=drop # "), 3);
    assert_int_equal(count(flows, "#"), 3);
}

static void
flow_set_any_config(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        struct flow_config c = random_config();
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        check_any_config(&c, &flows);
        assert_int_equal(count(&flows, "load:%#"PRIx32"->NXM_OF_IP_DST[]",
                               address_to_u32(c.fake.ip)), 2);
        assert_int_equal(count(&flows, "load:%#"PRIx32"->NXM_NX_REG0[16..31]",
                               address_to_u32(c.fake.ip) >> 16), 2);
        assert_int_equal(count(&flows, "dl_src="ETH_ADDR_FMT" ",
                               ETH_ADDR_ARGS(c.server_mac)), 1);
        assert_int_equal(count(&flows, "set_field:"ETH_ADDR_FMT"->arp_sha",
                               ETH_ADDR_ARGS(c.client_mac)), 1);
        svec_destroy(&flows);
    }
}

static void
flow_set_any_config_ipv6(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        struct flow_config c = random_config_ipv6();
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        check_any_config(&c, &flows);
        assert_int_equal(count(&flows, "load:%#"PRIx64"->NXM_NX_IPV6_DST"
                               "[0..63],load:%#"PRIx64"->NXM_NX_IPV6_DST"
                               "[64..127],", c.fake.ip.lo, c.fake.ip.hi), 3);
        assert_int_equal(count(&flows, "load:%#"PRIx64"->NXM_NX_XXREG3"
                               "[64..127],", c.fake.ip.hi), 3);
        assert_int_equal(count(&flows, "arp"), 0);
        svec_destroy(&flows);
    }
}

/* Returns how many flows of one network match ICMP or ICMPv6: errors, echo and
 * later fragments. */
static size_t
count_icmp(const struct flow_config *c)
{
    bool ipv6 = config_is_ipv6(c);

    return ((ipv6 ? 2 * 4 : 2 * 3) + 2 + c->routed
            + (!(c->protocols & FLOW_ICMP) ? 0 : ipv6 ? 2 : 3));
}

/* The same of the other set.  Each flow that drops says why. */
static void
check_any_subnet(const struct flow_config *c)
{
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    bool ipv6 = config_is_ipv6(c);
    unsigned int n = (ipv6 ? 128 : 32) - c->real.plen;

    build_flows(c, 1, &flows);
    assert_int_equal(count(&flows, "actions=drop"),
                     count(&flows, "actions=drop # "));
    /* A large subnet learns that there is no room. */
    assert_int_equal(count(&flows, "learn("),
                     (c->routed ? 5 : 1) + (n > 16));
    assert_int_equal(count(&flows, "ct("), c->routed ? 4 : 0);
    assert_int_equal(count(&flows, "zone=%"PRIu16",", c->ct_zone),
                     c->routed ? 4 : 0);
    assert_int_equal(count(&flows, ",limit=%"PRIu32",", c->max_clients),
                     c->routed);
    assert_int_equal(count(&flows, ",limit=%u,", 1u << MIN(n, 16)),
                     c->routed ? 2 : 1);
    assert_int_equal(count(&flows, "more hosts than the real subnet has"),
                     n <= 16);
    assert_int_equal(count(&flows, "more hosts than are learned"), n > 16);
    assert_int_equal(count(&flows, "tcp"), c->protocols & FLOW_TCP ? 3 : 0);
    assert_int_equal(count(&flows, "udp"), c->protocols & FLOW_UDP ? 3 : 0);
    assert_int_equal(count(&flows, "icmp"), count_icmp(c));
    assert_int_equal(count(&flows, "nw_proto=44,nw_frag=later"),
                     ipv6 ? 2 : 0);
    assert_int_equal(count(&flows, "documentation"), ipv6 ? 2 : 0);
    assert_int_equal(count(&flows, "=meter:28777,controller(id=28777,"), 2);
    assert_int_equal(count(&flows, "from the target") - 1
                     + count(&flows, "actions=goto_table:4"), 2 * n);
    /* None is of the other family. */
    assert_int_equal(count(&flows, ipv6 ? "nw_src" : "ipv6"), 0);
    assert_int_equal(count(&flows, ipv6 ? "NXM_OF_IP" : "IPV6"), 0);
    svec_destroy(&flows);
}

static void
flow_set_any_subnet(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        struct flow_config c = random_subnet_config();

        check_any_subnet(&c);
    }
}

static void
flow_set_any_subnet_ipv6(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 1000; i++) {
        struct flow_config c = random_subnet_config_ipv6();

        check_any_subnet(&c);
    }
}

/* Examples are walls, but for who uses them. */
static void
flow_set_documentation(void **state OVS_UNUSED)
{
    static const struct {
        struct address address;
        unsigned int n;
    } tests[] = {
        { { UINT64_C(0x20010db700000000), 1 }, 2 },
        { { UINT64_C(0x20010db800000000), 1 }, 1 },
        { { UINT64_C(0x20010db8ffffffff), 1 }, 1 },
        { { UINT64_C(0x20010db900000000), 1 }, 2 },
        { { UINT64_C(0x3fff0fff00000000), 1 }, 1 },
        { { UINT64_C(0x3fff100000000000), 1 }, 2 },
    };

    random_set_seed(1);
    for (size_t i = 0; i < 2 * ARRAY_SIZE(tests); i++) {
        struct flow_config c = random_subnet_config_ipv6();
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        if (i % 2) {
            c.real = (struct real_subnet) { tests[i / 2].address, 126 };
            c.real.network.lo = 0;
        } else {
            c.fake = (struct fake_address) { tests[i / 2].address, 124 };
            c.real.plen = 126;
        }
        c.real.network = real_subnet_prefix(&c.real).network;
        build_flows(&c, 1, &flows);
        assert_int_equal(count(&flows, "documentation"), tests[i / 2].n);
        svec_destroy(&flows);
    }

    /* A prefix around one of them. */
    struct flow_config c = random_subnet_config_ipv6();
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    c.fake = (struct fake_address) { { UINT64_C(0x20aa) << 48, 1 }, 8 };
    build_flows(&c, 1, &flows);
    assert_int_equal(count(&flows, "documentation"), 1);
    svec_destroy(&flows);
}

/* Adds to 'set' what table 18 of 'flows' says, each address once. */
static void
get_listed(const struct svec *flows, struct address_set *set)
{
    uint64_t n = 0;
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        uint32_t address, mask = UINT32_MAX;

        if (claim_set_is_listed(flow)) {
            assert_non_null(strstr(flow, " actions=load:0x3->NXM_NX_REG6"));
            assert_true(ovs_scan(strstr(flow, "reg1="),
                                 "reg1=0x%"SCNx32"/0x%"SCNx32, &address, &mask)
                        || mask == UINT32_MAX);
            address_set_add_range(set, range_of(address, address | ~mask));
            n += (uint64_t) ~mask + 1;
        }
    }
    assert_int_equal(address_set_count(set), n);
}

/* Whatever is claimed, the switch answers for these addresses and no others,
 * and each drop says why. */
static void
flow_set_claims(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 300; i++) {
        struct flow_config c = random_subnet_config();
        struct svec flows = SVEC_EMPTY_INITIALIZER;
        struct address_set set, listed = ADDRESS_SET_INITIALIZER;

        claim_randomly(&c, &set);
        build_flows(&c, 1, &flows);
        get_listed(&flows, &listed);
        assert_true(address_set_equals(&set, &listed));
        assert_int_equal(count(&flows, "actions=drop"),
                         count(&flows, "actions=drop # "));
        assert_int_equal(count(&flows, ",IN_PORT"), set.n ? 2 : 0);
        assert_int_equal(count(&flows, "hard_timeout=%"PRIu16",",
                               c.claims.hold), set.n != 0);

        address_set_destroy(&set);
        address_set_destroy(&listed);
        svec_destroy(&flows);
    }
}

/* With several VLANs, and on an access port, in both sets. */
static void
flow_set_vlans(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 500; i++) {
        struct flow_config c = (i % 4 == 0 ? random_subnet_config()
                                : i % 4 == 1 ? random_config()
                                : i % 4 == 2 ? random_subnet_config_ipv6()
                                : random_config_ipv6());
        int n = 2 + random_range(40);
        int first = 1 + random_range(4095 - n);
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        c.vlans = vlans_of(first, first + n - 1);
        build_flows(&c, 1, &flows);
        assert_int_equal(count(&flows, ",dl_vlan="), n);
        assert_int_equal(count(&flows, ",dl_vlan=%d actions=move:OXM_OF_"
                               "VLAN_VID[]->NXM_NX_REG4[0..11],pop_vlan,",
                               first + n - 1), 1);
        assert_int_equal(count(&flows, "load:NXM_NX_REG4[0..11]->"),
                         (c.real.plen ? (c.routed ? 3 : 1)
                          : config_is_ipv6(&c) ? 3 : 2));
        assert_int_equal(count(&flows, "tagged twice"), 3);
        svec_clear(&flows);

        c.vlans = vlans_of(0, 0);
        build_flows(&c, 1, &flows);
        assert_int_equal(count(&flows, "push_vlan"), 0);
        assert_int_equal(count(&flows, "pop_vlan"), 0);
        assert_int_equal(count(&flows, "dl_vlan"), 0);
        assert_int_equal(count(&flows, "actions=drop # in: tagged"), 1);
        svec_destroy(&flows);
    }
}

/* Returns the cookie that the flows for 'config' learn with. */
static uint64_t
learned_cookie(const struct flow_config *config)
{
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    uint64_t cookie = 0;
    const char *flow;
    size_t i;

    flow_set_build(config, 1, &flows);
    SVEC_FOR_EACH (i, flow, &flows) {
        const char *learn = strstr(flow, "learn(");

        if (learn) {
            assert_true(ovs_scan(strstr(learn, "cookie="), "cookie=%"SCNx64,
                                 &cookie));
        }
    }
    svec_destroy(&flows);
    return cookie;
}

/* The cookie tells flows that say something else, and only these. */
static void
flow_set_learned_cookie(void **state OVS_UNUSED)
{
    const struct flow_config a = {
        .uplink.number = 1,
        .fake_port.number = 2,
        .fake = { ADDRESS_INIT_IPV4(0x0a0a0001), 16 },
        .server_mac = ETH_ADDR_C(0e,00,00,00,00,66),
        .client_mac = ETH_ADDR_C(0e,00,00,00,00,67),
        .vlans = vlans_of(2, 2),
        .ignored_clients = &none_ignored,
        .timeout = 300,
    };
    struct svec some_ignored = SVEC_EMPTY_INITIALIZER;
    uint64_t cookie = learned_cookie(&a);
    struct flow_config b;

    svec_add(&some_ignored, "192.168.2.9");

    /* The number is the same in each build and release. */
    assert_int_equal(cookie, UINT64_C(0x7069706cbb9f338d));

    b = a;
    b.timeout = 301;
    b.vlans = vlans_of(3, 3);
    b.uplink.name = "eth0";
    assert_int_equal(learned_cookie(&b), cookie);

    b = a;
    b.uplink.number = 3;
    assert_int_not_equal(learned_cookie(&b), cookie);
    b = a;
    b.fake_port.number = 3;
    assert_int_not_equal(learned_cookie(&b), cookie);
    b = a;
    b.fake.ip = address_from_u32(0x0a0a0002);
    assert_int_not_equal(learned_cookie(&b), cookie);
    b = a;
    b.server_mac.ea[5]++;
    assert_int_not_equal(learned_cookie(&b), cookie);
    b = a;
    b.client_mac.ea[5]++;
    assert_int_not_equal(learned_cookie(&b), cookie);

    /* What goes to a VLAN that is not served must not stay. */
    b = a;
    b.vlans = vlans_of(2, 3);
    uint64_t two = learned_cookie(&b);
    assert_int_not_equal(two, cookie);
    b.vlans = vlans_of(2, 4);
    assert_int_not_equal(learned_cookie(&b), two);
    b.vlans = vlans_of(0, 0);
    assert_int_not_equal(learned_cookie(&b), cookie);
    b = a;
    b.ignored_clients = &some_ignored;
    assert_int_not_equal(learned_cookie(&b), cookie);
    svec_destroy(&some_ignored);
}

/* What is learned stays right as long as the network is the same. */
static void
flow_set_subnet_cookie(void **state OVS_UNUSED)
{
    struct svec some_ignored = SVEC_EMPTY_INITIALIZER;
    struct flow_config a = random_subnet_config();
    uint64_t cookie = learned_cookie(&a);
    struct flow_config b;

    svec_add(&some_ignored, "192.168.2.9");

    b = a;
    b.timeout++;
    b.uplink.number++;
    b.fake.ip.lo ^= 1;
    b.protocols ^= FLOW_TCP;
    b.max_clients++;
    b.vlans = vlans_of(2, 3);
    b.ignored_clients = &some_ignored;
    assert_int_equal(learned_cookie(&b), cookie);
    b.vlans = vlans_of(0, 0);
    assert_int_equal(learned_cookie(&b), cookie);

    b = a;
    b.real.network.lo ^= 1u << 31;
    assert_int_not_equal(learned_cookie(&b), cookie);
    b = a;
    b.real.plen = 0;
    assert_int_not_equal(learned_cookie(&b), cookie);
    svec_destroy(&some_ignored);
}

/* Names that ovs-ofctl would not take as they are, are quoted. */
static void
flow_set_names(void **state OVS_UNUSED)
{
    struct flow_config c = random_config();
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    c.uplink.name = "eth0.100";
    c.fake_port.name = "ovsfake0";
    flow_set_build(&c, 1, &flows);
    assert_int_equal(count(&flows, "in_port=\"eth0.100\""), 3);
    assert_int_equal(count(&flows, "in_port=ovsfake0"), 3);
    assert_int_equal(count(&flows, "output:ovsfake0"), 2);
    assert_int_equal(count(&flows, "load:%#"PRIx16"->NXM_NX_REG1[0..15]",
                           c.fake_port.number), 2);
    svec_destroy(&flows);
}

/* Names that mean something else in flow syntax. */
static void
flow_set_odd_names(void **state OVS_UNUSED)
{
    struct flow_config c = random_config();
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    c.uplink.name = "normal";
    c.fake_port.name = "port_max_len";
    flow_set_build(&c, 1, &flows);
    assert_int_equal(count(&flows, "in_port=\"normal\""), 3);
    assert_int_equal(count(&flows, "in_port=%"PRIu16",",
                           c.fake_port.number), 1);
    assert_int_equal(count(&flows, "output:%"PRIu16, c.fake_port.number), 2);
    svec_clear(&flows);

    c.uplink.name = "action0";
    flow_set_build(&c, 1, &flows);
    assert_int_equal(count(&flows, "in_port=%"PRIu16",", c.uplink.number), 1);
    svec_destroy(&flows);
}

/* Returns the limits of the tables that the set for 'config' learns for, with
 * room for so many flows. */
static struct flow_limits
limits_of(const struct flow_config *config, uint32_t max_learned, bool evict)
{
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    flow_set_build(config, 1, &flows);
    struct flow_limits limits = flow_limits_get(&flows, max_learned, evict);
    svec_destroy(&flows);
    return limits;
}

/* A table has room for the flows that stay, too. */
static void
flow_set_limits(void **state OVS_UNUSED)
{
    struct svec some_ignored = SVEC_EMPTY_INITIALIZER;
    struct flow_config c = random_config();
    struct flow_limits limits = limits_of(&c, 1000, false);

    assert_int_equal(limits.n, 2);
    assert_int_equal(limits.tables[0].table, 1);
    assert_int_equal(limits.tables[0].flows, 1003);
    assert_int_equal(limits.tables[1].table, 2);
    assert_int_equal(limits.tables[1].flows, 1002);

    /* Answers are evicted last. */
    limits = limits_of(&c, 1000, true);
    assert_int_equal(limits.n, 2);
    assert_int_equal(limits.tables[0].flows, 1003);
    assert_int_equal(limits.tables[1].flows, 2002);

    assert_int_equal(limits_of(&c, 0, true).n, 0);

    svec_add(&some_ignored, "192.168.2.9");
    svec_add(&some_ignored, "10.0.0.0/8");
    c.ignored_clients = &some_ignored;
    limits = limits_of(&c, 1, false);
    assert_int_equal(limits.tables[0].flows, 6);
    assert_int_equal(limits.tables[1].flows, 3);
    svec_destroy(&some_ignored);

    /* One more for later fragments, none for ARP. */
    struct flow_config c6 = random_config_ipv6();

    limits = limits_of(&c6, 1000, false);
    assert_int_equal(limits.n, 2);
    assert_int_equal(limits.tables[0].flows, 1004);
    assert_int_equal(limits.tables[1].flows, 1001);

    /* Nothing is learned for table 1. */
    c.ignored_clients = &none_ignored;
    c.vlans = vlans_of(2, 3);
    limits = limits_of(&c, 7, false);
    assert_int_equal(limits.n, 1);
    assert_int_equal(limits.tables[0].table, 2);
    assert_int_equal(limits.tables[0].flows, 9);
}

const struct CMUnitTest flow_set_tests[] = {
    cmocka_unit_test(flow_set_any_config),
    cmocka_unit_test(flow_set_any_config_ipv6),
    cmocka_unit_test(flow_set_any_subnet),
    cmocka_unit_test(flow_set_any_subnet_ipv6),
    cmocka_unit_test(flow_set_documentation),
    cmocka_unit_test(flow_set_claims),
    cmocka_unit_test(flow_set_vlans),
    cmocka_unit_test(flow_set_learned_cookie),
    cmocka_unit_test(flow_set_subnet_cookie),
    cmocka_unit_test(flow_set_limits),
    cmocka_unit_test(flow_set_names),
    cmocka_unit_test(flow_set_odd_names),
    { .name = NULL },
};
