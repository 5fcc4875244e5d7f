/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/json.h"
#include "util.h"

#define MAX_CELL 63             /* Bytes. */

/* All but the bar and what goes first fit 80 columns. */
const struct top_table top_tables[TOP_N_VIEWS] = {
    [TOP_CLIENTS] = {
        .name = "clients", .n_columns = 9, .sort = 1,
        .columns = {
            { "client", "CLIENT", TOP_KEY, 15, 0 },
            { "contacts", "CONTACTS", TOP_NUMBER, 8, 0 },
            { "per_minute", "/MIN", TOP_NUMBER, 6, 1 },
            { "per_minute", "", TOP_BAR, 7, 8 },
            { "attempts", "ATTEMPTS", TOP_NUMBER, 8, 5 },
            { "targets", "TARGETS", TOP_NUMBER, 7, 3 },
            { "ports", "PORTS", TOP_NUMBER, 5, 4 },
            { "answered", "ANSWERED", TOP_NUMBER, 8, 6 },
            { "last", "LAST", TOP_TIME, 8, 2 },
        },
    },
    [TOP_TARGETS] = {
        .name = "targets", .n_columns = 9, .sort = 1,
        .columns = {
            { "target", "TARGET", TOP_KEY, 15, 0 },
            { "contacts", "CONTACTS", TOP_NUMBER, 8, 0 },
            { "per_minute", "/MIN", TOP_NUMBER, 6, 1 },
            { "per_minute", "", TOP_BAR, 7, 8 },
            { "attempts", "ATTEMPTS", TOP_NUMBER, 8, 5 },
            { "clients", "CLIENTS", TOP_NUMBER, 7, 3 },
            { "ports", "PORTS", TOP_NUMBER, 5, 4 },
            { "answered", "ANSWERED", TOP_NUMBER, 8, 6 },
            { "last", "LAST", TOP_TIME, 8, 2 },
        },
    },
    [TOP_PORTS] = {
        .name = "ports", .n_columns = 9, .sort = 1,
        .columns = {
            { "port", "PORT", TOP_KEY, 13, 0 },
            { "contacts", "CONTACTS", TOP_NUMBER, 8, 0 },
            { "per_minute", "/MIN", TOP_NUMBER, 6, 1 },
            { "per_minute", "", TOP_BAR, 7, 8 },
            { "attempts", "ATTEMPTS", TOP_NUMBER, 8, 5 },
            { "clients", "CLIENTS", TOP_NUMBER, 7, 3 },
            { "targets", "TARGETS", TOP_NUMBER, 7, 4 },
            { "answered", "ANSWERED", TOP_NUMBER, 8, 6 },
            { "last", "LAST", TOP_TIME, 8, 2 },
        },
    },
    [TOP_CONTACTS] = {
        .name = "contacts", .n_columns = 8, .sort = 0,
        .columns = {
            { "last", "LAST", TOP_TIME, 8, 1 },
            { "client", "CLIENT", TOP_ADDRESS, 15, 0 },
            { "target", "TARGET", TOP_ADDRESS, 15, 0 },
            { "protocol", "PROTO", TOP_TEXT, 5, 3 },
            { "port", "PORT", TOP_NUMBER, 5, 2 },
            { "attempts", "ATTEMPTS", TOP_NUMBER, 8, 5 },
            { "answer", "ANSWER", TOP_TEXT, 7, 4 },
            { "seen_as", "SEEN AS", TOP_ADDRESS, 15, 6 },
        },
    },
};

int
top_find_column(enum top_view view, const char *name)
{
    const struct top_table *table = &top_tables[view];

    for (int i = 0; i < table->n_columns; i++) {
        if (table->columns[i].kind != TOP_BAR
            && !strcmp(table->columns[i].name, name)) {
            return i;
        }
    }
    return -1;
}

/* Returns a copy of the first bytes of 's' that is safe to print. */
static char *
copy_printable(const char *s)
{
    char *copy = xmemdup0(s, strnlen(s, MAX_CELL));

    for (char *p = copy; *p; p++) {
        if (*p < ' ' || *p > '~') {
            *p = '?';
        }
    }
    return copy;
}

static struct top_cell
cell_from_json(const struct json *json)
{
    struct top_cell cell = { .text = NULL };

    if (json && json->type == JSON_STRING) {
        cell.text = copy_printable(json_string(json));
        cell.is_address = address_parse(cell.text, &cell.address);
    } else if (json && json->type == JSON_INTEGER) {
        cell.number = json_integer(json);
        cell.text = xasprintf("%"PRId64, cell.number);
    } else if (json && json->type == JSON_REAL) {
        cell.number = json_real(json) < 0 ? 0 : MIN(json_real(json), 1e18);
        cell.text = xasprintf("%"PRId64, cell.number);
    }
    return cell;
}

static const char *
get_text(const struct json *row, const char *name)
{
    const struct json *json = shash_find_data(json_object(row), name);

    return json && json->type == JSON_STRING ? json_string(json) : "-";
}

/* "tcp/22", "icmp"; for the caller to free. */
static char *
get_port(const struct json *row)
{
    const char *protocol = get_text(row, "protocol");
    const struct json *port = shash_find_data(json_object(row), "port");
    char *name = (port && port->type == JSON_INTEGER
                  ? xasprintf("%s/%lld", protocol,
                              (long long int) json_integer(port))
                  : xstrdup(protocol));
    char *copy = copy_printable(name);

    free(name);
    return copy;
}

static char *
make_key(enum top_view view, const struct json *json)
{
    char *port, *client, *target, *key;

    if (view == TOP_CLIENTS) {
        return copy_printable(get_text(json, "client"));
    } else if (view == TOP_TARGETS) {
        return copy_printable(get_text(json, "target"));
    }
    port = get_port(json);
    if (view == TOP_PORTS) {
        return port;
    }
    client = copy_printable(get_text(json, "client"));
    target = copy_printable(get_text(json, "target"));
    key = xasprintf("%.39s %.39s %.20s", client, target, port);
    free(client);
    free(target);
    free(port);
    return key;
}

static void
add_row(struct top_rows *rows, const struct json *json)
{
    const struct top_table *table = &top_tables[rows->view];
    struct top_row *row = &rows->rows[rows->n];

    row->key = make_key(rows->view, json);
    for (int i = 0; i < table->n_columns; i++) {
        const struct top_column *column = &table->columns[i];

        if (column->kind == TOP_KEY) {
            row->cells[i] = (struct top_cell) { .text = xstrdup(row->key) };
            row->cells[i].is_address
                = address_parse(row->key, &row->cells[i].address);
        } else {
            row->cells[i] = cell_from_json(shash_find_data(json_object(json),
                                                           column->name));
        }
        int64_t number = MAX(row->cells[i].number, 0);
        if (column->kind == TOP_BAR) {
            rows->per_minute += number;
            rows->max_per_minute = MAX(rows->max_per_minute, number);
        } else if (!strcmp(column->name, "contacts")) {
            rows->contacts += number;
        }
    }
    rows->shown[rows->n] = row;
    rows->n++;
}

bool
top_rows_init(struct top_rows *rows, enum top_view view,
              const struct json *json)
{
    *rows = (struct top_rows) { .view = view };
    if (json->type != JSON_ARRAY) {
        return false;
    }

    size_t n = MIN(json_array(json)->n, TOP_MAX_ROWS);
    rows->rows = xcalloc(n ? n : 1, sizeof *rows->rows);
    rows->shown = xcalloc(n ? n : 1, sizeof *rows->shown);
    for (size_t i = 0; i < n; i++) {
        if (json_array(json)->elems[i]->type != JSON_OBJECT) {
            top_rows_destroy(rows);
            *rows = (struct top_rows) { .view = view };
            return false;
        }
        add_row(rows, json_array(json)->elems[i]);
    }
    rows->n_shown = n;
    return true;
}

void
top_rows_destroy(struct top_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        free(rows->rows[i].key);
        for (int j = 0; j < TOP_MAX_COLUMNS; j++) {
            free(rows->rows[i].cells[j].text);
        }
    }
    free(rows->rows);
    free(rows->shown);
}

/* What qsort_r() needs to know. */
struct order {
    enum top_view view;
    int column;
    enum top_kind kind;
    bool reverse;
};

/* Ports in the order of their numbers. */
static int
compare_texts(const char *a, const char *b)
{
    return strverscmp(a ? a : "", b ? b : "");
}

/* Addresses, too, after what is none. */
static int
compare_names(const struct top_cell *a, const struct top_cell *b)
{
    return (a->is_address != b->is_address ? a->is_address - b->is_address
            : a->is_address ? address_compare(a->address, b->address)
            : compare_texts(a->text, b->text));
}

static int
compare_cells(const struct top_cell *a, const struct top_cell *b,
              enum top_kind kind)
{
    return (kind == TOP_NUMBER || kind == TOP_BAR
            ? (a->number < b->number) - (a->number > b->number)
            : kind == TOP_TIME ? compare_texts(b->text, a->text)
            : compare_names(a, b));
}

static int
compare_keys(const struct top_row *a, const struct top_row *b,
             enum top_view view)
{
    return (top_tables[view].columns[0].kind == TOP_KEY
            ? compare_names(&a->cells[0], &b->cells[0])
            : compare_texts(a->key, b->key));
}

/* Equal rows in the order of their keys, then as they came, so that they stay
 * where they are. */
static int
compare_rows(const void *a_, const void *b_, void *order_)
{
    const struct top_row *a = *(const struct top_row *const *) a_;
    const struct top_row *b = *(const struct top_row *const *) b_;
    const struct order *order = order_;
    int result = compare_cells(&a->cells[order->column],
                               &b->cells[order->column], order->kind);

    if (order->reverse) {
        result = -result;
    }
    if (!result) {
        result = compare_keys(a, b, order->view);
    }
    return result ? result : (a > b) - (a < b);
}

void
top_rows_arrange(struct top_rows *rows, int column, bool reverse,
                 const char *filter)
{
    struct order order = {
        .view = rows->view,
        .column = column,
        .kind = top_tables[rows->view].columns[column].kind,
        .reverse = reverse,
    };

    rows->n_shown = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (strcasestr(rows->rows[i].key, filter)) {
            rows->shown[rows->n_shown++] = &rows->rows[i];
        }
    }
    if (rows->n_shown) {
        qsort_r(rows->shown, rows->n_shown, sizeof *rows->shown, compare_rows,
                &order);
    }
}

int
top_rows_find(const struct top_rows *rows, const char *key, size_t hint)
{
    if (hint < rows->n_shown && !strcmp(rows->shown[hint]->key, key)) {
        return hint;
    }
    for (size_t i = 0; i < rows->n_shown; i++) {
        if (!strcmp(rows->shown[i]->key, key)) {
            return i;
        }
    }
    return -1;
}
