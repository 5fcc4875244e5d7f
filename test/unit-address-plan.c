/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "openflow/address-plan.h"
#include "packets.h"
#include "random.h"
#include "util.h"

static void
assert_address(struct address a, uint32_t ip)
{
    assert_true(address_is_ipv4(a));
    assert_int_equal(address_to_u32(a), ip);
}

static void
address_accepts(void **state OVS_UNUSED)
{
    static const struct {
        const char *s;
        uint32_t ip, network;
    } cases[] = {
        { "10.10.0.1/16", 0x0a0a0001, 0x0a0a0000 },
        { "10.10.255.254/16", 0x0a0afffe, 0x0a0a0000 },
        { "10.10.0.255/16", 0x0a0a00ff, 0x0a0a0000 },
        { "1.0.0.1/16", 0x01000001, 0x01000000 },
        { "223.255.0.1/16", 0xdfff0001, 0xdfff0000 },
        { "198.18.0.1/16", 0xc6120001, 0xc6120000 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;

        assert_null(fake_address_parse(cases[i].s, &fake));
        assert_address(fake.ip, cases[i].ip);
        assert_int_equal(fake.plen, 16);
        assert_address(fake_address_network(&fake), cases[i].network);
    }
}

static void
address_refuses(void **state OVS_UNUSED)
{
    static const struct {
        const char *s, *right;  /* A part of what would be right. */
    } cases[] = {
        { "", "such as 10.10.0.1/16" },
        { "10.10.0.1", "such as 10.10.0.1/16" },
        { "10.10.0.1/", "such as 10.10.0.1/16" },
        { "/16", "such as 10.10.0.1/16" },
        { "10.10.0/16", "such as 10.10.0.1/16" },
        { "10.10.0.1/16x", "such as 10.10.0.1/16" },
        { "10.10.0.1/33", "such as 10.10.0.1/16" },
        { "10.10.0.1/-1", "such as 10.10.0.1/16" },
        { "10.10.0.256/16", "such as 10.10.0.1/16" },
        { "10.10.0.1/255.0.255.0", "such as 10.10.0.1/16" },
        { "10.10.0.1/7", "a prefix length from 8 to 28" },
        { "10.10.0.1/29", "a prefix length from 8 to 28" },
        { "10.10.0.1/0", "a prefix length from 8 to 28" },
        { "10.10.0.0/16", "not that of the network" },
        { "10.10.255.255/16", "not the broadcast address" },
        { "0.0.0.1/16", "that a host can have" },
        { "127.0.0.1/16", "that a host can have" },
        { "224.0.0.1/16", "that a host can have" },
        { "255.255.0.1/16", "that a host can have" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;
        char *right = fake_address_parse(cases[i].s, &fake);

        assert_non_null(right);
        if (!strstr(right, cases[i].right)) {
            fail_msg("%s: %s", cases[i].s, right);
        }
        free(right);
    }
}

static void
address_refuses_subnet(void **state OVS_UNUSED)
{
    static const struct {
        const char *s, *right;  /* A part of what would be right. */
    } cases[] = {
        { "192.168.2.0", "such as 192.168.2.0/24" },
        { "192.168.2/24", "such as 192.168.2.0/24" },
        { "192.168.2.0/33", "such as 192.168.2.0/24" },
        { "192.168.2.0/19", "a prefix length from 20 to 30" },
        { "192.168.2.0/31", "a prefix length from 20 to 30" },
        { "192.168.2.1/24", "the network's address, 192.168.2.0/24" },
        { "192.168.2.128/24", "the network's address, 192.168.2.0/24" },
        { "127.0.0.0/24", "addresses that hosts can have" },
        { "0.0.0.0/24", "addresses that hosts can have" },
        { "224.0.0.0/24", "addresses that hosts can have" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct real_subnet real;
        char *right = real_subnet_parse(cases[i].s, &real);

        assert_non_null(right);
        if (!strstr(right, cases[i].right)) {
            fail_msg("%s: %s", cases[i].s, right);
        }
        free(right);
    }
}

/* Parses both; 'real_s' may be NULL. */
static char *
parse_plan(const char *fake_s, const char *real_s,
           struct fake_address *fake, struct real_subnet *real)
{
    *real = (struct real_subnet) { .network = ADDRESS_INIT_IPV4(0) };
    assert_null(fake_address_parse(fake_s, fake));
    if (real_s) {
        assert_null(real_subnet_parse(real_s, real));
    }
    return address_plan_check(fake, real);
}

static void
address_plan_fits(void **state OVS_UNUSED)
{
    static const struct {
        const char *fake, *real;
        const char *right;      /* A part of what would be, or NULL. */
    } cases[] = {
        { "10.10.0.1/16", NULL, NULL },
        { "10.10.0.1/8", NULL, "a prefix length of 16" },
        { "10.10.0.1/24", NULL, "a prefix length of 16" },
        { "10.10.0.1/16", "192.168.2.0/24", NULL },
        { "10.10.0.1/15", "192.168.2.0/24", NULL },
        { "10.10.0.1/17", "192.168.2.0/24",
          "16 at most: 192.168.2.0/24 has 8 host bits, client and target "
          "together need 2 x 8 = 16 of 32" },
        { "10.10.0.1/8", "172.16.16.0/20", NULL },
        { "10.10.0.1/9", "172.16.16.0/20", "2 x 12 = 24 of 32" },
        { "10.10.0.1/18", "192.168.2.128/25", NULL },
        { "10.10.0.1/19", "192.168.2.128/25", "18 at most" },
        { "10.10.0.1/28", "192.168.2.4/30", NULL },
        { "10.10.0.1/16", "10.10.3.0/24", "10.10.3.0/24 is in its prefix" },
        { "10.10.0.1/16", "10.11.3.0/24", NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;
        struct real_subnet real;
        char *right = parse_plan(cases[i].fake, cases[i].real, &fake, &real);

        if (!right != !cases[i].right
            || (right && !strstr(right, cases[i].right))) {
            fail_msg("%s: %s", cases[i].fake, right);
        }
        free(right);
    }
}

static void
address_plan_splits(void **state OVS_UNUSED)
{
    static const struct {
        const char *fake, *real, *pair;
        bool is_pair;
        uint32_t client, target;
    } cases[] = {
        { "10.10.0.1/16", NULL, "10.10.0.1", false, 0, 1 },
        { "10.10.0.1/16", NULL, "10.10.255.7", false, 255, 7 },
        { "10.10.0.1/16", NULL, "10.10.5.77", true, 5, 77 },
        { "10.10.0.1/16", NULL, "10.10.254.0", true, 254, 0 },
        { "10.10.0.1/16", "192.168.2.0/24", "10.10.5.77",
          true, 0xc0a80205, 0xc0a8024d },
        { "10.10.0.1/16", "192.168.2.0/24", "10.10.5.0",
          false, 0xc0a80205, 0xc0a80200 },
        { "10.10.0.1/16", "192.168.2.0/24", "10.11.5.77",
          false, 0xc0a80205, 0xc0a8024d },
        { "10.0.0.1/8", "172.16.16.0/20", "10.16.80.77",
          true, 0xac101105, 0xac10104d },
        { "10.10.0.1/18", "192.168.2.128/25", "10.10.2.205",
          true, 0xc0a80285, 0xc0a802cd },
        /* The rest of a prefix that is wider than need be. */
        { "10.10.0.1/16", "192.168.2.128/25", "10.10.66.205",
          false, 0xc0a80285, 0xc0a802cd },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;
        struct real_subnet real;
        struct address ip, client, target;

        assert_null(parse_plan(cases[i].fake, cases[i].real, &fake, &real));
        assert_true(address_parse(cases[i].pair, &ip));
        assert_int_equal(address_plan_split(&fake, &real, ip,
                                            &client, &target),
                         cases[i].is_pair);
        assert_address(client, cases[i].client);
        assert_address(target, cases[i].target);
    }
}

/* Every pair there and back.  Returns the number of pairs. */
static size_t
check_pairs(const struct fake_address *fake, const struct real_subnet *real)
{
    uint32_t first = address_to_u32(real->network);
    uint32_t last = address_to_u32(real_subnet_last(real));
    uint32_t next = address_to_u32(fake_address_network(fake));
    size_t n = 0;

    for (uint32_t c = first; c <= last; c++) {
        for (uint32_t t = first; t <= last; t++) {
            struct address fake_ip = address_plan_join(
                fake, real, address_from_u32(c), address_from_u32(t));
            struct address client, target;
            bool is_pair = address_plan_split(fake, real, fake_ip,
                                              &client, &target);

            /* No two pairs share an address, none is left out. */
            assert_address(fake_ip, next++);
            assert_address(client, c);
            assert_address(target, t);
            assert_int_equal(is_pair, c != first && c != last
                                      && t != first && t != last);
            assert_int_equal(real_subnet_has_host(real,
                                                  address_from_u32(c)),
                             c != first && c != last);
            n += is_pair;
        }
    }
    return n;
}

/* All pairs of a real subnet of so many bits, and a fake prefix that has room
 * for them: random ones, as far apart as the first byte tells. */
static void
check_random_plan(unsigned int plen)
{
    size_t hosts = (1u << (32 - plen)) - 2;
    unsigned int longest = 2 * plen - 32;
    struct fake_address fake = {
        .plen = longest - random_range(longest - 8 + 1),
        .ip = address_from_u32(0x0a000001 | random_range(1 << 24)),
    };
    struct real_subnet real = {
        .plen = plen,
        .network = address_from_u32((0x64000000 | random_range(1 << 24))
                                    & UINT32_MAX << (32 - plen)),
    };

    assert_null(address_plan_check(&fake, &real));
    assert_int_equal(check_pairs(&fake, &real), hosts * hosts);
    assert_false(real_subnet_has_host(
                     &real, address_from_u32(address_to_u32(real.network)
                                             ^ 0x01000001)));
}

/* Other prefixes each time; with SEED in the environment, those again. */
static void
address_plan_there_and_back(void **state OVS_UNUSED)
{
    const char *given = getenv("SEED");
    uint32_t seed = given ? strtoul(given, NULL, 0) : time(NULL);

    print_message("SEED=%"PRIu32"\n", seed);
    random_set_seed(seed);
    for (unsigned int plen = 20; plen <= 30; plen++) {
        /* The fewer pairs, the more prefixes. */
        int rounds = plen < 22 ? 1 : 1 << MIN(2 * (plen - 22), 8);

        for (int i = 0; i < rounds; i++) {
            check_random_plan(plen);
        }
    }
}

const struct CMUnitTest address_plan_tests[] = {
    cmocka_unit_test(address_accepts),
    cmocka_unit_test(address_refuses),
    cmocka_unit_test(address_refuses_subnet),
    cmocka_unit_test(address_plan_fits),
    cmocka_unit_test(address_plan_splits),
    cmocka_unit_test(address_plan_there_and_back),
    { .name = NULL },
};
