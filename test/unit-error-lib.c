/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit-error-lib.h"

#include "packets.h"
#include "util.h"

size_t
header_len(struct address a)
{
    return address_is_ipv4(a) ? IP_HEADER_LEN : IPV6_HEADER_LEN;
}

void
put_be16(uint8_t *p, uint16_t value)
{
    p[0] = value >> 8;
    p[1] = value;
}

size_t
parse_hex(const char *s, uint8_t *bytes)
{
    size_t n = 0;

    while (*s) {
        bool ok;

        bytes[n] = hexits_value(s, 2, &ok);
        n += ok;
        s += ok ? 2 : 1;
    }
    return n;
}

/* Writes the address; returns how many bytes these are. */
static size_t
put_address(uint8_t *p, struct address a)
{
    size_t size = address_is_ipv4(a) ? 4 : 16;
    struct in6_addr in6 = address_to_in6(a);

    memcpy(p, in6.s6_addr + 16 - size, size);
    return size;
}

uint32_t
add_bytes(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 ? p[i] : p[i] << 8;
    }
    return sum;
}

uint16_t
end_sum(uint32_t sum)
{
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
}

/* Returns the checksum of the 'n' bytes that 'p' is from 'src' to 'dst', as
 * RFC 793 and RFC 8200 section 8.1 have it. */
static uint16_t
sum_with_addresses(struct address src, struct address dst, uint8_t proto,
                   const uint8_t *p, size_t n)
{
    uint8_t pseudo[40] = { 0 };
    size_t at = put_address(pseudo, src);

    at += put_address(pseudo + at, dst);
    put_be16(pseudo + at + 2, n);
    pseudo[at + 5] = proto;
    return end_sum(add_bytes(add_bytes(0, pseudo, sizeof pseudo), p, n));
}

/* Writes the headers of IP for 'size' bytes; returns what these are. */
static size_t
put_ip(uint8_t *p, struct address src, struct address dst, uint8_t proto,
       uint16_t frag, size_t size)
{
    if (address_is_ipv4(src)) {
        const uint8_t header[IP_HEADER_LEN] = {
            0x45, 0, 0, 0, 0x12, 0x34, frag >> 8, frag, 64, proto
        };

        memcpy(p, header, sizeof header);
        put_be16(p + 2, sizeof header + size);
        put_address(p + 12, src);
        put_address(p + 16, dst);
        put_be16(p + 10, end_sum(add_bytes(0, p, sizeof header)));
        return sizeof header;
    }

    /* "More fragments", and an offset in eights. */
    bool is_fragment = frag & (IP_MORE_FRAGMENTS | IP_FRAG_OFF_MASK);
    uint8_t next = proto == IPPROTO_ICMP ? IPPROTO_ICMPV6 : proto;
    uint16_t offset = frag << 3 | !!(frag & IP_MORE_FRAGMENTS);
    const uint8_t header[] = {
        0x61, 0x23, 0x45, 0x67, 0, 0, is_fragment ? 44 : next, 64
    };
    const uint8_t fragment[] = {
        next, 0, offset >> 8, offset, 0x12, 0x34, 0x56, 0x78
    };
    size_t more = is_fragment ? sizeof fragment : 0;

    memcpy(p, header, sizeof header);
    put_be16(p + 4, size + more);
    put_address(p + 8, src);
    put_address(p + 24, dst);
    memcpy(p + IPV6_HEADER_LEN, fragment, more);
    return IPV6_HEADER_LEN + more;
}

/* Writes the packet's payload, with a checksum from scratch. */
static void
put_payload(uint8_t *p, const struct packet *about)
{
    bool ipv6 = !address_is_ipv4(about->src);
    bool is_ping = about->proto == IPPROTO_ICMP;
    size_t at = (about->proto == IPPROTO_TCP ? 16
                 : about->proto == IPPROTO_UDP && !about->no_csum ? 6
                 : is_ping && ipv6 ? 2 : 0);

    for (size_t i = 0; i < about->size; i++) {
        p[i] = i * 7 + 1;
    }
    if (about->proto == IPPROTO_UDP) {
        memset(p + 6, 0, 2);
    } else if (is_ping) {
        p[0] = ipv6 ? 128 : 8;
    }
    if (at && !(about->frag & IP_FRAG_OFF_MASK)) {
        uint16_t sum;

        memset(p + at, 0, 2);
        sum = sum_with_addresses(about->src, about->dst,
                                 is_ping ? IPPROTO_ICMPV6 : about->proto, p,
                                 about->size);
        put_be16(p + at,
                 !sum && about->proto == IPPROTO_UDP ? 0xffff : sum);
    }
}

void
set_icmp_csum(uint8_t *icmp, size_t size, struct address src,
              struct address dst)
{
    memset(icmp + 2, 0, 2);
    put_be16(icmp + 2,
             address_is_ipv4(src) ? end_sum(add_bytes(0, icmp, size))
             : sum_with_addresses(src, dst, IPPROTO_ICMPV6, icmp, size));
}

size_t
put_error(const struct icmp *e, uint8_t frame[MAX_FRAME])
{
    static const uint8_t macs[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    uint8_t payload[MAX_FRAME];
    uint8_t *ip = frame + ETH_HEADER_LEN;
    uint8_t *icmp = ip + header_len(e->src);
    const struct packet *about = &e->about;
    size_t size = ICMP_HEADER_LEN;

    memcpy(frame, macs, sizeof macs);
    put_be16(frame + 12,
             address_is_ipv4(e->src) ? ETH_TYPE_IP : ETH_TYPE_IPV6);
    icmp[0] = e->type;
    icmp[1] = e->code;
    put_be16(icmp + 4, e->rest >> 16);
    put_be16(icmp + 6, e->rest);
    size += put_ip(icmp + size, about->src, about->dst, about->proto,
                   about->frag, about->size);
    put_payload(payload, about);
    memcpy(icmp + size, payload, e->quoted);
    size += e->quoted;
    put_ip(ip, e->src, e->dst, IPPROTO_ICMP, 0, size);
    set_icmp_csum(icmp, size, e->src, e->dst);
    return icmp + size - frame;
}

const struct network networks[N_NETWORKS] = {
    {
        .plan = { .network = 7, .fake = { IPV4(0x0a0a0001), 16 },
                  .real = { IPV4(0xc0a80200), 24 } },
        .fake = IPV4(0x0a0a0001),
        .pair = IPV4(0x0a0a054d), .router_pair = IPV4(0x0a0a094d),
        .client = IPV4(0xc0a80205), .router = IPV4(0xc0a80209),
        .target = IPV4(0xc0a8024d),
        .far = IPV4(0xac100905), .far_router = IPV4(0xac1f0102),
    },
    {
        /* fc04::1/64, fc01::/96: fc04::5:0:77. */
        .plan = { .network = 7, .fake = { IPV6(0xfc04000000000000, 1), 64 },
                  .real = { IPV6(0xfc01000000000000, 0), 96 } },
        .fake = IPV6(0xfc04000000000000, 1),
        .pair = IPV6(0xfc04000000000000, 0x500000077),
        .router_pair = IPV6(0xfc04000000000000, 0x900000077),
        .client = IPV6(0xfc01000000000000, 5),
        .router = IPV6(0xfc01000000000000, 9),
        .target = IPV6(0xfc01000000000000, 0x77),
        .far = IPV6(0xfc02000000000000, 5),
        .far_router = IPV6(0xfc31000000000000, 2),
    },
};

bool
is_ipv6(const struct network *net)
{
    return !address_is_ipv4(net->fake);
}

struct error_plan
plan_of(const struct network *net, bool outbound)
{
    struct error_plan plan = net->plan;

    plan.outbound = outbound;
    return plan;
}

struct icmp
from_fake_host(const struct network *net)
{
    return (struct icmp) {
        .src = net->fake, .dst = net->pair,
        .type = is_ipv6(net) ? 1 : 3, .code = is_ipv6(net) ? 4 : 3,
        .quoted = 60,
        .about = { net->pair, net->fake, IPPROTO_UDP, .size = 60 },
    };
}

struct icmp
from_router(const struct network *net)
{
    return (struct icmp) {
        .src = net->router, .dst = net->target,
        .type = is_ipv6(net) ? 2 : 3, .code = is_ipv6(net) ? 0 : 4,
        .rest = 1300, .quoted = 40,
        .about = { net->target, net->client, IPPROTO_TCP, .size = 1400 },
    };
}

struct icmp
fake_host_as_target(const struct network *net)
{
    struct icmp e = from_fake_host(net);

    e.src = e.about.dst = net->target;
    e.dst = e.about.src = net->client;
    return e;
}

struct icmp
router_as_pair(const struct network *net)
{
    struct icmp e = from_router(net);

    e.src = net->router_pair;
    e.dst = e.about.src = net->fake;
    e.about.dst = net->pair;
    return e;
}

