/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_ASSETS_H
#define AGENT_PIPETTECTL_REPORT_ASSETS_H 1

/* report.css and report.js, as embed.py puts them into report-assets.c when
 * this is built. */

extern const char report_css[];
extern const char report_js[];

/* What a Content-Security-Policy calls them: "sha256-..." */
extern const char report_css_hash[];
extern const char report_js_hash[];

#endif /* agent/pipettectl/report-assets.h */
