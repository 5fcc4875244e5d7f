/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-filter.h"
#include "agent/contacts/contact-list.h"
#include "agent/contacts/contact-table.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* 2026-11-28T10:00:00Z */
#define NOW 1795860000000LL

static struct in6_addr
address(const char *s)
{
    struct address a;

    assert_true(address_parse(s, &a));
    return address_to_in6(a);
}

static void
take(struct contact_table *t, enum contact_kind kind, const char *client,
     const char *target, uint16_t port, enum contact_answer answer,
     int seconds)
{
    bool has_ports = kind == CONTACT_TCP || kind == CONTACT_UDP;
    const struct contact_packet p = {
        .kind = kind,
        .vlan = 2,
        .client = address(client),
        .target = address(target),
        .client_mac = ETH_ADDR_C(02,00,00,00,00,05),
        .target_mac = ETH_ADDR_C(0e,70,69,a8,02,4d),
        .client_port = has_ports ? 40000 + seconds : 0,
        .target_port = port,
    };
    long long int now = NOW + seconds * 1000LL;

    contact_table_take(t, 0, &p, now);
    if (answer != ANSWER_NONE) {
        struct contact_packet back = p;

        back.answer = answer;
        contact_table_take(t, 0, &back, now + 1);
    }
}

/* Four contacts within two minutes, of which the last is too young. */
static void
fill(struct contact_table *t)
{
    contact_table_init(t, 100, 60000);
    take(t, CONTACT_TCP, "192.168.2.5", "192.168.2.77", 22, ANSWER_GIVEN, 0);
    take(t, CONTACT_TCP, "192.168.2.5", "192.168.2.77", 22, ANSWER_GIVEN, 1);
    take(t, CONTACT_TCP, "192.168.2.5", "192.168.2.78", 22, ANSWER_REFUSED,
         50);
    take(t, CONTACT_PING, "172.16.0.5", "192.168.2.77", 0, ANSWER_NONE, 100);
    take(t, CONTACT_UDP, "172.16.0.5", "192.168.2.77", 53, ANSWER_NONE, 110);
    while (contact_table_next_begun(t, NOW + 105 * 1000)) {
        continue;
    }
}

/* The same in a network of IPv6. */
static void
fill_ipv6(struct contact_table *t)
{
    contact_table_init(t, 100, 60000);
    take(t, CONTACT_TCP, "fc01::5", "fc01::77", 22, ANSWER_GIVEN, 0);
    take(t, CONTACT_ND, "fe80::1", "fc01::1:78", 0, ANSWER_GIVEN, 10);
    take(t, CONTACT_UDP, "2001:db8::9", "fc01::77", 53, ANSWER_NONE, 20);
    take(t, CONTACT_TCP, "fc01::1:5", "fc01::78", 22, ANSWER_NONE, 30);
    while (contact_table_next_begun(t, NOW + 105 * 1000)) {
        continue;
    }
}

#define KNOWN "--uplink up0 --real-subnet 192.168.2.0/24"
#define KNOWN6 "--uplink up0 --fake-address fc04::1/64 " \
    "--real-subnet fc01::/96"

static const char *network = KNOWN;

/* Runs "contacts", or "top" of 'what', with these arguments, at 120 s. */
static char *
run(const struct contact_table *t, const char *what, const char *words)
{
    struct svec argv = SVEC_EMPTY_INITIALIZER;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct contact_filter f;
    struct listing *l = NULL;
    struct options options;

    parse_options(network, &options);
    svec_add(&argv, "command");
    svec_parse_words(&argv, words);
    char *error = contact_filter_parse(argv.n, (const char **) argv.names,
                                       what != NULL, &options,
                                       NOW + 120 * 1000, &f);
    if (!error && what) {
        error = contact_top(t, what, &f, NOW + 120 * 1000, &l);
    } else if (!error) {
        l = contact_list(t, &f, &options);
    }
    if (!error) {
        listing_format(l, f.format, &s);
        listing_destroy(l);
        error = ds_steal_cstr(&s);
    }
    svec_destroy(&argv);
    options_destroy(&options);
    return error;
}

static void
assert_run(const struct contact_table *t, const char *what, const char *words,
           const char *expected)
{
    char *result = run(t, what, words);

    assert_string_equal(result, expected);
    free(result);
}

#define TIME(SECOND) "2026-11-28T10:" SECOND "Z"

static void
contact_list_shows(void **state OVS_UNUSED)
{
    struct contact_table t;

    fill(&t);
    assert_run(&t, NULL, "--format=csv",
"id,first,last,network,vlan,protocol,client,client_port,client_mac,"
"target,port,target_mac,seen_as,attempts,answer\r\n"
"1," TIME("00:00.000") "," TIME("00:01.001") ",,2,tcp,192.168.2.5,40000,"
"02:00:00:00:00:05,192.168.2.77,22,0e:70:69:a8:02:4d,10.10.5.77,2,given\r\n"
"2," TIME("00:50.000") "," TIME("00:50.001") ",,2,tcp,192.168.2.5,40050,"
"02:00:00:00:00:05,192.168.2.78,22,0e:70:69:a8:02:4d,10.10.5.78,1,refused\r\n"
"3," TIME("01:40.000") "," TIME("01:40.000") ",,2,icmp,172.16.0.5,,"
"02:00:00:00:00:05,192.168.2.77,,0e:70:69:a8:02:4d,172.16.0.5,1,none\r\n");
    assert_run(&t, NULL, "--limit 1 --client 172.16.0.0/12 --format=json",
"[{\"id\":3,\"first\":\"" TIME("01:40.000") "\",\"last\":\"" TIME("01:40.000")
"\",\"network\":null,\"vlan\":2,\"protocol\":\"icmp\","
"\"client\":\"172.16.0.5\",\"client_port\":null,"
"\"client_mac\":\"02:00:00:00:00:05\",\"target\":\"192.168.2.77\","
"\"port\":null,\"target_mac\":\"0e:70:69:a8:02:4d\","
"\"seen_as\":\"172.16.0.5\",\"attempts\":1,\"answer\":\"none\"}]");
    assert_run(&t, NULL, "--port 22 --limit 1",
"ID  FIRST                     LAST                      NETWORK  VLAN  "
"PROTOCOL  CLIENT       CLIENT PORT  CLIENT MAC         TARGET        PORT  "
"TARGET MAC         SEEN AS     ATTEMPTS  ANSWER\n"
" 2  " TIME("00:50.000") "  " TIME("00:50.001") "        -     2  "
"tcp       192.168.2.5        40050  02:00:00:00:00:05  192.168.2.78    22  "
"0e:70:69:a8:02:4d  10.10.5.78         1  refused\n");
    contact_table_destroy(&t);
}

/* Asserts which ids are listed. */
static void
assert_ids(const struct contact_table *t, const char *words,
           const char *expected)
{
    char *args = xasprintf("--format=csv %s", words);
    char *result = run(t, NULL, args);
    struct ds ids = DS_EMPTY_INITIALIZER;
    char *save_ptr = NULL;

    for (char *line = strtok_r(result, "\r\n", &save_ptr); line;
         line = strtok_r(NULL, "\r\n", &save_ptr)) {
        if (line[0] != 'i') {
            ds_put_buffer(&ids, line, strcspn(line, ","));
        }
    }
    assert_string_equal(ds_cstr(&ids), expected);
    ds_destroy(&ids);
    free(result);
    free(args);
}

static void
contact_list_filters(void **state OVS_UNUSED)
{
    struct contact_table t;

    fill(&t);
    assert_ids(&t, "", "123");
    assert_ids(&t, "--limit 2", "23");
    assert_ids(&t, "--after 0 --limit 2", "12");
    assert_ids(&t, "--after 1 --limit 1", "2");
    assert_ids(&t, "--after 3", "");
    assert_ids(&t, "--since 80s", "23");
    assert_ids(&t, "--client 192.168.2.5", "12");
    assert_ids(&t, "--target 192.168.2.76/30", "123");
    assert_ids(&t, "--target 192.168.2.77", "13");
    assert_ids(&t, "--port 22", "12");
    assert_ids(&t, "--port 0", "");
    assert_ids(&t, "--protocol icmp", "3");

    assert_run(&t, NULL, "--port 65536", "--port 65536: must be a whole number "
               "from 0 to 65535");
    assert_run(&t, NULL, "--limit 10001", "--limit 10001: must be a whole "
               "number from 1 to 10000");
    assert_run(&t, NULL, "--client x", "--client x: must be an IPv4 address, "
               "range or network, such as 192.168.2.9, "
               "192.168.2.20-192.168.2.29 or 192.168.2.64/26");
    assert_run(&t, NULL, "--network lab", "--network lab: must be left out: "
               "the only network has no name");
    assert_run(&t, NULL, "--after x", "--after x: must be the id of a "
               "contact, a whole number");
    assert_run(&t, NULL, "--protocol sctp", "--protocol sctp: must be tcp, "
               "udp, icmp or arp");
    assert_run(&t, NULL, "--sort last", "--sort: must be one of --since, "
               "--network, --limit, --client, --target, --port, --protocol, "
               "--after, --format");
    contact_table_destroy(&t);
}

static void
contact_list_ipv6(void **state OVS_UNUSED)
{
    struct contact_table t;

    network = KNOWN6;
    fill_ipv6(&t);
    assert_ids(&t, "", "1234");
    assert_ids(&t, "--client fc01::/112", "1");
    assert_ids(&t, "--client fc01::5-fc01::1:5", "14");
    assert_ids(&t, "--client fc01::/96 --target fc01:0:0:0:0:0:0:78", "4");
    assert_ids(&t, "--client 0.0.0.0/1", "");
    assert_ids(&t, "--protocol nd", "2");
    assert_run(&t, NULL, "--format=csv --limit 1 --port 22 --after 0",
"id,first,last,network,vlan,protocol,client,client_port,client_mac,"
"target,port,target_mac,seen_as,attempts,answer\r\n"
"1," TIME("00:00.000") "," TIME("00:00.001") ",,2,tcp,fc01::5,40000,"
"02:00:00:00:00:05,fc01::77,22,0e:70:69:a8:02:4d,fc04::5:0:77,1,given\r\n");
    assert_run(&t, "clients", "--format=csv --sort client",
"client,contacts,per_minute,attempts,targets,ports,answered,last\r\n"
"2001:db8::9,1,0,1,1,1,0," TIME("00:20.000") "\r\n"
"fc01::5,1,0,1,1,1,1," TIME("00:00.001") "\r\n"
"fc01::1:5,1,0,1,1,1,0," TIME("00:30.000") "\r\n"
"fe80::1,1,0,2,1,1,1," TIME("00:10.001") "\r\n");

    assert_run(&t, NULL, "--client fe80::1%eth0", "--client fe80::1%eth0: "
               "must be without the zone index %eth0, which has a meaning on "
               "one host only");
    assert_run(&t, NULL, "--target fe80::%2/64", "--target fe80::%2/64: must "
               "be without the zone index %2, which has a meaning on one host "
               "only");
    assert_run(&t, NULL, "--client fc01::5/129", "--client fc01::5/129: must "
               "be an IPv6 address, range or network, such as fc01::9, "
               "fc01::20-fc01::29 or fc01::40/122");
    assert_run(&t, NULL, "--protocol arp", "--protocol arp: must be tcp, udp, "
               "icmp or nd");
    contact_table_destroy(&t);
    network = KNOWN;
}

/* Ids tell what was lost. */
static void
contact_list_of_lost(void **state OVS_UNUSED)
{
    struct contact_table t;

    contact_table_init(&t, 2, 60000);
    take(&t, CONTACT_TCP, "192.168.2.5", "192.168.2.77", 1, ANSWER_NONE, 0);
    take(&t, CONTACT_TCP, "192.168.2.5", "192.168.2.77", 2, ANSWER_NONE, 0);
    take(&t, CONTACT_TCP, "192.168.2.5", "192.168.2.77", 3, ANSWER_NONE, 0);
    while (contact_table_next_begun(&t, NOW)) {
        continue;
    }
    assert_ids(&t, "", "23");
    contact_table_destroy(&t);
}

static void
contact_top_counts(void **state OVS_UNUSED)
{
    struct contact_table t;

    fill(&t);
    assert_run(&t, "clients", "",
"CLIENT       CONTACTS  PER MINUTE  ATTEMPTS  TARGETS  PORTS  ANSWERED  LAST\n"
"192.168.2.5         2           0         3        2      1         2  "
TIME("00:50.001") "\n"
"172.16.0.5          1           1         1        1      1         0  "
TIME("01:40.000") "\n");
    assert_run(&t, "targets", "--sort last --limit 1 --format=csv",
"target,contacts,per_minute,attempts,clients,ports,answered,last\r\n"
"192.168.2.77,2,1,3,2,2,1," TIME("01:40.000") "\r\n");
    assert_run(&t, "ports", "--sort port --format=json",
"[{\"protocol\":\"tcp\",\"port\":22,\"contacts\":2,\"per_minute\":0,"
"\"attempts\":3,\"clients\":1,\"targets\":2,\"answered\":2,"
"\"last\":\"" TIME("00:50.001") "\"},"
"{\"protocol\":\"icmp\",\"port\":null,\"contacts\":1,\"per_minute\":1,"
"\"attempts\":1,\"clients\":1,\"targets\":1,\"answered\":0,"
"\"last\":\"" TIME("01:40.000") "\"}]");

    assert_run(&t, "cows", "", "cows: must be clients, targets or ports");
    assert_run(&t, "ports", "--sort client", "--sort client: must be one of "
               "protocol, port, contacts, per_minute, attempts, clients, "
               "targets, answered, last");
    contact_table_destroy(&t);
}

/* The budget of records. */

static void
put(const struct contact_suppressed *suppressed, void *s_)
{
    struct ds *s = s_;

    ipv6_format_mapped(&suppressed->client, s);
    ds_put_format(s, " %"PRIu64" %lld-%lld\n", suppressed->n,
                  suppressed->first, suppressed->last);
}

static void
assert_refill(struct contact_budget *b, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    contact_budget_refill(b, put, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

static void
contact_budget_bounds(void **state OVS_UNUSED)
{
    struct in6_addr client = address("192.168.2.5");
    struct contact_budget b;

    contact_budget_init(&b, 2);
    assert_true(contact_budget_take(&b, &client, 10));
    assert_true(contact_budget_take(&b, &client, 11));
    assert_refill(&b, "");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(contact_budget_take(&b, &client, 20 + i), i < 2);
    }
    assert_refill(&b, "192.168.2.5 3 22-24\n");
    assert_true(contact_budget_take(&b, &client, 30));
    assert_refill(&b, "");
    assert_int_equal(b.n_suppressed, 3);
    contact_budget_destroy(&b);
}

/* However many clients there are, summaries are bounded. */
static void
contact_budget_of_many(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct contact_budget b;

    contact_budget_init(&b, 1);
    for (uint32_t i = 0; i < 1000; i++) {
        struct in6_addr client = in6_addr_mapped_ipv4(htonl(i + 1));

        contact_budget_take(&b, &client, i);
    }
    contact_budget_refill(&b, put, &s);
    assert_non_null(strstr(ds_cstr(&s), "0.0.0.2 1 1-1\n"));
    assert_non_null(strstr(ds_cstr(&s), ":: 899 101-999\n"));
    size_t n = 0;
    for (const char *p = ds_cstr(&s); *p; p++) {
        n += *p == '\n';
    }
    assert_int_equal(n, CONTACT_BUDGET_CLIENTS + 1);
    ds_destroy(&s);
    assert_refill(&b, "");
    contact_budget_destroy(&b);
}

const struct CMUnitTest contact_list_tests[] = {
    cmocka_unit_test(contact_list_shows),
    cmocka_unit_test(contact_list_filters),
    cmocka_unit_test(contact_list_ipv6),
    cmocka_unit_test(contact_list_of_lost),
    cmocka_unit_test(contact_top_counts),
    cmocka_unit_test(contact_budget_bounds),
    cmocka_unit_test(contact_budget_of_many),
    { .name = NULL },
};
