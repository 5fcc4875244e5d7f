/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_ROWS_H
#define AGENT_PIPETTECTL_TOP_ROWS_H 1

/* The tables of "pipettectl top": rows out of JSON of the control commands
 * "top" and "contacts", in order, filtered.  Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address.h"

struct json;

enum top_view {
    TOP_CLIENTS,
    TOP_TARGETS,
    TOP_PORTS,
    TOP_CONTACTS,               /* Of one row of one of the others. */
    TOP_N_VIEWS
};

enum top_kind {
    TOP_KEY,                    /* What the row is about. */
    TOP_TEXT,
    TOP_ADDRESS,
    TOP_NUMBER,
    TOP_TIME,                   /* "2026-11-28T10:00:00.123Z" */
    TOP_BAR                     /* The number as a part of the largest one. */
};

struct top_column {
    const char *name;           /* In JSON. */
    const char *heading;
    enum top_kind kind;
    int width;                  /* At least. */
    int rank;                   /* Where there is no room for all columns, the
                                 * highest goes first; 0 never goes. */
};

#define TOP_MAX_COLUMNS 10

struct top_table {
    const char *name;           /* "clients" */
    struct top_column columns[TOP_MAX_COLUMNS];
    int n_columns;
    int sort;                   /* The column of the first order. */
};

extern const struct top_table top_tables[TOP_N_VIEWS];

/* Returns a column by the name in JSON, -1 if there is none to sort by. */
int top_find_column(enum top_view, const char *name);

struct top_cell {
    char *text;                 /* Printable ASCII; NULL if it is unknown. */
    int64_t number;             /* 0 if it is none. */
    bool is_address;            /* 'text' is 'address'. */
    struct address address;
};

struct top_row {
    char *key;                  /* What the filter looks at. */
    struct top_cell cells[TOP_MAX_COLUMNS];
};

#define TOP_MAX_ROWS 10000

struct top_rows {
    enum top_view view;
    struct top_row *rows;       /* As they came. */
    size_t n;
    const struct top_row **shown; /* In order, those that pass the filter. */
    size_t n_shown;
    uint64_t contacts, per_minute; /* Of all rows. */
    int64_t max_per_minute;
};

/* Initializes 'rows' with those of 'json': at most TOP_MAX_ROWS, of each cell
 * at most 63 bytes.  All are shown, as they came.  Returns false, with no
 * rows, if it is no array of objects. */
bool top_rows_init(struct top_rows *rows, enum top_view,
                   const struct json *json);
void top_rows_destroy(struct top_rows *);

/* Shows the rows whose key has 'filter' in it (upper or lower case is the
 * same) by 'column': texts from the first to the last one, addresses in the
 * order of address_compare(), numbers and times from the greatest to the
 * least, or 'reverse' the other way round. */
void top_rows_arrange(struct top_rows *, int column, bool reverse,
                      const char *filter);

/* Returns the index in 'shown' of the row with 'key', of several 'hint' if it
 * is one of them; -1 without. */
int top_rows_find(const struct top_rows *, const char *key, size_t hint);

#endif /* agent/pipettectl/top-rows.h */
