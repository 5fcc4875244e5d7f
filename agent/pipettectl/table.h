/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TABLE_H
#define AGENT_PIPETTECTL_TABLE_H 1

/* Tables of the agent, for people: what a control command lists, as aligned
 * columns that fit the terminal. */

#include <stdbool.h>
#include <stddef.h>

#include "agent/pipettectl/ctl.h"

struct ds;
struct listing;

/* Escape sequences of terminals (ECMA-48 section 8.3.117). */
#define CTL_BOLD "\033[1m"
#define CTL_DIM "\033[2m"
#define CTL_RED "\033[31m"
#define CTL_GREEN "\033[32m"
#define CTL_YELLOW "\033[33m"
#define CTL_NORMAL "\033[0m"

enum table_column_kind {
    COLUMN_TEXT,                /* Aligned to the left. */
    COLUMN_NUMBER,              /* To the right. */
    COLUMN_TIME                 /* As the agent writes it, in RFC 3339; on a
                                 * terminal without year and milliseconds. */
};

struct table_column {
    const char *name;           /* In JSON. */
    const char *heading;
    enum table_column_kind kind;
    unsigned int rank;          /* What is left out first if the terminal is
                                 * narrow: the highest.  0 for what stays. */
};

struct table {
    const char *command;        /* The control command. */
    const struct table_column *columns;
    size_t n_columns;

    /* Returns what is put before a value on a terminal, NULL for nothing. */
    const char *(*colour)(const struct listing *, size_t row, size_t column);
};

/* Returns the names of the columns, for listing_create(): an array that the
 * caller must free once it has destroyed the listing. */
const char **table_names(const struct table *);

/* Makes what could control the terminal in the 'n' bytes a '?'. */
void table_clean(char *s, size_t n);

/* Runs the table's control command with the arguments from 'argv[1]' on, which
 * the agent checks, and prints what it lists: with "--format" json or csv as
 * the agent has it, otherwise as a table.  Returns the exit status. */
int table_show(const struct table *, struct ctl *, int argc, char *argv[]);

#endif /* agent/pipettectl/table.h */
