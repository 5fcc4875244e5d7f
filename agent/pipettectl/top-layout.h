/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_LAYOUT_H
#define AGENT_PIPETTECTL_TOP_LAYOUT_H 1

/* What "pipettectl top" shows, as lines of a screen of any size.  Pure. */

struct top_grid;
struct top_state;

/* Fills 'grid', which must be empty, and tells 'state' how many rows fit it.
 *
 * From 8 lines on there are a title, totals, the names of views, and headings
 * above the rows; below that, only headings.  The last line is for keys, or
 * for what is wrong.  Columns that do not fit are left out. */
void top_layout(struct top_state *state, struct top_grid *grid);

#endif /* agent/pipettectl/top-layout.h */
