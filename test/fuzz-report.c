/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: a contact log, from which "pipettectl report" makes a page.
 *
 * What is taken as JSON, is JSON for Open vSwitch's parser, too.  All parts of
 * the summary are about the same contacts.  The page has the elements that
 * make a browser do something as often as without contacts. */

#include <config.h>

#include "test/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/report-html.h"
#include "openvswitch/json.h"
#include "util.h"

#define MAX_CONTACTS 8          /* So that the oldest make way. */

static void
check_line(const char *line, size_t n)
{
    struct report_record r;

    if (report_line_parse(line, n, &r) == REPORT_LINE_BROKEN) {
        return;
    }

    char *copy = xmemdup0(line, n);
    struct json *json = json_from_string(copy);
    ovs_assert(strlen(copy) == n);
    /* RFC 8259 sets no bound for numbers, Open vSwitch does. */
    ovs_assert(json->type == JSON_OBJECT
               || strstr(json_string(json), "outside valid range"));
    json_destroy(json);
    free(copy);
}

static void
take_line(const char *line, size_t n, void *data)
{
    if (line) {
        check_line(line, n);
    }
    report_data_take_line(line, n, data);
}

static void
check_summary(const struct report_data *d, const struct report_summary *s)
{
    uint64_t in_bins = 0, in_cells = 0;

    ovs_assert(s->n == MIN(d->n_contacts, MAX_CONTACTS));
    ovs_assert(s->n == hmap_count(&d->contacts));
    ovs_assert(s->n_newest == s->n);
    for (size_t i = 0; i < s->timeline.n; i++) {
        for (int j = 0; j < REPORT_N_ANSWERS; j++) {
            in_bins += s->timeline.bins[i][j];
        }
    }
    for (size_t i = 0; i < s->heat.n_rows; i++) {
        for (size_t j = 0; j < s->heat.n_columns; j++) {
            in_cells += s->heat.cells[i][j];
        }
    }
    ovs_assert(in_bins == s->n);
    ovs_assert(in_cells == s->n);
}

static size_t
count(const char *page, const char *text)
{
    size_t n = 0;

    for (const char *p = page; (p = strstr(p, text)); p++) {
        n++;
    }
    return n;
}

static void
check_page(const struct report_page *page)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    const char *html;

    report_page_put(page, &s);
    html = ds_cstr(&s);
    ovs_assert(strlen(html) == s.length);
    ovs_assert(count(html, "<script") == 1 && count(html, "</script") == 1);
    ovs_assert(count(html, "<style") == 1 && count(html, "</style") == 1);
    ovs_assert(count(html, "<meta") == 6 && !count(html, "<img"));
    ovs_assert(count(html, "<!") == 1);
    ovs_assert(count(html, "<td") == count(html, "</td"));
    ds_destroy(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct report_lines lines;
    struct report_data d;
    struct report_summary *summary;
    size_t half = size / 2;

    report_data_init(&d, MAX_CONTACTS);
    report_lines_init(&lines);
    report_lines_feed(&lines, (const char *) bytes, half, take_line, &d);
    report_lines_feed(&lines, (const char *) bytes + half, size - half,
                      take_line, &d);
    report_lines_end(&lines, take_line, &d);
    report_lines_destroy(&lines);

    ds_clear(&fuzz_outcome);
    ds_put_format(&fuzz_outcome, "%"PRIu64" lines, %"PRIu64" broken, "
                  "%"PRIu64" other, %"PRIu64" contacts, %"PRIu64" denied, "
                  "%"PRIu64" suppressed", d.n_lines, d.n_broken, d.n_other,
                  d.n_contacts, d.n_denied, d.n_suppressed);

    summary = report_summarize(&d);
    struct report_page page = {
        .title = d.networks[d.n_networks - 1],
        .data = &d,
        .summary = summary,
    };
    check_summary(&d, summary);
    check_page(&page);
    free(summary);
    report_data_destroy(&d);
    return 0;
}
