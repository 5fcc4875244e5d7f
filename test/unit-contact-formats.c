/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-eve.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-table.h"
#include "agent/contacts/contact-zeek.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

/* Samples of all records, which test/contacts.at compares with golden ones,
 * and with the names that others publish. */

#define INSIDE "192.168.2.5"
#define ROUTED "172.16.8.5"
#define INSIDE6 "fc01::5"
#define ROUTED6 "2001:db8:0:1::9"
#define ROUTER6 "fe80::1"

#define KNOWN "--uplink up0 --real-subnet 192.168.2.0/24"
#define KNOWN6 "--uplink up0 --fake-address fc04::1/64 " \
    "--real-subnet fc01::/96"
#define PUBLISHED "--uplink up0"
#define NAMED "--config networks.conf"
#define REMOVED_NETWORK 99

static const struct sample {
    const char *words;          /* The options. */
    bool ended;
    const char *client;
    uint32_t network;
    const char *network_name;   /* Or 'network'. */
    struct contact_packet packet;
    enum contact_answer answer;
    uint32_t attempts;
    long long int last;         /* After the first packet. */
} samples[] = {
    { KNOWN, false, INSIDE, 0, NULL, { .kind = CONTACT_TCP, .vlan = 2,
      .client_port = 4000, .target_port = 80 }, ANSWER_NONE, 1, 0 },
    { KNOWN, true, INSIDE, 0, NULL, { .kind = CONTACT_TCP, .vlan = 2,
      .client_port = 4000, .target_port = 80 }, ANSWER_GIVEN, 3, 1377 },
    { KNOWN, false, ROUTED, 0, NULL, { .kind = CONTACT_TCP, .vlan = 0,
      .client_port = 4000, .target_port = 81 }, ANSWER_REFUSED, 1, 0 },
    { KNOWN, false, ROUTED, 0, NULL, { .kind = CONTACT_UDP, .vlan = 0,
      .client_port = 4000, .target_port = 53 }, ANSWER_GIVEN, 1, 1 },
    { KNOWN, true, INSIDE, 0, NULL, { .kind = CONTACT_UDP, .vlan = 2,
      .client_port = 4000, .target_port = 53 }, ANSWER_REFUSED, 2, 0 },
    { KNOWN, false, INSIDE, 0, NULL, { .kind = CONTACT_PING, .vlan = 2 },
      ANSWER_GIVEN, 1, 0 },
    { KNOWN, true, ROUTED, 0, NULL, { .kind = CONTACT_PING, .vlan = 2 },
      ANSWER_NONE, 4, 3000 },
    { KNOWN, false, INSIDE, 0, NULL, { .kind = CONTACT_ARP, .vlan = 2 },
      ANSWER_GIVEN, 1, 0 },
    { NAMED, false, INSIDE, 0, "lab", { .kind = CONTACT_TCP, .vlan = 2,
      .client_port = 4000, .target_port = 80 }, ANSWER_GIVEN, 1, 0 },
    { NAMED, false, ROUTED, 0, "dmz", { .kind = CONTACT_UDP, .vlan = 3,
      .client_port = 4000, .target_port = 80 }, ANSWER_NONE, 1, 0 },
    { NAMED, true, INSIDE, REMOVED_NETWORK, NULL, { .kind = CONTACT_TCP,
      .vlan = 4, .client_port = 4000, .target_port = 80 }, ANSWER_NONE, 2,
      59999 },
    { PUBLISHED, false, INSIDE, 0, NULL, { .kind = CONTACT_TCP, .vlan = 2,
      .client_port = 4000, .target_port = 80 }, ANSWER_GIVEN, 1, 0 },
    { KNOWN6, false, INSIDE6, 0, NULL, { .kind = CONTACT_TCP, .vlan = 2,
      .client_port = 4000, .target_port = 80 }, ANSWER_GIVEN, 1, 0 },
    { KNOWN6, true, ROUTED6, 0, NULL, { .kind = CONTACT_UDP, .vlan = 0,
      .client_port = 4000, .target_port = 53 }, ANSWER_REFUSED, 2, 1 },
    { KNOWN6, false, INSIDE6, 0, NULL, { .kind = CONTACT_PING, .vlan = 2 },
      ANSWER_GIVEN, 1, 0 },
    { KNOWN6, false, INSIDE6, 0, NULL, { .kind = CONTACT_ND, .vlan = 2 },
      ANSWER_GIVEN, 1, 0 },
    { KNOWN6, true, ROUTER6, 0, NULL, { .kind = CONTACT_ND, .vlan = 2 },
      ANSWER_GIVEN, 3, 3000 },
};

static struct in6_addr
parse_address(const char *s)
{
    struct address a;

    assert_true(address_parse(s, &a));
    return address_to_in6(a);
}

static struct contact
make_contact(const struct sample *sample, const struct options *options)
{
    const long long int first = 1700000000123;
    struct contact c = {
        .network = sample->network,
        .packet = sample->packet,
        .answer = sample->answer,
        .attempts = sample->attempts,
        .first = first,
        .last = first + sample->last,
    };

    c.packet.client = parse_address(sample->client);
    c.packet.target = parse_address(strchr(sample->client, ':') ? "fc01::77"
                                    : "192.168.2.77");
    c.packet.client_mac = (struct eth_addr) ETH_ADDR_C(02,00,00,00,00,05);
    if (c.packet.kind != CONTACT_ARP) {
        c.packet.target_mac = (struct eth_addr) ETH_ADDR_C(0e,70,69,a8,02,4d);
    }
    for (size_t i = 0; sample->network_name && i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        if (!strcmp(network->name, sample->network_name)) {
            c.network = network_id(network);
        }
    }
    return c;
}

static void
write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

struct lines {
    struct ds ecs, eve, zeek, journal;
};

static void
put_sample(const struct sample *sample, struct lines *lines)
{
    struct options options;

    parse_options(sample->words, &options);

    const struct contact_observer observer = { &options, "pot", "1.0" };
    struct contact c = make_contact(sample, &options);
    contact_record_put(&c, sample->ended, &observer, &lines->ecs);
    contact_eve_put(&c, sample->ended, &observer, &lines->eve);
    contact_zeek_put(&c, sample->ended, &observer, &lines->zeek);
    contact_journal_fields_put(&c, sample->ended, &observer,
                               &lines->journal);
    ds_put_char(&lines->journal, '\n');
    if (!sample->ended) {
        c.denial = DENIED_CLIENT;
        c.answer = ANSWER_NONE;
        contact_record_put(&c, false, &observer, &lines->ecs);
        contact_eve_put(&c, false, &observer, &lines->eve);
        contact_zeek_put(&c, false, &observer, &lines->zeek);
    }
    options_destroy(&options);
}

static void
put_suppressed(struct lines *lines)
{
    struct contact_suppressed suppressed = {
        .client = parse_address(INSIDE),
        .n = 12345,
        .first = 1700000000023,
        .last = 1700000000123,
    };
    struct options options;

    parse_options(KNOWN, &options);

    const struct contact_observer observer = { &options, "pot", "1.0" };
    contact_record_put_suppressed(&suppressed, &observer, &lines->ecs);
    contact_eve_put_suppressed(&suppressed, &observer, &lines->eve);
    options_destroy(&options);
}

static void
contact_formats_samples(void **state OVS_UNUSED)
{
    struct lines lines = {
        DS_EMPTY_INITIALIZER, DS_EMPTY_INITIALIZER, DS_EMPTY_INITIALIZER,
        DS_EMPTY_INITIALIZER
    };

    write_file("networks.conf",
               "[bridge]\nuplink = up0\n"
               "[network lab]\nreal-subnet = 192.168.2.0/24\n"
               "[network dmz]\nvlan = 3\nreal-subnet = 192.168.2.0/24\n"
               "fake-address = 10.11.0.1/16\nfake-port = dmz0\n");
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        put_sample(&samples[i], &lines);
    }
    put_suppressed(&lines);
    write_file("ecs", ds_cstr(&lines.ecs));
    write_file("eve", ds_cstr(&lines.eve));
    write_file("zeek", ds_cstr(&lines.zeek));
    write_file("journal", ds_cstr(&lines.journal));
    ds_destroy(&lines.ecs);
    ds_destroy(&lines.eve);
    ds_destroy(&lines.zeek);
    ds_destroy(&lines.journal);
}

static void
assert_ids(const struct contact *a, const struct contact *b, bool same)
{
    char a_token[CONTACT_TOKEN_LEN + 1], b_token[CONTACT_TOKEN_LEN + 1];

    contact_token(a, a_token);
    contact_token(b, b_token);
    assert_int_equal(contact_number(a) == contact_number(b), same);
    assert_int_equal(!strcmp(a_token, b_token), same);
    assert_true(contact_number(a) < UINT64_C(1) << 53);
    assert_int_equal(strlen(a_token), CONTACT_TOKEN_LEN);
}

/* Both records of a contact have the same, another contact has others. */
static void
contact_formats_ids(void **state OVS_UNUSED)
{
    const struct options none = { .n_networks = 0 };
    struct contact a = make_contact(&samples[0], &none);
    struct contact b = make_contact(&samples[1], &none);

    assert_ids(&a, &b, true);
    b.first++;
    assert_ids(&a, &b, false);
    b = a;
    b.packet.target_port++;
    assert_ids(&a, &b, false);
    b = a;
    b.packet.client.s6_addr[15]++;
    assert_ids(&a, &b, false);
    b = a;
    b.packet.target.s6_addr[15]++;
    assert_ids(&a, &b, false);
    b = a;
    b.packet.kind = CONTACT_UDP;
    assert_ids(&a, &b, false);
    b = a;
    b.network++;
    assert_ids(&a, &b, false);
}

const struct CMUnitTest contact_formats_tests[] = {
    cmocka_unit_test(contact_formats_samples),
    cmocka_unit_test(contact_formats_ids),
    { .name = NULL },
};
