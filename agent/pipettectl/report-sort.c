/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-sort.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

#define FEW 32

/* By 16 bits at a time: in a third of the time of qsort(), for a million. */
static void
sort_by_half(const struct report_item *from, struct report_item *to, size_t n,
             unsigned int shift)
{
    size_t *starts = xcalloc(65536, sizeof *starts);
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        starts[from[i].key >> shift & 0xffff]++;
    }
    for (size_t i = 0; i < 65536; i++) {
        size_t count = starts[i];

        starts[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[starts[from[i].key >> shift & 0xffff]++] = from[i];
    }
    free(starts);
}

/* For a few. */
static void
sort_by_insertion(struct report_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct report_item item = items[i];
        size_t at = i;

        for (; at && items[at - 1].key > item.key; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

void
report_sort(struct report_item *items, size_t n)
{
    if (n <= FEW) {
        sort_by_insertion(items, n);
        return;
    }

    struct report_item *other = xmalloc(n * sizeof *other);

    sort_by_half(items, other, n, 0);
    sort_by_half(other, items, n, 16);
    free(other);
}

static struct address
get_key(const struct report_contact *c, enum report_dimension dimension)
{
    switch (dimension) {
    case REPORT_CLIENTS: return c->client;
    case REPORT_TARGETS: return c->target;
    case REPORT_PORTS: return (struct address) { 0, report_port_key(c) };
    case REPORT_N_DIMENSIONS: break;
    }
    OVS_NOT_REACHED();
}

/* Sorts by the keys of a dimension, 32 bits at a time, from the lowest to the
 * highest: most keys have most of them in common. */
static void
sort_by_keys(const struct report_data *d, enum report_dimension dimension,
             struct report_item *items, size_t n)
{
    for (unsigned int shift = 0; shift < ADDRESS_BITS; shift += 32) {
        bool differ = false;

        for (size_t i = 0; i < n; i++) {
            struct address key = get_key(report_data_get(d, items[i].i),
                                         dimension);

            items[i].key = address_shift_right(key, shift).lo;
            differ |= items[i].key != items[0].key;
        }
        if (differ) {
            report_sort(items, n);
        }
    }
}

/* Returns how many of the 'n' sorted items have the key of the first one. */
static size_t
count_equal(const struct report_data *d, enum report_dimension dimension,
            const struct report_item *items, size_t n)
{
    struct address key = get_key(report_data_get(d, items[0].i), dimension);
    size_t i = 1;

    while (i < n && address_equals(get_key(report_data_get(d, items[i].i),
                                           dimension), key)) {
        i++;
    }
    return i;
}

/* A group of contacts with the same key, as a candidate of the ranking. */
struct candidate {
    struct report_top top;
    const struct report_item *items;
};

static struct candidate
make_candidate(const struct report_data *d, enum report_dimension dimension,
               const struct report_item *items, size_t n)
{
    struct candidate c = {
        .top = {
            .key = get_key(report_data_get(d, items[0].i), dimension),
            .contacts = n,
        },
        .items = items,
    };

    for (size_t i = 0; i < n; i++) {
        const struct report_contact *contact = report_data_get(d, items[i].i);

        c.top.attempts += contact->attempts;
        c.top.answered += contact->answer == REPORT_GIVEN;
    }
    return c;
}

/* Inserts 'c' into the 'n' best.  Of equal ones, that with the smaller key,
 * which came earlier, is better.  Returns how many there are then. */
static size_t
insert_candidate(struct candidate *best, size_t n, const struct candidate *c)
{
    size_t at = n;

    while (at && best[at - 1].top.contacts < c->top.contacts) {
        at--;
    }
    if (at < REPORT_MAX_TOP) {
        n = MIN(n + 1, REPORT_MAX_TOP);
        memmove(&best[at + 1], &best[at], (n - 1 - at) * sizeof *best);
        best[at] = *c;
    }
    return n;
}

static uint32_t
count_distinct(const struct report_data *d, const struct candidate *c,
               enum report_dimension dimension, struct report_item *scratch)
{
    size_t contacts = c->top.contacts;
    uint32_t n = 0;

    memcpy(scratch, c->items, contacts * sizeof *scratch);
    sort_by_keys(d, dimension, scratch, contacts);
    for (size_t i = 0; i < contacts; n++) {
        i += count_equal(d, dimension, &scratch[i], contacts - i);
    }
    return n;
}

static void
take_best(struct report_ranking *r, const struct report_data *d,
          const struct candidate *best, size_t n)
{
    struct report_item *scratch = xmalloc((n ? best[0].top.contacts : 1)
                                          * sizeof *scratch);

    r->n = n;
    for (size_t i = 0; i < n; i++) {
        r->top[i] = best[i].top;
        for (int j = 0; j < REPORT_N_DIMENSIONS; j++) {
            r->top[i].distinct[j] = count_distinct(d, &best[i], j, scratch);
        }
    }
    free(scratch);
}

void
report_rank(struct report_summary *s, const struct report_data *d,
            enum report_dimension dimension, struct report_item *items)
{
    struct report_ranking *r = &s->rankings[dimension];
    struct candidate best[REPORT_MAX_TOP];
    size_t n_best = 0;
    size_t n;

    for (size_t i = 0; i < d->n; i++) {
        items[i].i = i;
    }
    sort_by_keys(d, dimension, items, d->n);
    for (size_t i = 0; i < d->n; i += n) {
        n = count_equal(d, dimension, &items[i], d->n - i);

        struct candidate c = make_candidate(d, dimension, &items[i], n);
        n_best = insert_candidate(best, n_best, &c);
        r->n_distinct++;
        s->n_ports += (dimension == REPORT_PORTS
                       && report_key_protocol(c.top.key.lo) <= REPORT_UDP);
    }
    take_best(r, d, best, n_best);
}

unsigned int
report_heat_shift(const struct report_heat *heat, struct address address)
{
    return heat->shift[address_is_ipv4(address)];
}

/* Returns the first address of the block that 'a' is in. */
static struct address
get_block(const struct report_heat *heat, struct address a)
{
    return address_and(a, address_mask(ADDRESS_BITS
                                       - report_heat_shift(heat, a)));
}

/* Returns the number of the highest bit that is 1, from 0 on. */
static unsigned int
highest_bit(struct address a)
{
    return a.hi ? 127 - raw_clz64(a.hi) : 63 - raw_clz64(a.lo);
}

/* Of a family: two targets that are next to each other are in blocks of their
 * own until blocks have the highest bit in which they differ. */
struct gaps {
    size_t n;                   /* Columns, with blocks of the shift so far. */
    size_t by_bit[ADDRESS_BITS];
    struct address last;
};

static void
count_gaps(const struct report_data *d, const struct report_item *items,
           struct gaps gaps[2])
{
    for (size_t i = 0; i < d->n; i++) {
        struct address target = report_data_get(d, items[i].i)->target;
        struct gaps *own = &gaps[address_is_ipv4(target)];

        if (!own->n) {
            own->n = 1;
        } else if (!address_equals(target, own->last)) {
            struct address differ = { target.hi ^ own->last.hi,
                                      target.lo ^ own->last.lo };

            own->by_bit[highest_bit(differ)]++;
            own->n++;
        }
        own->last = target;
    }
}

/* Enlarges the blocks of the family that has more of them until there are few
 * enough. */
static void
choose_shifts(struct report_heat *heat, struct gaps gaps[2])
{
    while (gaps[0].n + gaps[1].n > REPORT_MAX_COLUMNS) {
        size_t family = gaps[1].n > gaps[0].n;

        gaps[family].n -= gaps[family].by_bit[heat->shift[family]++];
    }
}

/* Those of IPv4 come first, wherever IPv6 has them. */
static int
compare_columns(struct address a, struct address b)
{
    bool ipv4 = address_is_ipv4(a);

    return (ipv4 != address_is_ipv4(b) ? (ipv4 ? -1 : 1)
            : address_compare(a, b));
}

static void
add_columns(struct report_heat *heat, const struct report_data *d,
            const struct report_item *items, bool ipv4)
{
    size_t first = heat->n_columns;

    for (size_t i = 0; i < d->n; i++) {
        struct address target = report_data_get(d, items[i].i)->target;
        struct address column = get_block(heat, target);

        if (address_is_ipv4(target) == ipv4
            && (heat->n_columns == first
                || !address_equals(heat->columns[heat->n_columns - 1],
                                   column))) {
            heat->columns[heat->n_columns++] = column;
        }
    }
}

static void
find_columns(struct report_heat *heat, const struct report_data *d,
             const struct report_item *items)
{
    struct gaps *gaps = xcalloc(2, sizeof *gaps);

    count_gaps(d, items, gaps);
    choose_shifts(heat, gaps);
    for (int ipv4 = 1; ipv4 >= 0; ipv4--) {
        if (gaps[ipv4].n) {
            add_columns(heat, d, items, ipv4);
        }
    }
    free(gaps);
}

/* Returns the last column that does not come after the target. */
static size_t
find_column(const struct report_heat *heat, struct address target)
{
    size_t low = 0, high = heat->n_columns;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (compare_columns(heat->columns[middle], target) <= 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t
find_row(const struct report_ranking *clients, struct address client)
{
    size_t row = 0;

    while (row < clients->n
           && !address_equals(clients->top[row].key, client)) {
        row++;
    }
    return row;
}

void
report_fill_heat(struct report_summary *s, const struct report_data *d,
                 const struct report_item *items)
{
    const struct report_ranking *clients = &s->rankings[REPORT_CLIENTS];
    struct report_heat *heat = &s->heat;

    find_columns(heat, d, items);
    heat->others = clients->n_distinct > clients->n;
    heat->n_rows = clients->n + heat->others;
    for (size_t i = 0; i < d->n; i++) {
        const struct report_contact *c = report_data_get(d, i);
        size_t row = find_row(clients, c->client);
        uint32_t *cell = &heat->cells[row][find_column(heat, c->target)];

        ++*cell;
        if (row < clients->n) {
            heat->max = MAX(heat->max, *cell);
        }
    }
}
