/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-tables.h"

#include "agent/pipettectl/report-charts.h"
#include "agent/pipettectl/report-text.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

#define ROWS_IN_TOP 12

struct dimension {
    const char *id;             /* In the page. */
    const char *title;
    const char *one;            /* What its rows are. */
    enum report_dimension others[2];    /* What else is counted. */
};

static const struct dimension dimensions[] = {
    [REPORT_CLIENTS] = { "clients", "Clients", "Client",
                         { REPORT_TARGETS, REPORT_PORTS } },
    [REPORT_TARGETS] = { "targets", "Targets", "Target",
                         { REPORT_CLIENTS, REPORT_PORTS } },
    [REPORT_PORTS] = { "ports", "Ports", "Port",
                       { REPORT_CLIENTS, REPORT_TARGETS } },
};

static void
put_number_cell(struct ds *s, uint64_t n)
{
    ds_put_cstr(s, "<td class=\"num\">");
    report_put_number(s, n);
    ds_put_cstr(s, "</td>");
}

static void
put_number_heading(struct ds *s, const char *heading)
{
    ds_put_format(s, "<th scope=\"col\" class=\"num\">%s</th>", heading);
}

/* "tcp/22", or "icmp" without a port. */
static void
put_port(struct ds *s, enum report_protocol protocol, uint16_t port)
{
    ds_put_cstr(s, report_protocol_name(protocol));
    if (port) {
        ds_put_format(s, "/%u", port);
    }
}

static void
put_service(struct ds *s, enum report_protocol protocol, uint16_t port)
{
    const char *name = report_service_name(protocol, port);

    if (name) {
        ds_put_format(s, " <span class=\"soft\">%s</span>", name);
    }
}

/* The name leads to the contacts that have it. */
static void
put_name(struct ds *s, enum report_dimension dimension, struct address key)
{
    ds_put_cstr(s, "<th scope=\"row\"><a href=\"#contacts\" "
                "data-filter=\"=");
    if (dimension == REPORT_PORTS) {
        enum report_protocol protocol = report_key_protocol(key.lo);
        uint16_t port = report_key_port(key.lo);

        put_port(s, protocol, port);
        ds_put_cstr(s, "\">");
        put_port(s, protocol, port);
        ds_put_cstr(s, "</a>");
        put_service(s, protocol, port);
    } else {
        report_put_address(s, key, 0);
        ds_put_cstr(s, "\">");
        report_put_address(s, key, 0);
        ds_put_cstr(s, "</a>");
    }
    ds_put_cstr(s, "</th>");
}

static void
put_top_row(struct ds *s, const struct dimension *dimension,
            enum report_dimension which, const struct report_top *top,
            uint64_t most)
{
    ds_put_cstr(s, "<tr>");
    put_name(s, which, top->key);
    put_number_cell(s, top->contacts);
    ds_put_cstr(s, "<td class=\"length\">");
    report_put_bar(s, top->contacts, most);
    ds_put_cstr(s, "</td>");
    for (int i = 0; i < 2; i++) {
        put_number_cell(s, top->distinct[dimension->others[i]]);
    }
    ds_put_cstr(s, "<td class=\"num\">");
    report_put_share(s, top->answered, top->contacts);
    ds_put_cstr(s, "</td></tr>\n");
}

void
report_put_top(struct ds *s, const struct report_summary *summary,
               enum report_dimension which)
{
    const struct dimension *dimension = &dimensions[which];
    const struct report_ranking *ranking = &summary->rankings[which];
    size_t n = MIN(ranking->n, ROWS_IN_TOP);

    ds_put_format(s, "<section aria-labelledby=\"top-%s\">"
                  "<h2 id=\"top-%s\">%s</h2>\n<p class=\"soft\">",
                  dimension->id, dimension->id, dimension->title);
    ds_put_format(s, "The %"PRIuSIZE" with the most contacts, of ", n);
    report_put_number(s, ranking->n_distinct);
    ds_put_format(s, ".</p>\n<div class=\"wide\">"
                  "<table id=\"top-%s-table\" aria-labelledby=\"top-%s\">"
                  "<thead><tr><th scope=\"col\">%s</th>",
                  dimension->id, dimension->id, dimension->one);
    put_number_heading(s, "Contacts");
    ds_put_cstr(s, "<td></td>");
    for (int i = 0; i < 2; i++) {
        put_number_heading(s, dimensions[dimension->others[i]].title);
    }
    put_number_heading(s, "Answered");
    ds_put_cstr(s, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        put_top_row(s, dimension, which, &ranking->top[i],
                    ranking->top[0].contacts);
    }
    ds_put_cstr(s, "</tbody></table></div></section>\n");
}

void
report_put_protocols(struct ds *s, const struct report_summary *summary)
{
    ds_put_cstr(s, "<section aria-labelledby=\"protocols\">"
                "<h2 id=\"protocols\">Protocols and answers</h2>\n"
                "<table id=\"protocols-table\" "
                "aria-labelledby=\"protocols\"><thead><tr>"
                "<th scope=\"col\">Contacts</th>");
    put_number_heading(s, "Number");
    ds_put_cstr(s, "<td></td>");
    put_number_heading(s, "Share");
    ds_put_cstr(s, "</tr></thead><tbody>\n");
    for (int i = 0; i < REPORT_N_PROTOCOLS + REPORT_N_ANSWERS; i++) {
        bool answer = i >= REPORT_N_PROTOCOLS;
        uint64_t n = (answer ? summary->by_answer[i - REPORT_N_PROTOCOLS]
                      : summary->by_protocol[i]);

        if (n || answer) {
            ds_put_format(s, "<tr><th scope=\"row\">%s</th>",
                          answer ? report_answer_name(i - REPORT_N_PROTOCOLS)
                          : report_protocol_name(i));
            put_number_cell(s, n);
            ds_put_cstr(s, "<td class=\"length\">");
            report_put_bar(s, n, summary->n);
            ds_put_cstr(s, "</td><td class=\"num\">");
            report_put_share(s, n, summary->n);
            ds_put_cstr(s, "</td></tr>\n");
        }
    }
    ds_put_cstr(s, "</tbody></table></section>\n");
}

static void
put_contact(struct ds *s, const struct report_data *d,
            const struct report_summary *summary,
            const struct report_contact *c)
{
    ds_put_cstr(s, "<tr><td>");
    report_put_time(s, "%Y-%m-%d %H:%M:%S.###", c->first);
    ds_put_cstr(s, "</td><td>");
    report_put_address(s, c->client, 0);
    ds_put_cstr(s, "</td><td>");
    report_put_address(s, c->target, 0);
    ds_put_cstr(s, "</td><td>");
    put_port(s, c->protocol, c->port);
    put_service(s, c->protocol, c->port);
    if (summary->vlans) {
        ds_put_cstr(s, "</td><td class=\"num\">");
        if (c->vlan) {
            ds_put_format(s, "%u", c->vlan);
        }
    }
    if (d->n_networks > 1) {
        ds_put_cstr(s, "</td><td class=\"name\">");
        report_put_text(s, d->networks[c->network]);
    }
    ds_put_cstr(s, "</td><td class=\"num attempts\">");
    report_put_number(s, c->attempts);
    ds_put_format(s, "</td><td><svg class=\"swatch dot\" "
                  "aria-hidden=\"true\"><rect class=\"%s\" width=\"12\" "
                  "height=\"12\"/></svg> %s</td></tr>\n",
                  report_answer_name(c->answer),
                  report_answer_name(c->answer));
}

static void
put_filter(struct ds *s)
{
    ds_put_cstr(s, "<div id=\"filter-box\" role=\"search\" hidden>"
                "<label for=\"filter\">Filter</label>"
                "<input id=\"filter\" type=\"search\" autocomplete=\"off\" "
                "spellcheck=\"false\" aria-describedby=\"filter-help\" "
                "aria-controls=\"contacts-table\">"
                "<span id=\"count\" role=\"status\"></span></div>\n"
                "<p class=\"soft\" id=\"filter-help\">The filter shows rows "
                "that have each word: ssh, 192.168.2, =tcp/22 as a whole "
                "word, !silent for rows without it.</p>\n");
}

void
report_put_newest(struct ds *s, const struct report_data *d,
                  const struct report_summary *summary)
{
    ds_put_cstr(s, "<section id=\"contacts\" "
                "aria-labelledby=\"contacts-title\" tabindex=\"-1\">"
                "<h2 id=\"contacts-title\">Contacts</h2>\n"
                "<p class=\"soft\" id=\"rows\">");
    if (summary->n > summary->n_newest) {
        ds_put_cstr(s, "The newest ");
        report_put_number(s, summary->n_newest);
        ds_put_cstr(s, " of ");
    }
    report_put_number(s, summary->n);
    ds_put_cstr(s, ", the newest first; times are UTC.</p>\n");
    if (summary->n_newest > 100) {
        ds_put_cstr(s, "<p class=\"soft paper\">On paper, 100 of these, or "
                    "those that the filter shows.</p>\n");
    }
    put_filter(s);
    ds_put_cstr(s, "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
                "aria-label=\"Table of contacts\">"
                "<table id=\"contacts-table\"><thead><tr>"
                "<th scope=\"col\">Began</th><th scope=\"col\">Client</th>"
                "<th scope=\"col\">Target</th><th scope=\"col\">Port</th>");
    if (summary->vlans) {
        put_number_heading(s, "VLAN");
    }
    if (d->n_networks > 1) {
        ds_put_cstr(s, "<th scope=\"col\">Network</th>");
    }
    ds_put_cstr(s, "<th scope=\"col\" class=\"num attempts\">Attempts</th>"
                "<th scope=\"col\">Answer</th></tr></thead>"
                "<tbody class=\"rows\">\n");
    for (size_t i = 0; i < summary->n_newest; i++) {
        put_contact(s, d, summary, summary->newest[i]);
    }
    ds_put_cstr(s, "</tbody></table></div></section>\n");
}
