/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-html.h"

#include "agent/pipettectl/report-assets.h"
#include "agent/pipettectl/report-charts.h"
#include "agent/pipettectl/report-tables.h"
#include "agent/pipettectl/report-text.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

#define MINUTES "%Y-%m-%d %H:%M"

static void
put_head(struct ds *s, const struct report_page *page)
{
    ds_put_format(s, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                  "<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src '%s'; "
                  "script-src '%s'; base-uri 'none'; form-action 'none'\">\n",
                  report_css_hash, report_js_hash);
    ds_put_cstr(s, "<meta name=\"viewport\" "
                "content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<meta name=\"generator\" content=\"pipettectl "
                PIPETTE_VERSION "\">\n<title>");
    report_put_text(s, page->title);
    ds_put_format(s, "</title>\n<style>%s</style>\n</head>\n", report_css);
}

static void
put_span(struct ds *s, const struct report_summary *summary)
{
    if (!summary->n) {
        ds_put_cstr(s, "No contacts");
        return;
    }
    report_put_time(s, MINUTES, summary->first);
    ds_put_cstr(s, " to ");
    report_put_time(s, MINUTES, summary->last);
    ds_put_cstr(s, " UTC");
}

static void
put_header(struct ds *s, const struct report_page *page)
{
    ds_put_cstr(s, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the "
                "figures</a>\n");
    if (page->summary->n) {
        ds_put_cstr(s, "<a class=\"skip\" href=\"#contacts\">Skip to the "
                    "table of contacts</a>\n");
    }
    ds_put_cstr(s, "<header>\n<h1>");
    report_put_text(s, page->title);
    ds_put_cstr(s, "</h1>\n<p class=\"sub\" id=\"span\">");
    put_span(s, page->summary);
    ds_put_cstr(s, "</p>\n");
    if (page->summary->n) {
        ds_put_cstr(s, "<nav aria-label=\"Parts of the page\"><ul>"
                    "<li><a href=\"#time\">Over time</a></li>"
                    "<li><a href=\"#heat\">Clients and targets</a></li>"
                    "<li><a href=\"#tops\">The most active</a></li>"
                    "<li><a href=\"#contacts\">All contacts</a></li>"
                    "</ul></nav>\n");
    }
    ds_put_cstr(s, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
}

/* What the figures do not have. */
static void
put_notice(struct ds *s, const struct report_data *d)
{
    if (d->n_contacts == d->n && !d->n_suppressed) {
        return;
    }
    ds_put_cstr(s, "<div class=\"notice\" role=\"note\" id=\"notice\">\n");
    if (d->n_suppressed) {
        ds_put_cstr(s, "<p><strong>");
        report_put_number(s, d->n_suppressed);
        ds_put_cstr(s, "</strong> contacts more are not in the log: there "
                    "were too many at once for it.  The figures are without "
                    "them.</p>\n");
    }
    if (d->n_contacts > d->n) {
        ds_put_cstr(s, "<p>The log has <strong>");
        report_put_number(s, d->n_contacts);
        ds_put_cstr(s, "</strong> contacts.  This page is about the last ");
        report_put_number(s, d->n);
        ds_put_cstr(s, " of them.</p>\n");
    }
    ds_put_cstr(s, "</div>\n");
}

static void
begin_figure(struct ds *s, const char *id, const char *name)
{
    ds_put_format(s, "<div><dt>%s</dt><dd id=\"n-%s\">", name, id);
}

static void
put_figure(struct ds *s, const char *id, const char *name, uint64_t n)
{
    begin_figure(s, id, name);
    report_put_number(s, n);
    ds_put_cstr(s, "</dd></div>\n");
}

static void
put_figures(struct ds *s, const struct report_page *page)
{
    const struct report_summary *summary = page->summary;
    const struct report_ranking *rankings = summary->rankings;

    ds_put_cstr(s, "<dl class=\"figures\" aria-label=\"Figures\">\n");
    put_figure(s, "contacts", "Contacts", summary->n);
    put_figure(s, "attempts", "Attempts", summary->attempts);
    put_figure(s, "clients", "Clients", rankings[REPORT_CLIENTS].n_distinct);
    put_figure(s, "targets", "Targets", rankings[REPORT_TARGETS].n_distinct);
    put_figure(s, "ports", "Ports", summary->n_ports);
    begin_figure(s, "answered", "Answered");
    report_put_share(s, summary->by_answer[REPORT_GIVEN], summary->n);
    report_put_answer_bar(s, summary->by_answer);
    ds_put_cstr(s, "</dd></div>\n");
    begin_figure(s, "span", "Span");
    report_put_duration(s, summary->last - summary->first);
    ds_put_cstr(s, "</dd></div>\n");
    if (page->data->n_denied) {
        put_figure(s, "denied", "Denied, beside these",
                   page->data->n_denied);
    }
    ds_put_cstr(s, "</dl>\n");
}

static void
put_time_section(struct ds *s, const struct report_timeline *t)
{
    ds_put_cstr(s, "<section id=\"time\" aria-labelledby=\"time-title\">"
                "<h2 id=\"time-title\">Contacts over time</h2>\n"
                "<p class=\"soft\">A bar is ");
    report_put_duration(s, t->width);
    ds_put_cstr(s, "; times are UTC.</p>\n");
    report_put_timeline(s, t);
    ds_put_cstr(s, "</section>\n");
}

static bool
has_columns(const struct report_heat *heat, bool ipv4)
{
    for (size_t i = 0; i < heat->n_columns; i++) {
        if (address_is_ipv4(heat->columns[i]) == ipv4) {
            return true;
        }
    }
    return false;
}

/* What a column of a family is. */
static void
put_column(struct ds *s, const struct report_heat *heat, bool ipv4)
{
    unsigned int shift = heat->shift[ipv4];

    if (!shift) {
        ds_put_cstr(s, "a target");
    } else if (ipv4) {
        ds_put_format(s, "a block of %llu addresses", 1ULL << shift);
    } else {
        ds_put_format(s, "a block with a prefix length of %u",
                      ADDRESS_BITS - shift);
    }
}

static void
put_columns(struct ds *s, const struct report_heat *heat)
{
    bool ipv4 = has_columns(heat, true);

    put_column(s, heat, ipv4);
    if (ipv4 && has_columns(heat, false)
        && (heat->shift[0] || heat->shift[1])) {
        ds_put_cstr(s, " of IPv4, or ");
        put_column(s, heat, false);
        ds_put_cstr(s, " of IPv6");
    }
}

static void
put_heat_section(struct ds *s, const struct report_summary *summary)
{
    const struct report_heat *heat = &summary->heat;
    uint64_t n_clients = summary->rankings[REPORT_CLIENTS].n_distinct;

    ds_put_cstr(s, "<section id=\"heat\" aria-labelledby=\"heat-title\">"
                "<h2 id=\"heat-title\">Clients and targets</h2>\n"
                "<p class=\"soft\">A row is a client, a column ");
    put_columns(s, heat);
    ds_put_cstr(s, " that was contacted.");
    if (heat->others) {
        ds_put_format(s, "  The %d with the most contacts, of ",
                      REPORT_MAX_TOP);
        report_put_number(s, n_clients);
        ds_put_cstr(s, " clients, have rows of their own.");
    }
    ds_put_cstr(s, "</p>\n");
    report_put_heat(s, summary);
    ds_put_cstr(s, "</section>\n");
}

static void
put_sections(struct ds *s, const struct report_page *page)
{
    put_time_section(s, &page->summary->timeline);
    put_heat_section(s, page->summary);
    ds_put_cstr(s, "<div class=\"tops\" id=\"tops\" tabindex=\"-1\">\n");
    for (int i = 0; i < REPORT_N_DIMENSIONS; i++) {
        report_put_top(s, page->summary, i);
    }
    report_put_protocols(s, page->summary);
    ds_put_cstr(s, "</div>\n");
    report_put_newest(s, page->data, page->summary);
}

static void
put_footer_count(struct ds *s, uint64_t n, const char *one, const char *many)
{
    if (n) {
        ds_put_cstr(s, " ");
        report_put_number(s, n);
        ds_put_cstr(s, n == 1 ? one : many);
    }
}

static void
put_footer(struct ds *s, const struct report_page *page)
{
    const struct report_data *d = page->data;

    ds_put_cstr(s, "</main>\n<footer>\n<p id=\"read\">");
    report_put_number(s, d->n_lines);
    ds_put_cstr(s, d->n_lines == 1 ? " line was read." : " lines were read.");
    put_footer_count(s, d->n_broken, " was not JSON, and is left out.",
                     " were not JSON, and are left out.");
    put_footer_count(s, d->n_other, " had no contact, and is left out.",
                     " had no contact, and are left out.");
    put_footer_count(s, d->n_outside, " was of another time.",
                     " were of another time.");
    ds_put_cstr(s, "</p>\n<p>Made by pipettectl " PIPETTE_VERSION " at ");
    report_put_time(s, MINUTES, page->now);
    ds_put_cstr(s, " UTC.</p>\n</footer>\n");
}

void
report_page_put(const struct report_page *page, struct ds *s)
{
    put_head(s, page);
    put_header(s, page);
    put_notice(s, page->data);
    put_figures(s, page);
    if (page->summary->n) {
        put_sections(s, page);
    }
    put_footer(s, page);
    ds_put_format(s, "<div id=\"tip\" hidden></div>\n"
                  "<div id=\"said\" class=\"unseen\" aria-live=\"polite\">"
                  "</div>\n<script>%s</script>\n</body>\n</html>\n",
                  report_js);
}
