/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-flow-lib.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/address-set.h"
#include "openflow/flow-set.h"
#include "random.h"
#include "svec.h"
#include "util.h"

#define MAX_NETWORKS 6

/* Makes up to MAX_NETWORKS networks of one uplink, of both families, some of
 * them with the same VLANs.  Returns their number. */
static size_t
random_networks(struct flow_config configs[MAX_NETWORKS])
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
    size_t n = 2 + random_range(MAX_NETWORKS - 1);

    for (size_t i = 0; i < n; i++) {
        struct flow_config *c = &configs[i];
        int first = 1 + 600 * i;

        bool ipv6 = random_range(2);
        bool dual = i && ipv6 && fake_address_is_ipv4(&c[-1].fake);

        *c = ipv6 ? random_subnet_config_ipv6() : random_subnet_config();
        c->name = names[i];
        c->id = random_uint32() << 3 | i;
        c->uplink = configs[0].uplink;
        if (ipv6) {
            c->fake.ip.hi = ((c->fake.ip.hi << 8) >> 8
                             | (uint64_t) (0xf0 + i) << 56);
        } else {
            c->fake.ip = address_from_u32(
                (address_to_u32(c->fake.ip) & 0xffffff)
                | (1 + i + 8 * random_range(15)) << 24);
        }
        c->vlans = (dual && random_range(2) ? c[-1].vlans
                    : i == 5 ? vlans_of(0, 0)
                    : vlans_of(first, first + random_range(9)));
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

/* Returns true if 'flow' matches frames of the family, IPv4 or IPv6, only. */
static bool
is_of_family(const char *flow, bool ipv6)
{
    return (ipv6 ? strstr(flow, ",ipv6,") || strstr(flow, ",ipv6 ")
            : strstr(flow, ",ip,") || strstr(flow, ",ip "));
}

/* Appends to 'own' the flows of 'flows' that packets of the network 'id' meet
 * behind table 0, as if it were the only one. */
static void
get_own(const struct svec *flows, uint32_t id, bool ipv6, struct svec *own)
{
    char *match = xasprintf(",metadata=%#"PRIx32" ", id);
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        /* The walls of the other family; what is of none. */
        if (is_of_family(flow, !ipv6) || strstr(flow, " IPv")
            || strstr(flow, "documentation")) {
            continue;
        }
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

/* Returns true if another network has the VLANs of 'configs[i]', too. */
static bool
is_dual(const struct flow_config *configs, size_t n, size_t i)
{
    for (size_t j = 0; j < n; j++) {
        if (j != i && configs[j].vlans == configs[i].vlans) {
            return true;
        }
    }
    return false;
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
            sets[j] = (struct address_set) ADDRESS_SET_INITIALIZER;
            if (!config_is_ipv6(&configs[j])) {
                claim_randomly(&configs[j], &sets[j]);
            }
            if (random_range(2)) {
                configs[j].claims.addresses = NULL;
            }
        }

        build_flows(configs, n, &flows);
        assert_networks_apart(&flows);
        assert_int_equal(count(&flows, "from the fake prefix"), n);
        unsigned int max_bits[2] = { 0, 0 };
        for (size_t j = 0; j < n; j++) {
            unsigned int *max = &max_bits[config_is_ipv6(&configs[j])];

            *max = MAX(*max, real_subnet_host_bits(&configs[j].real));
        }
        assert_int_equal(count(&flows, "table=3, priority=1"),
                         2 * (max_bits[0] + max_bits[1]));
        assert_int_equal(count(&flows, " neither IPv4 nor IPv6"),
                         max_bits[0] && max_bits[1]);
        for (size_t j = 0; j < n; j++) {
            struct svec alone = SVEC_EMPTY_INITIALIZER;
            struct svec own = SVEC_EMPTY_INITIALIZER;
            struct svec expected = SVEC_EMPTY_INITIALIZER;

            bool ipv6 = config_is_ipv6(&configs[j]);

            flow_set_build(&configs[j], 1, &alone);
            get_own(&alone, 0, ipv6, &expected);
            get_own(&flows, configs[j].id, ipv6, &own);
            svec_sort(&own);
            svec_sort(&expected);
            assert_int_equal(own.n, expected.n);
            for (size_t k = 0; k < own.n; k++) {
                assert_string_equal(own.names[k], expected.names[k]);
            }
            assert_int_equal(count(&flows, "load:%#"PRIx32"->OXM_OF_METADATA",
                                   configs[j].id),
                             1 + (is_dual(configs, n, j) && !ipv6 ? 2 : 1)
                                 * bitmap_count1(configs[j].vlans, 4096));
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

const struct CMUnitTest flow_networks_tests[] = {
    cmocka_unit_test(flow_set_networks),
    { .name = NULL },
};
