/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_SORT_H
#define AGENT_PIPETTECTL_REPORT_SORT_H 1

/* Parts of report_summarize(): what sorts the contacts.  Pure. */

#include "agent/pipettectl/report-summary.h"

/* A contact, by what it is sorted. */
struct report_item {
    uint32_t key;
    uint32_t i;                 /* For report_data_get(). */
};

/* Sorts by 'key'.  Of two that are equal, the first stays the first. */
void report_sort(struct report_item *, size_t n);

/* Fills a ranking of 's' and what else is about all of that dimension.
 * 'items', with room for all contacts, are then sorted by it. */
void report_rank(struct report_summary *s, const struct report_data *,
                 enum report_dimension, struct report_item *items);

/* Fills the heat map.  'items' are sorted by target; the clients are ranked
 * already. */
void report_fill_heat(struct report_summary *s, const struct report_data *,
                      const struct report_item *items);

#endif /* agent/pipettectl/report-sort.h */
