/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/table.h"

#include <stdlib.h>
#include <string.h>

#include "agent/operator/listing.h"
#include "agent/pipettectl/args.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "util.h"

#define GAP 2                   /* Blanks between columns. */

const char **
table_names(const struct table *t)
{
    const char **names = xmalloc(t->n_columns * sizeof *names);

    for (size_t i = 0; i < t->n_columns; i++) {
        names[i] = t->columns[i].name;
    }
    return names;
}

/* A table as it is laid out. */
struct layout {
    const struct table *table;
    const struct listing *listing;
    size_t *widths;             /* Of columns, 0 for one that is left out. */
    size_t width;               /* Of lines, SIZE_MAX for any. */
    bool short_times;
    bool colour;
};

void
table_clean(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] < ' ' || s[i] > '~') {
            s[i] = '?';
        }
    }
}

/* Appends what 'column' of 'row' shows. */
static void
put_value(const struct layout *layout, size_t row, size_t column, struct ds *s)
{
    const char *text = listing_get(layout->listing, row, column);
    size_t start = s->length;

    if (!text) {
        ds_put_char(s, '-');
    } else if (layout->table->columns[column].kind == COLUMN_TIME
               && layout->short_times && strlen(text) >= 19
               && text[10] == 'T') {
        ds_put_format(s, "%.5s %.8s", text + 5, text + 11);
    } else {
        ds_put_cstr(s, text);
    }
    table_clean(s->string + start, s->length - start);
}

static void
measure(struct layout *layout)
{
    size_t n = layout->table->n_columns;
    struct ds value = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < n; i++) {
        layout->widths[i] = strlen(layout->table->columns[i].heading);
        for (size_t row = 0; row < listing_n_rows(layout->listing); row++) {
            ds_clear(&value);
            put_value(layout, row, i, &value);
            layout->widths[i] = MAX(layout->widths[i], value.length);
        }
    }
    ds_destroy(&value);
}

static size_t
total_width(const struct layout *layout)
{
    size_t total = 0;

    for (size_t i = 0; i < layout->table->n_columns; i++) {
        if (layout->widths[i]) {
            total += layout->widths[i] + (total ? GAP : 0);
        }
    }
    return total;
}

/* Leaves out columns until the lines fit. */
static void
fit(struct layout *layout)
{
    const struct table_column *columns = layout->table->columns;

    while (total_width(layout) > layout->width) {
        size_t least = 0;

        for (size_t i = 1; i < layout->table->n_columns; i++) {
            if (layout->widths[i]
                && (!layout->widths[least]
                    || columns[i].rank > columns[least].rank)) {
                least = i;
            }
        }
        if (!columns[least].rank) {
            return;
        }
        layout->widths[least] = 0;
    }
}

/* A line, of which there is 'room' for some more. */
struct line {
    struct ds *s;
    size_t room;
    size_t blanks;              /* Not put yet, as they might be the last. */
};

static void
put_text(struct line *line, const char *text, size_t n, const char *colour)
{
    if (line->blanks >= line->room) {
        line->room = 0;
        return;
    }
    ds_put_char_multiple(line->s, ' ', line->blanks);
    line->room -= line->blanks;
    line->blanks = 0;
    n = MIN(n, line->room);
    ds_put_cstr(line->s, colour ? colour : "");
    ds_put_buffer(line->s, text, n);
    ds_put_cstr(line->s, colour ? CTL_NORMAL : "");
    line->room -= n;
}

/* Puts a cell of the line into the column. */
static void
put_cell(const struct layout *layout, size_t column, const char *text,
         const char *colour, struct line *line)
{
    size_t n = strlen(text);
    size_t padding = layout->widths[column] - n;
    bool right = layout->table->columns[column].kind == COLUMN_NUMBER;

    line->blanks += right ? padding : 0;
    put_text(line, text, n, layout->colour ? colour : NULL);
    line->blanks += (right ? 0 : padding) + GAP;
}

static void
put_headings(const struct layout *layout, struct ds *s)
{
    struct line line = { .s = s, .room = layout->width };

    for (size_t i = 0; i < layout->table->n_columns; i++) {
        if (layout->widths[i]) {
            put_cell(layout, i, layout->table->columns[i].heading, CTL_BOLD,
                     &line);
        }
    }
    ds_put_char(s, '\n');
}

static void
put_row(const struct layout *layout, size_t row, struct ds *s)
{
    const struct table *t = layout->table;
    struct line line = { .s = s, .room = layout->width };
    struct ds value = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < t->n_columns; i++) {
        if (layout->widths[i]) {
            ds_clear(&value);
            put_value(layout, row, i, &value);
            put_cell(layout, i, ds_cstr(&value),
                     t->colour ? t->colour(layout->listing, row, i) : NULL,
                     &line);
        }
    }
    ds_put_char(s, '\n');
    ds_destroy(&value);
}

/* Appends to 's' a line of headings and one for each row.  'width' is that of
 * the terminal, 0 for any: then nothing is left out.  Otherwise columns are
 * left out, then the last one is cut, so that no line is wider.  What could
 * control the terminal is shown as '?'. */
static void
format_table(const struct table *t, const struct listing *l, size_t width,
             bool colour, struct ds *s)
{
    struct layout layout = {
        .table = t,
        .listing = l,
        .widths = xmalloc(t->n_columns * sizeof *layout.widths),
        .width = width ? width : SIZE_MAX,
        .short_times = width > 0,
        .colour = colour,
    };

    measure(&layout);
    fit(&layout);
    put_headings(&layout, s);
    for (size_t row = 0; row < listing_n_rows(l); row++) {
        put_row(&layout, row, s);
    }
    free(layout.widths);
}

/* Prints what is in 'json'. */
static int
print_table(const struct table *t, const struct ctl *ctl,
            const struct json *json)
{
    const char **names = table_names(t);
    struct listing *l = listing_create(names, t->n_columns);
    struct ds s = DS_EMPTY_INITIALIZER;
    int status;

    if (listing_add_json(l, json)) {
        format_table(t, l, ctl->width, ctl->colour, &s);
        status = ctl_print(ds_cstr(&s), s.length);
    } else {
        status = ctl_fail(xasprintf("%s: the agent's reply is no table",
                                    t->command));
    }
    ds_destroy(&s);
    listing_destroy(l);
    free(names);
    return status;
}

int
table_show(const struct table *t, struct ctl *ctl, int argc, char *argv[])
{
    const char *format = args_find(argc, argv, "format");

    if (format && strcmp(format, "text")) {
        return args_pass(ctl, t->command, argc, argv);
    }
    args_take(&argc, argv, "format");

    struct json *json;
    char *error = ctl_call_json(ctl, t->command, argc - 1, argv + 1, &json);
    if (error) {
        return ctl_refuse(error);
    }
    int status = print_table(t, ctl, json);
    json_destroy(json);
    return status;
}
