/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

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

#include "agent/config/options.h"
#include "agent/contacts/community-id.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-right.h"
#include "agent/contacts/contact-table.h"
#include "dp-packet.h"
#include "flow.h"
#include "netdev/tap.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-parse.h"
#include "packets.h"
#include "svec.h"
#include "unaligned.h"
#include "util.h"

#define ENDS "dl_src=02:00:00:00:00:05,dl_dst=0e:70:69:a8:02:4d," \
    "nw_src=192.168.2.5,nw_dst=192.168.2.77"
#define BACK "dl_src=0e:70:69:a8:02:4d,dl_dst=02:00:00:00:00:05," \
    "nw_src=192.168.2.77,nw_dst=192.168.2.5"

/* Makes a frame of 'text', in the syntax of ovs-fields(7). */
static struct dp_packet *
compose(const char *text)
{
    struct dp_packet *packet = dp_packet_new(0);
    struct flow flow;
    char *error = parse_ofp_exact_flow(&flow, NULL, NULL, text, NULL);

    if (error) {
        fail_msg("%s: %s", text, error);
    }
    flow_compose(packet, &flow, NULL, 0);
    return packet;
}

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
    struct dp_packet *packet = compose(text);
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
    assert_parsed("tcp6,ipv6_src=fe80::1,ipv6_dst=fe80::2,tcp_dst=80,"
                  "tcp_flags=syn", false, "");
}

/* Makes an error about 'quote' of a text: its IP packet after the header of an
 * ICMP message. */
static struct dp_packet *
compose_error(const char *quote, uint8_t type)
{
    struct dp_packet *about = compose(quote);
    struct dp_packet *packet = compose("icmp,dl_vlan=2," BACK);
    struct ip_header *ip;
    uint8_t icmp[ICMP_HEADER_LEN] = { type, 3 };

    dp_packet_set_size(packet, (char *) dp_packet_l4(packet)
                       - (char *) dp_packet_data(packet));
    dp_packet_put(packet, icmp, sizeof icmp);
    dp_packet_put(packet, dp_packet_l3(about),
                  IP_HEADER_LEN + UDP_HEADER_LEN);
    ip = dp_packet_l3(packet);
    ip->ip_tot_len = htons(dp_packet_l3_size(packet));
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
}

/* A packet like this never reaches the service. */
static void
contact_packet_options(void **state OVS_UNUSED)
{
    const uint8_t nops[4] = { 1, 1, 1, 1 };
    struct dp_packet *packet = compose("tcp,dl_vlan=2," ENDS ",tp_src=4000,"
                                       "tp_dst=80,tcp_flags=syn");
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
is_parsed(struct dp_packet *packet, size_t captured, size_t size)
{
    void *copy = xmemdup(dp_packet_data(packet), captured);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct contact_packet p;
    bool parsed = contact_packet_parse(copy, captured, size, false, &p);

    if (parsed) {
        format_packet(&p, &s);
        assert_string_equal(ds_cstr(&s), "udp 2 " PAIR(4000, 53) "asks");
    }
    ds_destroy(&s);
    free(copy);
    return parsed;
}

static void
contact_packet_cut(void **state OVS_UNUSED)
{
    struct dp_packet *packet = compose("udp,dl_vlan=2," ENDS
                                       ",udp_src=4000,udp_dst=53");
    struct ip_header *ip;
    size_t headers = (char *) dp_packet_l4(packet) + UDP_HEADER_LEN
        - (char *) dp_packet_data(packet);

    dp_packet_put_zeros(packet, 1400);
    ip = dp_packet_l3(packet);
    ip->ip_tot_len = htons(dp_packet_l3_size(packet));

    size_t size = dp_packet_size(packet);
    assert_true(is_parsed(packet, size, size));
    assert_true(is_parsed(packet, TAP_SNAPLEN, size));
    assert_true(is_parsed(packet, size - 1, size));
    assert_true(is_parsed(packet, headers, size));
    assert_false(is_parsed(packet, headers - 1, size));

    /* The other kind of tag. */
    struct eth_header *eth = dp_packet_eth(packet);
    eth->eth_type = htons(ETH_TYPE_VLAN_8021AD);
    assert_true(is_parsed(packet, TAP_SNAPLEN, size));

    /* The frame itself was too short. */
    assert_false(is_parsed(packet, size - 1, size - 1));
    assert_false(is_parsed(packet, TAP_SNAPLEN, size - 1));
    dp_packet_delete(packet);
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
}

/* The table. */

static const struct contact_packet syn = {
    .kind = CONTACT_TCP,
    .vlan = 2,
    .client_mac = ETH_ADDR_C(02,00,00,00,00,05),
    .target_mac = ETH_ADDR_C(0e,70,69,a8,02,4d),
    .client_port = 4000,
    .target_port = 80,
};

/* The contact of client 192.168.2.'client' and target 192.168.2.77. */
static struct contact_packet
packet_of(uint8_t client, enum contact_answer answer, uint16_t client_port)
{
    struct contact_packet p = syn;

    in6_addr_set_mapped_ipv4(&p.client, htonl(0xc0a80200 | client));
    in6_addr_set_mapped_ipv4(&p.target, htonl(0xc0a8024d));
    p.client_port = client_port;
    p.answer = answer;
    return p;
}

static void
take(struct contact_table *t, uint8_t client, enum contact_answer answer,
     uint16_t client_port, long long int now)
{
    struct contact_packet p = packet_of(client, answer, client_port);

    contact_table_take(t, 7, &p, now);
}

static void
contact_table_window(void **state OVS_UNUSED)
{
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    assert_true(contact_table_oldest_begun(&t) == LLONG_MAX);
    take(&t, 5, ANSWER_NONE, 4000, 1000);
    take(&t, 5, ANSWER_NONE, 4000, 2000);       /* Repeated. */
    take(&t, 5, ANSWER_REFUSED, 4000, 2001);
    take(&t, 5, ANSWER_NONE, 4001, 3000);
    take(&t, 5, ANSWER_GIVEN, 4001, 3001);
    take(&t, 5, ANSWER_REFUSED, 4001, 3002);
    assert_int_equal(t.n, 1);
    assert_int_equal(contact_table_oldest_begun(&t), 1000);

    assert_null(contact_table_next_begun(&t, 999));
    c = contact_table_next_begun(&t, 1000);
    assert_non_null(c);
    assert_int_equal(c->attempts, 2);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    assert_int_equal(c->last, 3002);
    assert_null(contact_table_next_begun(&t, 100000));

    assert_null(contact_table_next_ended(&t, 60999));
    assert_ptr_equal(contact_table_next_ended(&t, 61000), c);
    assert_null(contact_table_next_ended(&t, 100000));

    /* An answer alone is none; the next packet is. */
    take(&t, 5, ANSWER_GIVEN, 4001, 61001);
    assert_int_equal(t.n, 1);
    take(&t, 5, ANSWER_NONE, 4001, 61002);
    assert_int_equal(t.n, 2);
    assert_int_equal(contact_table_oldest_begun(&t), 61002);
    assert_int_equal(contact_table_oldest_ended(&t), 61002);

    /* Also if nobody asked meanwhile. */
    take(&t, 5, ANSWER_NONE, 4001, 121002);
    assert_int_equal(t.n, 3);
    assert_int_equal(contact_table_n_contacts(&t, CONTACT_TCP), 3);
    assert_int_equal(contact_table_counts(&t, 7)->contacts[CONTACT_TCP], 3);
    assert_int_equal(contact_table_counts(&t, 7)->answered[CONTACT_TCP], 1);
    assert_null(contact_table_counts(&t, 8));
    contact_table_destroy(&t);
}

static void
contact_table_keys(void **state OVS_UNUSED)
{
    struct contact_packet p = packet_of(5, ANSWER_NONE, 4000);
    struct contact_table t;

    contact_table_init(&t, 100, 60000);
    contact_table_take(&t, 7, &p, 0);
    contact_table_take(&t, 8, &p, 0);
    p.target_port = 81;
    contact_table_take(&t, 7, &p, 0);
    p.kind = CONTACT_UDP;
    contact_table_take(&t, 7, &p, 0);
    p.target.s6_addr[15]++;
    contact_table_take(&t, 7, &p, 0);
    p.client.s6_addr[15]++;
    contact_table_take(&t, 7, &p, 0);
    assert_int_equal(t.n, 6);
    /* Wherever it is now. */
    p.vlan = 3;
    p.client_mac.ea[5]++;
    contact_table_take(&t, 7, &p, 0);
    assert_int_equal(t.n, 6);
    contact_table_destroy(&t);
}

/* The answer is all that there is. */
static void
contact_table_arp(void **state OVS_UNUSED)
{
    struct contact_packet p = packet_of(5, ANSWER_GIVEN, 0);
    struct contact_table t;
    struct contact *c;

    p.kind = CONTACT_ARP;
    contact_table_init(&t, 100, 60000);
    contact_table_take(&t, 7, &p, 1000);
    contact_table_take(&t, 7, &p, 2000);
    c = contact_table_next_begun(&t, 2000);
    assert_int_equal(c->attempts, 2);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    assert_int_equal(c->last, 2000);
    contact_table_take(&t, 7, &p, 61000);
    assert_int_equal(contact_table_counts(&t, 7)->contacts[CONTACT_ARP], 2);
    assert_int_equal(contact_table_counts(&t, 7)->answered[CONTACT_ARP], 2);
    contact_table_destroy(&t);
}

static void
contact_table_bound(void **state OVS_UNUSED)
{
    struct contact_table t;

    contact_table_init(&t, 3, 60000);
    for (int i = 1; i <= 5; i++) {
        take(&t, i, ANSWER_NONE, 4000, i);
        if (i == 1) {
            assert_non_null(contact_table_next_begun(&t, 1));
        }
    }
    assert_int_equal(t.n, 3);
    assert_int_equal(t.n_evicted, 2);
    assert_int_equal(hmap_count(&t.open), 3);
    assert_int_equal(contact_table_oldest_begun(&t), 3);
    assert_int_equal(contact_table_oldest_ended(&t), 3);

    /* Those whose window is over are just forgotten. */
    while (contact_table_next_ended(&t, 70000)) {
        continue;
    }
    take(&t, 1, ANSWER_NONE, 4000, 70000);
    assert_int_equal(t.n, 3);
    assert_int_equal(t.n_evicted, 2);
    assert_int_equal(contact_table_oldest_ended(&t), 70000);
    contact_table_destroy(&t);
}

static size_t
allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* Three times as many as it holds: it has no more memory than it says. */
static void
contact_table_memory(void **state OVS_UNUSED)
{
    const size_t max = 100000;
    size_t before = allocated();
    struct contact_packet p = packet_of(5, ANSWER_NONE, 4000);
    struct contact_table t;

    contact_table_init(&t, max, 60000);
    for (size_t i = 0; i < 3 * max; i++) {
        in6_addr_set_mapped_ipv4(&p.client, htonl(0x0b000000 + i));
        contact_table_take(&t, 7, &p, i / 100);
    }
    assert_int_equal(t.n, max);
    assert_int_equal(t.n_evicted, 2 * max);
    assert_int_equal(contact_table_oldest_begun(&t), 2 * max / 100);

    size_t used = allocated() - before;
    if (used) {                 /* Other allocators do not say so. */
        assert_in_range(used, max * sizeof(struct contact), 32 * 1000 * 1000);
    }
    contact_table_destroy(&t);
    assert_true(allocated() < before + 1000000);
}

/* As NTP does: what comes is not recorded late for it, and windows are no
 * longer for it. */
static void
contact_table_clock_set_back(void **state OVS_UNUSED)
{
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    take(&t, 1, ANSWER_NONE, 4000, 10000000);
    take(&t, 2, ANSWER_NONE, 4000, 10030000);
    take(&t, 3, ANSWER_NONE, 4000, 1000000);
    assert_int_equal(contact_table_oldest_begun(&t), 970000);
    assert_int_equal(contact_table_oldest_ended(&t), 970000);
    take(&t, 2, ANSWER_GIVEN, 4000, 1000001);
    assert_non_null(contact_table_next_begun(&t, 1000000));
    c = contact_table_next_begun(&t, 1000000);
    assert_non_null(c);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    assert_int_equal(c->first, 1000000);
    assert_int_equal(c->last, 1000001);
    assert_non_null(contact_table_next_begun(&t, 1000000));
    assert_null(contact_table_next_begun(&t, 1000000));
    assert_non_null(contact_table_next_ended(&t, 1030000));
    assert_null(contact_table_next_ended(&t, 1030000));

    /* Nobody sends anything any more. */
    assert_null(contact_table_next_ended(&t, 500000));
    assert_int_equal(contact_table_oldest_ended(&t), 500000);
    assert_non_null(contact_table_next_ended(&t, 560000));
    assert_non_null(contact_table_next_ended(&t, 560000));
    contact_table_destroy(&t);
}

/* Frames may be out of order, and so may answers be even more, as they wait. */
static void
contact_table_out_of_order(void **state OVS_UNUSED)
{
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    take(&t, 1, ANSWER_NONE, 4000, 100000);
    take(&t, 2, ANSWER_NONE, 4000, 100000 - CONTACT_TABLE_SLACK);
    take(&t, 3, ANSWER_NONE, 4000, 103000);
    take(&t, 1, ANSWER_GIVEN, 4000, 100001);
    take(&t, 2, ANSWER_REFUSED, 4000, 98000);
    c = contact_table_next_begun(&t, 100000);
    assert_int_equal(c->first, 100000);
    assert_int_equal(c->last, 100001);
    c = contact_table_next_begun(&t, 100000);
    assert_int_equal(c->first, 99000);
    assert_int_equal(c->last, 99000);
    assert_int_equal(c->answer, ANSWER_REFUSED);
    assert_null(contact_table_next_begun(&t, 100000));
    contact_table_destroy(&t);
}

/* All windows end: what comes is of new ones. */
static void
contact_table_clock_set_forward(void **state OVS_UNUSED)
{
    struct contact_table t;

    contact_table_init(&t, 100, 60000);
    take(&t, 1, ANSWER_NONE, 4000, 1000);
    take(&t, 2, ANSWER_NONE, 4000, 2000);
    take(&t, 1, ANSWER_NONE, 4000, 100000000);
    assert_int_equal(t.n, 3);
    assert_non_null(contact_table_next_begun(&t, 99999000));
    assert_non_null(contact_table_next_begun(&t, 99999000));
    assert_null(contact_table_next_begun(&t, 99999000));
    assert_non_null(contact_table_next_ended(&t, 100000000));
    assert_non_null(contact_table_next_ended(&t, 100000000));
    assert_null(contact_table_next_ended(&t, 100000000));
    assert_int_equal(hmap_count(&t.open), 1);
    contact_table_destroy(&t);
}

/* The same client and target on two networks: each has its own answers. */
static void
contact_table_networks(void **state OVS_UNUSED)
{
    struct contact_packet p = packet_of(5, ANSWER_NONE, 4000);
    struct contact_packet answer = packet_of(5, ANSWER_GIVEN, 4000);
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    contact_table_take(&t, 7, &p, 0);
    contact_table_take(&t, 8, &p, 1);
    contact_table_take(&t, 8, &answer, 2);
    contact_table_take(&t, 9, &answer, 2);
    assert_int_equal(t.n, 2);
    c = contact_table_next_begun(&t, 1000);
    assert_int_equal(c->network, 7);
    assert_int_equal(c->answer, ANSWER_NONE);
    c = contact_table_next_begun(&t, 1000);
    assert_int_equal(c->network, 8);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    contact_table_destroy(&t);
}

/* The right. */

/* Refuses the system call from now on, as systemd does. */
static bool
forbid(int syscall)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syscall, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { ARRAY_SIZE(insns), insns };

    return (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

/* Returns true if a process without the system call, -1 for none, gives the
 * right up, and can open other sockets still. */
static bool
gives_up(int syscall)
{
    pid_t pid = fork();
    int status;

    if (!pid) {
        if (syscall >= 0 && !forbid(syscall)) {
            _exit(1);
        }
        contact_right_drop();
        _exit(contact_right_have() || socket(AF_UNIX, SOCK_STREAM, 0) < 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return !status;
}

static void
contact_right(void **state OVS_UNUSED)
{
    if (!contact_right_have()) {
        skip();
    }
    assert_true(gives_up(-1));
    assert_true(gives_up(SYS_capset));
    assert_true(contact_right_have());
}

/* The record. */

static void
parse_options(const char *words, struct options *options)
{
    struct svec argv = SVEC_EMPTY_INITIALIZER;

    svec_add(&argv, "pipette-agent");
    svec_parse_words(&argv, words);
    svec_terminate(&argv);
    assert_null(options_parse(argv.n, argv.names, NULL, options));
    svec_destroy(&argv);
}

static void
assert_record(const struct contact *c, bool ended, const char *words,
              const char *expected)
{
    struct options options;
    struct ds s = DS_EMPTY_INITIALIZER;

    parse_options(words, &options);

    const struct contact_observer observer = { &options, "pot", "1.0" };
    contact_record_put(c, ended, &observer, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
    options_destroy(&options);
}

#define KNOWN "--uplink up0 --real-subnet 192.168.2.0/24"

#define OBSERVER "\"observer\":{\"hostname\":\"pot\"," \
    "\"product\":\"pipette-agent\",\"type\":\"honeypot\",\"version\":\"1.0\"},"
#define RELATED(CLIENT) \
    "\"related\":{\"ip\":[\"" CLIENT "\",\"192.168.2.77\"]},"
#define ECS "\"ecs\":{\"version\":\"8.17.0\"},"

static void
contact_record_begun(void **state OVS_UNUSED)
{
    struct contact c = {
        .packet = packet_of(5, ANSWER_NONE, 4000),
        .attempts = 1,
        .first = 1700000000123,
        .last = 1700000000123,
    };

    assert_record(
        &c, false, KNOWN,
        "{\"@timestamp\":\"2023-11-14T22:13:20.123Z\","
        "\"destination\":{\"ip\":\"192.168.2.77\","
        "\"mac\":\"0E-70-69-A8-02-4D\",\"nat\":{\"ip\":\"10.10.0.1\"},"
        "\"port\":80}," ECS
        "\"event\":{\"category\":[\"network\"],"
        "\"dataset\":\"pipette.contact\",\"kind\":\"event\","
        "\"outcome\":\"unknown\",\"start\":\"2023-11-14T22:13:20.123Z\","
        "\"type\":[\"connection\",\"start\"]},"
        "\"network\":{"
        "\"community_id\":\"1:y/qHSG15NRAQtlO7IlfbS3Rb2pY=\","
        "\"direction\":\"inbound\",\"iana_number\":\"6\","
        "\"transport\":\"tcp\",\"type\":\"ipv4\",\"vlan\":{\"id\":\"2\"}},"
        OBSERVER
        "\"pipette\":{\"answer\":\"none\",\"attempts\":1,"
        "\"bridge\":\"copro0\"}," RELATED("192.168.2.5")
        "\"source\":{\"ip\":\"192.168.2.5\",\"mac\":\"02-00-00-00-00-05\","
        "\"nat\":{\"ip\":\"10.10.5.77\"},\"port\":4000}}\n");
}

/* When the window is over; the client is routed, and known to the service by its own address. */
static void
contact_record_ended(void **state OVS_UNUSED)
{
    struct contact c = {
        .packet = packet_of(5, ANSWER_NONE, 4000),
        .answer = ANSWER_GIVEN,
        .attempts = 3,
        .first = 1700000000123,
        .last = 1700000001500,
    };

    in6_addr_set_mapped_ipv4(&c.packet.client, htonl(0xac100805));
    c.packet.kind = CONTACT_UDP;
    c.packet.vlan = 0;
    assert_record(
        &c, true, KNOWN,
        "{\"@timestamp\":\"2023-11-14T22:13:21.500Z\","
        "\"destination\":{\"ip\":\"192.168.2.77\","
        "\"mac\":\"0E-70-69-A8-02-4D\",\"nat\":{\"ip\":\"10.10.0.1\"},"
        "\"port\":80}," ECS
        "\"event\":{\"category\":[\"network\"],"
        "\"dataset\":\"pipette.contact\",\"duration\":1377000000,"
        "\"end\":\"2023-11-14T22:13:21.500Z\",\"kind\":\"event\","
        "\"outcome\":\"success\",\"start\":\"2023-11-14T22:13:20.123Z\","
        "\"type\":[\"connection\",\"end\"]},"
        "\"network\":{"
        "\"community_id\":\"1:2qla+TzQZALX5C5Xy/+PF5AaqKQ=\","
        "\"direction\":\"inbound\",\"iana_number\":\"17\","
        "\"transport\":\"udp\",\"type\":\"ipv4\"},"
        OBSERVER
        "\"pipette\":{\"answer\":\"given\",\"attempts\":3,"
        "\"bridge\":\"copro0\"}," RELATED("172.16.8.5")
        "\"source\":{\"ip\":\"172.16.8.5\",\"mac\":\"02-00-00-00-00-05\","
        "\"nat\":{\"ip\":\"172.16.8.5\"},\"port\":4000}}\n");
}

/* These have no port, and ARP has no translation. */
static void
contact_record_without_ports(void **state OVS_UNUSED)
{
    struct contact c = {
        .packet = packet_of(5, ANSWER_NONE, 0),
        .attempts = 1,
        .answer = ANSWER_REFUSED,
        .first = 1700000000123,
        .last = 1700000000123,
    };

    c.packet.kind = CONTACT_ARP;
    c.packet.target_mac = eth_addr_zero;
    assert_record(
        &c, true, KNOWN,
        "{\"@timestamp\":\"2023-11-14T22:13:20.123Z\","
        "\"destination\":{\"ip\":\"192.168.2.77\"}," ECS
        "\"event\":{\"category\":[\"network\"],"
        "\"dataset\":\"pipette.contact\",\"duration\":0,"
        "\"end\":\"2023-11-14T22:13:20.123Z\",\"kind\":\"event\","
        "\"outcome\":\"failure\",\"start\":\"2023-11-14T22:13:20.123Z\","
        "\"type\":[\"connection\",\"end\"]},"
        "\"network\":{\"direction\":\"inbound\",\"type\":\"arp\","
        "\"vlan\":{\"id\":\"2\"}},"
        OBSERVER
        "\"pipette\":{\"answer\":\"refused\",\"attempts\":1,"
        "\"bridge\":\"copro0\"}," RELATED("192.168.2.5")
        "\"source\":{\"ip\":\"192.168.2.5\","
        "\"mac\":\"02-00-00-00-00-05\"}}\n");
}

static void
contact_record_denied(void **state OVS_UNUSED)
{
    struct contact c = {
        .packet = packet_of(5, ANSWER_NONE, 4000),
        .attempts = 1,
        .denial = DENIED_CLIENT,
        .first = 1700000000123,
        .last = 1700000000123,
    };

    assert_record(
        &c, false, KNOWN,
        "{\"@timestamp\":\"2023-11-14T22:13:20.123Z\","
        "\"destination\":{\"ip\":\"192.168.2.77\","
        "\"mac\":\"0E-70-69-A8-02-4D\",\"port\":80}," ECS
        "\"event\":{\"category\":[\"network\"],"
        "\"dataset\":\"pipette.contact\",\"kind\":\"event\","
        "\"outcome\":\"failure\",\"reason\":\"ignored client\","
        "\"start\":\"2023-11-14T22:13:20.123Z\","
        "\"type\":[\"connection\",\"denied\"]},"
        "\"network\":{"
        "\"community_id\":\"1:y/qHSG15NRAQtlO7IlfbS3Rb2pY=\","
        "\"direction\":\"inbound\",\"iana_number\":\"6\","
        "\"transport\":\"tcp\",\"type\":\"ipv4\",\"vlan\":{\"id\":\"2\"}},"
        OBSERVER
        "\"pipette\":{\"answer\":\"none\",\"attempts\":1,"
        "\"bridge\":\"copro0\"}," RELATED("192.168.2.5")
        "\"source\":{\"ip\":\"192.168.2.5\",\"mac\":\"02-00-00-00-00-05\","
        "\"port\":4000}}\n");
}

static void
contact_record_suppressed(void **state OVS_UNUSED)
{
    struct contact_suppressed suppressed = {
        .client = packet_of(5, ANSWER_NONE, 4000).client,
        .n = 1234,
        .first = 1700000000123,
        .last = 1700000000999,
    };
    struct ds s = DS_EMPTY_INITIALIZER;
    struct options options;

    parse_options(KNOWN, &options);

    const struct contact_observer observer = { &options, "pot", "1.0" };
    contact_record_put_suppressed(&suppressed, &observer, &s);
    assert_string_equal(
        ds_cstr(&s),
        "{\"@timestamp\":\"2023-11-14T22:13:20.999Z\"," ECS
        "\"event\":{\"action\":\"contacts-suppressed\","
        "\"category\":[\"network\"],\"dataset\":\"pipette.contact\","
        "\"end\":\"2023-11-14T22:13:20.999Z\",\"kind\":\"event\","
        "\"start\":\"2023-11-14T22:13:20.123Z\","
        "\"type\":[\"connection\",\"info\"]}," OBSERVER
        "\"pipette\":{\"bridge\":\"copro0\",\"suppressed\":1234},"
        "\"source\":{\"ip\":\"192.168.2.5\"}}\n");

    /* Of many clients. */
    suppressed.client = in6addr_any;
    ds_clear(&s);
    contact_record_put_suppressed(&suppressed, &observer, &s);
    assert_null(strstr(ds_cstr(&s), "source"));
    ds_destroy(&s);
    options_destroy(&options);
}

const struct CMUnitTest contacts_tests[] = {
    cmocka_unit_test(contact_packet_tcp),
    cmocka_unit_test(contact_packet_udp),
    cmocka_unit_test(contact_packet_fragments),
    cmocka_unit_test(contact_packet_icmp),
    cmocka_unit_test(contact_packet_arp),
    cmocka_unit_test(contact_packet_addresses),
    cmocka_unit_test(contact_packet_others),
    cmocka_unit_test(contact_packet_errors),
    cmocka_unit_test(contact_packet_options),
    cmocka_unit_test(contact_packet_cut),
    cmocka_unit_test(community_id_of_conversations),
    cmocka_unit_test(contact_table_window),
    cmocka_unit_test(contact_table_keys),
    cmocka_unit_test(contact_table_arp),
    cmocka_unit_test(contact_table_bound),
    cmocka_unit_test(contact_table_memory),
    cmocka_unit_test(contact_table_clock_set_back),
    cmocka_unit_test(contact_table_clock_set_forward),
    cmocka_unit_test(contact_table_out_of_order),
    cmocka_unit_test(contact_table_networks),
    cmocka_unit_test(contact_right),
    cmocka_unit_test(contact_record_begun),
    cmocka_unit_test(contact_record_ended),
    cmocka_unit_test(contact_record_without_ports),
    cmocka_unit_test(contact_record_denied),
    cmocka_unit_test(contact_record_suppressed),
    { .name = NULL },
};
