/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>

#include "netdev/firewall-table.h"
#include "netdev/firewall.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

static void
check(const struct firewall_config *config, const char *expected)
{
    const struct firewall_count count = { 5, 420 };
    struct ds s = DS_EMPTY_INITIALIZER;

    firewall_table_format(config, &count, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

/* One port has two addresses; each port has a mark. */
static void
firewall_several_ports(void **state OVS_UNUSED)
{
    const struct firewall_port ports[] = {
        { "fake0", htonl(0x0a0a0001), 0x100 },
        { "fake0", htonl(0x0a0b0001), 0x100 },
        { "fake1", htonl(0x0a0c0001), 0x300 },
    };
    struct firewall_config config = {
        .bridge = "br.0", .mark_mask = 0x300,
        .ports = ports, .n_ports = ARRAY_SIZE(ports),
    };

    check(&config, "\
table inet pipette-br.0 {\n\
	counter wall {\n\
		packets 5 bytes 420\n\
	}\n\
\n\
	chain mark-in {\n\
		type filter hook prerouting priority -90; policy accept;\n\
		iifname \"fake0\" ct direction original ct mark set ct mark & 0xfffffdff | 0x00000100\n\
		iifname \"fake0\" ct direction original ct status dnat meta mark set meta mark & 0xfffffdff | 0x00000100\n\
		ct direction reply ct mark & 0x00000300 == 0x00000100 meta mark set meta mark & 0xfffffdff | 0x00000100\n\
		iifname \"fake1\" ct direction original ct mark set ct mark | 0x00000300\n\
		iifname \"fake1\" ct direction original ct status dnat meta mark set meta mark | 0x00000300\n\
		ct direction reply ct mark & 0x00000300 == 0x00000300 meta mark set meta mark | 0x00000300\n\
	}\n\
\n\
	chain mark-out {\n\
		type route hook output priority -90; policy accept;\n\
		ip saddr 10.10.0.1 ct direction original ct status dnat ct original ip daddr 10.10.0.1 ct mark set ct mark & 0xfffffdff | 0x00000100 meta mark set meta mark & 0xfffffdff | 0x00000100\n\
		ip saddr 10.10.0.1 return\n\
		ip saddr 10.11.0.1 ct direction original ct status dnat ct original ip daddr 10.11.0.1 ct mark set ct mark & 0xfffffdff | 0x00000100 meta mark set meta mark & 0xfffffdff | 0x00000100\n\
		ip saddr 10.11.0.1 return\n\
		ip saddr 10.12.0.1 ct direction original ct status dnat ct original ip daddr 10.12.0.1 ct mark set ct mark | 0x00000300 meta mark set meta mark | 0x00000300\n\
		ip saddr 10.12.0.1 return\n\
		icmp type destination-unreachable ct direction reply ct mark & 0x00000300 == 0x00000100 meta mark set meta mark & 0xfffffdff | 0x00000100\n\
		icmp type destination-unreachable ct direction reply ct mark & 0x00000300 == 0x00000300 meta mark set meta mark | 0x00000300\n\
	}\n\
\n\
	chain host-out {\n\
		type nat hook postrouting priority 90; policy accept;\n\
		ip saddr 10.10.0.1 oifname != \"fake0\" oifname != \"lo\" ct direction original ct status dnat ct original ip daddr 10.10.0.1 masquerade\n\
		ip saddr 10.11.0.1 oifname != \"fake0\" oifname != \"lo\" ct direction original ct status dnat ct original ip daddr 10.11.0.1 masquerade\n\
		ip saddr 10.12.0.1 oifname != \"fake1\" oifname != \"lo\" ct direction original ct status dnat ct original ip daddr 10.12.0.1 masquerade\n\
	}\n\
\n\
	chain wall {\n\
		type filter hook postrouting priority 150; policy accept;\n\
		ip saddr 10.10.0.1 oifname != \"fake0\" oifname != \"lo\" counter name \"wall\" drop\n\
		ip saddr 10.11.0.1 oifname != \"fake0\" oifname != \"lo\" counter name \"wall\" drop\n\
		ip saddr 10.12.0.1 oifname != \"fake1\" oifname != \"lo\" counter name \"wall\" drop\n\
	}\n\
}\n");

    config.mark_mask = 0;
    config.n_ports = 1;
    check(&config, "\
table inet pipette-br.0 {\n\
	counter wall {\n\
		packets 5 bytes 420\n\
	}\n\
\n\
	chain wall {\n\
		type filter hook postrouting priority 150; policy accept;\n\
		ip saddr 10.10.0.1 oifname != \"fake0\" oifname != \"lo\" counter name \"wall\" drop\n\
	}\n\
}\n");
}

static void
check_count(const char *text, const char *expected, uint64_t packets,
            uint64_t bytes)
{
    struct firewall_count count = { 1, 2 };
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&s, text);
    firewall_table_take_count(&s, &count);
    assert_string_equal(ds_cstr(&s), expected);
    assert_true(count.packets == packets && count.bytes == bytes);
    ds_destroy(&s);
}

/* What is not the counter, as it is wanted, stays: the table differs. */
static void
firewall_counts(void **state OVS_UNUSED)
{
    static const char *others[] = {
        "", "\tcounter wall {\n\t\tpackets ", "\tcounter wall {\n\t}\n",
        "\tcounter wall {\n\t\tpackets 5 bytes 6",
        "\tcounter wall {\n\t\tpackets x bytes 6\n\t}\n",
        "\tcounter wall {\n\t\tcomment \"x\"\n\t\tpackets 5 bytes 6\n\t}\n",
        "\tcounter wall2 {\n\t\tpackets 5 bytes 6\n\t}\n",
    };

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        check_count(others[i], others[i], 1, 2);
    }
    check_count("a\tcounter wall {\n\t\tpackets 0 bytes 0\n\t}\nb",
                "a\tcounter wall {\n\t\tpackets 0 bytes 0\n\t}\nb", 0, 0);
    check_count("a\tcounter wall {\n\t\tpackets 18446744073709551615 bytes "
                "7\n\t}\nb",
                "a\tcounter wall {\n\t\tpackets 0 bytes 0\n\t}\nb",
                UINT64_MAX, 7);
}

const struct CMUnitTest firewall_tests[] = {
    cmocka_unit_test(firewall_several_ports),
    cmocka_unit_test(firewall_counts),
    { .name = NULL },
};
