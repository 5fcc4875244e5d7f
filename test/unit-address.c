/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "openflow/address.h"
#include "openflow/address-plan.h"
#include "openflow/address-set.h"
#include "openvswitch/dynamic-string.h"
#include "random.h"
#include "util.h"

/* Asserts that 'part' is in 'right', what would be right for 's', or that both
 * are NULL.  Frees 'right'. */
static void
assert_refusal(const char *s, char *right, const char *part)
{
    if (!right != !part || (right && !strstr(right, part))) {
        fail_msg("%s: %s", s, right ? right : "taken");
    }
    free(right);
}

static struct address
parse(const char *s)
{
    struct address a;

    assert_true(address_parse(s, &a));
    return a;
}

static void
assert_address(struct address a, const char *expected)
{
    char s[ADDRESS_STRLEN];

    assert_string_equal(address_to_string(a, s), expected);
}

/* RFC 5952 section 4. */
static void
address_text(void **state OVS_UNUSED)
{
    static const struct {
        const char *s, *expected;       /* NULL if it is none. */
    } cases[] = {
        { "192.168.2.9", "192.168.2.9" },
        { "0.0.0.0", "0.0.0.0" },
        { "255.255.255.255", "255.255.255.255" },
        { "2001:0db8::0001", "2001:db8::1" },
        { "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
        { "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
        { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
        { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
        { "2001:DB8::AbCd", "2001:db8::abcd" },
        { "::", "::" },
        { "::1", "::1" },
        { "fe80::1", "fe80::1" },
        { "fc04::0005:0000:0077", "fc04::5:0:77" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        { "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
        { "", NULL },
        { "192.168.2", NULL },
        { "192.168.2.09", NULL },
        { "192.168.2.256", NULL },
        { "fe80::1%eth0", NULL },
        { "fe80::1%1", NULL },
        { "::ffff:192.168.2.9", NULL },
        { "::ffff:c0a8:209", NULL },
        { "fc01:::1", NULL },
        { "fc01::1::", NULL },
        { "fc01::g", NULL },
        { "fc01::12345", NULL },
        { "[fc01::1]", NULL },
        { " fc01::1", NULL },
        { "fc01::1 ", NULL },
        { "1:2:3:4:5:6:7", NULL },
        { "1:2:3:4:5:6:7:8:9", NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address a;
        bool valid = address_parse(cases[i].s, &a);

        assert_int_equal(valid, cases[i].expected != NULL);
        if (valid) {
            assert_address(a, cases[i].expected);
        }
    }
}

/* The same number as in_addr and in6_addr have it. */
static void
address_conversions(void **state OVS_UNUSED)
{
    struct in6_addr in6 = address_to_in6(parse("192.168.2.9"));

    assert_true(IN6_IS_ADDR_V4MAPPED(&in6));
    assert_int_equal(in6.s6_addr[15], 9);
    assert_address(address_from_in6(&in6), "192.168.2.9");
    assert_address(address_from_ip(address_to_ip(parse("192.168.2.9"))),
                   "192.168.2.9");
    assert_true(address_is_ipv4(parse("0.0.0.0")));
    assert_false(address_is_ipv4(parse("::")));
    assert_false(address_is_ipv4(parse("::1:0:0:0")));

    in6 = address_to_in6(parse("fc04::5:0:77"));
    assert_int_equal(in6.s6_addr[0], 0xfc);
    assert_int_equal(in6.s6_addr[11], 5);
    assert_int_equal(in6.s6_addr[15], 0x77);
    assert_address(address_from_in6(&in6), "fc04::5:0:77");
}

static bool
get_bit(struct address a, unsigned int i)
{
    return (i < 64 ? a.lo >> i : a.hi >> (i - 64)) & 1;
}

static struct address
random_address(void)
{
    return (struct address) { random_uint64(), random_uint64() };
}

/* Bit by bit, whatever the number. */
static void
address_arithmetic(void **state OVS_UNUSED)
{
    const struct address max = ADDRESS_INIT_MAX;

    random_set_seed(1);
    for (int i = 0; i < 300; i++) {
        struct address a = random_address();
        unsigned int n = random_range(ADDRESS_BITS + 1);
        struct address left = address_shift_left(a, n);
        struct address right = address_shift_right(a, n);

        for (unsigned int j = 0; j < ADDRESS_BITS; j++) {
            assert_int_equal(get_bit(left, j), j >= n && get_bit(a, j - n));
            assert_int_equal(get_bit(right, j), (j + n < ADDRESS_BITS
                                                 && get_bit(a, j + n)));
            assert_int_equal(get_bit(address_mask(n), j),
                             j >= ADDRESS_BITS - n);
        }
        assert_true(address_equals(address_previous(address_next(a)), a));
        assert_true(address_compare(address_next(a), a) > 0);
    }
    assert_address(address_next(parse("fc01::ffff:ffff:ffff:ffff")),
                   "fc01:0:0:1::");
    assert_address(address_previous(parse("fc01:0:0:1::")),
                   "fc01::ffff:ffff:ffff:ffff");
    assert_true(address_is_min(address_next(max)));
    assert_true(address_is_max(address_previous(address_next(max))));
}

static void
address_ipv6_fake(void **state OVS_UNUSED)
{
    static const struct {
        const char *s, *right;  /* A part of what would be right, or NULL. */
    } cases[] = {
        { "fc04::1/64", NULL },
        { "fd00::1/8", NULL },
        { "2001:db8::9/124", NULL },
        { "fc04::1", "an IPv6 address and its prefix length, such as fc04:" },
        { "fc04::1/", "such as fc04::1/64" },
        { "fc04::1/129", "such as fc04::1/64" },
        { "fc04::1/+4", "such as fc04::1/64" },
        { "fc04:::1/64", "such as fc04::1/64" },
        { "fc04::1/7", "a prefix length from 8 to 124" },
        { "fc04::1/125", "a prefix length from 8 to 124" },
        { "fc04::/64", "a host's address, not that of all routers" },
        { "fc04::ffff:ffff:ffff:ffff/64", "not the last one of the prefix" },
        { "fc04::ffff:ffff:ffff:fffe/64", NULL },
        { "::/64", "not the unspecified address" },
        { "::1/64", "not the loopback address" },
        { "::10.10.0.1/64", "not an IPv4-compatible address" },
        { "::ffff:10.10.0.1/64", "written as 10.10.0.1, which is IPv4" },
        { "::ffff:a0a:1/112", "written as 10.10.0.1, which is IPv4" },
        { "fe80::1/64", "not a link-local address" },
        { "febf::1/64", "not a link-local address" },
        { "fec0::1/64", "not a site-local address" },
        { "ff02::1/64", "not a multicast address" },
        { "fe00::1/8", "does not have a link-local address in it" },
        { "1::1/8", "does not have the unspecified address in it" },
        { "fe80::1%eth0/64", "without the zone index %eth0, which" },
        { "fc04::1%/64", "without the zone index %, which" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;

        assert_refusal(cases[i].s, fake_address_parse(cases[i].s, &fake),
                       cases[i].right);
    }
}

static void
address_ipv6_subnet(void **state OVS_UNUSED)
{
    static const struct {
        const char *s, *right;  /* A part of what would be right, or NULL. */
    } cases[] = {
        { "fc01::/96", NULL },
        { "fc01::/68", NULL },
        { "fc01::/126", NULL },
        { "fc01::", "a network's address and its prefix length, such as" },
        { "fc01::/129", "such as fc01::/96" },
        { "fc01::/64", "a prefix length from 68 to 126" },
        { "fc01::/127", "a prefix length from 68 to 126" },
        { "fc01::5/96", "the network's address, fc01::/96" },
        { "fc01::100:0/112", NULL },
        { "fc01::100:0/103", "the network's address, fc01::/103" },
        { "fe80::/96", "not a link-local address" },
        { "::/96", "not the unspecified address" },
        { "::ffff:192.168.2.0/120", "written as 192.168.2.0" },
        { "ff02::/96", "not a multicast address" },
        { "fe80::%eth0/96", "without the zone index" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct real_subnet real;

        assert_refusal(cases[i].s, real_subnet_parse(cases[i].s, &real),
                       cases[i].right);
    }
}

/* Parses both; 'real_s' may be NULL. */
static char *
parse_plan(const char *fake_s, const char *real_s,
           struct fake_address *fake, struct real_subnet *real)
{
    *real = (struct real_subnet) { .plen = 0 };
    assert_null(fake_address_parse(fake_s, fake));
    if (real_s) {
        assert_null(real_subnet_parse(real_s, real));
    }
    return address_plan_check(fake, real);
}

static void
address_ipv6_fits(void **state OVS_UNUSED)
{
    static const struct {
        const char *fake, *real, *right;
    } cases[] = {
        { "fc04::1/64", NULL, NULL },
        { "fc04::1/63", NULL, "a prefix length of 64, twice 32 bits" },
        { "fc04::1/64", "fc01::/96", NULL },
        { "fc04::1/48", "fc01::/96", NULL },
        { "fc04::1/65", "fc01::/96", "64 at most: fc01::/96 has 32 host bits, "
          "client and target together need 2 x 32 = 64 of 128" },
        { "fc04::1/96", "fc01::/112", NULL },
        { "fc04::1/97", "fc01::/112", "96 at most" },
        { "fc04::1/112", "fc01::/120", NULL },
        { "fc04::1/113", "fc01::/120", "112 at most" },
        { "fd00::1/8", "fc01::/68", NULL },
        { "fd00::1/9", "fc01::/68", "8 at most" },
        { "fc04::1/64", "fc04::7:0:0/96", "fc04::7:0:0/96 is in its prefix" },
        { "fc04::1/64", "192.168.2.0/24",
          "IPv4, such as 10.10.0.1/16, because 192.168.2.0/24 is" },
        { "10.10.0.1/16", "fc01::/120",
          "IPv6, such as fc04::1/64, because fc01::/120 is" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;
        struct real_subnet real;

        assert_refusal(cases[i].fake, parse_plan(cases[i].fake, cases[i].real,
                                                 &fake, &real),
                       cases[i].right);
    }
}

static void
address_ipv6_pairs(void **state OVS_UNUSED)
{
    static const struct {
        const char *fake, *real, *pair, *client, *target;
        bool is_pair;
    } cases[] = {
        { "fc04::1/64", "fc01::/96", "fc04::5:0:77", "fc01::5", "fc01::77",
          true },
        { "fc04::1/64", "fc01::/96", "fc04::aabb:ccdd:1122:3344",
          "fc01::aabb:ccdd", "fc01::1122:3344", true },
        { "fc04::1/96", "fc01::/112", "fc04::5:77", "fc01::5", "fc01::77",
          true },
        { "fc04::1/112", "fc01::/120", "fc04::577", "fc01::5", "fc01::77",
          true },
        /* Across groups. */
        { "fc04::1/110", "fc01::/119", "fc04::3:fd01", "fc01::1fe",
          "fc01::101", true },
        { "fc00::1/16", "fc01::/80", "fc00:0:1:2:3:4:5:6",
          "fc01::1:2:3", "fc01::4:5:6", true },
        { "fc04::1/64", NULL, "fc04::5:0:77", "::5", "::77", true },
        { "fc04::1/64", NULL, "fc04::5:0:0", "::5", "::", true },
        /* The fake address, that of all routers, the last one. */
        { "fc04::1/64", "fc01::/96", "fc04::1", "fc01::", "fc01::1", false },
        { "fc04::1/64", "fc01::/96", "fc04::5:0:0", "fc01::5", "fc01::",
          false },
        { "fc04::1/64", "fc01::/96", "fc04::5:ffff:ffff", "fc01::5",
          "fc01::ffff:ffff", false },
        { "fc04::1/64", "fc01::/96", "fc04::ffff:ffff:0:77",
          "fc01::ffff:ffff", "fc01::77", false },
        { "fc04::1/64", "fc01::/96", "fc05::5:0:77", "fc01::5", "fc01::77",
          false },
        { "fc04::1/48", "fc01::/96", "fc04::1:0:5:0:77", "fc01::5",
          "fc01::77", false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address pair = parse(cases[i].pair), client, target;
        struct fake_address fake;
        struct real_subnet real;

        assert_null(parse_plan(cases[i].fake, cases[i].real, &fake, &real));
        assert_int_equal(address_plan_split(&fake, &real, pair, &client,
                                            &target), cases[i].is_pair);
        assert_address(client, cases[i].client);
        assert_address(target, cases[i].target);
        if (cases[i].is_pair) {
            assert_address(address_plan_join(&fake, &real, client, target),
                           cases[i].pair);
        }
    }
}

/* A host part, often one that is none. */
static struct address
random_host(const struct real_subnet *real, bool *is_host)
{
    struct address last = real_subnet_last(real);
    struct address mask = address_mask(ADDRESS_BITS
                                       - real_subnet_host_bits(real));
    struct address a;

    switch (random_range(8)) {
    case 0:
        *is_host = false;
        return real->network;
    case 1:
        *is_host = false;
        return last;
    default:
        a = address_or(real->network,
                       address_and(random_address(), address_not(mask)));
        *is_host = (!address_equals(a, real->network)
                    && !address_equals(a, last));
        return a;
    }
}

static void
check_random_plan(bool ipv4)
{
    unsigned int n = 2 + random_range(ipv4 ? 11 : 59);
    unsigned int bits = ipv4 ? 32 : 128;
    struct address base = (ipv4 ? address_from_u32(100u << 24)
                           : parse("fc00::"));
    struct real_subnet real = { .plen = bits - n };
    struct fake_address fake = { .plen = 8 + random_range(bits - 2 * n - 7) };

    real.network = address_prefix_of(
        address_or(base, address_shift_right(random_address(), 136 - bits)),
        bits - n).network;
    fake.ip = address_next(address_prefix_of(
        address_or(ipv4 ? address_from_u32(10u << 24) : parse("fd00::"),
                   address_shift_right(random_address(), 136 - bits)),
        fake.plen).network);
    assert_null(address_plan_check(&fake, &real));
    assert_int_equal(address_is_ipv4(real.network), ipv4);

    for (int i = 0; i < 50; i++) {
        bool c_is_host, t_is_host;
        struct address c = random_host(&real, &c_is_host);
        struct address t = random_host(&real, &t_is_host);
        struct address ip = address_plan_join(&fake, &real, c, t);
        struct address client, target;

        assert_int_equal(real_subnet_has_host(&real, c), c_is_host);
        assert_true(address_prefix_contains(address_plan_pairs(&fake, &real),
                                            ip));
        assert_true(address_prefix_contains(fake_address_prefix(&fake), ip));
        assert_int_equal(address_plan_split(&fake, &real, ip, &client,
                                            &target),
                         c_is_host && t_is_host);
        assert_true(address_equals(client, c));
        assert_true(address_equals(target, t));
        assert_true(address_equals(ip, address_plan_join(&fake, &real, client,
                                                         target)));
    }
}

/* Any prefixes of both families, there and back. */
static void
address_any_plan(void **state OVS_UNUSED)
{
    random_set_seed(1);
    for (int i = 0; i < 2000; i++) {
        check_random_plan(i % 2);
    }
}

static void
address_ipv6_ranges(void **state OVS_UNUSED)
{
    static const struct {
        const char *s, *expected, *right;
    } cases[] = {
        { "fc01::9", "fc01::9", NULL },
        { "fc01::20-fc01::29", "fc01::20-fc01::29", NULL },
        { "fc01::40/122", "fc01::40-fc01::7f", NULL },
        { "fc01::1:0/112", "fc01::1:0-fc01::1:ffff", NULL },
        { "fc01::9/128", "fc01::9", NULL },
        { "fc01::9-fc01::8", NULL, "such as fc01::9, fc01::20-fc01::29 or" },
        { "fc01::9-10.0.0.1", NULL, "such as fc01::9, fc01::20-fc01::29" },
        { "fc01::9-10", NULL, "such as fc01::9, fc01::20-fc01::29" },
        { "fc01::/0", NULL, "such as fc01::9, fc01::20-fc01::29" },
        { "fc01::9/112", NULL, "networks' addresses, such as fc01::/112" },
        { "fc01::9%eth0", NULL, "without the zone index %eth0, which" },
        { "fc01::8-fc01::9%2", NULL, "without the zone index %2, which" },
        { "::ffff:10.0.0.1", NULL, "written as 10.0.0.1" },
        { "fc01::9-::ffff:10.0.0.1", NULL, "written as 10.0.0.1" },
        { "10.0.0.1-fc01::9", NULL, "IPv6 addresses, ranges or networks" },
        { "10.0.0.1-9", NULL, "IPv4 addresses, ranges or networks" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct ds s = DS_EMPTY_INITIALIZER;
        struct address_range range;
        char *right = address_range_parse(cases[i].s, &range);
        bool valid = !right;

        assert_refusal(cases[i].s, right, cases[i].right);
        if (valid) {
            address_range_format(range, &s);
            assert_string_equal(ds_cstr(&s), cases[i].expected);
        }
        ds_destroy(&s);
    }
}

/* Counts are right as far as they can be, and ends have nothing beyond. */
static void
address_ipv6_sets(void **state OVS_UNUSED)
{
    const struct address min = ADDRESS_INIT_MIN, max = ADDRESS_INIT_MAX;
    const struct address_range all = { min, max };
    struct address_set set = ADDRESS_SET_INITIALIZER;
    struct address_range rest = all;
    struct address_prefix prefix;

    address_set_add_range(&set, all);
    assert_true(address_set_count(&set) == UINT64_MAX);
    assert_true(address_range_take_prefix(&rest, &prefix));
    assert_int_equal(prefix.plen, 0);
    assert_false(address_range_take_prefix(&rest, &prefix));
    address_set_subtract_range(&set, address_range_of(max));
    address_set_subtract_range(&set, address_range_of(min));
    address_set_add_range(&set, address_range_of(max));
    assert_int_equal(set.n, 1);
    assert_true(address_equals(set.ranges[0].first, address_next(min)));
    address_set_clear(&set);

    address_set_add_range(&set, (struct address_range) {
                              parse("fc01::"), parse("fc01::1:0:0:0") });
    assert_true(address_set_count(&set) == (UINT64_C(1) << 48) + 1);
    address_set_add_range(&set, (struct address_range) {
                              parse("fc02::"), parse("fc02:0:0:1::") });
    assert_true(address_set_count(&set) == UINT64_MAX);
    address_set_clear(&set);

    /* /112 and what is left of it. */
    address_set_add_range(&set, address_prefix_range(
                              address_prefix_of(parse("fc01::1:0"), 112)));
    assert_int_equal(address_set_count(&set), 65536);
    address_set_subtract_range(&set, address_range_of(parse("fc01::1:0")));
    rest = set.ranges[0];
    for (unsigned int plen = 128; plen > 112; plen--) {
        assert_true(address_range_take_prefix(&rest, &prefix));
        assert_int_equal(address_prefix_plen(prefix), plen);
    }
    assert_false(address_range_take_prefix(&rest, &prefix));
    address_set_destroy(&set);
}

const struct CMUnitTest address_tests[] = {
    cmocka_unit_test(address_text),
    cmocka_unit_test(address_conversions),
    cmocka_unit_test(address_arithmetic),
    cmocka_unit_test(address_ipv6_fake),
    cmocka_unit_test(address_ipv6_subnet),
    cmocka_unit_test(address_ipv6_fits),
    cmocka_unit_test(address_ipv6_pairs),
    cmocka_unit_test(address_any_plan),
    cmocka_unit_test(address_ipv6_ranges),
    cmocka_unit_test(address_ipv6_sets),
    { .name = NULL },
};
