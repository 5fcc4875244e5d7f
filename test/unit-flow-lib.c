/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-flow-lib.h"

#include <stdlib.h>

#include "bitmap.h"
#include "openflow/address-set.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-set.h"
#include "packets.h"
#include "random.h"
#include "svec.h"
#include "util.h"

const struct svec none_ignored = SVEC_EMPTY_INITIALIZER;

/* Returns a bitmap of these VLANs, which is valid for some more calls. */
const unsigned long *
vlans_of(int first, int last)
{
    static unsigned long pool[16][BITMAP_N_LONGS(4096)];
    static int i;

    i = (i + 1) % ARRAY_SIZE(pool);
    memset(pool[i], 0, sizeof pool[i]);
    bitmap_set_multiple(pool[i], first, last - first + 1, true);
    return pool[i];
}

static struct address
random_address(uint8_t first_byte)
{
    uint64_t rest = random_uint64() >> 8;

    return (struct address) {
        (uint64_t) first_byte << 56 | rest, random_uint64()
    };
}

struct flow_config
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

    if (config.fake_port.number == config.uplink.number) {
        config.fake_port.number = 1 + config.uplink.number % 65279;
    }
    eth_addr_random(&config.server_mac);
    eth_addr_random(&config.client_mac);
    return config;
}

/* The same of IPv6. */
struct flow_config
random_config_ipv6(void)
{
    struct flow_config config = random_config();

    config.fake = (struct fake_address) { random_address(0xfd), 64 };
    return config;
}

/* Counts the lines of 'flows' that contain 'format', formatted. */
size_t
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
void
build_flows(const struct flow_config *c, size_t n, struct svec *flows)
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

/* Returns a configuration for a real subnet that is known. */
struct flow_config
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

/* The same of IPv6.  Documentation is of no use to a network whose addresses
 * are random. */
struct flow_config
random_subnet_config_ipv6(void)
{
    struct flow_config c = random_subnet_config();

    c.real.plen = 68 + random_range(59);
    c.fake.plen = 8 + random_range(2 * c.real.plen - 128 - 8 + 1);
    c.fake.ip = random_address(0xfd);
    c.real.network = address_prefix_of(random_address(0xfc),
                                       c.real.plen).network;
    return c;
}

struct address_range
range_of(uint32_t first, uint32_t last)
{
    return (struct address_range) {
        address_from_u32(first), address_from_u32(last)
    };
}

/* Has 'c' claim some of its subnet: 'set', which the caller destroys. */
void
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

bool
config_is_ipv6(const struct flow_config *c)
{
    return !fake_address_is_ipv4(&c->fake);
}
