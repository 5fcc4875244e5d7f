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

static uint32_t
get_key(const struct report_contact *c, enum report_dimension dimension)
{
    switch (dimension) {
    case REPORT_CLIENTS: return c->client;
    case REPORT_TARGETS: return c->target;
    case REPORT_PORTS: return report_port_key(c);
    case REPORT_N_DIMENSIONS: break;
    }
    OVS_NOT_REACHED();
}

/* A group of contacts with the same key, as a candidate of the ranking. */
struct candidate {
    struct report_top top;
    const struct report_item *items;
};

static struct candidate
make_candidate(const struct report_data *d, const struct report_item *items,
               size_t n)
{
    struct candidate c = {
        .top = { .key = items[0].key, .contacts = n },
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
    uint32_t n = 0;

    for (size_t i = 0; i < c->top.contacts; i++) {
        scratch[i] = (struct report_item) {
            .key = get_key(report_data_get(d, c->items[i].i), dimension),
        };
    }
    report_sort(scratch, c->top.contacts);
    for (size_t i = 0; i < c->top.contacts; i++) {
        n += !i || scratch[i].key != scratch[i - 1].key;
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
        items[i].key = get_key(report_data_get(d, i), dimension);
        items[i].i = i;
    }
    report_sort(items, d->n);
    for (size_t i = 0; i < d->n; i += n) {
        for (n = 1; i + n < d->n && items[i + n].key == items[i].key; n++) {
            continue;
        }

        struct candidate c = make_candidate(d, &items[i], n);
        n_best = insert_candidate(best, n_best, &c);
        r->n_distinct++;
        s->n_ports += (dimension == REPORT_PORTS
                       && report_key_protocol(c.top.key) <= REPORT_UDP);
    }
    take_best(r, d, best, n_best);
}

/* Stores the first REPORT_MAX_COLUMNS columns, and returns how many there
 * are. */
static size_t
find_columns(struct report_heat *heat, const struct report_item *items,
             size_t n)
{
    uint32_t mask = heat->shift < 32 ? UINT32_MAX << heat->shift : 0;
    size_t n_columns = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t column = items[i].key & mask;

        if (!i || column != (items[i - 1].key & mask)) {
            if (n_columns < REPORT_MAX_COLUMNS) {
                heat->columns[n_columns] = column;
            }
            n_columns++;
        }
    }
    return n_columns;
}

/* Returns the last column that does not begin after the target. */
static size_t
find_column(const struct report_heat *heat, uint32_t target)
{
    size_t low = 0, high = heat->n_columns;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (heat->columns[middle] <= target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t
find_row(const struct report_ranking *clients, uint32_t client)
{
    size_t row;

    for (row = 0; row < clients->n && clients->top[row].key != client; row++) {
        continue;
    }
    return row;
}

void
report_fill_heat(struct report_summary *s, const struct report_data *d,
                 const struct report_item *items)
{
    const struct report_ranking *clients = &s->rankings[REPORT_CLIENTS];
    struct report_heat *heat = &s->heat;

    while ((heat->n_columns = find_columns(heat, items, d->n))
           > REPORT_MAX_COLUMNS) {
        heat->shift++;
    }
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
