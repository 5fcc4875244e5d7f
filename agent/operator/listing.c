/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/listing.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "util.h"

struct cell {
    char *text;                 /* NULL if it is not known. */
    bool number;
};

struct listing {
    const char *const *columns;
    size_t n_columns;
    struct cell *cells;         /* Row by row. */
    size_t n_cells, allocated;
};

struct listing *
listing_create(const char *const *columns, size_t n)
{
    struct listing *l = xmalloc(sizeof *l);

    *l = (struct listing) { .columns = columns, .n_columns = n };
    return l;
}

void
listing_destroy(struct listing *l)
{
    if (l) {
        for (size_t i = 0; i < l->n_cells; i++) {
            free(l->cells[i].text);
        }
        free(l->cells);
        free(l);
    }
}

/* Takes ownership of 'text'. */
static void
add(struct listing *l, char *text, bool number)
{
    if (l->n_cells >= l->allocated) {
        l->cells = x2nrealloc(l->cells, &l->allocated, sizeof *l->cells);
    }
    l->cells[l->n_cells++] = (struct cell) { text, number };
}

void
listing_add(struct listing *l, const char *value)
{
    add(l, xstrdup(value), false);
}

void
listing_add_format(struct listing *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(l, xvasprintf(format, args), false);
    va_end(args);
}

void
listing_add_number(struct listing *l, uint64_t value)
{
    add(l, xasprintf("%"PRIu64, value), true);
}

void
listing_add_unknown(struct listing *l)
{
    add(l, NULL, false);
}

void
listing_add_time(struct listing *l, long long int msec)
{
    add(l, xastrftime_msec("%Y-%m-%dT%H:%M:%S.###Z", msec, true), false);
}

size_t
listing_n_rows(const struct listing *l)
{
    return l->n_cells / l->n_columns;
}

const char *
listing_get(const struct listing *l, size_t row, size_t column)
{
    return l->cells[row * l->n_columns + column].text;
}

static void
add_json_value(struct listing *l, const struct json *value)
{
    if (!value || value->type == JSON_NULL) {
        listing_add_unknown(l);
    } else if (value->type == JSON_STRING) {
        listing_add(l, json_string(value));
    } else {
        add(l, json_to_string(value, 0), value->type == JSON_INTEGER);
    }
}

bool
listing_add_json(struct listing *l, const struct json *array)
{
    if (array->type != JSON_ARRAY) {
        return false;
    }
    for (size_t i = 0; i < json_array(array)->n; i++) {
        const struct json *row = json_array(array)->elems[i];

        if (row->type != JSON_OBJECT) {
            return false;
        }
        for (size_t j = 0; j < l->n_columns; j++) {
            add_json_value(l, shash_find_data(json_object(row),
                                              l->columns[j]));
        }
    }
    return true;
}

/* JSON. */

static struct json *
cell_to_json(const struct cell *cell)
{
    return (!cell->text ? json_null_create()
            : cell->number ? json_integer_create(strtoll(cell->text, NULL, 10))
            : json_string_create(cell->text));
}

void
listing_format_row(const struct listing *l, size_t row, struct ds *s)
{
    for (size_t i = 0; i < l->n_columns; i++) {
        struct json *value = cell_to_json(&l->cells[row * l->n_columns + i]);

        ds_put_format(s, "%s\"%s\":", i ? "," : "{", l->columns[i]);
        json_to_ds(value, 0, s);
        json_destroy(value);
    }
    ds_put_char(s, '}');
}

/* Each row by itself, so that its columns are in order and memory is bounded
 * by the text. */
static void
format_json(const struct listing *l, size_t first, size_t end, struct ds *s)
{
    ds_put_cstr(s, first ? "" : "[");
    for (size_t row = first; row < end; row++) {
        ds_put_cstr(s, row ? "," : "");
        listing_format_row(l, row, s);
    }
    ds_put_cstr(s, end == listing_n_rows(l) ? "]" : "");
}

/* CSV. */

static void
put_csv(const char *text, struct ds *s)
{
    if (!text[strcspn(text, "\",\r\n")]) {
        ds_put_cstr(s, text);
        return;
    }
    ds_put_char(s, '"');
    for (; *text; text++) {
        ds_put_format(s, "%s%c", *text == '"' ? "\"" : "", *text);
    }
    ds_put_char(s, '"');
}

static void
format_csv(const struct listing *l, size_t first, size_t end, struct ds *s)
{
    for (size_t i = 0; i < l->n_columns && !first; i++) {
        ds_put_format(s, "%s%s", l->columns[i],
                      i + 1 < l->n_columns ? "," : "\r\n");
    }
    for (size_t i = first * l->n_columns; i < end * l->n_columns; i++) {
        const char *text = l->cells[i].text;

        put_csv(text ? text : "", s);
        ds_put_cstr(s, (i + 1) % l->n_columns ? "," : "\r\n");
    }
}

/* Text. */

static const char *
cell_to_text(const struct cell *cell)
{
    return cell->text ? cell->text : "-";
}

/* Returns the width of each column, for the caller to free. */
static size_t *
get_widths(const struct listing *l)
{
    size_t *widths = xmalloc(l->n_columns * sizeof *widths);

    for (size_t i = 0; i < l->n_columns; i++) {
        widths[i] = strlen(l->columns[i]);
    }
    for (size_t i = 0; i < listing_n_rows(l) * l->n_columns; i++) {
        size_t *width = &widths[i % l->n_columns];

        *width = MAX(*width, strlen(cell_to_text(&l->cells[i])));
    }
    return widths;
}

static bool
is_number_column(const struct listing *l, size_t column)
{
    for (size_t i = column; i < listing_n_rows(l) * l->n_columns;
         i += l->n_columns) {
        if (l->cells[i].text && !l->cells[i].number) {
            return false;
        }
    }
    return listing_n_rows(l) > 0;
}

/* Appends the line without blanks at its end. */
static void
put_line(const struct ds *line, size_t width, struct ds *s)
{
    size_t n = width ? MIN(line->length, width) : line->length;

    while (n && line->string[n - 1] == ' ') {
        n--;
    }
    ds_put_buffer(s, line->string, n);
}

static void
put_cell(const char *text, size_t width, bool number, struct ds *line)
{
    ds_put_format(line, number ? "%*s" : "%-*s", (int) width, text);
}

static void
put_headings(const struct listing *l, const size_t *widths,
             const bool *numbers, struct ds *line)
{
    for (size_t i = 0; i < l->n_columns; i++) {
        char *name = xstrdup(l->columns[i]);

        for (char *p = name; *p; p++) {
            *p = *p == '_' ? ' ' : toupper((unsigned char) *p);
        }
        ds_put_cstr(line, i ? "  " : "");
        put_cell(name, widths[i], numbers[i], line);
        free(name);
    }
}

/* Rows from 'first' until before 'end', with headings before the first of
 * all. */
static void
format_text(const struct listing *l, size_t first, size_t end, size_t width,
            const char *heading, const char *normal, struct ds *s)
{
    struct ds line = DS_EMPTY_INITIALIZER;
    size_t *widths = get_widths(l);
    bool *numbers = xmalloc(l->n_columns * sizeof *numbers);

    for (size_t i = 0; i < l->n_columns; i++) {
        numbers[i] = is_number_column(l, i);
    }
    if (!first) {
        put_headings(l, widths, numbers, &line);
        ds_put_cstr(s, heading);
        put_line(&line, width, s);
        ds_put_format(s, "%s\n", normal);
    }
    for (size_t row = first; row < end; row++) {
        ds_clear(&line);
        for (size_t i = 0; i < l->n_columns; i++) {
            ds_put_cstr(&line, i ? "  " : "");
            put_cell(cell_to_text(&l->cells[row * l->n_columns + i]),
                     widths[i], numbers[i], &line);
        }
        put_line(&line, width, s);
        ds_put_char(s, '\n');
    }
    free(numbers);
    free(widths);
    ds_destroy(&line);
}

void
listing_format_text(const struct listing *l, size_t width, const char *heading,
                    const char *normal, struct ds *s)
{
    format_text(l, 0, listing_n_rows(l), width, heading, normal, s);
}

void
listing_format_part(const struct listing *l, enum listing_format format,
                    size_t first, size_t n, struct ds *s)
{
    size_t end = first + MIN(n, listing_n_rows(l) - first);

    switch (format) {
    case LISTING_TEXT:
        format_text(l, first, end, 0, "", "", s);
        break;
    case LISTING_JSON:
        format_json(l, first, end, s);
        break;
    case LISTING_CSV:
        format_csv(l, first, end, s);
        break;
    }
}

void
listing_format(const struct listing *l, enum listing_format format,
               struct ds *s)
{
    listing_format_part(l, format, 0, listing_n_rows(l), s);
}
