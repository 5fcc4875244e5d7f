/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-summary.h"

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/report-sort.h"
#include "util.h"

uint32_t
report_port_key(const struct report_contact *c)
{
    return c->protocol << 16 | c->port;
}

enum report_protocol
report_key_protocol(uint32_t key)
{
    return key >> 16;
}

uint16_t
report_key_port(uint32_t key)
{
    return key & 0xffff;
}

static void
count_all(struct report_summary *s, const struct report_data *d)
{
    s->n = d->n;
    for (size_t i = 0; i < d->n; i++) {
        const struct report_contact *c = report_data_get(d, i);

        s->attempts += c->attempts;
        s->by_answer[c->answer]++;
        s->by_protocol[c->protocol]++;
        s->first = i ? MIN(s->first, c->first) : c->first;
        s->last = i ? MAX(s->last, c->first) : c->first;
        s->vlans |= c->vlan != 0;
    }
}

/* Returns the width of bins so that there are REPORT_MAX_BINS at most. */
static long long int
choose_width(long long int first, long long int last)
{
    static const int seconds[] = {
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
        3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400,
        14 * 86400, 28 * 86400
    };
    long long int width = 0;

    for (size_t i = 0; !width || last / width - first / width
                                 >= REPORT_MAX_BINS; i++) {
        width = i < ARRAY_SIZE(seconds) ? seconds[i] * 1000LL : width * 2;
    }
    return width;
}

static void
fill_timeline(struct report_summary *s, const struct report_data *d)
{
    struct report_timeline *t = &s->timeline;

    t->width = choose_width(s->first, s->last);
    t->start = s->first / t->width * t->width;
    t->n = d->n ? (s->last - t->start) / t->width + 1 : 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct report_contact *c = report_data_get(d, i);

        t->bins[(c->first - t->start) / t->width][c->answer]++;
    }
}

static int
compare_newest(const void *a_, const void *b_)
{
    const struct report_contact *a = *(const struct report_contact **) a_;
    const struct report_contact *b = *(const struct report_contact **) b_;

    return a->first < b->first ? 1 : a->first > b->first ? -1 : 0;
}

static void
fill_newest(struct report_summary *s, const struct report_data *d,
            struct report_item *items)
{
    /* What is more than a century old comes last anyway. */
    for (size_t i = 0; i < d->n; i++) {
        const struct report_contact *c = report_data_get(d, d->n - 1 - i);

        items[i].key = MIN((s->last - c->first) / 1000, UINT32_MAX);
        items[i].i = d->n - 1 - i;
    }
    report_sort(items, d->n);
    s->n_newest = MIN(d->n, REPORT_MAX_NEWEST);
    for (size_t i = 0; i < s->n_newest; i++) {
        s->newest[i] = report_data_get(d, items[i].i);
    }
    qsort(s->newest, s->n_newest, sizeof s->newest[0], compare_newest);
}

struct report_summary *
report_summarize(const struct report_data *d)
{
    struct report_summary *s = xzalloc(sizeof *s);
    struct report_item *items = xmalloc((d->n + 1) * sizeof *items);

    count_all(s, d);
    fill_timeline(s, d);
    fill_newest(s, d, items);
    for (int i = 0; i < REPORT_N_DIMENSIONS; i++) {
        report_rank(s, d, i, items);
        if (i == REPORT_TARGETS) {
            report_fill_heat(s, d, items);
        }
    }
    free(items);
    return s;
}
