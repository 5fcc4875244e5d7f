/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-family.h"

#include <inttypes.h>
#include <netinet/icmp6.h>

#include "openflow/flow-set.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/match.h"
#include "packets.h"
#include "util.h"

static const uint8_t ipv4_errors[] = {
    ICMP4_DST_UNREACH, ICMP4_TIME_EXCEEDED, ICMP4_PARAM_PROB
};

static const uint8_t ipv6_errors[] = {
    ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG, ICMP6_TIME_EXCEEDED,
    ICMP6_PARAM_PROB
};

static const struct flow_family families[] = {
    {
        .ip = "ip", .tcp = "tcp", .udp = "udp", .icmp = "icmp",
        .ethernet = { "ip", "arp" },
        .src = "nw_src", .dst = "nw_dst",
        .src_field = "NXM_OF_IP_SRC", .dst_field = "NXM_OF_IP_DST",
        .client_reg = "NXM_NX_REG0[]", .target_reg = "NXM_NX_REG1[]",
        .client_bits = "[]", .target_bits = "[]",
        .bits = 32, .eth_type = ETH_TYPE_IP,
        .echo_request = ICMP4_ECHO_REQUEST, .echo_reply = ICMP4_ECHO_REPLY,
        .errors = ipv4_errors, .n_errors = ARRAY_SIZE(ipv4_errors),
        .later = "icmp", .later_more = ",nw_frag=later",
        .later_flags = FLOW_ICMP,
        .no_client = { "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3" },
        .first = "network's address", .last = "broadcast address",
    },
    {
        .ipv6 = true,
        .ip = "ipv6", .tcp = "tcp6", .udp = "udp6", .icmp = "icmp6",
        .ethernet = { "ipv6" },
        .src = "ipv6_src", .dst = "ipv6_dst",
        .src_field = "NXM_NX_IPV6_SRC", .dst_field = "NXM_NX_IPV6_DST",
        .client_reg = "NXM_NX_XXREG3[]",
        .target_reg = "NXM_NX_XXREG2[0..63]",
        .client_bits = "[]", .target_bits = "[0..63]",
        .bits = 128, .eth_type = ETH_TYPE_IPV6,
        .echo_request = ICMP6_ECHO_REQUEST, .echo_reply = ICMP6_ECHO_REPLY,
        .errors = ipv6_errors, .n_errors = ARRAY_SIZE(ipv6_errors),
        /* Open vSwitch takes the fragment header for their protocol. */
        .later = "ipv6", .later_more = ",nw_proto=44,nw_frag=later",
        .later_flags = FLOW_TCP | FLOW_UDP | FLOW_ICMP,
        .no_client = {
            "::/96", "::ffff:0.0.0.0/96", "fec0::/10", "ff00::/8"
        },
        .link_local = "fe80::/10",
        .documentation = {      /* RFC 3849, RFC 9637. */
            { { UINT64_C(0x20010db8) << 32, 0 }, 32 },
            { { UINT64_C(0x3fff) << 48, 0 }, 20 },
        },
        .first = "routers' anycast address", .last = "last address",
    },
};

const struct flow_family *
flow_family_of_address(struct address a)
{
    return &families[!address_is_ipv4(a)];
}

void
flow_families_of(const struct flow_config *configs, size_t n,
                 const struct flow_family *found[FLOW_N_FAMILIES + 1])
{
    for (size_t i = 0; i < FLOW_N_FAMILIES; i++) {
        for (size_t j = 0; j < n; j++) {
            if (flow_family_of(&configs[j]) == &families[i]) {
                *found++ = &families[i];
                break;
            }
        }
    }
    *found = NULL;
}

const struct flow_family *
flow_family_of(const struct flow_config *config)
{
    return flow_family_of_address(config->fake.ip);
}

void
flow_family_put_addresses(const struct flow_family *f, const char *client,
                          const char *target, struct ds *s)
{
    ds_put_format(s, "move:%s%s->%s,move:%s%s->%s,",
                  client, f->client_bits, f->client_reg,
                  target, f->target_bits, f->target_reg);
}

void
flow_family_put_move(const char *from_field, unsigned int from,
                     const char *to_field, unsigned int to, unsigned int n,
                     struct ds *s)
{
    ds_put_format(s, "move:%s[%u..%u]->%s[%u..%u],", from_field, from,
                  from + n - 1, to_field, to, to + n - 1);
}

void
flow_family_put_address(const struct flow_family *family, const char *field,
                        struct address a, struct ds *s)
{
    if (family->ipv6) {
        flow_family_put_high(family, field, a, 0, s);
    } else {
        ds_put_format(s, "load:%#"PRIx32"->%s[],", address_to_u32(a), field);
    }
}

void
flow_family_put_high(const struct flow_family *family, const char *field,
                     struct address a, unsigned int from, struct ds *s)
{
    while (from < family->bits) {
        unsigned int end = MIN(from + 63, family->bits - 1);
        struct address bits = address_shift_left(address_shift_right(a, from),
                                                 127 - (end - from));

        bits = address_shift_right(bits, 127 - (end - from));
        ds_put_format(s, "load:%#"PRIx64"->%s[%u..%u],", bits.lo, field, from,
                      end);
        from = end + 1;
    }
}

/* Appends the match of register 'r', unless it matches nothing. */
static void
put_register(struct ds *s, int r, uint32_t value, uint32_t mask)
{
    if (mask) {
        ds_put_format(s, "%sreg%d=%#"PRIx32, s->length ? "," : "", r, value);
    }
    if (mask && mask != UINT32_MAX) {
        ds_put_format(s, "/%#"PRIx32, mask);
    }
}

char *
flow_family_target_match(struct address_prefix p)
{
    struct address mask = address_mask(p.plen);
    struct ds s = DS_EMPTY_INITIALIZER;

    if (address_is_ipv4(p.network)) {
        put_register(&s, 1, p.network.lo, mask.lo);
    } else {
        put_register(&s, 10, p.network.lo >> 32, mask.lo >> 32);
        put_register(&s, 11, p.network.lo, mask.lo);
    }
    return ds_steal_cstr(&s);
}

static uint64_t
get_64_bits(const uint32_t regs[], int first)
{
    return (uint64_t) regs[first] << 32 | regs[first + 1];
}

/* Returns the range of 'value' where 'mask' has no bits, up to 'max'. */
static struct address_range
get_range(struct address value, struct address mask, struct address max)
{
    return (struct address_range) {
        value,
        address_or(value, address_and(address_not(mask), max)),
    };
}

static struct address_range
get_ipv4(const struct match *match, int r)
{
    return get_range(address_from_u32(match->flow.regs[r]),
                     (struct address) { 0, match->wc.masks.regs[r] },
                     (struct address) { 0, UINT32_MAX });
}

struct address_range
flow_family_get_client(const struct match *match)
{
    const uint32_t *regs = match->flow.regs, *masks = match->wc.masks.regs;
    const struct address mask = {
        get_64_bits(masks, 12), get_64_bits(masks, 14)
    };

    return (address_is_min(mask) ? get_ipv4(match, 0)
            : get_range((struct address) {
                            get_64_bits(regs, 12), get_64_bits(regs, 14)
                        }, mask, (struct address) ADDRESS_INIT_MAX));
}

struct address_range
flow_family_get_target(const struct match *match)
{
    const struct address mask = { 0, get_64_bits(match->wc.masks.regs, 10) };

    return (address_is_min(mask) ? get_ipv4(match, 1)
            : get_range((struct address) {
                            0, get_64_bits(match->flow.regs, 10)
                        }, mask, (struct address) { 0, UINT64_MAX }));
}
