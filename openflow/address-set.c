/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/address-set.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
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

    if (last && range.first && last->last == range.first - 1) {
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
    return a.last < UINT32_MAX && a.last + 1 < b.first;
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
        range.first = MIN(range.first, set->ranges[i].first);
        range.last = MAX(range.last, set->ranges[i].last);
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

        if (r.first < range.first) {
            append(&result, (struct address_range) {
                       r.first, MIN(r.last, range.first - 1) });
        }
        if (r.last > range.last) {
            append(&result, (struct address_range) {
                       MAX(r.first, range.last + 1), r.last });
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
            MAX(a.first, b.first), MIN(a.last, b.last)
        };

        if (both.first <= both.last) {
            append(&result, both);
        }
        if (a.last < b.last) {
            i++;
        } else {
            j++;
        }
    }
    replace(set, &result);
}

/* Returns the first range that does not end before 'address', or NULL. */
static const struct address_range *
find(const struct address_set *set, uint32_t address)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->ranges[middle].last < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < set->n ? &set->ranges[low] : NULL;
}

bool
address_set_contains(const struct address_set *set, uint32_t address)
{
    const struct address_range *range = find(set, address);

    return range && range->first <= address;
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

uint64_t
address_set_count(const struct address_set *set)
{
    uint64_t n = 0;

    for (size_t i = 0; i < set->n; i++) {
        n += (uint64_t) set->ranges[i].last - set->ranges[i].first + 1;
    }
    return n;
}

bool
address_set_next(const struct address_set *set, uint32_t from,
                 uint32_t *address)
{
    const struct address_range *range = find(set, from);

    if (range) {
        *address = MAX(from, range->first);
    }
    return range != NULL;
}

struct address_range
address_prefix_range(struct address_prefix prefix)
{
    uint32_t mask = ntohl(be32_prefix_mask(prefix.plen));

    return (struct address_range) { prefix.network, prefix.network | ~mask };
}

bool
address_range_take_prefix(struct address_range *rest,
                          struct address_prefix *prefix)
{
    if (rest->first > rest->last) {
        return false;
    }
    *prefix = (struct address_prefix) { rest->first, 32 };
    while (prefix->plen) {
        struct address_prefix shorter = { rest->first, prefix->plen - 1 };

        if (shorter.network & ~ntohl(be32_prefix_mask(shorter.plen))
            || address_prefix_range(shorter).last > rest->last) {
            break;
        }
        *prefix = shorter;
    }

    uint32_t last = address_prefix_range(*prefix).last;
    *rest = (last == UINT32_MAX ? (struct address_range) { 1, 0 }
             : (struct address_range) { last + 1, rest->last });
    return true;
}

static bool
parse_address(const char *s, uint32_t *address)
{
    ovs_be32 ip;

    if (inet_pton(AF_INET, s, &ip) != 1) {
        return false;
    }
    *address = ntohl(ip);
    return true;
}

static bool
parse_range(const char *s, const char *dash, struct address_range *range)
{
    char *first = xmemdup0(s, dash - s);
    bool valid = (parse_address(first, &range->first)
                  && parse_address(dash + 1, &range->last)
                  && range->first <= range->last);

    free(first);
    return valid;
}

static char *
parse_prefix(const char *s, struct address_range *range)
{
    char *canonical;
    char *expected = prefix_parse(s, &canonical);
    ovs_be32 network;
    unsigned int plen;

    if (expected) {
        return expected;
    }
    free(ip_parse_cidr(canonical, &network, &plen));
    free(canonical);
    *range = address_prefix_range((struct address_prefix) {
                                      ntohl(network), plen });
    return NULL;
}

char *
address_range_parse(const char *s, struct address_range *range)
{
    const char *dash = strchr(s, '-');

    if (strchr(s, '/') && !dash) {
        char *expected = parse_prefix(s, range);

        if (!expected || strstr(expected, "networks' addresses")) {
            return expected;
        }
        free(expected);
    } else if (dash ? parse_range(s, dash, range)
               : parse_address(s, &range->first)) {
        if (!dash) {
            range->last = range->first;
        }
        return NULL;
    }
    return xstrdup("IPv4 addresses, ranges or networks, such as 192.168.2.9, "
                   "192.168.2.20-192.168.2.29 or 192.168.2.64/26, with "
                   "commas between");
}

void
address_range_format(struct address_range range, struct ds *s)
{
    ds_put_format(s, IP_FMT, IP_ARGS(htonl(range.first)));
    if (range.last != range.first) {
        ds_put_format(s, "-"IP_FMT, IP_ARGS(htonl(range.last)));
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
