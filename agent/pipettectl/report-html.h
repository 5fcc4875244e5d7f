/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_HTML_H
#define AGENT_PIPETTECTL_REPORT_HTML_H 1

/* A report as one HTML page, which needs nothing from elsewhere, and by its
 * Content-Security-Policy could not load it.  Pure. */

#include "agent/pipettectl/report-summary.h"

struct ds;

struct report_page {
    const char *title;          /* Any text. */
    long long int now;          /* Milliseconds since the epoch. */
    const struct report_data *data;
    const struct report_summary *summary;       /* Of 'data'. */
};

/* Appends the page. */
void report_page_put(const struct report_page *, struct ds *);

#endif /* agent/pipettectl/report-html.h */
