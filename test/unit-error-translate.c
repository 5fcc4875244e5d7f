/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "openflow/error-translate.h"
#include "packets.h"
#include "random.h"
#include "test/unit-error-lib.h"
#include "util.h"

/* Checks that 'e' becomes 'expected', by 'plan'. */
static void
check(const struct error_plan *plan, const struct icmp *e,
      const struct icmp *expected)
{
    uint8_t frame[MAX_FRAME], right[MAX_FRAME];
    size_t size = put_error(e, frame);

    assert_int_equal(put_error(expected, right), size);
    /* With padding. */
    assert_int_equal(error_translate(plan, frame, size + 5), size);
    assert_memory_equal(frame, right, size);
}

/* With another packet that it is about each time. */
static void
check_kinds(const struct error_plan *plan, struct icmp e, struct icmp expected)
{
    static const struct packet kinds[] = {
        { .proto = IPPROTO_UDP, .size = 8 },
        { .proto = IPPROTO_UDP, .size = 9 },
        { .proto = IPPROTO_UDP, .size = 600 },
        { .proto = IPPROTO_UDP, .size = 12, .no_csum = true },
        { .proto = IPPROTO_UDP, .size = 64, .frag = IP_MORE_FRAGMENTS },
        { .proto = IPPROTO_UDP, .size = 64, .frag = 100 },
        { .proto = IPPROTO_TCP, .size = 20 },
        { .proto = IPPROTO_TCP, .size = 21, .frag = 0x4000 },
        { .proto = IPPROTO_TCP, .size = 1400 },
        { .proto = IPPROTO_TCP, .size = 64, .frag = 100 },
        { .proto = IPPROTO_ICMP, .size = 64 },
        { .proto = IPPROTO_ICMP, .size = 65, .frag = IP_MORE_FRAGMENTS },
        { .proto = IPPROTO_SCTP, .size = 30 },
        { .proto = 47, .size = 8 },
    };
    static const uint8_t types[2][4] = { { 3, 11, 12, 3 }, { 1, 2, 3, 4 } };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct address src = e.about.src, dst = e.about.dst;

        e.about = kinds[i];
        e.about.src = src;
        e.about.dst = dst;
        src = expected.about.src;
        dst = expected.about.dst;
        expected.about = kinds[i];
        expected.about.src = src;
        expected.about.dst = dst;
        e.type = expected.type = types[!address_is_ipv4(src)][i % 4];
        for (size_t quoted = 8; quoted <= MIN(kinds[i].size, 600); quoted++) {
            /* Half a checksum is of no use to anybody. */
            if (kinds[i].proto != IPPROTO_TCP || quoted != 17) {
                e.quoted = expected.quoted = quoted;
                check(plan, &e, &expected);
            }
        }
    }
}

static void
error_translate_outbound(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        const struct network *net = &networks[i];
        struct error_plan plan = plan_of(net, true);

        check_kinds(&plan, from_fake_host(net), fake_host_as_target(net));
    }
}

static void
error_translate_inbound(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        const struct network *net = &networks[i];
        struct error_plan plan = plan_of(net, false);

        check_kinds(&plan, from_router(net), router_as_pair(net));
    }
}

/* About packets of a routed client, who asked 'net->target'. */

static struct error_plan
routed_plan_of(const struct network *net, bool outbound)
{
    struct error_plan plan = plan_of(net, outbound);

    plan.routed = true;
    plan.target = net->target;
    return plan;
}

static struct icmp
about_far(struct icmp e, struct address src, struct address dst,
          struct address quoted_src, struct address quoted_dst)
{
    e.src = src;
    e.dst = dst;
    e.about.src = quoted_src;
    e.about.dst = quoted_dst;
    return e;
}

static void
error_translate_routed(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        const struct network *net = &networks[i];
        struct error_plan out = routed_plan_of(net, true);
        struct error_plan in = routed_plan_of(net, false);
        struct icmp e = from_fake_host(net), r = from_router(net);
        const struct address senders[] = {
            net->far, net->far_router, net->router
        };

        check_kinds(&out,
                    about_far(e, net->fake, net->far, net->far, net->fake),
                    about_far(e, net->target, net->far, net->far,
                              net->target));
        in.target = (struct address) ADDRESS_INIT_MIN;
        for (size_t j = 0; j < ARRAY_SIZE(senders); j++) {
            check_kinds(&in,
                        about_far(r, senders[j], net->target, net->target,
                                  net->far),
                        about_far(r, senders[j], net->fake, net->fake,
                                  net->far));
        }
    }
}

/* Returns a host's address in 'real'. */
static struct address
random_host(const struct real_subnet *real)
{
    struct address host = { 0, random_uint64() };
    unsigned int n = real_subnet_host_bits(real);

    /* Some of the lowest. */
    host.lo = (host.lo & 7 ? host.lo >> (64 - n) : host.lo & 3);
    host = address_or(real->network, host);
    return real_subnet_has_host(real, host) ? host : random_host(real);
}

static struct error_plan
random_plan(bool ipv6)
{
    struct error_plan plan = { .network = random_uint32() };

    if (ipv6) {
        unsigned int plen = 68 + random_range(59);
        struct address real = { UINT64_C(0xfc01000000000000) | random_uint32(),
                                random_uint64() };

        plan.fake.ip = (struct address) {
            UINT64_C(0xfd00000000000000) | random_uint32(), random_uint64()
        };
        plan.fake.plen = 8 + random_range(2 * plen - 128 - 8 + 1);
        plan.real.network = address_prefix_of(real, plen).network;
        plan.real.plen = plen;
    } else {
        unsigned int plen = 20 + random_range(11);

        plan.fake.ip = address_from_u32(0x0a000000 | (1 + random_range(14)));
        plan.fake.plen = 8 + random_range(2 * plen - 39);
        plan.real.network = address_prefix_of(
            address_from_u32(0xac100000 | random_range(1 << 20)),
            plen).network;
        plan.real.plen = plen;
    }
    return plan;
}

/* In any plan, for any client and target. */
static void
error_translate_any_plan(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 4000; i++) {
        const struct network *net = &networks[i % 2];
        struct error_plan plan = random_plan(is_ipv6(net));
        struct address client = random_host(&plan.real);
        struct address target = random_host(&plan.real);
        struct address pair = address_plan_join(&plan.fake, &plan.real,
                                                client, target);
        struct icmp fake = from_fake_host(net);
        struct icmp real = fake;

        if (address_equals(client, target)) {
            continue;
        }
        fake.src = fake.about.dst = plan.fake.ip;
        fake.dst = fake.about.src = pair;
        real.src = real.about.dst = target;
        real.dst = real.about.src = client;
        plan.outbound = true;
        check(&plan, &fake, &real);

        plan.outbound = false;
        real.dst = real.about.src = target;
        real.src = real.about.dst = client;
        fake.dst = fake.about.src = plan.fake.ip;
        fake.src = fake.about.dst = pair;
        check(&plan, &real, &fake);
    }
}

static void
check_refused(const struct error_plan *plan, const struct icmp *e)
{
    uint8_t frame[MAX_FRAME];

    assert_int_equal(error_translate(plan, frame, put_error(e, frame)), 0);
}

/* Who may speak of what: with each of the four addresses another one. */
static void
check_refused_address(const struct network *net, struct address other)
{
    const struct error_plan outbound = plan_of(net, true);
    const struct error_plan inbound = plan_of(net, false);

    for (int field = 0; field < 4; field++) {
        struct icmp out = from_fake_host(net), in = from_router(net);
        struct address *fields[2][4] = {
            { &out.src, &out.dst, &out.about.src, &out.about.dst },
            { &in.src, &in.dst, &in.about.src, &in.about.dst },
        };
        bool may_be_in = ((field == 0 || field == 3)
                          && (address_equals(other, net->client)
                              || address_equals(other, net->router)));

        if (!address_equals(*fields[0][field], other)) {
            *fields[0][field] = other;
            check_refused(&outbound, &out);
        }
        if (!address_equals(*fields[1][field], other) && !may_be_in) {
            *fields[1][field] = other;
            check_refused(&inbound, &in);
        }
    }
}

static void
error_translate_refuses_addresses(void **state OVS_UNUSED)
{
    static const struct address others[2][14] = {
        {
            IPV4(0), IPV4(0xffffffff), IPV4(0xac100905), IPV4(0x0a0a0002),
            IPV4(0x0a0a004d), IPV4(0x0a0aff4d), IPV4(0x0a0a0500),
            IPV4(0x0a0a05ff), IPV4(0x0a0b054d), IPV4(0xc0a80200),
            IPV4(0xc0a802ff), IPV4(0xc0a8034d), IPV4(0x0a0a054e),
            IPV4(0x0a0a064d),
        },
        {
            IPV6(0, 0), ADDRESS_INIT_MAX, IPV6(0xfc02000000000000, 5),
            IPV6(0xfc04000000000000, 2), IPV6(0xfc04000000000000, 0x77),
            IPV6(0xfc04000000000000, 0xffffffff00000077),
            IPV6(0xfc04000000000000, 0x500000000),
            IPV6(0xfc04000000000000, 0x5ffffffff),
            IPV6(0xfc04000000000001, 0x500000077),
            IPV6(0xfc01000000000000, 0),
            IPV6(0xfc01000000000000, 0xffffffff),
            IPV6(0xfc01000000000000, 0x100000077),
            IPV6(0xfe80000000000000, 5),
            IPV6(0xfc04000000000000, 0x500000078),
        },
    };

    for (size_t i = 0; i < N_NETWORKS; i++) {
        const struct network *net = &networks[i];

        for (size_t j = 0; j < ARRAY_SIZE(others[i]); j++) {
            check_refused_address(net, others[i][j]);
        }
        check_refused_address(net, net->fake);
        check_refused_address(net, net->pair);
        check_refused_address(net, net->client);
        check_refused_address(net, net->router);
        check_refused_address(net, net->target);
    }
}

static void
error_translate_routed_refuses(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        const struct network *net = &networks[i];
        struct error_plan out = routed_plan_of(net, true);
        struct error_plan in = routed_plan_of(net, false);
        struct icmp e = from_fake_host(net), r = from_router(net);
        const struct address inside[] = {
            net->client, net->pair, net->target, net->fake,
            net->plan.real.network
        };

        for (size_t j = 0; j < ARRAY_SIZE(inside); j++) {
            e = about_far(e, net->fake, inside[j], inside[j], net->fake);
            check_refused(&out, &e);
            r = about_far(r, net->far_router, net->target, net->target,
                          inside[j]);
            check_refused(&in, &r);
        }
        e = about_far(e, net->client, net->far, net->far, net->fake);
        check_refused(&out, &e);
        e = about_far(e, net->fake, net->far, net->far_router, net->fake);
        check_refused(&out, &e);
        e = about_far(e, net->fake, net->far, net->far, net->target);
        check_refused(&out, &e);
        e = about_far(e, net->fake, net->far, net->far, net->fake);
        out.target = (struct address) ADDRESS_INIT_MIN;
        check_refused(&out, &e);
        r = about_far(r, net->far_router, net->fake, net->fake, net->far);
        check_refused(&in, &r);
        r = about_far(r, net->far_router, net->target, net->client, net->far);
        check_refused(&in, &r);
    }
}

/* Not whole. */
static void
error_translate_refuses_cut(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        struct error_plan outbound = plan_of(&networks[i], true);
        struct icmp e = from_fake_host(&networks[i]);
        uint8_t frame[MAX_FRAME];
        size_t size;

        for (e.quoted = 0; e.quoted < 8; e.quoted++) {
            check_refused(&outbound, &e);
        }
        e.quoted = 60;
        size = put_error(&e, frame);
        for (size_t cut = 0; cut < size; cut++) {
            /* For valgrind: not a byte more. */
            void *copy = xmemdup(frame, MAX(cut, 1));

            assert_int_equal(error_translate(&outbound, copy, cut), 0);
            free(copy);
        }
    }
}

/* Sets 'n' bytes at 'at' of an error of a network to 'bytes'; has its
 * checksums right.  Returns what comes of it. */
static size_t
translate_bytes(const struct network *net, size_t at, const char *bytes,
                size_t n)
{
    struct error_plan outbound = plan_of(net, true);
    struct icmp e = from_fake_host(net);
    uint8_t frame[MAX_FRAME];
    size_t size = put_error(&e, frame);
    size_t icmp = ETH_HEADER_LEN + header_len(net->fake);
    uint8_t *ip = frame + ETH_HEADER_LEN;

    memcpy(frame + at, bytes, n);
    if (!is_ipv6(net)) {
        memset(ip + 10, 0, 2);
        put_be16(ip + 10, end_sum(add_bytes(0, ip, IP_HEADER_LEN)));
    }
    set_icmp_csum(frame + icmp, size - icmp, e.src, e.dst);
    return error_translate(&outbound, frame, size);
}

static void
check_refuses_bytes(size_t i, size_t at, const char *bytes, size_t n)
{
    assert_int_equal(translate_bytes(&networks[i], at, bytes, n), 0);
}

static void
error_translate_refuses_odd(void **state OVS_UNUSED)
{
    enum { IP = ETH_HEADER_LEN, ICMP = IP + 20, QUOTE = ICMP + 8 };
    static const char others[] = { 0, 4, 5, 8, 9, 10, 13, 18 };

    check_refuses_bytes(0, 12, "\x81\x00", 2);     /* VLAN. */
    check_refuses_bytes(0, 12, "\x86\xdd", 2);     /* IPv6. */
    check_refuses_bytes(0, IP, "\x46", 1);         /* IP options. */
    check_refuses_bytes(0, IP, "\x44", 1);
    check_refuses_bytes(0, IP, "\x65", 1);
    check_refuses_bytes(0, IP + 2, "\x00\x13", 2); /* Length. */
    check_refuses_bytes(0, IP + 2, "\x00\x37", 2);
    check_refuses_bytes(0, IP + 2, "\xff\xff", 2);
    check_refuses_bytes(0, IP + 6, "\x20\x00", 2); /* Fragments. */
    check_refuses_bytes(0, IP + 6, "\x00\x01", 2);
    check_refuses_bytes(0, IP + 9, "\x11", 1);     /* UDP. */
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        check_refuses_bytes(0, ICMP, &others[i], 1);
    }
    check_refuses_bytes(0, ICMP + 5, "\x11", 1);   /* Extensions. */
    check_refuses_bytes(0, QUOTE, "\x46", 1);
    check_refuses_bytes(0, QUOTE, "\x65", 1);
}

static void
error_translate_refuses_odd_ipv6(void **state OVS_UNUSED)
{
    enum { IP = ETH_HEADER_LEN, ICMP = IP + 40, QUOTE = ICMP + 8 };
    /* Echo, neighbour and router discovery, redirects, and IPv4's errors. */
    static const uint8_t others[] = {
        0, 5, 11, 12, 100, 127, 128, 129, 130, 133, 134, 135, 136, 137, 143,
    };
    static const uint8_t extensions[] = {
        0, 43, 50, 51, 60, 135, 139, 140, 253, 254
    };
    const struct network *net = &networks[1];
    const struct error_plan outbound = plan_of(net, true);

    check_refuses_bytes(1, 12, "\x81\x00", 2);      /* VLAN. */
    check_refuses_bytes(1, 12, "\x08\x00", 2);      /* IPv4. */
    check_refuses_bytes(1, IP, "\x51", 1);
    check_refuses_bytes(1, IP, "\x45", 1);
    check_refuses_bytes(1, IP + 4, "\x00\x00", 2);  /* Length, jumbograms. */
    check_refuses_bytes(1, IP + 4, "\x00\x37", 2);
    check_refuses_bytes(1, IP + 4, "\xff\xff", 2);
    check_refuses_bytes(1, IP + 6, "\x11", 1);      /* UDP. */
    check_refuses_bytes(1, IP + 6, "\x01", 1);      /* IPv4's ICMP. */
    check_refuses_bytes(1, IP + 6, "\x2c", 1);      /* Fragments. */
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        check_refuses_bytes(1, ICMP, (const char *) &others[i], 1);
    }
    for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
        const char *next = (const char *) &extensions[i];
        struct icmp e = from_fake_host(net);

        check_refuses_bytes(1, IP + 6, next, 1);
        check_refuses_bytes(1, QUOTE + 6, next, 1);
        /* Behind that of fragments. */
        e.about.proto = extensions[i];
        e.about.frag = IP_MORE_FRAGMENTS;
        check_refused(&outbound, &e);
    }
    check_refuses_bytes(1, QUOTE, "\x51", 1);
    check_refuses_bytes(1, QUOTE, "\x45", 1);

    /* The length of a quote that something follows; of the other types, that
     * is the pointer or the MTU. */
    check_refuses_bytes(1, ICMP, "\x01\x00\x00\x00\x11", 5);
    check_refuses_bytes(1, ICMP, "\x03\x00\x00\x00\x11", 5);
    assert_true(translate_bytes(net, ICMP, "\x02\x00\x00\x00\x11", 5));
    assert_true(translate_bytes(net, ICMP, "\x04\x00\x00\x00\x11", 5));
}

static void
error_translate_refuses_checksums(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        struct error_plan outbound = plan_of(&networks[i], true);
        struct icmp e = from_fake_host(&networks[i]);
        uint8_t frame[MAX_FRAME];
        size_t size = put_error(&e, frame);
        size_t at = ETH_HEADER_LEN;

        /* Of the IP header, and the ICMP message.  What of an IPv6 header no
         * checksum covers: traffic class, flow label, hop limit. */
        for (; at < size; at++) {
            if (!is_ipv6(&networks[i])
                || (at >= ETH_HEADER_LEN + 4 && at != ETH_HEADER_LEN + 7)) {
                frame[at] ^= 0x10;
                assert_int_equal(error_translate(&outbound, frame, size), 0);
                frame[at] ^= 0x10;
            }
        }
        assert_int_equal(error_translate(&outbound, frame, size), size);
    }
}

/* Whatever comes: what is translated is no fake address any more. */
static void
error_translate_random(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 200000; i++) {
        const struct network *net = &networks[i % 2];
        struct error_plan outbound = plan_of(net, true);
        struct icmp e = from_fake_host(net);
        struct icmp real = fake_host_as_target(net);
        uint8_t frame[MAX_FRAME], right[MAX_FRAME];
        size_t size = put_error(&e, frame);
        size_t src = ETH_HEADER_LEN + (is_ipv6(net) ? 8 : 12);
        size_t quoted = src + header_len(e.src) + ICMP_HEADER_LEN;
        size_t both = is_ipv6(net) ? 32 : 8;

        for (int n = random_range(4); n >= 0; n--) {
            frame[random_range(size)] = random_range(256);
        }
        size = random_range(2) ? size : random_range(size + 1);
        if (!error_translate(&outbound, frame, size)) {
            continue;
        }
        put_error(&real, right);
        assert_memory_equal(frame + src, right + src, both);
        assert_memory_equal(frame + quoted, right + quoted, both);
    }
}

/* Packets of IPv6, byte by byte: what comes, and what must become of it. */
static const struct {
    bool outbound;
    const char *packet, *translated;
} packets[] = {
    {   /* Port unreachable, about UDP. */
        true,
        "60000000 003a3a40 fc040000000000000000000000000001"
        "fc040000000000000000000500000077 0104 94d2 00000000"
        "60000000 000a113f fc040000000000000000000500000077"
        "fc040000000000000000000000000001 1234 0009 000a b5f5 3f21",
        "60000000 003a3a40 fc010000000000000000000000000077"
        "fc010000000000000000000000000005 0104 94d9 00000000"
        "60000000 000a113f fc010000000000000000000000000005"
        "fc010000000000000000000000000077 1234 0009 000a b5fc 3f21",
    },
    {   /* The same; a checksum that becomes 0 is written as its complement. */
        true,
        "60000000 003a3a40 fc040000000000000000000000000001"
        "fc040000000000000000000500000077 0104 94d2 00000000"
        "60000000 000a113f fc040000000000000000000500000077"
        "fc040000000000000000000000000001 1234 0009 000a fff8 f51d",
        "60000000 003a3a40 fc010000000000000000000000000077"
        "fc010000000000000000000000000005 0104 94d9 00000000"
        "60000000 000a113f fc010000000000000000000000000005"
        "fc010000000000000000000000000077 1234 0009 000a ffff f51d",
    },
    {   /* Packet too big, MTU 1280, about TCP. */
        false,
        "60000000 00483a40 fc010000000000000000000000000009"
        "fc010000000000000000000000000077 0200 99c0 00000500"
        "60000000 0018063f fc010000000000000000000000000077"
        "fc010000000000000000000000000005"
        "0050 1234 00000001 00000002 5010 03e8 dc1b 0000 61626364",
        "60000000 00483a40 fc040000000000000000000900000077"
        "fc040000000000000000000000000001 0200 99b9 00000500"
        "60000000 0018063f fc040000000000000000000000000001"
        "fc040000000000000000000500000077"
        "0050 1234 00000001 00000002 5010 03e8 dc14 0000 61626364",
    },
    {   /* Time exceeded, about an echo reply. */
        false,
        "60000000 003c3a40 fc010000000000000000000000000009"
        "fc010000000000000000000000000077 0300 6a3e 00000000"
        "60000000 000c3a01 fc010000000000000000000000000077"
        "fc010000000000000000000000000005 8100 a760 0007 0001 70696e67",
        "60000000 003c3a40 fc040000000000000000000900000077"
        "fc040000000000000000000000000001 0300 6a37 00000000"
        "60000000 000c3a01 fc040000000000000000000000000001"
        "fc040000000000000000000500000077 8100 a759 0007 0001 70696e67",
    },
};

/* Stores the frame of a packet; returns its size.  Its checksum must be right,
 * whoever computed it. */
static size_t
get_packet(const char *hex, uint8_t frame[MAX_FRAME])
{
    enum { ICMP = ETH_HEADER_LEN + IPV6_HEADER_LEN };
    size_t size = ETH_HEADER_LEN;
    uint8_t head[40] = { 0 };

    memset(frame, 0, size);
    put_be16(frame + 12, ETH_TYPE_IPV6);
    size += parse_hex(hex, frame + size);
    memcpy(head, frame + ETH_HEADER_LEN + 8, 32);
    put_be16(head + 34, size - ICMP);
    head[39] = IPPROTO_ICMPV6;
    assert_int_equal(end_sum(add_bytes(add_bytes(0, head, sizeof head),
                                       frame + ICMP, size - ICMP)), 0);
    return size;
}

static void
error_translate_ipv6_packets(void **state OVS_UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
        struct error_plan plan = plan_of(&networks[1], packets[i].outbound);
        uint8_t frame[MAX_FRAME], right[MAX_FRAME];
        size_t size = get_packet(packets[i].packet, frame);

        assert_int_equal(get_packet(packets[i].translated, right), size);
        assert_int_equal(error_translate(&plan, frame, size), size);
        assert_memory_equal(frame, right, size);
    }
}

const struct CMUnitTest error_translate_tests[] = {
    cmocka_unit_test(error_translate_outbound),
    cmocka_unit_test(error_translate_inbound),
    cmocka_unit_test(error_translate_routed),
    cmocka_unit_test(error_translate_any_plan),
    cmocka_unit_test(error_translate_refuses_addresses),
    cmocka_unit_test(error_translate_routed_refuses),
    cmocka_unit_test(error_translate_refuses_cut),
    cmocka_unit_test(error_translate_refuses_odd),
    cmocka_unit_test(error_translate_refuses_odd_ipv6),
    cmocka_unit_test(error_translate_refuses_checksums),
    cmocka_unit_test(error_translate_random),
    cmocka_unit_test(error_translate_ipv6_packets),
    { .name = NULL },
};
