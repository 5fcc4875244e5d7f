/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "csum.h"
#include "openflow/error-translate.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "random.h"
#include "unaligned.h"
#include "util.h"

/* A packet, as the fake host or a client sends it. */
struct packet {
    ovs_be32 src, dst;
    uint8_t proto;
    bool no_csum;               /* UDP. */
    uint16_t frag;              /* What the IP header says of fragments. */
    size_t size;                /* Of what follows the IP header. */
};

/* An error about it. */
struct icmp {
    ovs_be32 src, dst;
    uint8_t type, code;
    struct packet about;
    size_t quoted;              /* Bytes of what follows that IP header. */
};

static void
put_ip(uint8_t *p, ovs_be32 src, ovs_be32 dst, uint8_t proto, uint16_t frag,
       size_t size)
{
    struct ip_header *ip = (struct ip_header *) p;

    memset(ip, 0, sizeof *ip);
    ip->ip_ihl_ver = IP_IHL_VER(5, 4);
    ip->ip_tot_len = htons(IP_HEADER_LEN + size);
    ip->ip_id = htons(0x1234);
    ip->ip_frag_off = htons(frag);
    ip->ip_ttl = 64;
    ip->ip_proto = proto;
    put_16aligned_be32(&ip->ip_src, src);
    put_16aligned_be32(&ip->ip_dst, dst);
    ip->ip_csum = csum(ip, IP_HEADER_LEN);
}

/* Writes the packet's payload, with a checksum from scratch. */
static void
put_payload(uint8_t *p, const struct ip_header *ip, const struct packet *about)
{
    size_t at = (about->proto == IPPROTO_TCP ? 16
                 : about->proto == IPPROTO_UDP && !about->no_csum ? 6 : 0);

    for (size_t i = 0; i < about->size; i++) {
        p[i] = i * 7 + 1;
    }
    if (about->proto == IPPROTO_UDP) {
        memset(p + 6, 0, 2);
    } else if (about->proto == IPPROTO_ICMP) {
        p[0] = ICMP4_ECHO_REQUEST;
    }
    if (at && !(about->frag & IP_FRAG_OFF_MASK)) {
        ovs_be16 sum;

        memset(p + at, 0, 2);
        sum = csum_finish(csum_continue(packet_csum_pseudoheader(ip), p,
                                        about->size));
        if (!sum && about->proto == IPPROTO_UDP) {
            sum = htons(0xffff);
        }
        memcpy(p + at, &sum, 2);
    }
}

#define MAX_FRAME 2048

/* Writes the frame, which has no padding; returns its size. */
static size_t
put_error(const struct icmp *e, uint8_t frame[MAX_FRAME])
{
    static const uint8_t macs[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    uint8_t whole[MAX_FRAME];
    uint8_t *ip = frame + ETH_HEADER_LEN;
    struct icmp_header *icmp = (struct icmp_header *) (ip + IP_HEADER_LEN);
    uint8_t *quote = (uint8_t *) (icmp + 1);
    size_t icmp_size = ICMP_HEADER_LEN + IP_HEADER_LEN + e->quoted;

    memcpy(frame, macs, sizeof macs);
    put_unaligned_be16((ovs_be16 *) (frame + 12), htons(ETH_TYPE_IP));
    put_ip(ip, e->src, e->dst, IPPROTO_ICMP, 0, icmp_size);
    put_ip(quote, e->about.src, e->about.dst, e->about.proto, e->about.frag,
           e->about.size);
    put_payload(whole, (const struct ip_header *) quote, &e->about);
    memcpy(quote + IP_HEADER_LEN, whole, e->quoted);
    memset(icmp, 0, sizeof *icmp);
    icmp->icmp_type = e->type;
    icmp->icmp_code = e->code;
    icmp->icmp_csum = csum(icmp, icmp_size);
    return ETH_HEADER_LEN + IP_HEADER_LEN + icmp_size;
}

/* 192.168.2.0/24 in 10.10.0.1/16: .5 asked .77, .9 is a router. */
static const struct error_plan outbound = {
    .outbound = true, .network = 7,
    .fake = { ADDRESS_INIT_IPV4(0x0a0a0001), 16 },
    .real = { ADDRESS_INIT_IPV4(0xc0a80200), 24 },
};
#define FAKE CONSTANT_HTONL(0x0a0a0001)
#define PAIR CONSTANT_HTONL(0x0a0a054d)
#define ROUTER_PAIR CONSTANT_HTONL(0x0a0a094d)
#define CLIENT CONSTANT_HTONL(0xc0a80205)
#define ROUTER CONSTANT_HTONL(0xc0a80209)
#define TARGET CONSTANT_HTONL(0xc0a8024d)

static struct icmp
from_fake_host(void)
{
    return (struct icmp) {
        .src = FAKE, .dst = PAIR, .type = 3, .code = 3, .quoted = 60,
        .about = { PAIR, FAKE, IPPROTO_UDP, .size = 60 },
    };
}

static struct icmp
from_router(void)
{
    return (struct icmp) {
        .src = ROUTER, .dst = TARGET, .type = 3, .code = 4, .quoted = 40,
        .about = { TARGET, CLIENT, IPPROTO_TCP, .size = 1400 },
    };
}

static struct error_plan
inbound(void)
{
    struct error_plan plan = outbound;

    plan.outbound = false;
    return plan;
}

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
        { .proto = IPPROTO_SCTP, .size = 30 },
        { .proto = 47, .size = 8 },
    };
    static const uint8_t types[] = { 3, 11, 12 };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        ovs_be32 src = e.about.src, dst = e.about.dst;

        e.about = kinds[i];
        e.about.src = src;
        e.about.dst = dst;
        src = expected.about.src;
        dst = expected.about.dst;
        expected.about = kinds[i];
        expected.about.src = src;
        expected.about.dst = dst;
        e.type = expected.type = types[i % 3];
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
    struct icmp e = from_fake_host();
    struct icmp expected = e;

    expected.src = expected.about.dst = TARGET;
    expected.dst = expected.about.src = CLIENT;
    check_kinds(&outbound, e, expected);
}

static void
error_translate_inbound(void **state OVS_UNUSED)
{
    struct error_plan plan = inbound();
    struct icmp e = from_router();
    struct icmp expected = e;

    expected.src = ROUTER_PAIR;
    expected.dst = expected.about.src = FAKE;
    expected.about.dst = PAIR;
    check_kinds(&plan, e, expected);
}

/* In any plan, for any client and target. */
static void
error_translate_any_plan(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        unsigned int plen = 20 + random_range(11);
        uint32_t hosts = (1u << (32 - plen)) - 2;
        struct error_plan plan = {
            .outbound = true,
            .network = random_uint32(),
            .fake = { address_from_u32(0x0a000000 | (1 + random_range(14))),
                      8 + random_range(2 * plen - 39) },
            .real = { address_from_u32((0xac100000 | random_range(1 << 20))
                                       & (UINT32_MAX << (32 - plen))), plen },
        };
        ovs_be32 network = address_to_ip(plan.real.network);
        ovs_be32 client = network | htonl(1 + random_range(hosts));
        ovs_be32 target = network | htonl(1 + random_range(hosts));
        ovs_be32 pair = address_to_ip(
            address_plan_join(&plan.fake, &plan.real, address_from_ip(client),
                              address_from_ip(target)));
        struct icmp fake = from_fake_host();
        struct icmp real = fake;

        if (client == target) {
            continue;
        }
        fake.src = fake.about.dst = address_to_ip(plan.fake.ip);
        fake.dst = fake.about.src = pair;
        real.src = real.about.dst = target;
        real.dst = real.about.src = client;
        check(&plan, &fake, &real);

        plan.outbound = false;
        real.dst = real.about.src = target;
        real.src = real.about.dst = client;
        fake.dst = fake.about.src = address_to_ip(plan.fake.ip);
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

/* Who may speak of what. */
static void
error_translate_refuses_addresses(void **state OVS_UNUSED)
{
    static const ovs_be32 others[] = {
        0, FAKE, CONSTANT_HTONL(0xffffffff), CONSTANT_HTONL(0xac100905),
        CONSTANT_HTONL(0x0a0a0002), CONSTANT_HTONL(0x0a0a004d),
        CONSTANT_HTONL(0x0a0aff4d), CONSTANT_HTONL(0x0a0a0500),
        CONSTANT_HTONL(0x0a0a05ff), CONSTANT_HTONL(0x0a0b054d),
        CONSTANT_HTONL(0xc0a80200), CONSTANT_HTONL(0xc0a802ff),
        CONSTANT_HTONL(0xc0a8034d), CONSTANT_HTONL(0x0a0a054e), TARGET,
        CLIENT, ROUTER, PAIR,
    };
    struct error_plan plan = inbound();

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        for (int field = 0; field < 4; field++) {
            struct icmp out = from_fake_host(), in = from_router();
            ovs_be32 *fields[2][4] = {
                { &out.src, &out.dst, &out.about.src, &out.about.dst },
                { &in.src, &in.dst, &in.about.src, &in.about.dst },
            };
            bool may_be_in = ((field == 0 || field == 3)
                              && (others[i] == CLIENT
                                  || others[i] == ROUTER));

            if (*fields[0][field] != others[i]) {
                *fields[0][field] = others[i];
                check_refused(&outbound, &out);
            }
            if (*fields[1][field] != others[i] && !may_be_in) {
                *fields[1][field] = others[i];
                check_refused(&plan, &in);
            }
        }
    }
}

/* Not whole. */
static void
error_translate_refuses_cut(void **state OVS_UNUSED)
{
    struct icmp e = from_fake_host();
    uint8_t frame[MAX_FRAME];
    size_t size;

    for (e.quoted = 0; e.quoted < 8; e.quoted++) {
        check_refused(&outbound, &e);
    }
    e = from_fake_host();
    size = put_error(&e, frame);
    for (size_t cut = 0; cut < size; cut++) {
        /* For valgrind: not a byte more. */
        void *copy = xmemdup(frame, MAX(cut, 1));

        assert_int_equal(error_translate(&outbound, copy, cut), 0);
        free(copy);
    }
}

/* Sets 'n' bytes at 'at' of an error to 'bytes'; has its checksums right. */
static void
check_refuses_bytes(size_t at, const char *bytes, size_t n)
{
    struct icmp e = from_fake_host();
    uint8_t frame[MAX_FRAME];
    size_t size = put_error(&e, frame);
    struct ip_header *ip = (struct ip_header *) (frame + ETH_HEADER_LEN);
    struct icmp_header *icmp = (struct icmp_header *) (ip + 1);

    memcpy(frame + at, bytes, n);
    ip->ip_csum = 0;
    ip->ip_csum = csum(ip, IP_HEADER_LEN);
    icmp->icmp_csum = 0;
    icmp->icmp_csum = csum(icmp, size - ETH_HEADER_LEN - IP_HEADER_LEN);
    assert_int_equal(error_translate(&outbound, frame, size), 0);
}

static void
error_translate_refuses_odd(void **state OVS_UNUSED)
{
    enum { IP = ETH_HEADER_LEN, ICMP = IP + 20, QUOTE = ICMP + 8 };
    static const char others[] = { 0, 4, 5, 8, 9, 10, 13, 18 };

    check_refuses_bytes(12, "\x81\x00", 2);     /* VLAN. */
    check_refuses_bytes(12, "\x86\xdd", 2);     /* IPv6. */
    check_refuses_bytes(IP, "\x46", 1);         /* IP options. */
    check_refuses_bytes(IP, "\x44", 1);
    check_refuses_bytes(IP, "\x65", 1);
    check_refuses_bytes(IP + 2, "\x00\x13", 2); /* Length. */
    check_refuses_bytes(IP + 2, "\x00\x37", 2);
    check_refuses_bytes(IP + 2, "\xff\xff", 2);
    check_refuses_bytes(IP + 6, "\x20\x00", 2); /* Fragments. */
    check_refuses_bytes(IP + 6, "\x00\x01", 2);
    check_refuses_bytes(IP + 9, "\x11", 1);     /* UDP. */
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        check_refuses_bytes(ICMP, &others[i], 1);
    }
    check_refuses_bytes(ICMP + 5, "\x11", 1);   /* Extensions. */
    check_refuses_bytes(QUOTE, "\x46", 1);
    check_refuses_bytes(QUOTE, "\x65", 1);
}

static void
error_translate_refuses_checksums(void **state OVS_UNUSED)
{
    struct icmp e = from_fake_host();
    uint8_t frame[MAX_FRAME];
    size_t size = put_error(&e, frame);

    /* Of the IP header, and the ICMP message. */
    for (size_t at = ETH_HEADER_LEN; at < size; at++) {
        frame[at] ^= 0x10;
        assert_int_equal(error_translate(&outbound, frame, size), 0);
        frame[at] ^= 0x10;
    }
    assert_int_equal(error_translate(&outbound, frame, size), size);
}

/* Whatever comes: what is translated is no fake address any more. */
static void
error_translate_random(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 100000; i++) {
        struct icmp e = from_fake_host();
        uint8_t frame[MAX_FRAME];
        size_t size = put_error(&e, frame);
        const struct ip_header *ip, *quoted;

        for (int n = random_range(4); n >= 0; n--) {
            frame[random_range(size)] = random_range(256);
        }
        size = random_range(2) ? size : random_range(size + 1);
        if (!error_translate(&outbound, frame, size)) {
            continue;
        }
        ip = (const struct ip_header *) (frame + ETH_HEADER_LEN);
        quoted = (const struct ip_header *) (frame + ETH_HEADER_LEN + 28);
        assert_int_equal(get_16aligned_be32(&ip->ip_src), TARGET);
        assert_int_equal(get_16aligned_be32(&ip->ip_dst), CLIENT);
        assert_int_equal(get_16aligned_be32(&quoted->ip_src), CLIENT);
        assert_int_equal(get_16aligned_be32(&quoted->ip_dst), TARGET);
    }
}

/* Returns what 's', as in "userdata=", says. */
static bool
parse_plan(const char *s, struct error_plan *plan)
{
    uint8_t bytes[64];
    size_t n = 0;

    for (const char *p = s; *p; p += 2 + (p[2] == '.')) {
        bool ok;

        bytes[n++] = hexits_value(p, 2, &ok);
    }
    return error_plan_parse(bytes, n, plan);
}

static void
error_plan_there_and_back(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct error_plan plan;

    error_plan_put(&outbound, &s);
    assert_string_equal(ds_cstr(&s), "70.69.70.01.10.18.00.00."
                        "0a.0a.00.01.c0.a8.02.00.00.00.00.07");
    assert_true(parse_plan(ds_cstr(&s), &plan));
    assert_true(plan.outbound);
    assert_int_equal(plan.network, 7);
    assert_true(address_equals(plan.fake.ip, outbound.fake.ip));
    assert_int_equal(plan.fake.plen, 16);
    assert_true(address_equals(plan.real.network, outbound.real.network));
    assert_int_equal(plan.real.plen, 24);
    ds_destroy(&s);
}

static void
error_plan_refuses(void **state OVS_UNUSED)
{
    static const char *const others[] = {
        "", "70", "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00",
        "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07.00",
        "70.69.71.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.02.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.11.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.00.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.00.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.01.00.00.0a.0a.00.01.80.00.00.00.00.00.00.07",
        "70.69.70.01.10.ff.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.ff.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.01.00.00.00.07",
        "70.69.70.01.10.18.00.00.0a.0a.00.01.0a.0a.02.00.00.00.00.07",
    };
    struct error_plan plan;

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_false(parse_plan(others[i], &plan));
    }
    assert_false(error_plan_parse(NULL, 0, &plan));
}

const struct CMUnitTest error_translate_tests[] = {
    cmocka_unit_test(error_translate_outbound),
    cmocka_unit_test(error_translate_inbound),
    cmocka_unit_test(error_translate_any_plan),
    cmocka_unit_test(error_translate_refuses_addresses),
    cmocka_unit_test(error_translate_refuses_cut),
    cmocka_unit_test(error_translate_refuses_odd),
    cmocka_unit_test(error_translate_refuses_checksums),
    cmocka_unit_test(error_translate_random),
    cmocka_unit_test(error_plan_there_and_back),
    cmocka_unit_test(error_plan_refuses),
    { .name = NULL },
};
