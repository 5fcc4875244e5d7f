/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/top-grid.h"
#include "agent/pipettectl/top-state.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

#define MIN_HEIGHT 8            /* For more than headings. */
#define MAX_ADDRESS 39          /* Columns: that of IPv6. */
#define MAX_BAR 30              /* Columns, added to its least width. */
#define DATE 6                  /* Columns: "11-28 ". */
#define MIN_NUMBER 4            /* Columns: "123k". */
#define MIN_SILENCE 3           /* Seconds that need no mention. */

static const char *const help_lines[] = {
    "1 2 3, c t p   clients, targets, ports; Tab: the next one",
    "Up Down PgUp PgDn Home End, k j g G   move the cursor",
    "Enter          contacts of the row; Esc: back",
    "s >, S <       sort by the next, the previous column",
    "r              reverse the order",
    "/              show rows with a text only (Enter; Esc: all)",
    "+ -, w         longer, shorter, next time span: 1m, 10m, 1h, all",
    "Space          pause, go on",
    "Ctrl-L         draw the screen again",
    "h ?            this help; any key leaves it",
    "q              quit",
    "",
    "CONTACTS   new pairs of client and target, with protocol and port",
    "/MIN       those that began in the last minute",
    "ANSWERED   those that got an answer",
    "LAST       the time of the last one, UTC",
};

static void OVS_PRINTF_FORMAT(4, 5)
put_right(struct top_grid *grid, int line, enum top_style style,
          const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = xvasprintf(format, args);
    va_end(args);
    top_grid_put(grid, line, grid->width - (int) strlen(text), style, text);
    free(text);
}

/* The head. */

static void
put_title(const struct top_state *s, struct top_grid *grid, int line)
{
    bool all = !strcmp(top_state_span(s), "all");

    top_grid_fill(grid, line, TOP_TITLE);
    top_grid_put_format(grid, line, 0, TOP_TITLE, " %.40s%s%.20s%s%.60s",
                        s->instance, s->version[0] ? "  pipette-agent " : "",
                        s->version,
                        s->condition[0] ? "  " : "", s->condition);
    put_right(grid, line, TOP_TITLE, "  %s%s%s ", s->paused ? "PAUSED  " : "",
              all ? "all times" : "last ", all ? "" : top_state_span(s));
}

static void
put_totals(const struct top_state *s, struct top_grid *grid, int line)
{
    const struct top_rows *rows = &s->rows;
    const char *more = rows->n && rows->n >= s->limit ? "+" : "";
    struct ds text = DS_EMPTY_INITIALIZER;

    if (s->view != TOP_CONTACTS) {
        ds_put_format(&text, " %"PRIu64"%s contacts, %"PRIu64"%s a minute",
                      rows->contacts, more, rows->per_minute, more);
    } else {
        ds_put_format(&text, " %"PRIuSIZE"%s contacts", rows->n, more);
    }
    if (s->missed >= 0) {
        ds_put_format(&text, ", %"PRId64" packets missed", s->missed);
    }
    top_grid_put(grid, line, 0, TOP_BOLD, ds_cstr(&text));
    ds_destroy(&text);

    if (rows->n_shown) {
        put_right(grid, line, TOP_NORMAL, "  %d of %"PRIuSIZE"%s ",
                  s->cursor + 1, rows->n_shown,
                  rows->n_shown == rows->n ? more : "");
    }
}

static void
put_views(const struct top_state *s, struct top_grid *grid, int line)
{
    static const char *const singular[] = { "client", "target", "port" };
    int column = 0;

    for (int i = 0; i < TOP_CONTACTS; i++) {
        char *name = xasprintf(" %d %s ", i + 1, top_tables[i].name);

        top_grid_put(grid, line, column,
                     s->view == i ? TOP_SORTED : TOP_KEYS, name);
        column += strlen(name) + 1;
        free(name);
    }
    if (s->view == TOP_CONTACTS) {
        top_grid_put_format(grid, line, column, TOP_SORTED,
                            " contacts of %s %s ", singular[s->parent],
                            s->parent_key);
    }
    if (s->filter[0]) {
        put_right(grid, line, TOP_GOOD, "  filter: %s ", s->filter);
    }
}

/* Columns. */

/* The width of each column on the screen, 0 of one that is left out. */
struct widths {
    int columns[TOP_MAX_COLUMNS];
};

static int
measure(const struct top_table *table, const struct widths *w)
{
    int sum = -1;

    for (int i = 0; i < table->n_columns; i++) {
        sum += w->columns[i] ? w->columns[i] + 1 : 0;
    }
    return sum;
}

/* Leaves out the column that goes next, or returns false. */
static bool
leave_out(const struct top_table *table, struct widths *w)
{
    int next = -1;

    for (int i = 0; i < table->n_columns; i++) {
        if (w->columns[i] && table->columns[i].rank
            && (next < 0
                || table->columns[i].rank > table->columns[next].rank)) {
            next = i;
        }
    }
    if (next >= 0) {
        w->columns[next] = 0;
    }
    return next >= 0;
}

/* Where not even the key and a number fit, the number has fewer digits. */
static void
narrow(struct widths *w, int by)
{
    if (by > 0) {
        w->columns[1] = MAX(w->columns[1] - by, MIN_NUMBER);
    }
}

static void
widen(const struct top_table *table, enum top_kind kind, int by, int least,
      struct widths *w)
{
    for (int i = 0; i < table->n_columns && by >= least; i++) {
        if (w->columns[i] && table->columns[i].kind == kind) {
            w->columns[i] += by;
        }
    }
}

static struct widths
choose_widths(const struct top_rows *rows, int width)
{
    const struct top_table *table = &top_tables[rows->view];
    struct widths w = { .columns = { 0 } };

    for (int i = 0; i < table->n_columns; i++) {
        w.columns[i] = table->columns[i].width;
        if (table->columns[i].kind == TOP_KEY
            || table->columns[i].kind == TOP_ADDRESS) {
            for (size_t j = 0; j < rows->n_shown; j++) {
                const char *text = rows->shown[j]->cells[i].text;
                int n = text ? strlen(text) : 0;

                w.columns[i] = MIN(MAX(w.columns[i], n), MAX_ADDRESS);
            }
        }
    }
    while (measure(table, &w) > width && leave_out(table, &w)) {
        continue;
    }
    narrow(&w, measure(table, &w) - width);
    if (width - measure(table, &w) >= DATE) {
        widen(table, TOP_TIME, DATE, DATE, &w);
    }
    widen(table, TOP_BAR, MIN(width - measure(table, &w), MAX_BAR), 1, &w);
    return w;
}

static bool
is_right(const struct top_column *column)
{
    return column->kind == TOP_NUMBER;
}

static void
put_headings(const struct top_state *s, const struct widths *w,
             struct top_grid *grid, int line)
{
    const struct top_table *table = &top_tables[s->view];
    int x = 0;

    top_grid_fill(grid, line, TOP_HEADING);
    for (int i = 0; i < table->n_columns; i++) {
        const struct top_column *column = &table->columns[i];
        bool sorted = i == s->orders[s->view].column;

        if (w->columns[i]) {
            top_grid_put_format(grid, line, x,
                                sorted ? TOP_SORTED : TOP_HEADING,
                                is_right(column) ? "%*.*s" : "%-*.*s",
                                w->columns[i], w->columns[i],
                                column->heading);
            x += w->columns[i] + 1;
        }
    }
}

/* Rows. */

/* Appends a number that fits 'width' columns, if need be in thousands (k),
 * millions (M), and so on. */
static void
format_number(const struct top_cell *cell, int width, struct ds *s)
{
    static const char units[] = "kMGTPE";
    int64_t number = cell->number;
    size_t start = s->length;

    ds_put_cstr(s, cell->text);
    for (int i = 0; units[i] && s->length - start > width; i++) {
        number /= 1000;
        ds_truncate(s, start);
        ds_put_format(s, "%"PRId64"%c", number, units[i]);
    }
}

/* Appends the time of "2026-11-28T10:00:00.123Z", with month and day if there
 * is room for it. */
static void
format_time(const char *text, int width, struct ds *s)
{
    if (strlen(text) < 19 || text[10] != 'T') {
        ds_put_cstr(s, text);
    } else if (width >= 14) {
        ds_put_format(s, "%.5s %.8s", text + 5, text + 11);
    } else {
        ds_put_format(s, "%.8s", text + 11);
    }
}

static void
put_bar(const struct top_rows *rows, const struct top_cell *cell, int width,
        bool cursor, struct top_grid *grid, int line, int x)
{
    int64_t max = MAX(rows->max_per_minute, 1);
    int n = cell->number > 0 ? (double) cell->number * width / max + .999 : 0;

    for (int i = 0; i < MIN(n, width); i++) {
        top_grid_put(grid, line, x + i,
                     (cursor ? TOP_CURSOR
                      : i < width / 2 ? TOP_BAR_LOW : TOP_BAR_HIGH), "|");
    }
}

static void
put_cell(const struct top_column *column, const struct top_cell *cell,
         int width, enum top_style style, struct top_grid *grid, int line,
         int x)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!cell->text) {
        ds_put_char(&s, '-');
    } else if (column->kind == TOP_NUMBER) {
        format_number(cell, width, &s);
    } else if (column->kind == TOP_TIME) {
        format_time(cell->text, width, &s);
    } else {
        ds_put_cstr(&s, cell->text);
    }
    top_grid_put_format(grid, line, x, style,
                        is_right(column) ? "%*.*s" : "%-*.*s", width, width,
                        ds_cstr(&s));
    ds_destroy(&s);
}

static void
put_row(const struct top_state *s, const struct top_row *row,
        const struct widths *w, bool cursor, struct top_grid *grid, int line)
{
    const struct top_table *table = &top_tables[s->view];
    enum top_style style = cursor ? TOP_CURSOR : TOP_NORMAL;
    int x = 0;

    top_grid_fill(grid, line, style);
    for (int i = 0; i < table->n_columns; i++) {
        const struct top_column *column = &table->columns[i];

        if (!w->columns[i]) {
            continue;
        } else if (column->kind == TOP_BAR) {
            put_bar(&s->rows, &row->cells[i], w->columns[i], cursor, grid,
                    line, x);
        } else {
            put_cell(column, &row->cells[i], w->columns[i],
                     cursor ? TOP_CURSOR : i ? TOP_NORMAL : TOP_BOLD, grid,
                     line, x);
        }
        x += w->columns[i] + 1;
    }
}

static void
put_rows(const struct top_state *s, const struct widths *w,
         struct top_grid *grid, int line)
{
    if (s->error) {
        top_grid_put(grid, line, 1, TOP_BAD, s->error);
    } else if (!s->rows.n) {
        top_grid_put(grid, line, 1, TOP_NORMAL, (s->answered ? "no contacts"
                                                 : "asking the agent"));
    } else if (!s->rows.n_shown) {
        top_grid_put(grid, line, 1, TOP_NORMAL,
                     "none with this text (Esc: show all)");
    }
    for (int i = 0; i < s->page && s->first + i < s->rows.n_shown; i++) {
        put_row(s, s->rows.shown[s->first + i], w, s->first + i == s->cursor,
                grid, line + i);
    }
}

static void
put_help(struct top_grid *grid, int line, int end)
{
    for (int i = 0; i < ARRAY_SIZE(help_lines) && line + i < end; i++) {
        top_grid_put(grid, line + i, 1, TOP_NORMAL, help_lines[i]);
    }
}

static void
put_last_line(const struct top_state *s, struct top_grid *grid, int line)
{
    if (s->editing) {
        top_grid_put_format(grid, line, 0, TOP_BOLD, " Filter: %s_",
                            s->edited);
    } else if (s->silence >= MIN_SILENCE) {
        top_grid_fill(grid, line, TOP_BAD);
        top_grid_put_format(grid, line, 0, TOP_BAD,
                            " no answer from the agent for %d s", s->silence);
    } else {
        top_grid_put_format(grid, line, 0, TOP_KEYS,
                            " %s  s sort  r reverse  / filter  w span  "
                            "Space pause  h help  q quit",
                            (s->view == TOP_CONTACTS ? "Esc back"
                             : "Enter list"));
    }
}

void
top_layout(struct top_state *s, struct top_grid *grid)
{
    int last = grid->height - 1;
    int line = 0;

    if (grid->height >= MIN_HEIGHT) {
        put_title(s, grid, 0);
        put_totals(s, grid, 1);
        put_views(s, grid, 2);
        line = 3;
    }
    top_state_set_page(s, last - line - 1);
    if (s->help) {
        put_help(grid, line, last);
    } else {
        struct widths w = choose_widths(&s->rows, grid->width);

        put_headings(s, &w, grid, line);
        put_rows(s, &w, grid, line + 1);
    }
    put_last_line(s, grid, last);
}
