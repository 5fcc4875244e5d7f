/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_TABLES_H
#define AGENT_PIPETTECTL_REPORT_TABLES_H 1

/* The tables of a report, in HTML.  Pure. */

#include "agent/pipettectl/report-summary.h"

struct ds;

/* Those with the most contacts of one kind. */
void report_put_top(struct ds *, const struct report_summary *,
                    enum report_dimension);

/* Contacts by protocol. */
void report_put_protocols(struct ds *, const struct report_summary *);

/* The newest contacts. */
void report_put_newest(struct ds *, const struct report_data *,
                       const struct report_summary *);

#endif /* agent/pipettectl/report-tables.h */
