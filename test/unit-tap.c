/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/contacts/contact-busy.h"
#include "agent/contacts/contact-packet.h"
#include "netdev/tap-filter.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

/* The filter: Linux itself runs it, on what passes a pair of sockets. */

struct filtered {
    int in, out;
};

static struct filtered
open_filtered(bool sent, const struct tap_tuple *muted, size_t n)
{
    const struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 65535);
    struct filtered f;
    struct ofpbuf insns;
    int fds[2];

    ofpbuf_init(&insns, 0);
    tap_filter_put_direction(&insns, sent);
    tap_filter_put_muted(&insns, muted, n);
    ofpbuf_put(&insns, &all, sizeof all);

    struct sock_fprog fprog = {
        insns.size / sizeof(struct sock_filter), insns.data
    };
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
    f.in = fds[0];
    f.out = fds[1];
    if (setsockopt(f.out, SOL_SOCKET, SO_ATTACH_FILTER, &fprog,
                   sizeof fprog)) {
        fail_msg("%d instructions: %s", fprog.len, ovs_strerror(errno));
    }
    ofpbuf_uninit(&insns);
    return f;
}

static void
close_filtered(struct filtered *f)
{
    close(f->in);
    close(f->out);
}

static bool
passes(const struct filtered *f, const void *frame, size_t n)
{
    char buffer[128];

    ignore(send(f->in, frame, n, 0));
    return recv(f->out, buffer, sizeof buffer, MSG_DONTWAIT) == n;
}

struct udp_frame {
    struct vlan_eth_header eth;
    struct ip_header ip;
    struct udp_header udp;
};

struct udp6_frame {
    struct vlan_eth_header eth;
    struct ovs_16aligned_ip6_hdr ip;
    struct udp_header udp;
};

/* 'frame' has a tag, or room for it. */
static bool
frame_passes(const struct filtered *f, void *frame, size_t n, bool tag)
{
    char *start = frame;

    if (tag) {
        return passes(f, frame, n);
    }
    memmove(start + VLAN_HEADER_LEN, start, 2 * ETH_ADDR_LEN);
    return passes(f, start + VLAN_HEADER_LEN, n - VLAN_HEADER_LEN);
}

static bool
datagram6_passes(const struct filtered *f, const struct tap_tuple *tuple,
                 uint8_t proto)
{
    struct udp6_frame frame = {
        .eth = {
            .veth_type = htons(ETH_TYPE_VLAN),
            .veth_tci = htons(5 << VLAN_PCP_SHIFT | tuple->vlan),
            .veth_next_type = htons(ETH_TYPE_IPV6),
        },
        .ip = {
            .ip6_ctlun.ip6_un1.ip6_un1_plen = htons(UDP_HEADER_LEN),
            .ip6_ctlun.ip6_un1.ip6_un1_nxt = proto,
        },
        .udp = { .udp_src = tuple->src_port, .udp_dst = tuple->dst_port },
    };

    frame.ip.ip6_ctlun.ip6_un2_vfc = 6 << 4;
    memcpy(&frame.ip.ip6_src, &tuple->src, sizeof tuple->src);
    memcpy(&frame.ip.ip6_dst, &tuple->dst, sizeof tuple->dst);
    return frame_passes(f, &frame, sizeof frame, tuple->vlan);
}

/* With a tag if 'tuple' has a VLAN. */
static bool
datagram_passes(const struct filtered *f, const struct tap_tuple *tuple,
                uint8_t ihl, uint16_t frag, uint8_t proto)
{
    struct udp_frame frame = {
        .eth = {
            .veth_type = htons(ETH_TYPE_VLAN),
            .veth_tci = htons(5 << VLAN_PCP_SHIFT | tuple->vlan),
            .veth_next_type = htons(ETH_TYPE_IP),
        },
        .ip = {
            .ip_ihl_ver = IP_IHL_VER(ihl, 4),
            .ip_tot_len = htons(IP_HEADER_LEN + UDP_HEADER_LEN),
            .ip_frag_off = htons(frag),
            .ip_proto = proto,
        },
        .udp = { .udp_src = tuple->src_port, .udp_dst = tuple->dst_port },
    };

    put_16aligned_be32(&frame.ip.ip_src,
                       in6_addr_get_mapped_ipv4(&tuple->src));
    put_16aligned_be32(&frame.ip.ip_dst,
                       in6_addr_get_mapped_ipv4(&tuple->dst));
    return frame_passes(f, &frame, sizeof frame, tuple->vlan);
}

static bool
udp_passes(const struct filtered *f, const struct tap_tuple *tuple)
{
    return (IN6_IS_ADDR_V4MAPPED(&tuple->src)
            ? datagram_passes(f, tuple, 5, IP_DONT_FRAGMENT, IPPROTO_UDP)
            : datagram6_passes(f, tuple, IPPROTO_UDP));
}

static struct tap_tuple
tuple_of(uint32_t n)
{
    return (struct tap_tuple) {
        .src = in6_addr_mapped_ipv4(htonl(0xc0a80200 + n % 7)),
        .dst = in6_addr_mapped_ipv4(htonl(0xc0a80300 + n)),
        .src_port = htons(65535 - n),
        .dst_port = htons(53 + n % 3),
        .vlan = n % 2 ? 4095 - n : 0,
    };
}

/* The same of IPv6. */
static struct tap_tuple
tuple6_of(uint32_t n)
{
    struct tap_tuple tuple = tuple_of(n);

    tuple.src.s6_addr32[0] = tuple.dst.s6_addr32[0] = htonl(0xfc010000);
    return tuple;
}

static void
tap_filter_direction(void **state OVS_UNUSED)
{
    const struct tap_tuple tuple = tuple_of(0);
    struct filtered received = open_filtered(false, NULL, 0);
    struct filtered sent = open_filtered(true, NULL, 0);

    assert_true(udp_passes(&received, &tuple));
    assert_false(udp_passes(&sent, &tuple));
    close_filtered(&received);
    close_filtered(&sent);
}

/* Of 'n' tuples, every 'step'th is of IPv6, none if it is 0. */
static struct tap_tuple
tuple_of_step(uint32_t n, size_t step)
{
    return step && n % step == 0 ? tuple6_of(n) : tuple_of(n);
}

static void
assert_muted_exactly(size_t n, size_t step)
{
    struct tap_tuple muted[200];
    struct filtered f;

    for (size_t i = 0; i < n; i++) {
        muted[i] = tuple_of_step(i, step);
    }
    f = open_filtered(false, muted, n);
    for (size_t i = 0; i < n + 200; i++) {
        struct tap_tuple tuple = tuple_of_step(i, step);

        assert_int_equal(udp_passes(&f, &tuple), i >= n);

        /* Any other of its fields. */
        for (size_t j = tuple.src.s6_addr32[0] ? 0 : 3; j < 4; j++) {
            tuple.src.s6_addr32[j] ^= htonl(1u << 31);
            assert_true(udp_passes(&f, &tuple));
            tuple.src.s6_addr32[j] ^= htonl(1u << 31);
            tuple.dst.s6_addr32[j] ^= htonl(1u << 20);
            assert_true(udp_passes(&f, &tuple));
            tuple.dst.s6_addr32[j] ^= htonl(1u << 20);
        }
        tuple.src_port ^= htons(1 << 15);
        assert_true(udp_passes(&f, &tuple));
        tuple.src_port ^= htons(1 << 15);
        tuple.dst_port ^= htons(1 << 7);
        assert_true(udp_passes(&f, &tuple));
        tuple.dst_port ^= htons(1 << 7);
        tuple.vlan = tuple.vlan ? 0 : 1;
        assert_true(udp_passes(&f, &tuple));
    }
    close_filtered(&f);
}

static void
tap_filter_muted(void **state OVS_UNUSED)
{
    for (size_t n = 0; n < 10; n++) {
        assert_muted_exactly(n, 0);
        assert_muted_exactly(n, 1);
        assert_muted_exactly(n, 2);
    }
    assert_muted_exactly(200, 0);
    assert_muted_exactly(150, 1);
    assert_muted_exactly(200, 3);
}

/* What is like a muted datagram, but none. */
static void
tap_filter_muted_others(void **state OVS_UNUSED)
{
    const struct tap_tuple muted[] = { tuple_of(0), tuple_of(1) };
    struct filtered f = open_filtered(false, muted, ARRAY_SIZE(muted));
    uint8_t frame[60] = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(muted); i++) {
        assert_false(datagram_passes(&f, &muted[i], 5, 0, IPPROTO_UDP));
        assert_true(datagram_passes(&f, &muted[i], 6, 0, IPPROTO_UDP));
        assert_true(datagram_passes(&f, &muted[i], 5, 0, IPPROTO_TCP));
        assert_true(datagram_passes(&f, &muted[i], 5, 1, IPPROTO_UDP));
        assert_true(datagram_passes(&f, &muted[i], 5, IP_MORE_FRAGMENTS,
                                    IPPROTO_UDP));
    }
    for (uint32_t i = 0; i < 2; i++) {
        const struct tap_tuple tuple = tuple6_of(i);

        assert_true(datagram6_passes(&f, &tuple, IPPROTO_UDP));
    }
    /* ARP, with a tag and without. */
    frame[12] = 0x08;
    frame[13] = 0x06;
    assert_true(passes(&f, frame, sizeof frame));
    frame[12] = 0x81;
    frame[13] = 0x00;
    frame[16] = 0x08;
    frame[17] = 0x06;
    assert_true(passes(&f, frame, sizeof frame));
    close_filtered(&f);
}

static void
tap_filter_muted_ipv6(void **state OVS_UNUSED)
{
    const struct tap_tuple muted[] = { tuple6_of(0), tuple6_of(1) };
    struct filtered f = open_filtered(false, muted, ARRAY_SIZE(muted));

    for (uint32_t i = 0; i < ARRAY_SIZE(muted); i++) {
        const struct tap_tuple ipv4 = tuple_of(i);

        assert_false(datagram6_passes(&f, &muted[i], IPPROTO_UDP));
        assert_true(datagram6_passes(&f, &muted[i], IPPROTO_TCP));
        assert_true(datagram6_passes(&f, &muted[i], IPPROTO_FRAGMENT));
        assert_true(datagram_passes(&f, &ipv4, 5, 0, IPPROTO_UDP));
    }
    close_filtered(&f);
}

/* What is busy. */

static struct contact_packet
packet_of(uint16_t client_port, enum contact_answer answer)
{
    return (struct contact_packet) {
        .kind = CONTACT_UDP,
        .answer = answer,
        .vlan = 2,
        .client = in6_addr_mapped_ipv4(htonl(0xc0a80205)),
        .target = in6_addr_mapped_ipv4(htonl(0xc0a8024d)),
        .client_port = client_port,
        .target_port = 53,
    };
}

static void
take(struct contact_busy *b, uint16_t client_port, size_t n,
     long long int now)
{
    const struct contact_packet p = packet_of(client_port, ANSWER_NONE);

    for (size_t i = 0; i < n; i++) {
        contact_busy_take(b, &p, now);
    }
}

static void
contact_busy_mutes(void **state OVS_UNUSED)
{
    struct contact_busy b;

    contact_busy_init(&b);
    take(&b, 4000, CONTACT_BUSY_PACKETS - 1, 1000);
    take(&b, 4001, 1, 1000);
    take(&b, 4000, 1, 2000);
    assert_false(contact_busy_run(&b, 2000));
    assert_int_equal(contact_busy_when(&b), LLONG_MAX);

    take(&b, 4000, CONTACT_BUSY_PACKETS, 2500);
    assert_true(contact_busy_when(&b) <= 2500);
    assert_true(contact_busy_run(&b, 2500));
    assert_int_equal(b.n_muted, 1);
    assert_int_equal(in6_addr_get_mapped_ipv4(&b.muted[0].src),
                     htonl(0xc0a80205));
    assert_int_equal(in6_addr_get_mapped_ipv4(&b.muted[0].dst),
                     htonl(0xc0a8024d));
    assert_int_equal(b.muted[0].src_port, htons(4000));
    assert_int_equal(b.muted[0].dst_port, htons(53));
    assert_int_equal(b.muted[0].vlan, 2);

    /* That was in the ring. */
    take(&b, 4000, 2 * CONTACT_BUSY_PACKETS, 2510);
    assert_false(contact_busy_run(&b, 2550));
    assert_int_equal(contact_busy_when(&b), 2500 + CONTACT_BUSY_MSEC);
    assert_true(contact_busy_run(&b, 2500 + CONTACT_BUSY_MSEC));
    assert_int_equal(b.n_muted, 0);
    assert_int_equal(contact_busy_when(&b), LLONG_MAX);
}

/* Changes of the filter are few. */
static void
contact_busy_changes(void **state OVS_UNUSED)
{
    struct contact_busy b;
    size_t changes = 0;

    contact_busy_init(&b);
    for (size_t i = 0; i < 100; i++) {
        take(&b, 4000 + i, CONTACT_BUSY_PACKETS, 1000 + i);
        changes += contact_busy_run(&b, 1000 + i);
    }
    assert_true(contact_busy_run(&b, 1150));
    assert_int_equal(b.n_muted, 100);
    assert_int_equal(changes, 2);

    /* All end together. */
    assert_true(contact_busy_run(&b, 1000 + CONTACT_BUSY_MSEC));
    assert_int_equal(b.n_muted, 0);
}

static void
contact_busy_bounds(void **state OVS_UNUSED)
{
    struct contact_busy b;

    contact_busy_init(&b);
    for (size_t i = 0; i < 2 * CONTACT_BUSY_MAX; i++) {
        take(&b, 4000 + i, CONTACT_BUSY_PACKETS, 1000);
    }
    assert_true(contact_busy_run(&b, 1000));
    assert_int_equal(b.n_muted, CONTACT_BUSY_MAX);

    contact_busy_limit(&b, 10);
    take(&b, 4000 + CONTACT_BUSY_MAX, CONTACT_BUSY_PACKETS, 1100);
    assert_false(contact_busy_run(&b, 1100));
    assert_int_equal(b.n_muted, 10);
    assert_true(contact_busy_run(&b, 1000 + CONTACT_BUSY_MSEC));
    for (size_t i = 0; i < 20; i++) {
        take(&b, 4000 + i, CONTACT_BUSY_PACKETS, 8000);
    }
    assert_int_equal(b.n_muted, 20);

    /* The tap is closed. */
    contact_busy_limit(&b, 0);
    take(&b, 4000, CONTACT_BUSY_PACKETS, 10000);
    assert_int_equal(b.n_muted, 1);
}

/* The answers have ends of their own, and errors are none of them. */
static void
contact_busy_answers(void **state OVS_UNUSED)
{
    const struct contact_packet given = packet_of(4000, ANSWER_GIVEN);
    const struct contact_packet refused = packet_of(4000, ANSWER_REFUSED);
    struct contact_packet tcp = given;
    struct contact_busy b;

    tcp.kind = CONTACT_TCP;
    contact_busy_init(&b);
    for (size_t i = 0; i < CONTACT_BUSY_PACKETS; i++) {
        contact_busy_take(&b, &refused, 1000);
        contact_busy_take(&b, &tcp, 1000);
    }
    assert_false(contact_busy_run(&b, 1000));
    for (size_t i = 0; i < CONTACT_BUSY_PACKETS; i++) {
        contact_busy_take(&b, &given, 1000);
    }
    assert_true(contact_busy_run(&b, 1000));
    assert_int_equal(b.n_muted, 1);
    assert_int_equal(in6_addr_get_mapped_ipv4(&b.muted[0].src),
                     htonl(0xc0a8024d));
    assert_int_equal(b.muted[0].dst_port, htons(4000));
}

/* Those that come from ever new ports take no place from one that is busy. */
static void
contact_busy_among_many(void **state OVS_UNUSED)
{
    struct contact_busy b;

    contact_busy_init(&b);
    for (size_t i = 0; i < 4 * CONTACT_BUSY_PACKETS; i++) {
        take(&b, 60000, 1, 1000);
        for (size_t j = 0; j < 50; j++) {
            take(&b, 1024 + i * 50 + j, 1, 1000);
        }
    }
    assert_true(contact_busy_run(&b, 1000));
    assert_int_equal(b.n_muted, 1);
    assert_int_equal(b.muted[0].src_port, htons(60000));
}

const struct CMUnitTest tap_tests[] = {
    cmocka_unit_test(tap_filter_direction),
    cmocka_unit_test(tap_filter_muted),
    cmocka_unit_test(tap_filter_muted_others),
    cmocka_unit_test(tap_filter_muted_ipv6),
    cmocka_unit_test(contact_busy_mutes),
    cmocka_unit_test(contact_busy_changes),
    cmocka_unit_test(contact_busy_bounds),
    cmocka_unit_test(contact_busy_answers),
    cmocka_unit_test(contact_busy_among_many),
    { .name = NULL },
};
