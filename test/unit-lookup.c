/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit-contact-lib.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-ports.h"
#include "agent/contacts/contact-table.h"
#include "agent/operator/lookup.h"
#include "netdev/conntrack.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "test/unit.h"
#include "util.h"

/* 2026-11-28T10:00:00Z */
#define NOW 1795860000000LL

#define KNOWN "--uplink up0 --real-subnet 192.168.2.0/24"
#define KNOWN6 "--uplink up0 --fake-address fc04::1/64 " \
    "--real-subnet fc01::/96"

static struct in6_addr
address(const char *s)
{
    struct address a;

    assert_true(address_parse(s, &a));
    return address_to_in6(a);
}

/* Client port 4000, port 80. */
static struct contact_packet
packet(uint16_t vlan, enum contact_answer answer, const char *client,
       const char *target)
{
    return (struct contact_packet) {
        .kind = CONTACT_TCP,
        .answer = answer,
        .vlan = vlan,
        .client = address(client),
        .target = address(target),
        .client_port = 4000,
        .target_port = 80,
    };
}

static void
take(struct contact_ports *t, const struct network *network, uint16_t vlan,
     enum contact_answer answer, const char *client, const char *target)
{
    const struct contact_packet p = packet(vlan, answer, client, target);

    contact_ports_take(t, network, &p, NOW);
}

static bool
is(const struct in6_addr *a, const char *s)
{
    struct in6_addr b = address(s);

    return ipv6_addr_equals(a, &b);
}

/* A kernel that has one connection of each family, and one without connection
 * tracking. */
static uint16_t kernel_zone;

static int
ask_kernel(struct conntrack_query *queries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct conntrack_query *q = &queries[i];
        bool found = (q->zone == kernel_zone && q->protocol == IPPROTO_TCP
                      && q->service_port == 80 && q->client_port == 4000);

        queries[i].target
            = (found && is(&q->client, "172.16.0.5")
               && is(&q->service, "10.10.0.1") ? address("192.168.2.78")
               : found && is(&q->client, "2001:db8::9")
               && is(&q->service, "fc04::1") ? address("fc01::78")
               : in6addr_any);
    }
    return 0;
}

static int
ask_without_right(struct conntrack_query *queries OVS_UNUSED,
                  size_t n OVS_UNUSED)
{
    return EPERM;
}

/* Asserts what "lookup" says to 'words', as CSV, without headings. */
static void
assert_lookup(const struct lookup_sources *sources, const char *words,
              const char *expected)
{
    struct svec argv = SVEC_EMPTY_INITIALIZER;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct listing *l = NULL;
    struct lookup lookup;

    svec_add(&argv, "lookup");
    svec_parse_words(&argv, words);
    char *error = lookup_parse(argv.n, (const char **) argv.names,
                               sources->options, &lookup);
    if (!error) {
        error = lookup_run(&lookup, sources, &l);
    }
    if (error) {
        ds_put_cstr(&s, error);
    } else {
        listing_format(l, LISTING_CSV, &s);
        ds_chomp(&s, '\n');
        ds_chomp(&s, '\r');
    }
    const char *rows = strstr(ds_cstr(&s), "found_in\r\n");
    assert_string_equal(rows ? rows + 10 : ds_cstr(&s), expected);
    free(error);
    listing_destroy(l);
    ds_destroy(&s);
    svec_destroy(&argv);
}

static void
lookup_refuses(void **state OVS_UNUSED)
{
    struct options options;

    parse_options(KNOWN, &options);
    const struct lookup_sources sources = {
        .options = &options, .find_connections = ask_kernel
    };

    assert_lookup(&sources, "", "PROTOCOL CLIENT PORT: must be given");
    assert_lookup(&sources, "tcp 10.10.5.77",
                  "PROTOCOL CLIENT PORT: must be given");
    assert_lookup(&sources, "icmp 10.10.5.77 1", "icmp: must be tcp or udp");
    assert_lookup(&sources, "tcp fd00::1 1",
                  "fd00::1: must be the IPv4 address that the service sees");
    assert_lookup(&sources, "tcp 10.10.5.77 0",
                  "0: must be a whole number from 1 to 65535");
    assert_lookup(&sources, "tcp 10.10.5.77 1 --port 65536",
                  "--port 65536: must be a whole number from 1 to "
                  "65535");
    assert_lookup(&sources, "tcp 10.10.5.77 1 --network lab",
                  "--network lab: must be left out: the only network has no "
                  "name");
    assert_lookup(&sources, "tcp 10.10.5.77 1 x",
                  "x: must be one of --port, --network, --format");
    assert_lookup(&sources, "tcp 10.10.5.77 1 --format=xml",
                  "--format xml: must be text, json or csv");
    options_destroy(&options);
}

/* What an address must be depends on the families there are. */
static void
lookup_refuses_ipv6(void **state OVS_UNUSED)
{
    struct options options;

    parse_options(KNOWN6, &options);
    const struct lookup_sources sources = {
        .options = &options, .find_connections = ask_kernel
    };

    assert_lookup(&sources, "tcp 10.10.5.77 1", "10.10.5.77: must be the IPv6 "
                  "address that the service sees");
    assert_lookup(&sources, "tcp fc04::5:0:77%eth0 1", "fc04::5:0:77%eth0: "
                  "must be without the zone index %eth0, which has a meaning "
                  "on one host only");
    assert_lookup(&sources, "tcp ::ffff:10.10.5.77 1",
                  "::ffff:10.10.5.77: must be written as 10.10.5.77, which is "
                  "IPv4, not IPv4-mapped");
    options_destroy(&options);
}

/* A pair's address; one of a routed client, by the kernel and by contacts. */
static void
lookup_ipv6(void **state OVS_UNUSED)
{
    struct contact_ports ports;
    struct options options;

    parse_options(KNOWN6, &options);
    contact_ports_init(&ports, 10);
    const struct lookup_sources sources = {
        .options = &options, .ports = &ports, .find_connections = ask_kernel
    };

    kernel_zone = 32770;
    assert_lookup(&sources, "tcp fc04:0::5:0:77 4000",
                  ",,2,tcp,fc01::5,4000,fc01::77,,,address");
    assert_lookup(&sources, "tcp 2001:db8::9 4000 --port 80",
                  ",,2,tcp,2001:db8::9,4000,fc01::78,80,,connections");
    assert_lookup(&sources, "tcp 2001:DB8:0::9 4001 --port 80",
                  "tcp 2001:db8::9 port 4001: not found in contacts, nor in "
                  "the kernel's connections");
    take(&ports, &options.networks[0], 2, ANSWER_GIVEN, "2001:db8::9",
         "fc01::79");
    assert_lookup(&sources, "tcp 2001:db8::9 4000",
                  "2026-11-28T10:00:00.000Z,,2,tcp,2001:db8::9,4000,"
                  "fc01::79,80,given,contacts");
    contact_ports_destroy(&ports);
    options_destroy(&options);
}

static void
lookup_pairs(void **state OVS_UNUSED)
{
    struct contact_table contacts;
    struct options options;

    parse_options(KNOWN " --vlan 2-3", &options);
    struct lookup_sources sources = {
        .options = &options, .find_connections = ask_kernel
    };

    assert_lookup(&sources, "tcp 10.10.5.77 4000",
                  ",,,tcp,192.168.2.5,4000,192.168.2.77,,,address");
    assert_lookup(&sources, "udp 10.10.5.77 4000 --port 53",
                  ",,,udp,192.168.2.5,4000,192.168.2.77,53,,address");

    /* The contacts know more of it. */
    contact_table_init(&contacts, 10, 60000);
    sources.contacts = &contacts;
    for (int vlan = 2; vlan <= 3; vlan++) {
        const struct contact_packet p
            = packet(vlan, ANSWER_NONE, "192.168.2.5", "192.168.2.77");

        contact_table_take(&contacts, network_id(&options.networks[0]), &p,
                           NOW - (3 - vlan) * 60000);
    }
    assert_lookup(&sources, "tcp 10.10.5.77 4000",
                  "2026-11-28T10:00:00.000Z,,3,tcp,192.168.2.5,4000,"
                  "192.168.2.77,,none,address");
    assert_lookup(&sources, "tcp 10.10.5.77 4000 --port 80",
                  "2026-11-28T10:00:00.000Z,,3,tcp,192.168.2.5,4000,"
                  "192.168.2.77,80,none,address");
    assert_lookup(&sources, "tcp 10.10.5.77 4000 --port 81",
                  ",,,tcp,192.168.2.5,4000,192.168.2.77,81,,address");
    assert_lookup(&sources, "udp 10.10.5.77 4000",
                  ",,,udp,192.168.2.5,4000,192.168.2.77,,,address");
    assert_lookup(&sources, "tcp 10.10.5.78 4000",
                  ",,,tcp,192.168.2.5,4000,192.168.2.78,,,address");
    contact_table_destroy(&contacts);
    options_destroy(&options);
}

#define CONTACT_77 "2026-11-28T10:00:00.000Z,,2,tcp,172.16.0.5,4000," \
    "192.168.2.77,80,given,contacts"
#define CONTACT_79 "2026-11-28T10:00:00.000Z,,2,tcp,172.16.0.5,4000," \
    "192.168.2.79,80,none,contacts"

static void
lookup_routed(void **state OVS_UNUSED)
{
    struct contact_ports ports;
    struct options options;

    parse_options(KNOWN, &options);
    struct lookup_sources sources = {
        .options = &options, .find_connections = ask_kernel
    };

    kernel_zone = 28674;
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port=80",
                  ",,2,tcp,172.16.0.5,4000,192.168.2.78,80,,connections");
    assert_lookup(&sources, "tcp 172.16.0.5 4000",
                  "tcp 172.16.0.5 port 4000: not found in the address "
                  "(contacts are not configured); the kernel's connections "
                  "need --port, the service's port");
    kernel_zone = 1;
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port=80",
                  "tcp 172.16.0.5 port 4000: not found in the address "
                  "(contacts are not configured), nor in the kernel's "
                  "connections");

    contact_ports_init(&ports, 10);
    sources.ports = &ports;
    take(&ports, &options.networks[0], 2, ANSWER_GIVEN, "172.16.0.5",
         "192.168.2.77");
    take(&ports, &options.networks[0], 2, ANSWER_NONE, "172.16.0.5",
         "192.168.2.79");
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port 80",
                  CONTACT_77 "\r\n" CONTACT_79);
    assert_lookup(&sources, "tcp 172.16.0.5 4000",
                  CONTACT_77 "\r\n" CONTACT_79);
    assert_lookup(&sources, "tcp 172.16.0.5 4001 --port 80",
                  "tcp 172.16.0.5 port 4001: not found in contacts, nor in "
                  "the kernel's connections");

    /* The kernel knows what is so now. */
    kernel_zone = 28674;
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port=80",
                  ",,2,tcp,172.16.0.5,4000,192.168.2.78,80,,connections");

    sources.find_connections = ask_without_right;
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port=80",
                  CONTACT_77 "\r\n" CONTACT_79);
    assert_lookup(&sources, "tcp 172.16.0.5 4001 --port 80",
                  "tcp 172.16.0.5 port 4001: not found in contacts, and the "
                  "kernel's connections cannot be read: Operation not "
                  "permitted");
    contact_ports_destroy(&ports);
    options_destroy(&options);
}

/* The addresses have only the last bytes, but the contacts know. */
static void
lookup_published(void **state OVS_UNUSED)
{
    struct contact_ports ports;
    struct options options;

    parse_options("--uplink up0", &options);
    contact_ports_init(&ports, 10);
    const struct lookup_sources sources = {
        .options = &options, .ports = &ports, .find_connections = ask_kernel
    };

    assert_lookup(&sources, "tcp 10.10.5.77 4000",
                  "tcp 10.10.5.77 port 4000: not found in contacts; the "
                  "kernel's connections need --port, the service's port");
    take(&ports, &options.networks[0], 2, ANSWER_NONE, "192.168.2.5",
         "192.168.2.77");
    assert_lookup(&sources, "tcp 10.10.5.77 4000",
                  "2026-11-28T10:00:00.000Z,,2,tcp,192.168.2.5,4000,"
                  "192.168.2.77,80,none,contacts");
    contact_ports_destroy(&ports);
    options_destroy(&options);
}

/* A routed client may be one of both. */
static void
lookup_networks(void **state OVS_UNUSED)
{
    struct contact_ports ports;
    struct options options;
    FILE *file = fopen("lookup.conf", "w");

    fputs("[bridge]\nuplink = up0\n"
          "[network lab]\nvlan = 2\nreal-subnet = 192.168.2.0/24\n"
          "[network dmz]\nvlan = 3\nfake-address = 10.11.0.1/16\n"
          "real-subnet = 192.168.3.0/24\n", file);
    assert_false(fclose(file));
    parse_options("--config lookup.conf", &options);
    remove("lookup.conf");
    contact_ports_init(&ports, 10);
    const struct lookup_sources sources = {
        .options = &options, .ports = &ports, .find_connections = ask_kernel
    };

    kernel_zone = 1;
    take(&ports, &options.networks[0], 3, ANSWER_NONE, "172.16.0.5",
         "192.168.3.77");
    take(&ports, &options.networks[1], 2, ANSWER_GIVEN, "172.16.0.5",
         "192.168.2.77");
#define LAB "2026-11-28T10:00:00.000Z,lab,2,tcp,172.16.0.5,4000," \
    "192.168.2.77,80,given,contacts"
#define DMZ "2026-11-28T10:00:00.000Z,dmz,3,tcp,172.16.0.5,4000," \
    "192.168.3.77,80,none,contacts"
    assert_string_equal(options.networks[0].name, "dmz");
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port 80",
                  LAB "\r\n" DMZ);
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --network dmz", DMZ);
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --network x",
                  "--network x: must be the name of a network");
    kernel_zone = 28674;
    assert_lookup(&sources, "tcp 172.16.0.5 4000 --port 80",
                  ",lab,2,tcp,172.16.0.5,4000,192.168.2.78,80,,connections");
    assert_lookup(&sources, "tcp 10.11.5.77 9",
                  ",dmz,3,tcp,192.168.3.5,9,192.168.3.77,,,address");
    contact_ports_destroy(&ports);
    options_destroy(&options);
}

const struct CMUnitTest lookup_tests[] = {
    cmocka_unit_test(lookup_refuses),
    cmocka_unit_test(lookup_refuses_ipv6),
    cmocka_unit_test(lookup_pairs),
    cmocka_unit_test(lookup_ipv6),
    cmocka_unit_test(lookup_routed),
    cmocka_unit_test(lookup_published),
    cmocka_unit_test(lookup_networks),
    { .name = NULL },
};
