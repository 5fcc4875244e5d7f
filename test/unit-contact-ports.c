/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit-contact-lib.h"

#include "agent/config/options.h"
#include "agent/contacts/contact-ports.h"
#include "packets.h"
#include "test/unit.h"
#include "timeval.h"
#include "util.h"

static struct in6_addr
address(const char *s)
{
    ovs_be32 ip;

    assert_true(ip_parse(s, &ip));
    return in6_addr_mapped_ipv4(ip);
}

static void
take(struct contact_ports *t, const struct options *options,
     enum contact_answer answer, const char *client, uint16_t client_port,
     const char *target, long long int now)
{
    const struct contact_packet packet = {
        .kind = CONTACT_UDP,
        .answer = answer,
        .vlan = 2,
        .client = address(client),
        .target = address(target),
        .client_port = client_port,
        .target_port = 5060,
    };

    contact_ports_take(t, &options->networks[0], &packet, now);
}

/* Stores those of a client, as the service sees it, and a port, 0 for any. */
static size_t
find(const struct contact_ports *t, const char *seen_as, uint16_t client_port,
     uint16_t port, const struct contact_port *found[])
{
    const struct contact_ports_query query = {
        .kind = CONTACT_UDP,
        .seen_as = address(seen_as),
        .client_port = client_port,
        .target_port = port,
    };

    return contact_ports_find(t, &query, found);
}

static void
assert_target(const struct contact_port *p, const char *target, bool answered)
{
    struct in6_addr expected = address(target);

    assert_true(ipv6_addr_equals(&p->target, &expected));
    assert_int_equal(p->answered, answered);
}

#define KNOWN "--uplink up0 --real-subnet 192.168.2.0/24"

static void
contact_ports_of_pairs(void **state OVS_UNUSED)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    struct contact_ports t;
    struct options options;

    /* The addresses of pairs say the target. */
    parse_options(KNOWN, &options);
    contact_ports_init(&t, 10);
    take(&t, &options, ANSWER_NONE, "192.168.2.5", 4000, "192.168.2.77", 1);
    assert_int_equal(hmap_count(&t.ports), 0);
    options_destroy(&options);

    parse_options("--uplink up0", &options);
    take(&t, &options, ANSWER_NONE, "192.168.2.5", 4000, "192.168.2.77", 1);
    take(&t, &options, ANSWER_NONE, "192.168.2.5", 4000, "192.168.2.78", 2);

    assert_int_equal(find(&t, "10.10.5.77", 4000, 5060, found), 1);
    assert_target(found[0], "192.168.2.77", false);
    assert_int_equal(found[0]->vlan, 2);
    assert_int_equal(found[0]->last, 1);
    assert_int_equal(find(&t, "10.10.5.78", 4000, 0, found), 1);
    assert_target(found[0], "192.168.2.78", false);

    assert_int_equal(find(&t, "10.10.5.77", 4001, 5060, found), 0);
    assert_int_equal(find(&t, "10.10.5.77", 4000, 5061, found), 0);
    assert_int_equal(find(&t, "192.168.2.5", 4000, 0, found), 0);
    contact_ports_destroy(&t);
    options_destroy(&options);
}

/* It sends to many targets from one port: the service sees the one that is
 * answered. */
static void
contact_ports_of_scanner(void **state OVS_UNUSED)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    const char *client = "172.16.0.5";
    struct contact_ports t;
    struct options options;

    parse_options(KNOWN, &options);
    contact_ports_init(&t, 10);
    take(&t, &options, ANSWER_NONE, client, 5060, "192.168.2.77", 1);
    take(&t, &options, ANSWER_NONE, client, 5060, "192.168.2.78", 2);
    take(&t, &options, ANSWER_NONE, client, 5060, "192.168.2.79", 3);
    take(&t, &options, ANSWER_GIVEN, client, 5060, "192.168.2.77", 4);
    take(&t, &options, ANSWER_REFUSED, client, 5060, "192.168.2.78", 5);
    assert_int_equal(find(&t, client, 5060, 5060, found), 2);
    assert_target(found[0], "192.168.2.77", true);
    assert_target(found[1], "192.168.2.79", false);

    /* Later, it is another one. */
    take(&t, &options, ANSWER_NONE, client, 5060, "192.168.2.77", 6);
    take(&t, &options, ANSWER_GIVEN, client, 5060, "192.168.2.79", 7);
    assert_int_equal(find(&t, client, 5060, 0, found), 1);
    assert_target(found[0], "192.168.2.79", true);
    take(&t, &options, ANSWER_GIVEN, client, 5060, "192.168.2.80", 8);
    assert_int_equal(find(&t, client, 5060, 0, found), 1);
    assert_target(found[0], "192.168.2.80", true);
    contact_ports_destroy(&t);
    options_destroy(&options);
}

static void
contact_ports_bounded(void **state OVS_UNUSED)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    struct contact_ports t;
    struct options options;

    parse_options(KNOWN, &options);
    contact_ports_init(&t, 3);
    for (int i = 1; i <= 4; i++) {
        take(&t, &options, ANSWER_NONE, "172.16.0.5", 4000 + i,
             "192.168.2.77", i);
        /* It is used again, and so is newer than the others. */
        take(&t, &options, ANSWER_NONE, "172.16.0.5", 4001, "192.168.2.77",
             i);
    }
    assert_int_equal(hmap_count(&t.ports), 3);
    assert_int_equal(find(&t, "172.16.0.5", 4001, 5060, found), 1);
    assert_int_equal(find(&t, "172.16.0.5", 4002, 5060, found), 0);
    assert_int_equal(find(&t, "172.16.0.5", 4002, 0, found), 0);
    assert_int_equal(find(&t, "172.16.0.5", 4003, 5060, found), 1);
    assert_int_equal(find(&t, "172.16.0.5", 4004, 0, found), 1);
    contact_ports_destroy(&t);
    options_destroy(&options);
}

/* Without the target's port, at most so many are found, the newest. */
static void
contact_ports_of_many(void **state OVS_UNUSED)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    const size_t max = 100000;
    struct contact_packet packet = {
        .kind = CONTACT_UDP,
        .client = address("172.16.0.5"),
        .target = address("192.168.2.77"),
    };
    struct contact_ports t;
    struct options options;

    parse_options(KNOWN, &options);
    contact_ports_init(&t, max);
    for (int i = 0; i < max; i++) {
        packet.client_port = 4000 + i / UINT16_MAX;
        packet.target_port = 1 + i % UINT16_MAX;
        contact_ports_take(&t, &options.networks[0], &packet, i);
    }

    long long int start = time_usec();
    assert_int_equal(find(&t, "172.16.0.5", 4001, 0, found),
                     CONTACT_PORTS_FOUND);
    print_message("%lld us for any of %"PRIuSIZE" ports\n",
                  time_usec() - start, hmap_count(&t.ports));
    for (size_t i = 0; i < CONTACT_PORTS_FOUND; i++) {
        assert_int_equal(found[i]->last, max - 1 - i);
    }
    contact_ports_destroy(&t);
    options_destroy(&options);
}

/* The newest is the one that came last, whatever the time was. */
static void
contact_ports_clock_set_back(void **state OVS_UNUSED)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    struct contact_packet packet = {
        .kind = CONTACT_TCP,
        .client = address("172.16.0.5"),
        .target = address("192.168.2.77"),
        .client_port = 4000,
    };
    struct contact_ports t;
    struct options options;

    parse_options(KNOWN, &options);
    contact_ports_init(&t, 10);
    for (int port = 1; port <= 2; port++) {
        packet.target_port = port;
        contact_ports_take(&t, &options.networks[0], &packet, 1000 / port);
    }

    const struct contact_ports_query query = {
        .kind = CONTACT_TCP, .seen_as = packet.client, .client_port = 4000
    };
    assert_int_equal(contact_ports_find(&t, &query, found), 2);
    assert_int_equal(found[0]->target_port, 2);
    contact_ports_destroy(&t);
    options_destroy(&options);
}

/* What the service does not see, and has no ports. */
static void
contact_ports_of_others(void **state OVS_UNUSED)
{
    struct contact_packet packet = {
        .client = address("172.16.0.5"),
        .target = address("192.168.2.77"),
    };
    struct contact_ports t;
    struct options options;

    parse_options(KNOWN, &options);
    contact_ports_init(&t, 10);
    for (int kind = 0; kind < N_CONTACT_KINDS; kind++) {
        packet.kind = kind;
        contact_ports_take(&t, &options.networks[0], &packet, 1);
    }
    assert_int_equal(hmap_count(&t.ports), 0);
    contact_ports_destroy(&t);
    options_destroy(&options);
}

const struct CMUnitTest contact_ports_tests[] = {
    cmocka_unit_test(contact_ports_of_pairs),
    cmocka_unit_test(contact_ports_of_scanner),
    cmocka_unit_test(contact_ports_bounded),
    cmocka_unit_test(contact_ports_of_many),
    cmocka_unit_test(contact_ports_clock_set_back),
    cmocka_unit_test(contact_ports_of_others),
    { .name = NULL },
};
