/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/pairs-frames.h"

#include <netinet/in.h>

#include "csum.h"
#include "hash.h"
#include "util.h"

#define ROUTED 255              /* Last byte of the routed client's. */

const struct plan pairs_ipv4 = {
    .eth_type = ETH_TYPE_IP,
    .header_len = IP_HEADER_LEN, .src = 12, .address_len = 4,
    .fake = ADDRESS_INIT_IPV4(0x0a0a0001),
    .routed = ADDRESS_INIT_IPV4(0xac1008ff),
    .real = ADDRESS_INIT_IPV4(0xc0a80200),
    .pairs = ADDRESS_INIT_IPV4(0x0a0a0000),
    .host_bits = 8,
};

const struct plan pairs_ipv6 = {
    .eth_type = ETH_TYPE_IPV6,
    .header_len = IPV6_HEADER_LEN, .src = 8, .address_len = 16,
    .fake = { UINT64_C(0xfc04) << 48, 1 },
    .routed = { UINT64_C(0xfc02) << 48, 0xff },
    .real = { UINT64_C(0xfc01) << 48, 0 },
    .pairs = { UINT64_C(0xfc04) << 48, 0 },
    .host_bits = 32,
};

static const struct eth_addr server_mac = ETH_ADDR_C(0e,00,00,00,00,66);
static const struct eth_addr client_mac = ETH_ADDR_C(0e,00,00,00,00,67);

const struct plan *
plan_of(enum way way)
{
    return way == KNOWN6 ? &pairs_ipv6 : &pairs_ipv4;
}

static struct address
with_host(struct address a, uint64_t host)
{
    a.lo |= host;
    return a;
}

struct pair
pair(enum way way, uint32_t number)
{
    const struct plan *plan = plan_of(way);
    uint32_t target = 1 + number % PAIRS_HOSTS;
    uint32_t client = 1 + number / PAIRS_HOSTS;
    bool routed = client == target;

    if (routed) {
        client = ROUTED;
    }

    struct pair p = {
        .client = routed ? plan->routed : with_host(plan->real, client),
        .target = with_host(plan->real, target),
        .client_mac = ETH_ADDR_C(02,00,00,00,00,00),
        .target_mac = ETH_ADDR_C(0e,00,c0,a8,02,00),
        .seen = ((way == KNOWN || way == KNOWN6) && routed
                 ? plan->routed
                 : with_host(plan->pairs, ((uint64_t) client
                                           << plan->host_bits) | target)),
        .port = 1024 + number % 50000,
    };
    p.client_mac.ea[5] = client;
    p.target_mac.ea[5] = target;
    if (way == PLAIN) {
        p.client = p.seen;
        p.target = plan->fake;
        p.client_mac = client_mac;
        p.target_mac = server_mac;
    }
    return p;
}

struct question
question(uint32_t seed, uint32_t number)
{
    struct question q;

    put_16aligned_be32(&q.number, htonl(number));
    for (size_t i = 0; i < sizeof q.noise; i++) {
        q.noise[i] = hash_3words(seed, number, i);
    }
    return q;
}

/* Where headers have what, in bytes. */
enum { IPV4_LENGTH = 2, IPV4_TTL = 8, IPV4_PROTO = 9, IPV4_CSUM = 10 };
enum { IPV6_LENGTH = 4, IPV6_NEXT = 6, IPV6_HOPS = 7 };
enum { UDP_SRC = 0, UDP_DST = 2, UDP_LENGTH = 4, UDP_CSUM = 6 };

uint16_t
get_be16(const uint8_t *p)
{
    return p[0] << 8 | p[1];
}

static void
put_be16(uint8_t *p, uint16_t value)
{
    p[0] = value >> 8;
    p[1] = value;
}

uint16_t
udp_checksum(const struct plan *plan, const uint8_t *ip)
{
    const uint8_t *udp = ip + plan->header_len;
    uint16_t size = get_be16(udp + UDP_LENGTH);
    uint32_t sum = csum_continue(0, ip + plan->src, 2 * plan->address_len);

    sum = csum_add16(csum_add16(sum, htons(IPPROTO_UDP)), htons(size));
    return ntohs(csum_finish(csum_continue(sum, udp, size)));
}

static void
put_ip(const struct plan *plan, uint8_t *ip, const struct pair *addresses,
       size_t size)
{
    if (plan == &pairs_ipv4) {
        ip[0] = IP_IHL_VER(5, 4);
        put_be16(ip + IPV4_LENGTH, IP_HEADER_LEN + size);
        ip[IPV4_TTL] = 64;
        ip[IPV4_PROTO] = IPPROTO_UDP;
    } else {
        ip[0] = 6 << 4;
        put_be16(ip + IPV6_LENGTH, size);
        ip[IPV6_NEXT] = IPPROTO_UDP;
        ip[IPV6_HOPS] = 64;
    }
    address_to_bytes(addresses->client, ip + plan->src, plan->address_len);
    address_to_bytes(addresses->target, ip + plan->src + plan->address_len,
                     plan->address_len);
    if (plan == &pairs_ipv4) {
        put_be16(ip + IPV4_CSUM, ntohs(csum(ip, IP_HEADER_LEN)));
    }
}

struct question_frame
question_frame(enum way way, uint32_t seed, uint32_t number,
               uint16_t port)
{
    const struct plan *plan = plan_of(way);
    struct pair p = pair(way, number);
    struct question q = question(seed, number);
    size_t size = UDP_HEADER_LEN + sizeof q;
    struct question_frame f = {
        .size = sizeof f.bytes.eth + plan->header_len + size,
        .bytes.eth = {
            .veth_dst = p.target_mac,
            .veth_src = p.client_mac,
            .veth_type = htons(ETH_TYPE_VLAN),
            .veth_tci = htons(PAIRS_VLAN),
            .veth_next_type = htons(plan->eth_type),
        },
    };
    uint8_t *udp = f.bytes.ip + plan->header_len;

    put_ip(plan, f.bytes.ip, &p, size);
    put_be16(udp + UDP_SRC, p.port);
    put_be16(udp + UDP_DST, port);
    put_be16(udp + UDP_LENGTH, size);
    memcpy(udp + UDP_HEADER_LEN, &q, sizeof q);
    put_be16(udp + UDP_CSUM, udp_checksum(plan, f.bytes.ip));
    return f;
}

bool
headers_are_right(const struct plan *plan, const struct answer_frame *f,
                  size_t n)
{
    const uint8_t *ip = f->ip;
    size_t size = (UDP_HEADER_LEN + plan->address_len + 2
                   + sizeof(struct question));

    return (n == sizeof f->eth + plan->header_len + size
            && get_be16(ip + plan->header_len + UDP_LENGTH) == size
            && (plan == &pairs_ipv4
                ? (ip[0] == IP_IHL_VER(5, 4)
                   && get_be16(ip + IPV4_LENGTH) == IP_HEADER_LEN + size
                   && !IP_IS_FRAGMENT(htons(get_be16(ip + 6)))
                   && ip[IPV4_PROTO] == IPPROTO_UDP)
                : (ip[0] >> 4 == 6
                   && get_be16(ip + IPV6_LENGTH) == size
                   && ip[IPV6_NEXT] == IPPROTO_UDP)));
}

size_t
put_seen(uint8_t *p, struct address seen, uint16_t port)
{
    size_t n = (address_is_ipv4(seen) ? pairs_ipv4.address_len
                : pairs_ipv6.address_len);
    ovs_be16 be_port = htons(port);

    address_to_bytes(seen, p, n);
    memcpy(p + n, &be_port, sizeof be_port);
    return n + sizeof be_port;
}
