/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "openflow/address.h"
#include "util.h"

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
        assert_int_equal(ntohl(fake.ip), cases[i].ip);
        assert_int_equal(fake.plen, 16);
        assert_int_equal(ntohl(fake_address_network(&fake)),
                         cases[i].network);
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
        { "fe80::1/16", "such as 10.10.0.1/16" },
        { "10.10.0.1/24", "a prefix length of 16" },
        { "10.10.0.1/8", "a prefix length of 16" },
        { "10.10.0.1/0", "a prefix length of 16" },
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
address_pair(void **state OVS_UNUSED)
{
    static const struct {
        const char *s;
        bool is_pair;
        uint8_t client, target;
    } cases[] = {
        { "10.10.0.1/16", false, 0, 1 },
        { "10.10.255.7/16", false, 255, 7 },
        { "10.10.5.77/16", true, 5, 77 },
        { "10.10.254.0/16", true, 254, 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct fake_address fake;
        uint8_t client, target;

        assert_null(fake_address_parse(cases[i].s, &fake));
        assert_int_equal(fake_address_is_pair(&fake, &client, &target),
                         cases[i].is_pair);
        assert_int_equal(client, cases[i].client);
        assert_int_equal(target, cases[i].target);
    }
}

const struct CMUnitTest address_tests[] = {
    cmocka_unit_test(address_accepts),
    cmocka_unit_test(address_refuses),
    cmocka_unit_test(address_pair),
    { .name = NULL },
};
