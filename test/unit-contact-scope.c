/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-scope.h"
#include "dp-packet.h"
#include "openflow/address.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

static struct contact_scope *
create_scope(const char *words, struct options *options)
{
    parse_options(words, options);
    return contact_scope_create(options);
}

static struct in6_addr
address(const char *s)
{
    struct address a;

    assert_true(address_parse(s, &a));
    return address_to_in6(a);
}

/* 'expected' is NULL if the packet is of no network, "" if it passes, or why
 * it does not. */
static void
assert_found(const struct contact_scope *s, enum contact_kind kind,
             uint16_t vlan, const char *client, const char *target,
             const char *expected)
{
    struct contact_packet p = {
        .kind = kind,
        .vlan = vlan,
        .client_mac = ETH_ADDR_C(02,00,00,00,00,05),
        .target_mac = ETH_ADDR_C(02,00,00,00,00,4d),
        .client_port = 4000,
        .client = address(client),
        .target = address(target),
    };
    enum contact_denial denial;
    const struct network *network = contact_scope_find(s, &p, &denial);

    assert_int_equal(network != NULL, expected != NULL);
    if (expected) {
        assert_string_equal(contact_denial_name(denial), expected);
    }
}

static void
contact_scope_options(void **state OVS_UNUSED)
{
    struct options o;
    struct contact_scope *s = create_scope(
        "--uplink up0 --real-subnet 192.168.2.0/24", &o);
    const struct contact_packet p = {
        .kind = CONTACT_TCP,
        .vlan = 2,
        .client_mac = ETH_ADDR_C(02,00,00,00,00,05),
        .target_mac = ETH_ADDR_C(02,00,00,00,00,4d),
        .client_port = 4000,
        .client = address("192.168.2.5"),
        .target = address("192.168.2.77"),
        .ip_options = true,
    };
    enum contact_denial denial;

    assert_non_null(contact_scope_find(s, &p, &denial));
    assert_string_equal(contact_denial_name(denial), "IP options");
    assert_true(contact_denial_is_of(denial, true));
    assert_false(contact_denial_is_of(denial, false));
    contact_scope_destroy(s);
    options_destroy(&o);
}

static void
contact_scope_known(void **state OVS_UNUSED)
{
    struct options o;
    struct contact_scope *s = create_scope(
        "--uplink up0 --vlan 2,7 --real-subnet 192.168.2.0/24 "
        "--ignore-clients 192.168.2.9,172.16.0.0/16 --claim 192.168.2.64/26",
        &o);

    assert_found(s, CONTACT_TCP, 2, "192.168.2.5", "192.168.2.77", "");
    assert_found(s, CONTACT_UDP, 7, "10.1.2.3", "192.168.2.77", "");
    assert_found(s, CONTACT_TCP, 3, "192.168.2.5", "192.168.2.77", NULL);
    assert_found(s, CONTACT_TCP, 0, "192.168.2.5", "192.168.2.77", NULL);
    assert_found(s, CONTACT_TCP, 2, "192.168.2.5", "192.168.3.77", NULL);
    assert_found(s, CONTACT_TCP, 2, "192.168.2.5", "192.168.2.255", NULL);

    assert_found(s, CONTACT_TCP, 2, "192.168.2.9", "192.168.2.77",
                 "ignored client");
    assert_found(s, CONTACT_TCP, 2, "172.16.8.1", "192.168.2.77",
                 "ignored client");
    assert_found(s, CONTACT_PING, 2, "192.168.2.5", "192.168.2.77",
                 "protocol that is not served");
    assert_found(s, CONTACT_TCP, 2, "192.168.2.77", "192.168.2.77",
                 "client with the target's address");

    assert_found(s, CONTACT_ARP, 2, "192.168.2.5", "192.168.2.77", "");
    assert_found(s, CONTACT_ARP, 2, "192.168.2.5", "192.168.2.7", NULL);
    contact_scope_destroy(s);
    options_destroy(&o);
}

/* The options of a network of each family on the same VLAN, as --translate
 * takes them. */
static struct options
two_families(void)
{
    struct options o6, o;

    parse_options("--translate - --fake-address fc04::1/64 --real-subnet "
                  "fc01::/96 --ignore-clients fc01::9,fc02::/64 "
                  "--claim fc01::1:0/112", &o6);
    parse_options("--translate - --real-subnet 192.168.2.0/24", &o);
    o.networks = xrealloc(o.networks, 2 * sizeof *o.networks);
    o.networks[1] = o6.networks[0];
    o.n_networks = 2;
    o6.n_networks = 0;
    options_destroy(&o6);
    return o;
}

/* With headers between the addresses and TCP. */
static void
assert_extensions_denied(const struct contact_scope *s)
{
    const struct contact_packet p = {
        .kind = CONTACT_TCP,
        .vlan = 2,
        .client_mac = ETH_ADDR_C(02,00,00,00,00,05),
        .target_mac = ETH_ADDR_C(02,00,00,00,00,4d),
        .client_port = 4000,
        .client = address("fc01::5"),
        .target = address("fc01::77"),
        .ip_options = true,
    };
    enum contact_denial denial;

    assert_non_null(contact_scope_find(s, &p, &denial));
    assert_string_equal(contact_denial_name(denial), "extension headers");
    assert_true(contact_denial_is_of(denial, false));
    assert_false(contact_denial_is_of(denial, true));
}

static void
assert_seen(const struct network *network, const char *client,
            const char *expected)
{
    const struct contact_packet p = {
        .kind = CONTACT_TCP,
        .client = address(client),
        .target = address("fc01::77"),
    };
    char s[INET6_ADDRSTRLEN];
    struct in6_addr seen;

    assert_true(contact_seen_as(network, &p, &seen));
    contact_address_format(&seen, s);
    assert_string_equal(s, expected);
    assert_true(contact_fake_address(network, &p, &seen));
    contact_address_format(&seen, s);
    assert_string_equal(s, "fc04::1");
}

/* By family: both are on VLAN 2. */
static void
contact_scope_ipv6(void **state OVS_UNUSED)
{
    static const char *const sources[] = {
        "::", "::1", "::10.1.2.3", "fe80::1", "fec0::1", "ff02::1", "fc01::",
        "fc01::ffff:ffff", "fc04::1", "fc04::5:0:78", "2001:db8::9",
        "3fff:fff::1",
    };
    struct options o = two_families();
    struct contact_scope *s = contact_scope_create(&o);

    assert_found(s, CONTACT_TCP, 2, "192.168.2.5", "192.168.2.77", "");
    assert_found(s, CONTACT_TCP, 2, "fc01::5", "fc01::77", "");
    assert_found(s, CONTACT_UDP, 2, "2a00:9::5", "fc01::77", "");
    assert_found(s, CONTACT_TCP, 3, "fc01::5", "fc01::77", NULL);
    assert_found(s, CONTACT_TCP, 2, "fc01::5", "fc01::1:0:0:77", NULL);
    assert_found(s, CONTACT_TCP, 2, "fc01::5", "fc01::", NULL);
    assert_found(s, CONTACT_TCP, 2, "fc01::5", "fc01::ffff:ffff", NULL);
    assert_found(s, CONTACT_TCP, 2, "fc01::9", "fc01::77", "ignored client");
    assert_found(s, CONTACT_TCP, 2, "fc02::8:9", "fc01::77",
                 "ignored client");
    assert_found(s, CONTACT_TCP, 2, "fc01::77", "fc01::77",
                 "client with the target's address");
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        assert_found(s, CONTACT_TCP, 2, sources[i], "fc01::77",
                     "source that no client has");
    }
    assert_extensions_denied(s);
    assert_found(s, CONTACT_ND, 2, "fc01::5", "fc01::1:77", "");
    assert_found(s, CONTACT_ND, 2, "fe80::1", "fc01::1:77", "");
    assert_found(s, CONTACT_ND, 2, "fc01::9", "fc01::1:77", "ignored client");
    assert_found(s, CONTACT_ND, 2, "fc01::5", "fc01::2:77", NULL);
    assert_seen(&o.networks[1], "fc01::5", "fc04::5:0:77");
    assert_seen(&o.networks[1], "2001:db8::9", "2001:db8::9");
    contact_scope_destroy(s);
    options_destroy(&o);
}

/* As the walls of the flow set have it. */
static void
contact_scope_walls(void **state OVS_UNUSED)
{
    static const char *const sources[] = {
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.5", "240.0.0.5",
        "255.255.255.255", "192.168.2.0", "192.168.2.255", "10.10.0.1",
        "10.10.5.78", "10.10.255.255",
    };
    static const struct eth_addr macs[] = {
        ETH_ADDR_C(00,00,00,00,00,00), ETH_ADDR_C(ff,ff,ff,ff,ff,ff),
        ETH_ADDR_C(03,00,00,00,00,05), ETH_ADDR_C(0e,00,00,00,00,66),
        ETH_ADDR_C(0e,00,00,00,00,67),
    };
    const struct eth_addr client = ETH_ADDR_C(02,00,00,00,00,05);
    const struct eth_addr target = ETH_ADDR_C(02,00,00,00,00,4d);
    struct contact_packet p = {
        .vlan = 2,
        .client_mac = client,
        .target_mac = target,
        .client_port = 4000,
        .target = address("192.168.2.77"),
    };
    enum contact_denial denial;
    struct options o;
    struct contact_scope *s = create_scope(
        "--uplink up0 --real-subnet 192.168.2.0/24", &o);

    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        p.client = address(sources[i]);
        assert_non_null(contact_scope_find(s, &p, &denial));
        assert_int_equal(denial, DENIED_SOURCE);
    }
    p.client = address("192.168.2.5");
    assert_non_null(contact_scope_find(s, &p, &denial));
    assert_int_equal(denial, DENIED_NOT);
    for (size_t i = 0; i < ARRAY_SIZE(macs); i++) {
        p.client_mac = macs[i];
        assert_non_null(contact_scope_find(s, &p, &denial));
        assert_int_equal(denial, DENIED_SOURCE);
    }
    p.client_mac = client;
    for (size_t i = 0; i < 3; i++) {
        p.target_mac = macs[i];
        assert_non_null(contact_scope_find(s, &p, &denial));
        assert_int_equal(denial, DENIED_SOURCE);
    }
    p.target_mac = target;
    p.client_port = 0;
    assert_non_null(contact_scope_find(s, &p, &denial));
    assert_int_equal(denial, DENIED_PORTS);
    contact_scope_destroy(s);
    options_destroy(&o);
}

/* A tag without a VLAN: the published set of one VLAN takes it. */
static void
contact_scope_priority_tag(void **state OVS_UNUSED)
{
    static const struct {
        const char *words;
        bool found;
    } cases[] = {
        { "--uplink up0", true },
        { "--uplink up0 --vlan untagged", false },
        { "--uplink up0 --vlan untagged --real-subnet 192.168.2.0/24", false },
    };
    struct contact_packet p = {
        .priority_tag = true,
        .client_port = 4000,
        .client = address("192.168.2.5"),
        .target = address("192.168.2.77"),
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct options o;
        struct contact_scope *s = create_scope(cases[i].words, &o);
        enum contact_denial denial;

        assert_int_equal(contact_scope_find(s, &p, &denial) != NULL,
                         cases[i].found);
        contact_scope_destroy(s);
        options_destroy(&o);
    }
}

/* A laboratory may have them for itself. */
static void
contact_scope_documentation(void **state OVS_UNUSED)
{
    struct options o;
    struct contact_scope *s = create_scope(
        "--uplink up0 --fake-address fc04::1/64 "
        "--real-subnet 2001:db8:1::/96", &o);

    assert_found(s, CONTACT_TCP, 2, "2001:db8:1::5", "2001:db8:1::77", "");
    assert_found(s, CONTACT_TCP, 2, "2001:db8:2::5", "2001:db8:1::77", "");
    assert_found(s, CONTACT_TCP, 2, "3fff::5", "2001:db8:1::77",
                 "source that no client has");
    contact_scope_destroy(s);
    options_destroy(&o);
}

/* A router that serves nobody asks, too. */
static void
contact_scope_inside_only_ipv6(void **state OVS_UNUSED)
{
    struct options o;
    struct contact_scope *s = create_scope(
        "--uplink up0 --clients subnet --fake-address fc04::1/64 "
        "--real-subnet fc01::/96 --claim fc01::1:0/112", &o);

    assert_found(s, CONTACT_TCP, 2, "2a00:9::5", "fc01::77",
                 "client outside of the real subnet");
    assert_found(s, CONTACT_ND, 2, "2a00:9::5", "fc01::1:77",
                 "client outside of the real subnet");
    assert_found(s, CONTACT_ND, 2, "fe80::1", "fc01::1:77", "");
    contact_scope_destroy(s);
    options_destroy(&o);
}

static void
contact_scope_inside_only(void **state OVS_UNUSED)
{
    struct options o;
    struct contact_scope *s = create_scope(
        "--uplink up0 --vlan untagged --real-subnet 192.168.2.0/24 "
        "--clients subnet --protocols tcp,udp,icmp", &o);

    assert_found(s, CONTACT_PING, 0, "192.168.2.5", "192.168.2.77", "");
    assert_found(s, CONTACT_PING, 2, "192.168.2.5", "192.168.2.77", NULL);
    assert_found(s, CONTACT_TCP, 0, "10.1.2.3", "192.168.2.77",
                 "client outside of the real subnet");
    contact_scope_destroy(s);
    options_destroy(&o);
}

static void
contact_scope_published(void **state OVS_UNUSED)
{
    struct options o;
    struct contact_scope *s = create_scope("--uplink up0", &o);

    assert_found(s, CONTACT_TCP, 2, "192.168.2.5", "192.168.2.77", "");
    assert_found(s, CONTACT_TCP, 0, "10.1.2.3", "10.9.9.9", "");
    assert_found(s, CONTACT_PING, 2, "192.168.2.5", "192.168.2.77",
                 "protocol that is not served");
    contact_scope_destroy(s);
    options_destroy(&o);

    s = create_scope("--uplink up0 --vlan 2,3", &o);
    assert_found(s, CONTACT_TCP, 2, "192.168.2.5", "192.168.2.77", "");
    assert_found(s, CONTACT_TCP, 4, "192.168.2.5", "192.168.2.77", NULL);
    contact_scope_destroy(s);
    options_destroy(&o);
}

/* libpcap takes it, and Linux takes so long a program. */
static void
assert_scope_filter(const struct contact_scope *scope, bool sent,
                    const char *part)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
    struct bpf_program program;

    contact_scope_format_filter(scope, sent, &s);
    assert_non_null(strstr(ds_cstr(&s), part));
    if (pcap_compile(pcap, &program, ds_cstr(&s), 1, PCAP_NETMASK_UNKNOWN)) {
        fail_msg("%s: %s", ds_cstr(&s), pcap_geterr(pcap));
    }
    assert_true(program.bf_len < 4000);
    pcap_freecode(&program);
    pcap_close(pcap);
    ds_destroy(&s);
}

static void
assert_filter(const char *words, bool sent, const char *part)
{
    struct options o;
    struct contact_scope *scope = create_scope(words, &o);

    assert_scope_filter(scope, sent, part);
    contact_scope_destroy(scope);
    options_destroy(&o);
}

/* What is of a family stands with the subnets of that, as libpcap has no
 * packet that is of both. */
static void
contact_scope_filters_ipv6(void **state OVS_UNUSED)
{
    struct options o = two_families();
    struct contact_scope *s = contact_scope_create(&o);

    assert_filter("--uplink up0 --fake-address fc04::1/64", true,
                  "ip6[40] == 136");
    assert_scope_filter(s, false, "icmp-echo)) and (dst net 192.168.2.0/24)");
    assert_scope_filter(s, false, ")) and (dst net fc01::/96)");
    assert_scope_filter(s, true, "arp[6:2] == 2)) and (src net "
                        "192.168.2.0/24)");
    assert_scope_filter(s, true, ")) and (src net fc01::/96)");
    contact_scope_destroy(s);
    options_destroy(&o);
}

/* Returns true if the kernel shows the frame: with the tag in it, and without
 * one. */
static bool
is_shown(const struct bpf_program *program, const char *text)
{
    bool shown[2];

    for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
        char *tagged = xasprintf("%s%s", text, i ? ",dl_vlan=2" : "");
        struct dp_packet *packet = compose_frame(tagged);
        const struct pcap_pkthdr header = {
            .caplen = dp_packet_size(packet), .len = dp_packet_size(packet)
        };

        shown[i] = pcap_offline_filter(program, &header,
                                       dp_packet_data(packet));
        dp_packet_delete(packet);
        free(tagged);
    }
    assert_int_equal(shown[0], shown[1]);
    return shown[0];
}

static void
assert_shown(bool sent, const char *const *frames, bool expected)
{
    struct options o = two_families();
    struct contact_scope *scope = contact_scope_create(&o);
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct bpf_program program;

    contact_scope_format_filter(scope, sent, &s);
    assert_int_equal(pcap_compile(pcap, &program, ds_cstr(&s), 1,
                                  PCAP_NETMASK_UNKNOWN), 0);
    for (size_t i = 0; frames[i]; i++) {
        if (is_shown(&program, frames[i]) != expected) {
            fail_msg("%s", frames[i]);
        }
    }
    pcap_freecode(&program);
    pcap_close(pcap);
    ds_destroy(&s);
    contact_scope_destroy(scope);
    options_destroy(&o);
}

#define ASKS "ipv6_src=fc01::5,ipv6_dst=fc01::77"
#define ANSWERS "ipv6_src=fc01::77,ipv6_dst=fc01::5"

/* Nothing that is no contact comes from the kernel, however much there is. */
static void
contact_scope_filters_frames(void **state OVS_UNUSED)
{
    static const char *const received[] = {
        "tcp6," ASKS ",tcp_flags=syn", "tcp6," ASKS ",tcp_flags=syn|ece",
        "udp6," ASKS, "icmp6," ASKS ",icmpv6_type=128",
        "ipv6," ASKS ",nw_proto=0", "ipv6," ASKS ",nw_proto=60",
        "udp,nw_src=192.168.2.5,nw_dst=192.168.2.77", NULL
    };
    static const char *const not_received[] = {
        "tcp6," ASKS ",tcp_flags=ack", "tcp6," ASKS ",tcp_flags=syn|ack",
        "tcp6," ASKS ",tcp_flags=rst", "icmp6," ASKS ",icmpv6_type=129",
        "icmp6," ASKS ",icmpv6_type=135,icmpv6_code=0",
        "ipv6," ASKS ",nw_proto=253", "sctp6," ASKS,
        "udp6,ipv6_src=fc01::5,ipv6_dst=fc01:0:0:1::77",
        "udp6,ipv6_src=fc01::5,ipv6_dst=ff02::fb",
        "udp,nw_src=192.168.2.5,nw_dst=192.168.3.77", NULL
    };
    static const char *const sent[] = {
        "tcp6," ANSWERS ",tcp_flags=syn|ack", "tcp6," ANSWERS ",tcp_flags=rst",
        "udp6," ANSWERS, "icmp6," ANSWERS ",icmpv6_type=129",
        "icmp6," ANSWERS ",icmpv6_type=1",
        "icmp6," ANSWERS ",icmpv6_type=136,icmpv6_code=0", NULL
    };
    static const char *const not_sent[] = {
        "tcp6," ANSWERS ",tcp_flags=ack", "tcp6," ANSWERS ",tcp_flags=syn",
        "icmp6," ANSWERS ",icmpv6_type=128", "icmp6," ANSWERS ",icmpv6_type=2",
        "udp6,ipv6_src=fc02::77,ipv6_dst=fc01::5", NULL
    };

    assert_shown(false, received, true);
    assert_shown(false, not_received, false);
    assert_shown(true, sent, true);
    assert_shown(true, not_sent, false);
}

/* As many subnets of IPv6 as a filter has. */
static void
contact_scope_filters_of_many(void **state OVS_UNUSED)
{
    struct ds config = DS_EMPTY_INITIALIZER;
    FILE *file = fopen("many.conf", "w");

    ds_put_cstr(&config, "[bridge]\nuplink = up0\n");
    for (int i = 0; i < 32; i++) {
        ds_put_format(&config, "[network n%d]\nvlan = %d\nfake-address = "
                      "fc04:%x::1/64\nreal-subnet = fc01:%x:7:8:9:a::/96\n"
                      "fake-port = fake%d\n", i, 2 + i, 0x100 + i, 0x200 + i,
                      i);
    }
    assert_non_null(file);
    fputs(ds_cstr(&config), file);
    assert_false(fclose(file));
    assert_filter("--config many.conf", false, " or dst net fc01:21f:");
    assert_filter("--config many.conf", true, " or src net fc01:21f:");
    remove("many.conf");
    ds_destroy(&config);
}

static void
contact_scope_filters(void **state OVS_UNUSED)
{
    assert_filter("--uplink up0", false, "icmp[icmptype] == icmp-echo");
    assert_filter("--uplink up0", true, "arp[6:2] == 2");
    assert_filter("--uplink up0 --real-subnet 192.168.2.0/24", false,
                  " and (dst net 192.168.2.0/24)");
    assert_filter("--uplink up0 --real-subnet 192.168.2.0/24", true,
                  " and (src net 192.168.2.0/24)");
}

const struct CMUnitTest contact_scope_tests[] = {
    cmocka_unit_test(contact_scope_options),
    cmocka_unit_test(contact_scope_known),
    cmocka_unit_test(contact_scope_walls),
    cmocka_unit_test(contact_scope_priority_tag),
    cmocka_unit_test(contact_scope_inside_only),
    cmocka_unit_test(contact_scope_documentation),
    cmocka_unit_test(contact_scope_inside_only_ipv6),
    cmocka_unit_test(contact_scope_published),
    cmocka_unit_test(contact_scope_ipv6),
    cmocka_unit_test(contact_scope_filters),
    cmocka_unit_test(contact_scope_filters_ipv6),
    cmocka_unit_test(contact_scope_filters_frames),
    cmocka_unit_test(contact_scope_filters_of_many),
    { .name = NULL },
};
