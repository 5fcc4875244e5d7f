/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <stdlib.h>
#include <string.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-table.h"
#include "agent/operator/contact-targets.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

static struct address
address(const char *s)
{
    struct address ip;

    assert_true(address_parse(s, &ip));
    return ip;
}

/* Asserts that 'seen' is a client of 'n' targets with 'port', which are
 * 'expected'. */
static void
assert_targets(const struct contact_targets *t, const char *seen,
               uint16_t port, size_t n, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    assert_int_equal(contact_targets_count(t, address(seen), port), n);
    if (n) {
        contact_targets_put(t, address(seen), port, &s);
        assert_string_equal(ds_cstr(&s), expected);
    }
    ds_destroy(&s);
}

/* Adds the agent's own record of a contact. */
static bool
add_record(struct contact_targets *t, const struct options *options,
           enum contact_kind kind, bool ended, const char *client)
{
    const struct contact_observer observer = { options, "pot", "1.0" };
    const struct contact c = {
        .packet = {
            .kind = kind,
            .client = address_to_in6(address(client)),
            .target = address_to_in6(address("192.168.2.77")),
            .client_port = 41000,
            .target_port = 22,
        },
        .attempts = 1,
    };
    struct ds s = DS_EMPTY_INITIALIZER;

    contact_record_put(&c, ended, &observer, &s);
    bool added = contact_targets_add(t, ds_cstr(&s));
    ds_destroy(&s);
    return added;
}

/* What the agent writes is what is read. */
static void
contact_targets_of_agent(void **state OVS_UNUSED)
{
    struct contact_targets *t = contact_targets_create(100);
    struct options options;

    parse_options("--uplink u --real-subnet 192.168.2.0/24", &options);
    assert_true(add_record(t, &options, CONTACT_TCP, false, "203.0.113.7"));
    assert_true(add_record(t, &options, CONTACT_TCP, true, "203.0.113.7"));
    assert_true(add_record(t, &options, CONTACT_UDP, false, "192.168.2.5"));
    assert_true(add_record(t, &options, CONTACT_PING, false, "203.0.113.8"));
    assert_false(add_record(t, &options, CONTACT_ARP, false, "192.168.2.6"));

    assert_targets(t, "203.0.113.7", 0, 1, "203.0.113.7,192.168.2.77");
    assert_targets(t, "203.0.113.7", 41000, 1, "203.0.113.7,192.168.2.77");
    assert_targets(t, "203.0.113.7", 41001, 0, NULL);
    assert_targets(t, "10.10.5.77", 0, 1, "192.168.2.5,192.168.2.77");
    assert_targets(t, "203.0.113.8", 0, 1, "203.0.113.8,192.168.2.77");
    assert_targets(t, "203.0.113.8", 41000, 0, NULL);
    assert_targets(t, "10.10.6.77", 0, 0, NULL);
    options_destroy(&options);
    contact_targets_destroy(t);
}

static void
add(struct contact_targets *t, const char *client, int port, int target)
{
    char *line = xasprintf("{\"source\":{\"ip\":\"%s\",\"port\":%d,"
                           "\"nat\":{\"ip\":\"%s\"}},\"destination\":"
                           "{\"ip\":\"192.168.2.%d\"}}",
                           client, port, client, target);

    assert_true(contact_targets_add(t, line));
    free(line);
}

/* The oldest go first.  What comes again is not old. */
static void
contact_targets_bounded(void **state OVS_UNUSED)
{
    struct contact_targets *t = contact_targets_create(6);

    add(t, "203.0.113.7", 1, 1);
    add(t, "203.0.113.7", 2, 2);
    add(t, "203.0.113.8", 1, 3);
    add(t, "203.0.113.7", 1, 1);
    add(t, "203.0.113.9", 1, 4);
    assert_targets(t, "203.0.113.7", 0, 1, "203.0.113.7,192.168.2.1");
    assert_targets(t, "203.0.113.7", 1, 1, "203.0.113.7,192.168.2.1");
    assert_targets(t, "203.0.113.7", 2, 0, NULL);
    assert_targets(t, "203.0.113.8", 0, 1, "203.0.113.8,192.168.2.3");
    assert_targets(t, "203.0.113.9", 1, 1, "203.0.113.9,192.168.2.4");

    /* Half of what a record takes is forgotten: first its port. */
    assert_true(contact_targets_add(
                    t, "{\"source\":{\"ip\":\"203.0.113.1\",\"nat\":"
                    "{\"ip\":\"203.0.113.1\"}},\"destination\":"
                    "{\"ip\":\"192.168.2.5\"}}"));
    assert_targets(t, "203.0.113.8", 1, 0, NULL);
    assert_targets(t, "203.0.113.8", 0, 1, "203.0.113.8,192.168.2.3");
    contact_targets_destroy(t);
}

/* A text of another program does not hang or crash it. */
static void
contact_targets_refuse(void **state OVS_UNUSED)
{
    static const char *const lines[] = {
        "", "\n", "\"nat\"", "[\"nat\"]", "{\"nat\":1}", "{\"nat\":",
        "{\"source\":{\"nat\":{\"ip\":1}}}",
        "{\"source\":{\"ip\":\"1.2.3.4\",\"nat\":{\"ip\":\"1.2.3.4\"}}}",
        "{\"source\":{\"ip\":\"1.2.3.4\",\"nat\":{\"ip\":\"1.2.3\"}},"
            "\"destination\":{\"ip\":\"1.2.3.4\"}}",
        "{\"source\":{\"ip\":\"1.2.3.4\",\"nat\":{\"ip\":\"::1\"}},"
            "\"destination\":{\"ip\":\"1.2.3.4\"}}",
    };
    struct contact_targets *t = contact_targets_create(6);

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        assert_false(contact_targets_add(t, lines[i]));
    }

    /* Ports that are none, a name that is too long. */
    add(t, "203.0.113.7", -1, 1);
    add(t, "203.0.113.7", 65536, 1);
    assert_targets(t, "203.0.113.7", 0, 1, "203.0.113.7,192.168.2.1");
    assert_true(contact_targets_add(
                    t, "{\"source\":{\"ip\":\"203.0.113.1\",\"nat\":"
                    "{\"ip\":\"203.0.113.1\"}},\"destination\":"
                    "{\"ip\":\"192.168.2.5\"},\"network\":{\"name\":"
                    "\"0123456789012345678901234567890123456789\"}}"));
    assert_targets(t, "203.0.113.1", 0, 1,
                   "01234567890123456789012345678901:203.0.113.1,192.168.2.5");
    contact_targets_destroy(t);
}

const struct CMUnitTest contact_targets_tests[] = {
    cmocka_unit_test(contact_targets_of_agent),
    cmocka_unit_test(contact_targets_bounded),
    cmocka_unit_test(contact_targets_refuse),
    { .name = NULL },
};
