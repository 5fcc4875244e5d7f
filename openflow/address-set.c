/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/address-set.h"

#include <stdlib.h>
#include <string.h>

#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

void
address_set_destroy(struct address_set *set)
{
    free(set->ranges);
    *set = (struct address_set) ADDRESS_SET_INITIALIZER;
}

void
address_set_clear(struct address_set *set)
{
    set->n = 0;
}

/* Appends 'range', which comes after all others. */
static void
append(struct address_set *set, struct address_range range)
{
    struct address_range *last = set->n ? &set->ranges[set->n - 1] : NULL;

    if (last && !address_is_min(range.first)
        && address_equals(last->last, address_previous(range.first))) {
        last->last = range.last;
        return;
    }
    if (set->n >= set->allocated) {
        set->ranges = x2nrealloc(set->ranges, &set->allocated,
                                 sizeof *set->ranges);
    }
    set->ranges[set->n++] = range;
}

void
address_set_assign(struct address_set *dst, const struct address_set *src)
{
    address_set_clear(dst);
    for (size_t i = 0; i < src->n; i++) {
        append(dst, src->ranges[i]);
    }
}

/* Puts 'result' in the place of what 'set' has. */
static void
replace(struct address_set *set, struct address_set *result)
{
    address_set_destroy(set);
    *set = *result;
}

/* Returns true if 'a' ends before 'b' begins, with room between. */
static bool
is_apart_before(struct address_range a, struct address_range b)
{
    return (!address_is_max(a.last)
            && address_compare(address_next(a.last), b.first) < 0);
}

static struct address
min(struct address a, struct address b)
{
    return address_compare(a, b) < 0 ? a : b;
}

static struct address
max(struct address a, struct address b)
{
    return address_compare(a, b) > 0 ? a : b;
}

void
address_set_add_range(struct address_set *set, struct address_range range)
{
    struct address_set result = ADDRESS_SET_INITIALIZER;
    size_t i = 0;

    while (i < set->n && is_apart_before(set->ranges[i], range)) {
        append(&result, set->ranges[i++]);
    }
    for (; i < set->n && !is_apart_before(range, set->ranges[i]); i++) {
        range.first = min(range.first, set->ranges[i].first);
        range.last = max(range.last, set->ranges[i].last);
    }
    append(&result, range);
    while (i < set->n) {
        append(&result, set->ranges[i++]);
    }
    replace(set, &result);
}

void
address_set_add(struct address_set *set, const struct address_set *other)
{
    for (size_t i = 0; i < other->n; i++) {
        address_set_add_range(set, other->ranges[i]);
    }
}

void
address_set_subtract_range(struct address_set *set,
                           struct address_range range)
{
    struct address_set result = ADDRESS_SET_INITIALIZER;

    for (size_t i = 0; i < set->n; i++) {
        struct address_range r = set->ranges[i];

        if (address_compare(r.first, range.first) < 0) {
            append(&result, (struct address_range) {
                       r.first, min(r.last, address_previous(range.first)) });
        }
        if (address_compare(r.last, range.last) > 0) {
            append(&result, (struct address_range) {
                       max(r.first, address_next(range.last)), r.last });
        }
    }
    replace(set, &result);
}

void
address_set_subtract(struct address_set *set, const struct address_set *other)
{
    for (size_t i = 0; i < other->n; i++) {
        address_set_subtract_range(set, other->ranges[i]);
    }
}

void
address_set_intersect(struct address_set *set,
                      const struct address_set *other)
{
    struct address_set result = ADDRESS_SET_INITIALIZER;

    for (size_t i = 0, j = 0; i < set->n && j < other->n; ) {
        struct address_range a = set->ranges[i], b = other->ranges[j];
        struct address_range both = {
            max(a.first, b.first), min(a.last, b.last)
        };

        if (address_compare(both.first, both.last) <= 0) {
            append(&result, both);
        }
        if (address_compare(a.last, b.last) < 0) {
            i++;
        } else {
            j++;
        }
    }
    replace(set, &result);
}

/* Returns the first range that does not end before 'address', or NULL. */
static const struct address_range *
find(const struct address_set *set, struct address address)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (address_compare(set->ranges[middle].last, address) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < set->n ? &set->ranges[low] : NULL;
}

bool
address_range_contains(struct address_range range, struct address address)
{
    return (address_compare(range.first, address) <= 0
            && address_compare(address, range.last) <= 0);
}

bool
address_set_contains(const struct address_set *set, struct address address)
{
    const struct address_range *range = find(set, address);

    return range && address_compare(range->first, address) <= 0;
}

bool
address_set_is_empty(const struct address_set *set)
{
    return !set->n;
}

bool
address_set_equals(const struct address_set *a, const struct address_set *b)
{
    return a->n == b->n && (!a->n || !memcmp(a->ranges, b->ranges,
                                             a->n * sizeof *a->ranges));
}

/* Returns the number of addresses, UINT64_MAX if there are more than that. */
static uint64_t
count_range(struct address_range r)
{
    uint64_t n = r.last.lo - r.first.lo;
    uint64_t beyond = r.last.hi - r.first.hi - (r.last.lo < r.first.lo);

    return beyond || n == UINT64_MAX ? UINT64_MAX : n + 1;
}

uint64_t
address_set_count(const struct address_set *set)
{
    uint64_t n = 0;

    for (size_t i = 0; i < set->n; i++) {
        uint64_t more = count_range(set->ranges[i]);

        n = more > UINT64_MAX - n ? UINT64_MAX : n + more;
    }
    return n;
}

bool
address_set_next(const struct address_set *set, struct address from,
                 struct address *address)
{
    const struct address_range *range = find(set, from);

    if (range) {
        *address = max(from, range->first);
    }
    return range != NULL;
}

struct address_range
address_prefix_range(struct address_prefix prefix)
{
    return (struct address_range) {
        prefix.network,
        address_or(prefix.network, address_not(address_mask(prefix.plen)))
    };
}

bool
address_range_take_prefix(struct address_range *rest,
                          struct address_prefix *prefix)
{
    if (address_compare(rest->first, rest->last) > 0) {
        return false;
    }
    *prefix = (struct address_prefix) { rest->first, ADDRESS_BITS };
    while (prefix->plen) {
        struct address_prefix shorter = { rest->first, prefix->plen - 1 };

        if (!address_prefix_contains(shorter, shorter.network)
            || address_compare(address_prefix_range(shorter).last,
                               rest->last) > 0) {
            break;
        }
        *prefix = shorter;
    }

    struct address last = address_prefix_range(*prefix).last;
    *rest = (address_is_max(last)
             ? (struct address_range) { last, ADDRESS_INIT_MIN }
             : (struct address_range) { address_next(last), rest->last });
    return true;
}

static bool
parse_range(const char *s, const char *dash, struct address_range *range)
{
    return (address_parse_n(s, dash - s, &range->first)
            && address_parse(dash + 1, &range->last)
            && address_is_ipv4(range->first) == address_is_ipv4(range->last)
            && address_compare(range->first, range->last) <= 0);
}

static char *
parse_prefix(const char *s, struct address_range *range)
{
    struct address_prefix prefix;
    char *expected = prefix_parse(s, &prefix);

    if (!expected) {
        *range = address_prefix_range(prefix);
    }
    return expected;
}

char *
address_ranges_expected(bool ipv4)
{
    return xasprintf("%s addresses, ranges or networks, such as %s, with "
                     "commas between", address_family_name(ipv4),
                     ipv4 ? "192.168.2.9, 192.168.2.20-192.168.2.29 or "
                            "192.168.2.64/26"
                     : "fc01::9, fc01::20-fc01::29 or fc01::40/122");
}

char *
address_range_parse(const char *s, struct address_range *range)
{
    const char *dash = strchr(s, '-');
    char *expected = address_refuse(s);

    if (expected) {
        return expected;
    }
    if (strchr(s, '/') && !dash) {
        expected = parse_prefix(s, range);
        if (!expected || strstr(expected, "networks' addresses")) {
            return expected;
        }
        free(expected);
    } else if (dash ? parse_range(s, dash, range)
               : address_parse(s, &range->first)) {
        if (!dash) {
            range->last = range->first;
        }
        return NULL;
    }

    return address_ranges_expected(!address_looks_like_ipv6(s));
}

void
address_range_format(struct address_range range, struct ds *s)
{
    address_format(range.first, s);
    if (!address_equals(range.last, range.first)) {
        ds_put_char(s, '-');
        address_format(range.last, s);
    }
}

void
address_set_format(const struct address_set *set, struct ds *s)
{
    for (size_t i = 0; i < set->n; i++) {
        if (i) {
            ds_put_char(s, ',');
        }
        address_range_format(set->ranges[i], s);
    }
}
