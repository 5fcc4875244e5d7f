/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/contacts/community-id.h"
#include "agent/contacts/contact-packet.h"
#include "dp-packet.h"
#include "flow.h"
#include "netdev/tap.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

#define ENDS "dl_src=02:00:00:00:00:05,dl_dst=0e:70:69:a8:02:4d," \
    "nw_src=192.168.2.5,nw_dst=192.168.2.77"
#define BACK "dl_src=0e:70:69:a8:02:4d,dl_dst=02:00:00:00:00:05," \
    "nw_src=192.168.2.77,nw_dst=192.168.2.5"

static void
format_packet(const struct contact_packet *p, struct ds *s)
{
    static const char *const answers[] = { "asks", "refuses", "answers" };

    ds_put_format(s, "%s %d ", contact_kind_name(p->kind), p->vlan);
    ipv6_format_mapped(&p->client, s);
    ds_put_format(s, ":%d "ETH_ADDR_FMT" ", p->client_port,
                  ETH_ADDR_ARGS(p->client_mac));
    ipv6_format_mapped(&p->target, s);
    ds_put_format(s, ":%d "ETH_ADDR_FMT" %s", p->target_port,
                  ETH_ADDR_ARGS(p->target_mac), answers[p->answer]);
}

/* Whatever is cut off, it is the same or nothing, and no byte outside is
 * read. */
static void
assert_cut(const struct dp_packet *packet, bool outgoing, const char *whole)
{
    for (size_t n = 0; n < dp_packet_size(packet); n++) {
        void *copy = xmemdup(dp_packet_data(packet), n ? n : 1);
        struct ds s = DS_EMPTY_INITIALIZER;
        struct contact_packet p;

        if (contact_packet_parse(copy, n, n, outgoing, &p)) {
            format_packet(&p, &s);
            assert_string_equal(ds_cstr(&s), whole);
        }
        ds_clear(&s);
        if (contact_packet_parse(copy, n, dp_packet_size(packet), outgoing,
                                 &p)) {
            format_packet(&p, &s);
            assert_string_equal(ds_cstr(&s), whole);
        }
        ds_destroy(&s);
        free(copy);
    }
}

static void
assert_parsed(const char *text, bool outgoing, const char *expected)
{
    struct dp_packet *packet = compose_frame(text);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct contact_packet p;

    if (contact_packet_parse(dp_packet_data(packet), dp_packet_size(packet),
                             dp_packet_size(packet), outgoing, &p)) {
        format_packet(&p, &s);
    }
    assert_string_equal(ds_cstr(&s), expected);
    assert_cut(packet, outgoing, expected);
    ds_destroy(&s);
    dp_packet_delete(packet);
}

#define ENDS6 "dl_src=02:00:00:00:00:05,dl_dst=0e:70:69:a8:02:4d," \
    "ipv6_src=fc01::5,ipv6_dst=fc01::77"
#define BACK6 "dl_src=0e:70:69:a8:02:4d,dl_dst=02:00:00:00:00:05," \
    "ipv6_src=fc01::77,ipv6_dst=fc01::5"

#define PAIR6(CLIENT_PORT, TARGET_PORT) \
    "fc01::5:" #CLIENT_PORT " 02:00:00:00:00:05 " \
    "fc01::77:" #TARGET_PORT " 0e:70:69:a8:02:4d "
#define PAIR(CLIENT_PORT, TARGET_PORT) \
    "192.168.2.5:" #CLIENT_PORT " 02:00:00:00:00:05 " \
    "192.168.2.77:" #TARGET_PORT " 0e:70:69:a8:02:4d "

static void
contact_packet_tcp(void **state OVS_UNUSED)
{
    assert_parsed("tcp,dl_vlan=2," ENDS ",tp_src=4000,tp_dst=80,"
                  "tcp_flags=syn", false,
                  "tcp 2 " PAIR(4000, 80) "asks");
    assert_parsed("tcp," ENDS ",tp_src=4000,tp_dst=80,tcp_flags=syn|ece|cwr",
                  false, "tcp 0 " PAIR(4000, 80) "asks");
    assert_parsed("tcp,dl_vlan=2," BACK ",tp_src=80,tp_dst=4000,"
                  "tcp_flags=syn|ack", true,
                  "tcp 2 " PAIR(4000, 80) "answers");
    assert_parsed("tcp,dl_vlan=2," BACK ",tp_src=80,tp_dst=4000,"
                  "tcp_flags=rst|ack", true,
                  "tcp 2 " PAIR(4000, 80) "refuses");

    /* What is not a contact. */
    assert_parsed("tcp," ENDS ",tp_src=4000,tp_dst=80,tcp_flags=ack", false,
                  "");
    assert_parsed("tcp," ENDS ",tp_src=4000,tp_dst=80,tcp_flags=syn|ack",
                  false, "");
    assert_parsed("tcp," ENDS ",tp_src=4000,tp_dst=80,tcp_flags=rst", false,
                  "");
    assert_parsed("tcp," BACK ",tp_src=80,tp_dst=4000,tcp_flags=syn", true,
                  "");
    assert_parsed("tcp," BACK ",tp_src=80,tp_dst=4000,tcp_flags=psh|ack", true,
                  "");
}

static void
contact_packet_udp(void **state OVS_UNUSED)
{
    assert_parsed("udp,dl_vlan=2," ENDS ",udp_src=4000,udp_dst=53", false,
                  "udp 2 " PAIR(4000, 53) "asks");
    assert_parsed("udp,dl_vlan=2," BACK ",udp_src=53,udp_dst=4000", true,
                  "udp 2 " PAIR(4000, 53) "answers");
}

static void
contact_packet_fragments(void **state OVS_UNUSED)
{
    assert_parsed("udp," ENDS ",nw_frag=first,udp_src=4000,udp_dst=53", false,
                  "udp 0 " PAIR(4000, 53) "asks");
    assert_parsed("udp," ENDS ",nw_frag=later", false, "");
    assert_parsed("tcp," ENDS ",nw_frag=later", false, "");
    assert_parsed("icmp," ENDS ",nw_frag=later", false, "");
}

static void
contact_packet_icmp(void **state OVS_UNUSED)
{
    assert_parsed("icmp,dl_vlan=2," ENDS ",icmp_type=8", false,
                  "icmp 2 " PAIR(0, 0) "asks");
    assert_parsed("icmp,dl_vlan=2," BACK ",icmp_type=0", true,
                  "icmp 2 " PAIR(0, 0) "answers");
    assert_parsed("icmp," ENDS ",icmp_type=0", false, "");
    assert_parsed("icmp," BACK ",icmp_type=8", true, "");
    assert_parsed("icmp," ENDS ",icmp_type=3", false, "");
}

static void
contact_packet_arp(void **state OVS_UNUSED)
{
#define ARP(OP, SPA, TPA) \
    "arp,dl_vlan=2,dl_src=0e:70:69:a8:02:4d,dl_dst=02:00:00:00:00:05," \
    "arp_op=" #OP ",arp_spa=" SPA ",arp_tpa=" TPA
    assert_parsed(ARP(2, "192.168.2.77", "192.168.2.5"), true,
                  "arp 2 " PAIR(0, 0) "answers");

    /* To a probe; an announcement; what hosts say. */
    assert_parsed(ARP(2, "192.168.2.77", "0.0.0.0"), true, "");
    assert_parsed(ARP(2, "192.168.2.77", "192.168.2.77"), true, "");
    assert_parsed(ARP(2, "192.168.2.77", "192.168.2.5"), false, "");
    assert_parsed(ARP(1, "192.168.2.77", "192.168.2.5"), false, "");
    assert_parsed(ARP(1, "192.168.2.77", "192.168.2.5"), true, "");
}

static void
contact_packet_addresses(void **state OVS_UNUSED)
{
    static const char *const addresses[] = {
        "192.168.2.5", "0.0.0.0", "255.255.255.255", "fe80::1", "::"
    };

    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        char s[INET6_ADDRSTRLEN];
        struct in6_addr address;
        ovs_be32 ip;

        if (ip_parse(addresses[i], &ip)) {
            in6_addr_set_mapped_ipv4(&address, ip);
        } else {
            assert_true(ipv6_parse(addresses[i], &address));
        }
        contact_address_format(&address, s);
        assert_string_equal(s, addresses[i]);
    }
}

static void
contact_packet_others(void **state OVS_UNUSED)
{
    assert_parsed("sctp," ENDS ",sctp_src=4000,sctp_dst=53", false, "");
    assert_parsed("dl_type=0x88cc", false, "");
    assert_parsed("sctp6," ENDS6 ",sctp_src=4000,sctp_dst=53", false, "");
}

static void
contact_packet_ipv6(void **state OVS_UNUSED)
{
    assert_parsed("tcp6,dl_vlan=2," ENDS6 ",tp_src=4000,tp_dst=80,"
                  "tcp_flags=syn|ece", false,
                  "tcp 2 " PAIR6(4000, 80) "asks");
    assert_parsed("tcp6," ENDS6 ",tp_src=4000,tp_dst=80,tcp_flags=ack", false,
                  "");
    assert_parsed("tcp6,dl_vlan=2," BACK6 ",tp_src=80,tp_dst=4000,"
                  "tcp_flags=syn|ack", true,
                  "tcp 2 " PAIR6(4000, 80) "answers");
    assert_parsed("tcp6," BACK6 ",tp_src=80,tp_dst=4000,tcp_flags=rst", true,
                  "tcp 0 " PAIR6(4000, 80) "refuses");
    assert_parsed("udp6," ENDS6 ",udp_src=4000,udp_dst=53", false,
                  "udp 0 " PAIR6(4000, 53) "asks");
    assert_parsed("icmp6,dl_vlan=2," ENDS6 ",icmpv6_type=128", false,
                  "icmp 2 " PAIR6(0, 0) "asks");
    assert_parsed("icmp6," BACK6 ",icmpv6_type=129", true,
                  "icmp 0 " PAIR6(0, 0) "answers");

    /* Types of the other family, and those that a client does not send. */
    assert_parsed("icmp6," ENDS6 ",icmpv6_type=8", false, "");
    assert_parsed("icmp6," ENDS6 ",icmpv6_type=129", false, "");
    assert_parsed("icmp6," ENDS6 ",icmpv6_type=1", false, "");
    assert_parsed("icmp6," ENDS6 ",icmpv6_type=137", false, "");
    assert_parsed("icmp6," BACK6 ",icmpv6_type=0", true, "");
}

#define ADVERTISEMENT "icmp6,dl_vlan=2," BACK6 ",icmpv6_type=136," \
    "icmpv6_code=0,nd_tll=0e:70:69:a8:02:4d"
#define ABOUT_77 ",nw_ttl=255,nd_target=fc01::77"

/* The flow's text has no flags: 'flags' become those of the message. */
static void
assert_advertisement(const char *text, uint32_t flags, const char *expected)
{
    struct dp_packet *packet = compose_frame(text);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ovs_nd_msg *nd = dp_packet_l4(packet);
    struct contact_packet p;

    put_16aligned_be32(&nd->rso_flags, htonl(flags));
    if (contact_packet_parse(dp_packet_data(packet), dp_packet_size(packet),
                             dp_packet_size(packet), true, &p)) {
        format_packet(&p, &s);
    }
    assert_string_equal(ds_cstr(&s), expected);
    assert_cut(packet, true, expected);
    assert_false(contact_packet_parse(dp_packet_data(packet),
                                      dp_packet_size(packet),
                                      dp_packet_size(packet), false, &p));
    ds_destroy(&s);
    dp_packet_delete(packet);
}

static void
contact_packet_nd(void **state OVS_UNUSED)
{
    const uint32_t flags = ND_RSO_SOLICITED | ND_RSO_OVERRIDE;

    assert_advertisement(ADVERTISEMENT ABOUT_77, flags,
                         "nd 2 " PAIR6(0, 0) "answers");

    /* Not asked for; from afar; about another; to all nodes. */
    assert_advertisement(ADVERTISEMENT ABOUT_77, ND_RSO_OVERRIDE, "");
    assert_advertisement(ADVERTISEMENT ",nw_ttl=254,nd_target=fc01::77",
                         flags, "");
    assert_advertisement(ADVERTISEMENT ",nw_ttl=255,nd_target=fc01::78",
                         flags, "");
    assert_advertisement("icmp6,ipv6_src=fc01::77,ipv6_dst=ff02::1,"
                         "icmpv6_type=136,icmpv6_code=0" ABOUT_77, flags, "");
    assert_parsed("icmp6," ENDS6 ",icmpv6_type=135,icmpv6_code=0,nw_ttl=255,"
                  "nd_target=fc01::77", false, "");
    assert_parsed("icmp6," BACK6 ",icmpv6_type=135,icmpv6_code=0,nw_ttl=255,"
                  "nd_target=fc01::77", true, "");
}

/* Returns the packet with 'n' bytes of headers after that of IPv6; the first
 * one's number is 'next'. */
static struct dp_packet *
insert_headers(const char *text, uint8_t next, const void *headers, size_t n)
{
    struct dp_packet *packet = compose_frame(text);
    struct dp_packet *with = dp_packet_new(0);
    const uint8_t *l4 = dp_packet_l4(packet);
    size_t head = l4 - (const uint8_t *) dp_packet_data(packet);
    struct ovs_16aligned_ip6_hdr *ip;

    dp_packet_put(with, dp_packet_data(packet), head);
    dp_packet_put(with, headers, n);
    dp_packet_put(with, l4, dp_packet_size(packet) - head);
    ip = dp_packet_at_assert(with, head - IPV6_HEADER_LEN, IPV6_HEADER_LEN);
    ip->ip6_ctlun.ip6_un1.ip6_un1_nxt = next;
    ip->ip6_ctlun.ip6_un1.ip6_un1_plen = htons(dp_packet_size(with) - head);
    dp_packet_delete(packet);
    return with;
}

#define SYN6 "tcp6,dl_vlan=2," ENDS6 ",tp_src=4000,tp_dst=80,tcp_flags=syn"

/* The service gets none of these, but for a first fragment. */
static void
contact_packet_extensions(void **state OVS_UNUSED)
{
    enum { TCP = IPPROTO_TCP, FRAG = IPPROTO_FRAGMENT,
           DST = IPPROTO_DSTOPTS, UNKNOWN = 253 };
    static const struct {
        uint8_t next, headers[24];
        size_t n;
        bool parsed, denied;
    } cases[] = {
        { IPPROTO_HOPOPTS, { TCP, 0, 1, 4 }, 8, true, true },
        { IPPROTO_ROUTING, { TCP, 2, 0, 1 }, 24, true, true },
        { DST, { DST, 0, 1, 4, 0, 0, 0, 0, TCP, 0, 1, 4 }, 16, true, true },
        { IPPROTO_AH, { TCP, 1 }, 12, true, true },
        { FRAG, { TCP, 0, 0, 1 }, 8, true, false },
        { FRAG, { TCP, 0, 0, 0 }, 8, true, true },      /* Atomic. */
        { FRAG, { TCP, 0, 0, 8 }, 8, false, false },
        { DST, { FRAG, 0, 1, 4, 0, 0, 0, 0, TCP, 0, 0, 1 }, 16, true, true },
        { UNKNOWN, { TCP, 0 }, 8, false, false },
        { DST, { TCP, 255 }, 8, false, false },         /* Beyond the end. */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct dp_packet *packet = insert_headers(
            SYN6, cases[i].next, cases[i].headers, cases[i].n);
        size_t size = dp_packet_size(packet);
        struct contact_packet p = { .ip_options = false };

        assert_int_equal(contact_packet_parse(dp_packet_data(packet), size,
                                              size, false, &p),
                         cases[i].parsed);
        assert_int_equal(p.ip_options, cases[i].denied);
        assert_cut(packet, false, "tcp 2 " PAIR6(4000, 80) "asks");
        dp_packet_delete(packet);
    }
}

/* Makes an error about 'quote' of a text: its IP packet after the header of an
 * ICMP message of its family. */
static struct dp_packet *
compose_error(const char *quote, uint8_t type)
{
    struct dp_packet *about = compose_frame(quote);
    const uint8_t *quoted = dp_packet_l3(about);
    bool ipv6 = IP_VER(*quoted) == 6;
    struct dp_packet *packet = compose_frame(ipv6 ? "icmp6,dl_vlan=2," BACK6
                                       : "icmp,dl_vlan=2," BACK);
    uint8_t icmp[ICMP_HEADER_LEN] = { type, 3 };

    dp_packet_set_size(packet, (char *) dp_packet_l4(packet)
                       - (char *) dp_packet_data(packet));
    dp_packet_put(packet, icmp, sizeof icmp);
    dp_packet_put(packet, quoted, (ipv6 ? IPV6_HEADER_LEN : IP_HEADER_LEN)
                  + UDP_HEADER_LEN);
    if (ipv6) {
        struct ovs_16aligned_ip6_hdr *ip = dp_packet_l3(packet);

        ip->ip6_ctlun.ip6_un1.ip6_un1_plen
            = htons(dp_packet_l3_size(packet) - IPV6_HEADER_LEN);
    } else {
        struct ip_header *ip = dp_packet_l3(packet);

        ip->ip_tot_len = htons(dp_packet_l3_size(packet));
    }
    dp_packet_delete(about);
    return packet;
}

static void
assert_error(const char *quote, uint8_t type, const char *expected)
{
    struct dp_packet *packet = compose_error(quote, type);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct contact_packet p;

    if (contact_packet_parse(dp_packet_data(packet), dp_packet_size(packet),
                             dp_packet_size(packet), true, &p)) {
        format_packet(&p, &s);
    }
    assert_string_equal(ds_cstr(&s), expected);
    assert_false(contact_packet_parse(dp_packet_data(packet),
                                      dp_packet_size(packet),
                                      dp_packet_size(packet), false, &p));
    assert_cut(packet, true, expected);
    ds_destroy(&s);
    dp_packet_delete(packet);
}

static void
contact_packet_errors(void **state OVS_UNUSED)
{
    assert_error("udp," ENDS ",udp_src=4000,udp_dst=53", 3,
                 "udp 2 " PAIR(4000, 53) "refuses");
    assert_error("tcp," ENDS ",tp_src=4000,tp_dst=80", 3,
                 "tcp 2 " PAIR(4000, 80) "refuses");
    assert_error("icmp," ENDS ",icmp_type=8", 3, "");
    assert_error("udp," ENDS ",udp_src=4000,udp_dst=53", 11, "");
    assert_error("udp," ENDS ",nw_frag=later", 3, "");

    assert_error("udp6," ENDS6 ",udp_src=4000,udp_dst=53", 1,
                 "udp 2 " PAIR6(4000, 53) "refuses");
    assert_error("tcp6," ENDS6 ",tp_src=4000,tp_dst=80", 1,
                 "tcp 2 " PAIR6(4000, 80) "refuses");
    assert_error("icmp6," ENDS6 ",icmpv6_type=128", 1, "");
    assert_error("udp6," ENDS6 ",udp_src=4000,udp_dst=53", 3, "");
}

/* A packet like this never reaches the service. */
static void
contact_packet_options(void **state OVS_UNUSED)
{
    const uint8_t nops[4] = { 1, 1, 1, 1 };
    struct dp_packet *packet = compose_frame(
        "tcp,dl_vlan=2," ENDS ",tp_src=4000,tp_dst=80,tcp_flags=syn");
    struct dp_packet *with = dp_packet_new(0);
    const uint8_t *l4 = dp_packet_l4(packet);
    size_t head = l4 - (const uint8_t *) dp_packet_data(packet);
    struct contact_packet p;

    assert_true(contact_packet_parse(dp_packet_data(packet),
                                     dp_packet_size(packet),
                                     dp_packet_size(packet), false, &p));
    assert_false(p.ip_options);

    dp_packet_put(with, dp_packet_data(packet), head);
    dp_packet_put(with, nops, sizeof nops);
    dp_packet_put(with, l4, dp_packet_size(packet) - head);
    struct ip_header *ip = dp_packet_at_assert(with, head - IP_HEADER_LEN,
                                               IP_HEADER_LEN);
    ip->ip_ihl_ver = IP_IHL_VER(6, 4);
    ip->ip_tot_len = htons(ntohs(ip->ip_tot_len) + sizeof nops);
    assert_true(contact_packet_parse(dp_packet_data(with),
                                     dp_packet_size(with),
                                     dp_packet_size(with), false, &p));
    assert_true(p.ip_options);
    assert_int_equal(p.target_port, 80);
    dp_packet_delete(packet);
    dp_packet_delete(with);
}

/* Of a datagram of 'size' bytes, the tap shows 'captured'. */
static bool
is_parsed(struct dp_packet *packet, size_t captured, size_t size,
          const char *expected)
{
    void *copy = xmemdup(dp_packet_data(packet), captured);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct contact_packet p;
    bool parsed = contact_packet_parse(copy, captured, size, false, &p);

    if (parsed) {
        format_packet(&p, &s);
        assert_string_equal(ds_cstr(&s), expected);
    }
    ds_destroy(&s);
    free(copy);
    return parsed;
}

static void
assert_large(const char *text, const char *expected)
{
    struct dp_packet *packet = compose_frame(text);
    size_t headers = (char *) dp_packet_l4(packet) + UDP_HEADER_LEN
        - (char *) dp_packet_data(packet);

    dp_packet_put_zeros(packet, 1400);
    if (IP_VER(*(const uint8_t *) dp_packet_l3(packet)) == 6) {
        struct ovs_16aligned_ip6_hdr *ip = dp_packet_l3(packet);

        ip->ip6_ctlun.ip6_un1.ip6_un1_plen
            = htons(dp_packet_l3_size(packet) - IPV6_HEADER_LEN);
    } else {
        struct ip_header *ip = dp_packet_l3(packet);

        ip->ip_tot_len = htons(dp_packet_l3_size(packet));
    }

    size_t size = dp_packet_size(packet);
    assert_true(is_parsed(packet, size, size, expected));
    assert_true(is_parsed(packet, TAP_SNAPLEN, size, expected));
    assert_true(is_parsed(packet, size - 1, size, expected));
    assert_true(is_parsed(packet, headers, size, expected));
    assert_false(is_parsed(packet, headers - 1, size, expected));

    /* The other kind of tag. */
    struct eth_header *eth = dp_packet_eth(packet);
    eth->eth_type = htons(ETH_TYPE_VLAN_8021AD);
    assert_true(is_parsed(packet, TAP_SNAPLEN, size, expected));

    /* The frame itself was too short. */
    assert_false(is_parsed(packet, size - 1, size - 1, expected));
    assert_false(is_parsed(packet, TAP_SNAPLEN, size - 1, expected));
    dp_packet_delete(packet);
}

static void
contact_packet_cut(void **state OVS_UNUSED)
{
    assert_large("udp,dl_vlan=2," ENDS ",udp_src=4000,udp_dst=53",
                 "udp 2 " PAIR(4000, 53) "asks");
    assert_large("udp6,dl_vlan=2," ENDS6 ",udp_src=4000,udp_dst=53",
                 "udp 2 " PAIR6(4000, 53) "asks");
}

static void
assert_community_id(const char *a, const char *b, uint8_t proto,
                    uint16_t a_port, uint16_t b_port, const char *expected)
{
    struct in6_addr addresses[2];
    struct ds s = DS_EMPTY_INITIALIZER;

    assert_true(ipv6_parse(a, &addresses[0]));
    assert_true(ipv6_parse(b, &addresses[1]));
    community_id_put(&addresses[0], &addresses[1], proto, a_port, b_port, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_clear(&s);
    community_id_put(&addresses[1], &addresses[0], proto, b_port, a_port, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

/* Those of the specification's own baseline. */
static void
community_id_of_conversations(void **state OVS_UNUSED)
{
    assert_community_id("::ffff:128.232.110.120", "::ffff:66.35.250.204",
                        IPPROTO_TCP, 34855, 80,
                        "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    assert_community_id("::ffff:192.168.1.52", "::ffff:8.8.8.8",
                        IPPROTO_UDP, 54585, 53,
                        "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    assert_community_id("::ffff:192.168.0.89", "::ffff:192.168.0.1",
                        IPPROTO_ICMP, 8, 0,
                        "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    assert_community_id("2001:470:e5bf:dead:4957:2174:e82c:4887",
                        "2607:f8b0:400c:c03::1a", IPPROTO_TCP, 63943, 25,
                        "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=");
    assert_community_id("3ffe:507:0:1:200:86ff:fe05:80da",
                        "3ffe:501:0:1001::2", IPPROTO_ICMPV6, 128, 129,
                        "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=");
    assert_community_id("fe80::200:86ff:fe05:80da",
                        "fe80::260:97ff:fe07:69ea", IPPROTO_ICMPV6, 135, 136,
                        "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=");
}

const struct CMUnitTest contact_packet_tests[] = {
    cmocka_unit_test(contact_packet_tcp),
    cmocka_unit_test(contact_packet_udp),
    cmocka_unit_test(contact_packet_fragments),
    cmocka_unit_test(contact_packet_icmp),
    cmocka_unit_test(contact_packet_arp),
    cmocka_unit_test(contact_packet_addresses),
    cmocka_unit_test(contact_packet_others),
    cmocka_unit_test(contact_packet_ipv6),
    cmocka_unit_test(contact_packet_nd),
    cmocka_unit_test(contact_packet_extensions),
    cmocka_unit_test(contact_packet_errors),
    cmocka_unit_test(contact_packet_options),
    cmocka_unit_test(contact_packet_cut),
    cmocka_unit_test(community_id_of_conversations),
    { .name = NULL },
};
