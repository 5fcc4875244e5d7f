/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_GRID_H
#define AGENT_PIPETTECTL_TOP_GRID_H 1

/* A screen full of characters, each with a style, before a terminal draws
 * them.  Pure.  Only printable ASCII gets into a grid, whatever is put there,
 * so no text can command the terminal. */

#include <stddef.h>

#include "compiler.h"

struct ds;

enum top_style {
    TOP_NORMAL,
    TOP_BOLD,
    TOP_TITLE,                  /* The first line. */
    TOP_HEADING,                /* Of columns. */
    TOP_SORTED,                 /* The heading of the column of the order. */
    TOP_CURSOR,                 /* The row of the cursor. */
    TOP_BAR_LOW,                /* Parts of a bar, from the left. */
    TOP_BAR_HIGH,
    TOP_GOOD,
    TOP_BAD,
    TOP_KEYS,                   /* The help line. */
    TOP_N_STYLES
};

struct top_grid {
    int height, width;
    char *chars;                /* Line by line, without line ends. */
    unsigned char *styles;      /* An enum top_style for each of 'chars'. */
};

/* All blanks.  Each side is at least 1 and at most 1,000. */
void top_grid_init(struct top_grid *, int height, int width);
void top_grid_destroy(struct top_grid *);

/* Makes a line all blanks of one style. */
void top_grid_fill(struct top_grid *, int line, enum top_style);

/* Writes 'text' from (line, column) on.  What is outside of the grid is cut
 * off; what is not printable ASCII is a question mark. */
void top_grid_put(struct top_grid *, int line, int column, enum top_style,
                  const char *text);
void top_grid_put_format(struct top_grid *, int line, int column,
                         enum top_style, const char *format, ...)
    OVS_PRINTF_FORMAT(5, 6);

/* Appends the lines to 's', without blanks at their ends. */
void top_grid_format(const struct top_grid *, struct ds *s);

#endif /* agent/pipettectl/top-grid.h */
