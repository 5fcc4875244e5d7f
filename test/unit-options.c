/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "bitmap.h"
#include "openflow/flow-set.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* Parses a command line, given as words with spaces between. */
static char *
parse(const char *words, struct options *options)
{
    struct svec argv = SVEC_EMPTY_INITIALIZER;

    svec_add(&argv, "pipette-agent");
    svec_parse_words(&argv, words);
    svec_terminate(&argv);
    char *error = options_parse(argv.n, argv.names, NULL, options);
    svec_destroy(&argv);
    return error;
}

/* 'expected' has a comma after each. */
static void
assert_vlans(const struct options *o, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    int vlan;

    BITMAP_FOR_EACH_1 (vlan, 4096, o->networks[0].vlans) {
        ds_put_format(&s, "%d,", vlan);
    }
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

static void
options_defaults(void **state OVS_UNUSED)
{
    struct options o;

    assert_null(parse("--uplink enx0023565c8859", &o));
    assert_int_equal(o.mode, MODE_DAEMON);
    assert_string_equal(o.bridge, "copro0");
    assert_string_equal(o.uplink, "enx0023565c8859");
    assert_string_equal(o.networks[0].fake_port, "ovsfake0");
    assert_int_equal(address_to_u32(o.networks[0].fake.ip), 0x0a0a0001);
    assert_int_equal(o.networks[0].fake.plen, 16);
    assert_int_equal(eth_addr_to_uint64(o.networks[0].server_mac),
                     0x0e0000000066);
    assert_int_equal(eth_addr_to_uint64(o.networks[0].client_mac),
                     0x0e0000000067);
    assert_vlans(&o, "2,");
    assert_int_equal(o.networks[0].timeout, 300);
    assert_int_equal(o.wait, 30);
    assert_int_equal(o.networks[0].real.plen, 0);
    assert_true(o.networks[0].routed);
    assert_int_equal(o.networks[0].protocols, FLOW_TCP | FLOW_UDP);
    assert_int_equal(o.networks[0].max_clients, 4096);
    assert_int_equal(o.networks[0].max_connections, 262144);
    assert_int_equal(o.networks[0].max_pairs, 16384);
    assert_false(o.networks[0].refuse_pairs);
    assert_null(o.datapath_type);
    assert_null(o.unixctl);
    assert_false(o.adopt);
    assert_non_null(strstr(o.db, "/db.sock"));
    options_destroy(&o);
}

static void
assert_contact_log(const char *words, const char *log,
                   enum contact_format format)
{
    struct options o;

    assert_null(parse(words, &o));
    assert_string_equal(o.contact_log, log);
    assert_int_equal(o.contact_log_format, format);
    options_destroy(&o);
}

static void
options_contacts(void **state OVS_UNUSED)
{
    char *cwd = get_cwd();
    char *file = xasprintf("%s/./syslog", cwd);
    struct options o;

    assert_null(parse("--uplink u", &o));
    assert_null(o.contact_log);
    options_destroy(&o);
    assert_contact_log("--uplink u --contact-log -", "-", CONTACT_ECS);
    assert_contact_log("--uplink u --contact-log journal "
                       "--contact-log-format eve", "journal", CONTACT_EVE);
    assert_contact_log("--uplink u --contact-log syslog "
                       "--contact-log-format zeek", "syslog", CONTACT_ZEEK);
    assert_contact_log("--uplink u --contact-log ./syslog "
                       "--contact-log-format ecs", file, CONTACT_ECS);
    assert_contact_log("--uplink u --contact-log /x/y.json", "/x/y.json",
                       CONTACT_ECS);
    free(file);
    free(cwd);
}

static void
options_all(void **state OVS_UNUSED)
{
    struct options o;

    assert_null(parse("--bridge=br-x --uplink eth0.7 --fake-port f_1 "
                      "--fake-address 10.66.0.9/14 --vlan 4094 "
                      "--real-subnet 172.16.2.0/23 --clients subnet "
                      "--protocols icmp,tcp --max-clients 1 "
                      "--max-connections 0 "
                      "--server-mac 02:00:00:00:00:01 "
                      "--client-mac 02:00:00:00:00:02 --timeout 65535 "
                      "--datapath-type netdev --db unix:/x/db.sock --adopt "
                      "--once --wait 7 --unixctl /x/ctl", &o));
    assert_int_equal(o.mode, MODE_ONCE);
    assert_string_equal(o.bridge, "br-x");
    assert_string_equal(o.uplink, "eth0.7");
    assert_string_equal(o.networks[0].fake_port, "f_1");
    assert_int_equal(address_to_u32(o.networks[0].fake.ip), 0x0a420009);
    assert_int_equal(o.networks[0].fake.plen, 14);
    assert_int_equal(address_to_u32(o.networks[0].real.network), 0xac100200);
    assert_int_equal(o.networks[0].real.plen, 23);
    assert_false(o.networks[0].routed);
    assert_int_equal(o.networks[0].protocols, FLOW_TCP | FLOW_ICMP);
    assert_int_equal(o.networks[0].max_clients, 1);
    assert_int_equal(o.networks[0].max_connections, 0);
    assert_int_equal(eth_addr_to_uint64(o.networks[0].server_mac),
                     0x020000000001);
    assert_int_equal(eth_addr_to_uint64(o.networks[0].client_mac),
                     0x020000000002);
    assert_vlans(&o, "4094,");
    assert_int_equal(o.networks[0].timeout, 65535);
    assert_string_equal(o.datapath_type, "netdev");
    assert_string_equal(o.db, "unix:/x/db.sock");
    assert_true(o.adopt);
    assert_int_equal(o.wait, 7);
    assert_string_equal(o.unixctl, "/x/ctl");
    options_destroy(&o);
}

static void
options_lists(void **state OVS_UNUSED)
{
    static const char *const vlans[][2] = {
        { "1001-1003,7", "7,1001,1002,1003," },
        { "'5, 4 ,4-5'", "4,5," },
        { "4094-4094", "4094," },
        { "untagged", "0," },
    };
    struct options o;

    for (size_t i = 0; i < ARRAY_SIZE(vlans); i++) {
        char *words = xasprintf("--uplink a --vlan %s", vlans[i][0]);

        assert_null(parse(words, &o));
        assert_vlans(&o, vlans[i][1]);
        options_destroy(&o);
        free(words);
    }
    assert_null(parse("--uplink a --vlan 1-4094 --ignore-clients "
                      "'192.168.2.9, 10.1.0.0/16,192.168.2.9/32'", &o));
    assert_int_equal(bitmap_count1(o.networks[0].vlans, 4096), 4094);
    char *joined = svec_join(&o.networks[0].ignored_clients, " ", "");
    assert_string_equal(joined, "10.1.0.0/16 192.168.2.9");
    free(joined);
    options_destroy(&o);
}

static void
assert_claims(const char *words, const char *expected)
{
    char *line = xasprintf("--uplink a --real-subnet 192.168.2.0/24 "
                           "--print-flows %s", words);
    struct address_set set = ADDRESS_SET_INITIALIZER;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct options o;

    assert_null(parse(line, &o));
    network_get_claims(&o.networks[0], &set);
    address_set_format(&set, &s);
    assert_string_equal(ds_cstr(&s), expected);
    address_set_destroy(&set);
    options_destroy(&o);
    ds_destroy(&s);
    free(line);
}

/* Never the network's own address and the broadcast address. */
static void
options_claims(void **state OVS_UNUSED)
{
    struct options o;

    assert_claims("", "");
    assert_claims("--claim unused", "192.168.2.1-192.168.2.254");
    assert_claims("--claim 192.168.2.0/24 --exclude 192.168.2.0/25",
                  "192.168.2.128-192.168.2.254");
    assert_claims("--claim '192.168.2.9 , 192.168.2.0-192.168.2.3' "
                  "--exclude 192.168.2.2",
                  "192.168.2.1,192.168.2.3,192.168.2.9");

    assert_null(parse("--uplink a --print-flows", &o));
    assert_int_equal(o.networks[0].claims.hold, 3600);
    assert_true(o.networks[0].claims.mac.is_oui);
    assert_int_equal(eth_addr_to_uint64(claim_mac_of(
                         &o.networks[0].claims.mac,
                         address_from_u32(0xc0a8024d))),
                     0x0e7069a8024d);
    options_destroy(&o);
    assert_null(parse("--uplink a --print-flows --real-subnet 192.168.2.0/24 "
                      "--claim unused --claim-mac 02:00:00:00:00:09", &o));
    assert_int_equal(eth_addr_to_uint64(claim_mac_of(
                         &o.networks[0].claims.mac,
                         address_from_u32(0xc0a8024d))),
                     0x020000000009);
    options_destroy(&o);
}

/* The last of an option that is given twice counts, as everywhere. */
static void
options_twice(void **state OVS_UNUSED)
{
    struct options o;

    assert_null(parse("--uplink a --uplink b --vlan 3 --vlan 4 --db /a "
                      "--db /b --datapath-type system --datapath-type netdev "
                      "--unixctl a --unixctl b --remove --remove", &o));
    assert_string_equal(o.uplink, "b");
    assert_vlans(&o, "4,");
    assert_string_equal(o.db, "unix:/b");
    assert_string_equal(o.datapath_type, "netdev");
    assert_string_equal(o.unixctl, "b");
    assert_int_equal(o.mode, MODE_REMOVE);
    options_destroy(&o);
}

/* --help and --version win over what is missing. */
static void
options_help(void **state OVS_UNUSED)
{
    struct options o;

    assert_null(parse("--help", &o));
    assert_int_equal(o.mode, MODE_HELP);
    options_destroy(&o);
    assert_null(parse("-V", &o));
    assert_int_equal(o.mode, MODE_VERSION);
    options_destroy(&o);
}

const struct CMUnitTest options_tests[] = {
    cmocka_unit_test(options_defaults),
    cmocka_unit_test(options_contacts),
    cmocka_unit_test(options_all),
    cmocka_unit_test(options_lists),
    cmocka_unit_test(options_claims),
    cmocka_unit_test(options_twice),
    cmocka_unit_test(options_help),
    { .name = NULL },
};
