/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "bitmap.h"
#include "openflow/address-set.h"
#include "openvswitch/dynamic-string.h"
#include "random.h"
#include "util.h"

static void
assert_set(const struct address_set *set, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    address_set_format(set, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

static void
add(struct address_set *set, const char *s)
{
    struct address_range range;

    assert_null(address_range_parse(s, &range));
    address_set_add_range(set, range);
}

static void
address_set_parses(void **state OVS_UNUSED)
{
    struct address_set set = ADDRESS_SET_INITIALIZER;
    struct address address;

    assert_set(&set, "");
    add(&set, "192.168.2.9");
    add(&set, "192.168.2.20-192.168.2.29");
    add(&set, "192.168.2.64/26");
    add(&set, "192.168.2.30-192.168.2.30");
    add(&set, "192.168.2.7/32");
    add(&set, "192.168.2.8");
    assert_set(&set, "192.168.2.7-192.168.2.9,192.168.2.20-192.168.2.30,"
               "192.168.2.64-192.168.2.127");
    assert_int_equal(address_set_count(&set), 3 + 11 + 64);
    assert_true(address_set_contains(&set, address_from_u32(0xc0a80240)));
    assert_false(address_set_contains(&set, address_from_u32(0xc0a80280)));
    assert_true(address_set_next(&set, address_from_u32(0xc0a8020a),
                                 &address));
    assert_true(address_equals(address, address_from_u32(0xc0a80214)));
    assert_false(address_set_next(&set, address_from_u32(0xc0a80280),
                                  &address));
    address_set_clear(&set);
    assert_true(address_set_is_empty(&set));
    address_set_destroy(&set);
}

/* At both ends of what there is. */
static void
address_set_ends(void **state OVS_UNUSED)
{
    struct address_set set = ADDRESS_SET_INITIALIZER;
    const struct address lowest = ADDRESS_INIT_IPV4(0);
    const struct address highest = ADDRESS_INIT_IPV4(UINT32_MAX);
    struct address_range all = { lowest, highest }, last = { highest,
                                                             highest };
    struct address_prefix prefix;

    address_set_add_range(&set, all);
    address_set_add_range(&set, last);
    assert_int_equal(address_set_count(&set), UINT64_C(1) << 32);
    address_set_subtract_range(&set, last);
    assert_set(&set, "0.0.0.0-255.255.255.254");
    address_set_subtract_range(&set, address_range_of(lowest));
    address_set_add_range(&set, last);
    assert_set(&set, "0.0.0.1-255.255.255.255");
    assert_true(address_range_take_prefix(&all, &prefix));
    assert_int_equal(address_prefix_plen(prefix), 0);
    assert_false(address_range_take_prefix(&all, &prefix));
    address_set_destroy(&set);
}

#define N 300

/* The same as a bitmap of addresses from 'BASE' on. */
#define BASE 0xc0a80200u

static struct address_range
random_range_of(unsigned long *bits, bool value)
{
    uint32_t first = random_range(N);
    uint32_t last = first + random_range(MIN(N - first, 40));

    for (uint32_t i = first; i <= last; i++) {
        bitmap_set(bits, i, value);
    }
    return (struct address_range) {
        address_from_u32(BASE + first), address_from_u32(BASE + last)
    };
}

static void
assert_bits(const struct address_set *set, const unsigned long *bits)
{
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(address_set_contains(set,
                                              address_from_u32(BASE + i)),
                         bitmap_is_set(bits, i));
    }
    assert_int_equal(address_set_count(set), bitmap_count1(bits, N));
    for (size_t i = 1; i < set->n; i++) {
        assert_true(address_compare(address_next(set->ranges[i - 1].last),
                                    set->ranges[i].first) < 0);
    }
}

/* The prefixes of 'set' are its addresses, each once. */
static void
assert_prefixes(const struct address_set *set)
{
    struct address_set sum = ADDRESS_SET_INITIALIZER;
    uint64_t count = 0;

    for (size_t i = 0; i < set->n; i++) {
        struct address_range rest = set->ranges[i];
        struct address_prefix prefix;

        while (address_range_take_prefix(&rest, &prefix)) {
            count += UINT64_C(1) << (ADDRESS_BITS - prefix.plen);
            address_set_add_range(&sum, address_prefix_range(prefix));
        }
    }
    assert_true(address_set_equals(&sum, set));
    assert_int_equal(count, address_set_count(set));
    address_set_destroy(&sum);
}

static void
address_set_any(void **state OVS_UNUSED)
{
    unsigned long *bits = bitmap_allocate(N), *other_bits = bitmap_allocate(N);
    struct address_set set = ADDRESS_SET_INITIALIZER;
    struct address_set other = ADDRESS_SET_INITIALIZER;

    random_set_seed(1);
    for (int i = 0; i < 1000; i++) {
        if (random_range(2)) {
            address_set_add_range(&set, random_range_of(bits, true));
        } else {
            address_set_subtract_range(&set, random_range_of(bits, false));
        }
        address_set_add_range(&other, random_range_of(other_bits, true));
        if (i % 10 == 9) {
            address_set_intersect(&set, &other);
            bitmap_and(bits, other_bits, N);
        } else if (i % 10 == 4) {
            address_set_subtract(&set, &other);
            for (int j = 0; j < N; j++) {
                bitmap_set(bits, j, (bitmap_is_set(bits, j)
                                     && !bitmap_is_set(other_bits, j)));
            }
            address_set_add(&set, &other);
            bitmap_or(bits, other_bits, N);
        }
        assert_bits(&set, bits);
        assert_prefixes(&set);
        if (i % 10 == 9) {
            address_set_assign(&other, &(struct address_set)
                                       ADDRESS_SET_INITIALIZER);
            memset(other_bits, 0, bitmap_n_bytes(N));
        }
    }
    address_set_destroy(&set);
    address_set_destroy(&other);
    bitmap_free(bits);
    bitmap_free(other_bits);
}

const struct CMUnitTest address_set_tests[] = {
    cmocka_unit_test(address_set_parses),
    cmocka_unit_test(address_set_ends),
    cmocka_unit_test(address_set_any),
    { .name = NULL },
};
