/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-charts.h"

#include <stdlib.h>

#include "agent/pipettectl/report-text.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* The picture, in units of SVG, which are pixels on a wide screen. */
#define WIDTH 1000
#define TOP 4
#define MAX_CELL 28.0

/* What a label of IPv4 needs, and a character of a longer one. */
#define LABEL 112
#define CHARACTER 7

#define N_LEVELS 6
#define MAX_PAIRS 30            /* In the table. */

/* Each level begins with so many contacts. */
struct levels {
    size_t n;
    uint32_t from[N_LEVELS];
};

/* Numbers that are easily read, 1, 2, 5, 10 and so on, or some of these. */
static struct levels
choose_levels(uint32_t max)
{
    struct levels levels = { .n = 0 };
    uint32_t nice[32];
    size_t n = 0;

    for (uint64_t i = 1; i <= max; i = n % 3 == 2 ? i / 2 * 5 : i * 2) {
        nice[n++] = i;
    }
    if (max <= N_LEVELS) {
        for (n = 0; n < max; n++) {
            nice[n] = n + 1;
        }
    }
    levels.n = MIN(n, N_LEVELS);
    for (size_t i = 0; i < levels.n; i++) {
        levels.from[i] = nice[n <= N_LEVELS ? i
                              : i * (n - 1) / (N_LEVELS - 1)];
    }
    return levels;
}

static size_t
find_level(const struct levels *levels, uint32_t contacts)
{
    size_t i = 0;

    while (i + 1 < levels->n && contacts >= levels->from[i + 1]) {
        i++;
    }
    return i;
}

static void
put_legend(struct ds *s, const struct levels *levels)
{
    ds_put_cstr(s, "<ul class=\"legend\"><li>Contacts:</li>");
    for (size_t i = 0; i < levels->n; i++) {
        ds_put_format(s, "<li><svg class=\"swatch\" aria-hidden=\"true\">"
                      "<rect class=\"l%"PRIuSIZE"\" width=\"100%%\" "
                      "height=\"100%%\"/></svg> ", i + 6 - levels->n);
        report_put_number(s, levels->from[i]);
        if (i + 1 == levels->n) {
            ds_put_cstr(s, " or more");
        } else if (levels->from[i] + 1 < levels->from[i + 1]) {
            ds_put_cstr(s, "&ndash;");
            report_put_number(s, levels->from[i + 1] - 1);
        }
        ds_put_cstr(s, "</li>");
    }
    ds_put_cstr(s, "</ul>\n");
}

/* What is to be drawn, and how large. */
struct picture {
    const struct report_summary *summary;
    const struct report_heat *heat;
    struct levels levels;
    int left;                   /* Of the cells. */
    int label;                  /* What a label of a column needs. */
    double cell;                /* Width. */
    int height;                 /* Of a row. */
};

static void
put_row_name(struct ds *s, const struct report_summary *summary, size_t row)
{
    const struct report_ranking *clients = &summary->rankings[REPORT_CLIENTS];

    if (row < clients->n) {
        report_put_address(s, clients->top[row].key, 0);
    } else {
        report_put_number(s, clients->n_distinct - clients->n);
        ds_put_cstr(s, " others");
    }
}

/* A path for each level, as an element a cell would make the page four times
 * as large. */
static void
put_cells(struct ds *s, const struct report_heat *heat, size_t row,
          const struct levels *levels, double cell)
{
    for (size_t level = 0; level < levels->n; level++) {
        bool begun = false;

        for (size_t i = 0; i < heat->n_columns; i++) {
            uint32_t contacts = heat->cells[row][i];

            if (!contacts || find_level(levels, contacts) != level) {
                continue;
            }
            if (!begun) {
                ds_put_format(s, "<path class=\"l%"PRIuSIZE"\" d=\"",
                              level + N_LEVELS - levels->n);
                begun = true;
            }
            ds_put_format(s, "M%"PRIuSIZE" 0h%sv1h-%sz", i,
                          cell > 8 ? ".92" : "1", cell > 8 ? ".92" : "1");
        }
        if (begun) {
            ds_put_cstr(s, "\"/>");
        }
    }
}

static void
put_column_name(struct ds *s, const struct report_heat *heat, size_t column)
{
    struct address a = heat->columns[column];

    report_put_address(s, a, report_heat_shift(heat, a));
}

static void
put_row(struct ds *s, const struct picture *p, size_t row)
{
    const struct report_heat *heat = p->heat;
    int y = TOP + row * p->height;
    bool begun = false;

    ds_put_format(s, "<text class=\"end\" x=\"%d\" y=\"%d\">", p->left - 8,
                  y + p->height / 2 + 4);
    put_row_name(s, p->summary, row);
    ds_put_cstr(s, "</text><g class=\"row\" data-name=\"");
    put_row_name(s, p->summary, row);
    ds_put_cstr(s, "\" data-values=\"");
    for (size_t i = 0; i < heat->n_columns; i++) {
        if (heat->cells[row][i]) {
            ds_put_format(s, "%s%"PRIuSIZE":%"PRIu32, begun ? " " : "", i,
                          heat->cells[row][i]);
            begun = true;
        }
    }
    ds_put_format(s, "\" transform=\"translate(%d %.1f) scale(%.4f %.1f)\">",
                  p->left, y + 1.0, p->cell, p->height - 2.0);
    put_cells(s, heat, row, &p->levels, p->cell);
    ds_put_cstr(s, "</g>\n");
}

/* Labels round numbers if there is room; any, if that leaves a wide gap. */
static void
put_columns_axis(struct ds *s, const struct picture *p, int y)
{
    const struct report_heat *heat = p->heat;
    double next = p->left;
    uint64_t step = 1;

    while (step * p->cell < p->label) {
        step *= 2;
    }
    for (size_t i = 0; i < heat->n_columns; i++) {
        struct address a = heat->columns[i];
        uint64_t number
            = address_shift_right(a, report_heat_shift(heat, a)).lo;
        double x = p->left + i * p->cell;

        if (i && x < next + (number % step ? p->label : 0)) {
            continue;
        } else if (i && x > WIDTH - p->label) {
            break;
        }
        ds_put_format(s, "<path class=\"axis\" d=\"M%.1f %dv6\"/>"
                      "<text class=\"start\" x=\"%.1f\" y=\"%d\">", x, y, x,
                      y + 18);
        put_column_name(s, heat, i);
        ds_put_cstr(s, "</text>");
        next = x + p->label;
    }
}

/* Returns how wide the longest of 'n' names is. */
static int
measure(const struct report_summary *summary, size_t n,
        void (*put_name)(struct ds *, const struct report_summary *, size_t))
{
    struct ds s = DS_EMPTY_INITIALIZER;
    size_t longest = 0;

    for (size_t i = 0; i < n; i++) {
        ds_clear(&s);
        put_name(&s, summary, i);
        if (address_looks_like_ipv6(ds_cstr(&s))) {
            longest = MAX(longest, s.length);
        }
    }
    ds_destroy(&s);
    return MAX(longest * CHARACTER + 8, LABEL);
}

static void
put_summary_column(struct ds *s, const struct report_summary *summary,
                   size_t column)
{
    put_column_name(s, &summary->heat, column);
}

static struct picture
plan_picture(const struct report_summary *summary)
{
    const struct report_heat *heat = &summary->heat;
    struct picture p = {
        .summary = summary,
        .heat = heat,
        .levels = choose_levels(heat->max),
        .left = measure(summary, heat->n_rows, put_row_name),
        .label = measure(summary, heat->n_columns, put_summary_column),
        .height = heat->n_rows > 20 ? 16 : 20,
    };

    p.cell = MIN((double) (WIDTH - p.left - 8) / heat->n_columns, MAX_CELL);
    return p;
}

static void
put_svg(struct ds *s, const struct picture *p)
{
    const struct report_heat *heat = p->heat;
    int bottom = TOP + heat->n_rows * p->height + 2;

    ds_put_format(s, "<div class=\"wide\">"
                  "<svg class=\"chart\" id=\"heatmap\" viewBox=\"0 0 %d %d\" "
                  "role=\"img\" aria-label=\"Contacts by client and target\" "
                  "data-x=\"%d\" data-y=\"%d\" data-w=\"%.4f\" data-h=\"%d\" "
                  "data-columns=\"%"PRIuSIZE"\" data-rows=\"%"PRIuSIZE"\" "
                  "data-names=\"", WIDTH, bottom + 26, p->left, TOP, p->cell,
                  p->height, heat->n_columns, heat->n_rows);
    for (size_t i = 0; i < heat->n_columns; i++) {
        ds_put_cstr(s, i ? " " : "");
        put_column_name(s, heat, i);
    }
    ds_put_format(s, "\">\n<rect class=\"ground\" x=\"%d\" y=\"%d\" "
                  "width=\"%.1f\" height=\"%"PRIuSIZE"\"/>", p->left, TOP,
                  p->cell * heat->n_columns, heat->n_rows * p->height);
    for (size_t i = 0; i < heat->n_rows; i++) {
        put_row(s, p, i);
    }
    put_columns_axis(s, p, bottom);
    ds_put_cstr(s, "\n<rect class=\"cursor\" visibility=\"hidden\"/>"
                "</svg></div>\n");
}

struct pair {
    size_t row, column;
    uint32_t contacts;
};

/* Stores the cells with the most contacts; returns how many. */
static size_t
find_pairs(const struct report_heat *heat, struct pair *pairs)
{
    size_t n_rows = heat->n_rows - heat->others;
    size_t n = 0;

    for (size_t i = 0; i < n_rows * heat->n_columns; i++) {
        struct pair new = { i / heat->n_columns, i % heat->n_columns, 0 };
        size_t at = n;

        new.contacts = heat->cells[new.row][new.column];
        if (!new.contacts) {
            continue;
        }
        while (at && pairs[at - 1].contacts < new.contacts) {
            at--;
        }
        if (at < MAX_PAIRS) {
            n = MIN(n + 1, MAX_PAIRS);
            for (size_t j = n - 1; j > at; j--) {
                pairs[j] = pairs[j - 1];
            }
            pairs[at] = new;
        }
    }
    return n;
}

static void
put_table(struct ds *s, const struct report_summary *summary)
{
    struct pair pairs[MAX_PAIRS];
    size_t n = find_pairs(&summary->heat, pairs);

    ds_put_format(s, "<details><summary>Its %"PRIuSIZE" strongest cells as a "
                  "table</summary><table><thead><tr>"
                  "<th scope=\"col\">Client</th><th scope=\"col\">%s</th>"
                  "<th scope=\"col\" class=\"num\">Contacts</th></tr></thead>"
                  "<tbody>\n", n,
                  (summary->heat.shift[0] || summary->heat.shift[1]
                   ? "Targets" : "Target"));
    for (size_t i = 0; i < n; i++) {
        ds_put_cstr(s, "<tr><td>");
        put_row_name(s, summary, pairs[i].row);
        ds_put_cstr(s, "</td><td>");
        put_column_name(s, &summary->heat, pairs[i].column);
        ds_put_cstr(s, "</td><td class=\"num\">");
        report_put_number(s, pairs[i].contacts);
        ds_put_cstr(s, "</td></tr>\n");
    }
    ds_put_cstr(s, "</tbody></table></details>\n");
}

void
report_put_heat(struct ds *s, const struct report_summary *summary)
{
    const struct picture p = plan_picture(summary);

    put_legend(s, &p.levels);
    put_svg(s, &p);
    put_table(s, summary);
}
