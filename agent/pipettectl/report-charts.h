/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_CHARTS_H
#define AGENT_PIPETTECTL_REPORT_CHARTS_H 1

/* The pictures of a report, as SVG in HTML, and next to each a table that says
 * the same, for who does not see the picture, or wants the figures.  What
 * colours they have, and how they are moved in by keys, report.css and
 * report.js say.  Pure. */

#include "agent/pipettectl/report-summary.h"

struct ds;

/* Contacts over time, in bars, by answer. */
void report_put_timeline(struct ds *, const struct report_timeline *);

/* Clients by targets.  There is at least one cell. */
void report_put_heat(struct ds *, const struct report_summary *);

/* A bar that takes 'part' of 'whole' of its place. */
void report_put_bar(struct ds *, uint64_t part, uint64_t whole);

/* One bar in three parts. */
void report_put_answer_bar(struct ds *,
                           const uint64_t by_answer[REPORT_N_ANSWERS]);

#endif /* agent/pipettectl/report-charts.h */
