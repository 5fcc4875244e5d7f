/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/address-set.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-limits.h"
#include "openflow/flow-set.h"
#include "openflow/vlan-flows.h"
#include "packets.h"
#include "random.h"
#include "svec.h"
#include "util.h"

#define N_FLOWS 12

static const struct svec none_ignored = SVEC_EMPTY_INITIALIZER;

/* Returns a bitmap of these VLANs, which is valid for some more calls. */
static const unsigned long *
vlans_of(int first, int last)
{
    static unsigned long pool[16][BITMAP_N_LONGS(4096)];
    static int i;

    i = (i + 1) % ARRAY_SIZE(pool);
    memset(pool[i], 0, sizeof pool[i]);
    bitmap_set_multiple(pool[i], first, last - first + 1, true);
    return pool[i];
}

static struct flow_config
random_config(void)
{
    int vlan = 1 + random_range(4094);
    struct flow_config config = {
        .uplink.number = 1 + random_range(65279),
        .fake_port.number = 1 + random_range(65279),
        .fake = { address_from_u32((1 + random_range(126)) << 24
                                   | random_range(1 << 16) << 8
                                   | (1 + random_range(254))), 16 },
        .vlans = vlans_of(vlan, vlan),
        .ignored_clients = &none_ignored,
        .timeout = 1 + random_range(65535),
    };

    eth_addr_random(&config.server_mac);
    eth_addr_random(&config.client_mac);
    return config;
}

/* Counts the lines of 'flows' that contain 'format', formatted. */
static size_t OVS_PRINTF_FORMAT(2, 3)
count(const struct svec *flows, const char *format, ...)
{
    const char *flow;
    size_t i, n = 0;
    va_list args;

    va_start(args, format);
    char *s = xvasprintf(format, args);
    va_end(args);
    SVEC_FOR_EACH (i, flow, flows) {
        n += strstr(flow, s) != NULL;
    }
    free(s);
    return n;
}

/* Appends to 'flows' the flow set for the 'n' networks in 'c': ovs-ofctl takes
 * it, and no two flows have the same match. */
static void
build(const struct flow_config *c, size_t n, struct svec *flows)
{
    struct flow_list list = FLOW_LIST_INITIALIZER;
    struct flow_list none = FLOW_LIST_INITIALIZER;
    struct flow_list changes = FLOW_LIST_INITIALIZER;

    flow_set_build(c, n, flows);
    char *error = flow_list_parse(&list, flows);
    if (error) {
        fail_msg("%s", error);
    }
    flow_list_diff(&list, &list, NULL, &changes);
    assert_int_equal(changes.n, 0);
    flow_list_diff(&list, &none, NULL, &changes);
    assert_int_equal(changes.n, flows->n);
    flow_list_clear(&changes);
    flow_list_clear(&list);
}

/* Whatever the configuration, the flows are ones that ovs-ofctl would take,
 * no two have the same match, and each value stands where it belongs. */
static void
flow_set_any_config(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        struct flow_config c = random_config();
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        build(&c, 1, &flows);
        assert_int_equal(flows.n, N_FLOWS);
        assert_int_equal(count(&flows, "in_port=%"PRIu16,
                               c.uplink.number),
                         c.uplink.number == c.fake_port.number ? 6 : 3);
        assert_int_equal(count(&flows, "set_field:%d->vlan_vid",
                               4096 + vlan_get_only(&c)), 2);
        assert_int_equal(count(&flows, "hard_timeout=%"PRIu16",", c.timeout),
                         2);
        assert_int_equal(count(&flows, "idle_timeout=%"PRIu16",", c.timeout),
                         2);
        assert_int_equal(count(&flows, "ip_src="IP_FMT",",
                               IP_ARGS(address_to_ip(c.fake.ip))), 2);
        assert_int_equal(count(&flows, "load:%#"PRIx32"->NXM_OF_IP_DST[]",
                               address_to_u32(c.fake.ip)), 2);
        assert_int_equal(count(&flows, "load:%#"PRIx32"->NXM_NX_REG0[16..31]",
                               address_to_u32(c.fake.ip) >> 16), 2);
        assert_int_equal(count(&flows, "load:%#"PRIx16"->NXM_NX_REG1[0..15]",
                               c.fake_port.number), 2);
        assert_int_equal(count(&flows, "load:%#"PRIx16"->NXM_NX_REG2[0..15]",
                               c.uplink.number), 2);
        assert_int_equal(count(&flows, "dl_src="ETH_ADDR_FMT" ",
                               ETH_ADDR_ARGS(c.server_mac)), 1);
        assert_int_equal(count(&flows, "set_field:"ETH_ADDR_FMT"->arp_sha",
                               ETH_ADDR_ARGS(c.client_mac)), 1);
        assert_int_equal(count(&flows, "limit="), 0);
        assert_int_equal(count(&flows, "actions=drop # "), 3);
        assert_int_equal(count(&flows, "#"), 3);

        svec_destroy(&flows);
    }
}

/* Returns a configuration for a real subnet that is known. */
static struct flow_config
random_subnet_config(void)
{
    struct flow_config c = random_config();

    c.real.plen = 20 + random_range(11);
    c.fake.plen = 2 * c.real.plen - 32;
    c.real.network = address_from_u32(((1 + random_range(126)) << 24
                                       | random_range(1 << 24))
                                      & UINT32_MAX << (32 - c.real.plen));
    c.protocols = 1 + random_range(7);
    c.routed = random_range(2);
    c.max_clients = 1 + random_range(100000);
    c.ct_zone = 1 + random_range(65535);
    return c;
}

/* The same of the other set.  Each flow that drops says why. */
static void
flow_set_any_subnet(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        struct flow_config c = random_subnet_config();
        struct svec flows = SVEC_EMPTY_INITIALIZER;
        unsigned int n = 32 - c.real.plen;

        build(&c, 1, &flows);
        assert_int_equal(count(&flows, "actions=drop"),
                         count(&flows, "actions=drop # "));
        assert_int_equal(count(&flows, "learn("), c.routed ? 5 : 1);
        assert_int_equal(count(&flows, "ct("), c.routed ? 4 : 0);
        assert_int_equal(count(&flows, "zone=%"PRIu16",", c.ct_zone),
                         c.routed ? 4 : 0);
        assert_int_equal(count(&flows, ",limit=%"PRIu32",", c.max_clients),
                         c.routed);
        assert_int_equal(count(&flows, ",limit=%u,", 1u << n),
                         c.routed ? 2 : 1);
        assert_int_equal(count(&flows, "tcp"),
                         c.protocols & FLOW_TCP ? 3 : 0);
        assert_int_equal(count(&flows, "udp"),
                         c.protocols & FLOW_UDP ? 3 : 0);
        assert_int_equal(count(&flows, "icmp"),
                         (c.protocols & FLOW_ICMP ? 3 : 0)
                         + (c.routed ? 9 : 8));
        assert_int_equal(count(&flows, "=meter:28777,controller(id=28777,"),
                         2);
        assert_int_equal(count(&flows, "from the target") - 1
                         + count(&flows, "actions=goto_table:4"), 2 * n);

        svec_destroy(&flows);
    }
}

static struct address_range
range_of(uint32_t first, uint32_t last)
{
    return (struct address_range) {
        address_from_u32(first), address_from_u32(last)
    };
}

/* Has 'c' claim some of its subnet: 'set', which the caller destroys. */
static void
claim_randomly(struct flow_config *c, struct address_set *set)
{
    uint32_t first = address_to_u32(c->real.network) + 1;
    uint32_t n = (UINT32_C(1) << (32 - c->real.plen)) - 2;

    *set = (struct address_set) ADDRESS_SET_INITIALIZER;
    for (int i = 0; i < 5; i++) {
        uint32_t at = random_range(n);

        address_set_add_range(set, range_of(
                                  first + at,
                                  first + at + random_range(n - at)));
        at = random_range(n);
        address_set_subtract_range(set, range_of(
                                       first + at,
                                       first + at + random_range(5)));
    }
    c->claims = (struct claim_config) {
        .addresses = set,
        .mac = { ETH_ADDR_C(0e,70,69,00,00,00), random_range(2) },
        .hold = 15 + random_range(65521),
    };
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
        build(&c, 1, &flows);
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
        struct flow_config c = i % 2 ? random_config()
                                     : random_subnet_config();
        int n = 2 + random_range(40);
        int first = 1 + random_range(4095 - n);
        struct svec flows = SVEC_EMPTY_INITIALIZER;

        c.vlans = vlans_of(first, first + n - 1);
        build(&c, 1, &flows);
        assert_int_equal(count(&flows, ",dl_vlan="), n);
        assert_int_equal(count(&flows, ",dl_vlan=%d actions=move:OXM_OF_"
                               "VLAN_VID[]->NXM_NX_REG4[0..11],pop_vlan,",
                               first + n - 1), 1);
        assert_int_equal(count(&flows, "load:NXM_NX_REG4[0..11]->"),
                         !c.real.plen ? 2 : c.routed ? 3 : 1);
        assert_int_equal(count(&flows, "tagged twice"), 3);
        svec_clear(&flows);

        c.vlans = vlans_of(0, 0);
        build(&c, 1, &flows);
        assert_int_equal(count(&flows, "push_vlan"), 0);
        assert_int_equal(count(&flows, "pop_vlan"), 0);
        assert_int_equal(count(&flows, "dl_vlan"), 0);
        assert_int_equal(count(&flows, "actions=drop # in: tagged"), 1);
        svec_destroy(&flows);
    }
}

#define MAX_NETWORKS 6

/* Makes up to MAX_NETWORKS networks of one uplink.  Returns their number. */
static size_t
random_networks(struct flow_config configs[MAX_NETWORKS])
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
    size_t n = 2 + random_range(MAX_NETWORKS - 1);

    for (size_t i = 0; i < n; i++) {
        struct flow_config *c = &configs[i];
        int first = 1 + 600 * i;

        *c = random_subnet_config();
        c->name = names[i];
        c->id = random_uint32() << 3 | i;
        c->uplink = configs[0].uplink;
        c->fake.ip = address_from_u32((address_to_u32(c->fake.ip) & 0xffffff)
                                      | (1 + i + 8 * random_range(15)) << 24);
        c->vlans = i == 5 ? vlans_of(0, 0)
                   : vlans_of(first, first + random_range(9));
        if (i && random_range(2)) {
            c->fake_port = configs[0].fake_port;
            c->server_mac = configs[0].server_mac;
            c->client_mac = configs[0].client_mac;
            c->protocols = configs[0].protocols;
        }
    }
    return n;
}

/* Returns 's' without the part from 'start' up to 'end', if there is one. */
static char *
without(const char *s, const char *start, const char *end)
{
    const char *from = strstr(s, start);
    const char *to = from ? strstr(from + 1, end) : NULL;

    return (to ? xasprintf("%.*s%s", (int) (from - s), s, to) : xstrdup(s));
}

/* Returns 'flow' with a comment that names no network. */
static char *
strip_name(const char *flow)
{
    const char *name = strstr(flow, " # [");
    const char *end = name ? strstr(name, "] ") : NULL;

    return (end ? xasprintf("%.*s # %s", (int) (name - flow), flow, end + 2)
            : xstrdup(flow));
}

/* Appends to 'own' the flows of 'flows' that packets of the network 'id' meet
 * behind table 0, as if it were the only one. */
static void
get_own(const struct svec *flows, uint32_t id, struct svec *own)
{
    char *match = xasprintf(",metadata=%#"PRIx32" ", id);
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        /* Table 3 has a flow for each host bit of the largest network, and an
         * access port does without a wall that others need. */
        if (strstr(flow, "table=0,") || strstr(flow, "from the fake prefix")
            || claim_set_is_listed(flow)
            || strstr(flow, "table=3, priority=1")
            || strstr(flow, "tagged twice")
            || (strstr(flow, ",metadata=") && !strstr(flow, match))) {
            continue;
        }
        char *s = without(flow, ",metadata=", " actions=");
        svec_add_nocopy(own, strip_name(s));
        free(s);
    }
    free(match);
}

/* Only table 0 says which network a packet is of. */
static void
assert_networks_apart(const struct svec *flows)
{
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        const char *p = flow;

        assert_true(!strstr(flow, "->OXM_OF_METADATA")
                    || strstr(flow, ", table=0,"));
        while ((p = strstr(p, "learn("))) {
            char *args = xmemdup0(p, strchr(p, ')') - p);

            /* Nothing is learned but for the network of the packet. */
            assert_non_null(strstr(args, ",OXM_OF_METADATA[],"));
            free(args);
            p++;
        }
    }
}

/* Whatever the networks, each has what it would have alone. */
static void
flow_set_networks(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 300; i++) {
        struct flow_config configs[MAX_NETWORKS];
        size_t n = random_networks(configs);
        struct svec flows = SVEC_EMPTY_INITIALIZER;
        struct address_set sets[MAX_NETWORKS];

        for (size_t j = 0; j < n; j++) {
            claim_randomly(&configs[j], &sets[j]);
            if (random_range(2)) {
                configs[j].claims.addresses = NULL;
            }
        }

        build(configs, n, &flows);
        assert_networks_apart(&flows);
        assert_int_equal(count(&flows, "from the fake prefix"), n);
        unsigned int max_bits = 0;
        for (size_t j = 0; j < n; j++) {
            max_bits = MAX(max_bits, 32 - configs[j].real.plen);
        }
        assert_int_equal(count(&flows, "table=3, priority=1"), 2 * max_bits);
        for (size_t j = 0; j < n; j++) {
            struct svec alone = SVEC_EMPTY_INITIALIZER;
            struct svec own = SVEC_EMPTY_INITIALIZER;
            struct svec expected = SVEC_EMPTY_INITIALIZER;

            flow_set_build(&configs[j], 1, &alone);
            get_own(&alone, 0, &expected);
            get_own(&flows, configs[j].id, &own);
            svec_sort(&own);
            svec_sort(&expected);
            assert_int_equal(own.n, expected.n);
            for (size_t k = 0; k < own.n; k++) {
                assert_string_equal(own.names[k], expected.names[k]);
            }
            assert_int_equal(count(&flows, "load:%#"PRIx32"->OXM_OF_METADATA",
                                   configs[j].id),
                             1 + bitmap_count1(configs[j].vlans, 4096));
            svec_destroy(&alone);
            svec_destroy(&own);
            svec_destroy(&expected);
        }
        for (size_t j = 0; j < n; j++) {
            address_set_destroy(&sets[j]);
        }
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
    cmocka_unit_test(flow_set_any_subnet),
    cmocka_unit_test(flow_set_claims),
    cmocka_unit_test(flow_set_vlans),
    cmocka_unit_test(flow_set_networks),
    cmocka_unit_test(flow_set_learned_cookie),
    cmocka_unit_test(flow_set_subnet_cookie),
    cmocka_unit_test(flow_set_limits),
    cmocka_unit_test(flow_set_names),
    cmocka_unit_test(flow_set_odd_names),
    { .name = NULL },
};
