/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-charts.h"

#include <stdlib.h>

#include "agent/pipettectl/report-text.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* The picture, in units of SVG, which are pixels on a wide screen. */
#define WIDTH 1000
#define LEFT 112
#define TOP 4
#define PLOT_WIDTH (WIDTH - LEFT - 8)
#define MAX_CELL 28.0
#define LABEL 112               /* What a label of a column needs. */

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
put_row(struct ds *s, const struct report_summary *summary, size_t row,
        const struct levels *levels, double cell, int height)
{
    const struct report_heat *heat = &summary->heat;
    int y = TOP + row * height;
    bool begun = false;

    ds_put_format(s, "<text class=\"end\" x=\"%d\" y=\"%d\">", LEFT - 8,
                  y + height / 2 + 4);
    put_row_name(s, summary, row);
    ds_put_cstr(s, "</text><g class=\"row\" data-name=\"");
    put_row_name(s, summary, row);
    ds_put_cstr(s, "\" data-values=\"");
    for (size_t i = 0; i < heat->n_columns; i++) {
        if (heat->cells[row][i]) {
            ds_put_format(s, "%s%"PRIuSIZE":%"PRIu32, begun ? " " : "", i,
                          heat->cells[row][i]);
            begun = true;
        }
    }
    ds_put_format(s, "\" transform=\"translate(%d %.1f) scale(%.4f %.1f)\">",
                  LEFT, y + 1.0, cell, height - 2.0);
    put_cells(s, heat, row, levels, cell);
    ds_put_cstr(s, "</g>\n");
}

/* Labels round numbers if there is room; any, if that leaves a wide gap. */
static void
put_columns_axis(struct ds *s, const struct report_heat *heat, double cell,
                 int y)
{
    double next = LEFT;
    uint64_t step = 1;

    while (step * cell < LABEL) {
        step *= 2;
    }
    for (size_t i = 0; i < heat->n_columns; i++) {
        uint32_t number = heat->columns[i] >> (heat->shift & 31);
        double x = LEFT + i * cell;

        if (i && x < next + (number % step ? LABEL : 0)) {
            continue;
        } else if (i && x > WIDTH - LABEL) {
            break;
        }
        ds_put_format(s, "<path class=\"axis\" d=\"M%.1f %dv6\"/>"
                      "<text class=\"start\" x=\"%.1f\" y=\"%d\">", x, y, x,
                      y + 18);
        report_put_address(s, heat->columns[i], heat->shift);
        ds_put_cstr(s, "</text>");
        next = x + LABEL;
    }
}

static void
put_svg(struct ds *s, const struct report_summary *summary,
        const struct levels *levels)
{
    const struct report_heat *heat = &summary->heat;
    double cell = MIN((double) PLOT_WIDTH / heat->n_columns, MAX_CELL);
    int height = heat->n_rows > 20 ? 16 : 20;
    int bottom = TOP + heat->n_rows * height + 2;

    ds_put_format(s, "<div class=\"wide\">"
                  "<svg class=\"chart\" id=\"heatmap\" viewBox=\"0 0 %d %d\" "
                  "role=\"img\" aria-label=\"Contacts by client and target\" "
                  "data-x=\"%d\" data-y=\"%d\" data-w=\"%.4f\" data-h=\"%d\" "
                  "data-columns=\"%"PRIuSIZE"\" data-rows=\"%"PRIuSIZE"\" "
                  "data-names=\"", WIDTH, bottom + 26, LEFT, TOP, cell, height,
                  heat->n_columns, heat->n_rows);
    for (size_t i = 0; i < heat->n_columns; i++) {
        ds_put_cstr(s, i ? " " : "");
        report_put_address(s, heat->columns[i], heat->shift);
    }
    ds_put_format(s, "\">\n<rect class=\"ground\" x=\"%d\" y=\"%d\" "
                  "width=\"%.1f\" height=\"%"PRIuSIZE"\"/>", LEFT, TOP,
                  cell * heat->n_columns, heat->n_rows * height);
    for (size_t i = 0; i < heat->n_rows; i++) {
        put_row(s, summary, i, levels, cell, height);
    }
    put_columns_axis(s, heat, cell, bottom);
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
                  summary->heat.shift ? "Targets" : "Target");
    for (size_t i = 0; i < n; i++) {
        ds_put_cstr(s, "<tr><td>");
        put_row_name(s, summary, pairs[i].row);
        ds_put_cstr(s, "</td><td>");
        report_put_address(s, summary->heat.columns[pairs[i].column],
                           summary->heat.shift);
        ds_put_cstr(s, "</td><td class=\"num\">");
        report_put_number(s, pairs[i].contacts);
        ds_put_cstr(s, "</td></tr>\n");
    }
    ds_put_cstr(s, "</tbody></table></details>\n");
}

void
report_put_heat(struct ds *s, const struct report_summary *summary)
{
    struct levels levels = choose_levels(summary->heat.max);

    put_legend(s, &levels);
    put_svg(s, summary, &levels);
    put_table(s, summary);
}
