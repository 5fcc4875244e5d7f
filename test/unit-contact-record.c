/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-table.h"
#include "netdev/tap.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

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

const struct CMUnitTest contact_record_tests[] = {
    cmocka_unit_test(contact_record_begun),
    cmocka_unit_test(contact_record_ended),
    cmocka_unit_test(contact_record_without_ports),
    cmocka_unit_test(contact_record_denied),
    cmocka_unit_test(contact_record_suppressed),
    { .name = NULL },
};
