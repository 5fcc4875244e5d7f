/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-table.h"
#include "agent/contacts/contacts.h"
#include "agent/operator/component.h"
#include "agent/operator/metrics-text.h"
#include "agent/operator/process.h"
#include "netdev/firewall.h"
#include "netdev/links.h"
#include "openflow/claims-format.h"
#include "openflow/drop-count.h"
#include "openflow/error-relay.h"
#include "openflow/flow-sync.h"
#include "openflow/switch-conn.h"
#include "openflow/table-use.h"
#include "timeval.h"
#include "util.h"

/* A metric of one sample. */
static void
put_counter(struct metrics_text *m, const char *name, const char *help,
            uint64_t value)
{
    metrics_begin(m, METRICS_COUNTER, name, help);
    metrics_put(m, value, NULL);
}

static void
put_gauge(struct metrics_text *m, const char *name, const char *help,
          uint64_t value)
{
    metrics_begin(m, METRICS_GAUGE, name, help);
    metrics_put(m, value, NULL);
}

/* Agent and components. */

static void
put_agent(const struct metrics_source *source, struct metrics_text *m)
{
    metrics_begin(m, METRICS_GAUGE, "pipette_build_info",
                  "1, with the version of the agent.");
    metrics_put(m, 1, "version", PIPETTE_VERSION, NULL);

    metrics_begin(m, METRICS_GAUGE, "pipette_start_time_seconds",
                  "When the counters began, since the epoch.");
    metrics_put_msec(m, source->started, NULL);

    put_gauge(m, "pipette_ready", "1 if all is in sync, otherwise 0.",
              source->ready);
    put_gauge(m, "pipette_standby",
              "1 if another agent is active for the bridge, otherwise 0.",
              source->standby);
}

static void
put_components(const struct metrics_source *source, struct metrics_text *m)
{
    const struct component *c = source->components;

    metrics_begin(m, METRICS_GAUGE, "pipette_component_in_sync",
                  "1 if the component is in sync, otherwise 0.");
    for (size_t i = 0; i < source->n_components; i++) {
        metrics_put(m, c[i].in_sync, "component", c[i].name, NULL);
    }

    metrics_begin(m, METRICS_COUNTER, "pipette_component_state_seconds_total",
                  "Time that the component was in the state.");
    for (size_t i = 0; i < source->n_components; i++) {
        for (int j = 0; j < N_COMPONENT_STATES; j++) {
            metrics_put_msec(m, component_msec(&c[i], j),
                             "component", c[i].name,
                             "state", component_state_name(j), NULL);
        }
    }

    metrics_begin(m, METRICS_COUNTER, "pipette_component_sync_lost_total",
                  "How often the component was in sync, and then was not.");
    for (size_t i = 0; i < source->n_components; i++) {
        metrics_put(m, c[i].n_lost, "component", c[i].name, NULL);
    }
}

/* Each component is repaired in ways of its own. */

static void
put_repair(struct metrics_text *m, const char *component, const char *kind,
           uint64_t n)
{
    metrics_put(m, n, "component", component, "kind", kind, NULL);
}

static void
put_link_repairs(const struct links *links, struct metrics_text *m)
{
    static const char *const kinds[N_LINKS_KINDS] = {
        [LINKS_LINK] = "link",
        [LINKS_ADDRESS] = "address",
        [LINKS_ROUTE] = "route",
        [LINKS_NEIGHBOUR] = "neighbour",
        [LINKS_RULE] = "rule",
    };

    for (int i = 0; i < N_LINKS_KINDS; i++) {
        put_repair(m, "links", kinds[i], links_n_repairs(links, i));
    }
}

static void
put_repairs(const struct metrics_source *source,
            const struct flow_figures *flows, struct metrics_text *m)
{
    metrics_begin(m, METRICS_COUNTER, "pipette_repairs_total",
                  "Changes that put back what was in sync before.");
    put_repair(m, "bridge", "transaction",
               bridge_rows_n_repairs(source->rows));
    put_link_repairs(source->links, m);
    put_repair(m, "firewall", "table", firewall_n_repairs(source->firewall));
    put_repair(m, "flows", "added", flows->added);
    put_repair(m, "flows", "deleted", flows->deleted);
}

/* Flows. */

static void
put_flows(const struct flow_figures *flows, struct metrics_text *m)
{
    put_gauge(m, "pipette_flows_wanted",
              "Flows that the agent keeps in the switch.", flows->wanted);
    if (flows->known) {
        put_gauge(m, "pipette_flows_learned",
                  "Flows that the switch has learned.", flows->learned);
        put_gauge(m, "pipette_flows_foreign",
                  "Flows in the switch that are of others.", flows->foreign);
    }
}

static void
put_tables(const struct metrics_source *source, struct metrics_text *m)
{
    const struct table_use *use = switch_conn_table_use(source->conn);
    const struct bridge_limits *limits = &source->limits;
    char table[4];

    metrics_begin(m, METRICS_GAUGE, "pipette_table_flows",
                  "Flows in an OpenFlow table that has a limit.");
    for (size_t i = 0; i < limits->n && use->known; i++) {
        snprintf(table, sizeof table, "%u", limits->tables[i].table);
        metrics_put(m, use->flows[limits->tables[i].table],
                    "table", table, NULL);
    }

    metrics_begin(m, METRICS_GAUGE, "pipette_table_flows_limit",
                  "How many flows the OpenFlow table may have.");
    for (size_t i = 0; i < limits->n; i++) {
        snprintf(table, sizeof table, "%u", limits->tables[i].table);
        metrics_put(m, limits->tables[i].flows, "table", table, NULL);
    }
}

/* Those of the firewall that are against packets, not against a fake address
 * elsewhere, have no network. */
static void
put_drops(const struct drop_count *drops, const struct firewall_walls *walls,
          struct metrics_text *m)
{
    bool known = false;

    metrics_begin(m, METRICS_COUNTER, "pipette_dropped_packets_total",
                  "Packets that the flows dropped.");
    for (size_t i = 0; i < drops->n; i++) {
        struct drop_figures figures;

        drop_count_get(drops, i, time_msec(), &figures);
        known = figures.known;
        if (known) {
            metrics_put(m, figures.packets,
                        "network", figures.network ? figures.network : "",
                        "reason", figures.reason, NULL);
        }
        free(figures.network);
    }
    for (size_t i = 1; i < walls->n; i++) {
        metrics_put(m, walls->walls[i].count.packets, "network", "",
                    "reason", walls->walls[i].reason, NULL);
    }
    if (known) {
        metrics_begin(m, METRICS_GAUGE,
                      "pipette_dropped_packets_counted_timestamp_seconds",
                      "When dropped packets were counted last, since the "
                      "epoch.");
        metrics_put_msec(m, time_wall_msec() - (time_msec() - drops->as_of),
                         NULL);
    }
}

static void
put_wall(const struct firewall_walls *walls, struct metrics_text *m)
{
    const struct nft_counter *count = &walls->walls[0].count;

    if (walls->n) {
        put_counter(m, "pipette_wall_packets_total",
                    "Packets that the wall of the firewall stopped.",
                    count->packets);
        put_counter(m, "pipette_wall_bytes_total",
                    "Bytes that the wall of the firewall stopped.",
                    count->bytes);
    }
}

/* Puts what became of what 'meter' limits, in the counter 'name'. */
static void
put_metered(const struct agent_meter *meter, const char *name,
            const char *help, const char *done_name, uint64_t done,
            uint64_t refused, struct metrics_text *m)
{
    if (!meter->wanted) {
        return;
    }
    metrics_begin(m, METRICS_COUNTER, name, help);
    metrics_put(m, done, "result", done_name, NULL);
    metrics_put(m, refused, "result", "refused", NULL);
    if (meter->known) {
        metrics_put(m, meter->limited, "result", "limited", NULL);
    }
}

static void
put_relayed(const struct error_relay *relay, struct metrics_text *m)
{
    put_metered(&relay->meters[METER_OF_ERRORS], "pipette_icmp_errors_total",
                "ICMP errors of inside clients, by what became of them.",
                "translated", relay->translated, relay->refused, m);
    put_metered(&relay->meters[METER_OF_ND],
                "pipette_neighbour_solicitations_total",
                "Neighbour solicitations that the agent got, by what became "
                "of them.", "answered", relay->answered, relay->unanswered,
                m);
}

static void
put_claims(const struct claims *claims, struct metrics_text *m)
{
    metrics_begin(m, METRICS_GAUGE, "pipette_claimed_addresses",
                  "Claimed addresses, by who answers for them.");
    for (size_t i = 0; i < claims_n_networks(claims); i++) {
        const struct claims_figures f = claims_get_figures(claims, i);
        const char *network = f.network ? f.network : "";

        metrics_put(m, f.dark, "network", network, "state", "dark", NULL);
        metrics_put(m, f.owned, "network", network, "state", "owned", NULL);
        metrics_put(m, f.asked, "network", network, "state", "asked", NULL);
    }
}

/* Contacts. */

static const char *
get_name(const struct network *network)
{
    return network->name ? network->name : "";
}

static void
put_by_transport(struct metrics_text *m, const struct network *network,
                 const uint64_t n[N_CONTACT_KINDS])
{
    for (int i = 0; i < N_CONTACT_KINDS; i++) {
        if (contact_kind_is_of(i, network_is_ipv4(network))) {
            metrics_put(m, n[i], "network", get_name(network),
                        "transport", contact_kind_name(i), NULL);
        }
    }
}

static void
put_tap(const struct contacts *contacts, const struct contacts_counts *counts,
        struct metrics_text *m)
{
    put_gauge(m, "pipette_tap_up",
              "1 if the tap on the uplink listens, otherwise 0.",
              !contacts_error(contacts));
    put_counter(m, "pipette_tap_packets_total",
                "Packets that passed the tap's filter.", counts->taken);
    put_counter(m, "pipette_tap_missed_packets_total",
                "Packets of these that there was no room for.",
                counts->missed);
}

/* Appends a metric of the counts of each network. */
static void
put_by_network(const struct contacts *contacts, struct metrics_text *m,
               void (*put)(struct metrics_text *, const struct network *,
                           const struct contact_counts *))
{
    static const struct contact_counts none = { .network = 0 };
    const struct options *options = contacts_options(contacts);

    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];
        const struct contact_counts *counts = contact_table_counts(
            contacts_table(contacts), network_id(network));

        put(m, network, counts ? counts : &none);
    }
}

static void
put_begun(struct metrics_text *m, const struct network *network,
          const struct contact_counts *counts)
{
    put_by_transport(m, network, counts->contacts);
}

static void
put_answered(struct metrics_text *m, const struct network *network,
             const struct contact_counts *counts)
{
    put_by_transport(m, network, counts->answered);
}

static void
put_denied(struct metrics_text *m, const struct network *network,
           const struct contact_counts *counts)
{
    for (size_t i = DENIED_NOT + 1; i < N_CONTACT_DENIALS; i++) {
        if (contact_denial_is_of(i, network_is_ipv4(network))) {
            metrics_put(m, counts->denied[i], "network", get_name(network),
                        "reason", contact_denial_name(i), NULL);
        }
    }
}

static void
put_contacts(const struct contacts *contacts, struct metrics_text *m)
{
    struct contacts_counts counts;

    contacts_get_counts(contacts, &counts);
    metrics_begin(m, METRICS_COUNTER, "pipette_contacts_total",
                  "Contacts: what a client did with a port of a target.");
    put_by_network(contacts, m, put_begun);
    metrics_begin(m, METRICS_COUNTER, "pipette_contacts_answered_total",
                  "Contacts that were answered.");
    put_by_network(contacts, m, put_answered);
    metrics_begin(m, METRICS_COUNTER, "pipette_contacts_denied_packets_total",
                  "Packets that are no contact, as the switch drops them.");
    put_by_network(contacts, m, put_denied);
    put_counter(m, "pipette_contacts_evicted_total",
                "Contacts that made way within their window.",
                counts.evicted);
    put_counter(m, "pipette_contact_records_suppressed_total",
                "Records of contacts beyond the rate.", counts.suppressed);
    put_counter(m, "pipette_contact_log_lost_lines_total",
                "Lines that could not be written to the log of contacts.",
                counts.lost);
    put_tap(contacts, &counts, m);
}

/* Prometheus has these names and help texts for all programs. */
static void
put_process(struct metrics_text *m)
{
    struct process_figures figures;

    process_get_figures(&figures);
    metrics_begin(m, METRICS_COUNTER, "process_cpu_seconds_total",
                  "Total user and system CPU time spent in seconds.");
    metrics_put_msec(m, figures.cpu_msec, NULL);
    if (figures.resident_bytes) {
        put_gauge(m, "process_resident_memory_bytes",
                  "Resident memory size in bytes.", figures.resident_bytes);
    }
    if (figures.n_fds) {
        put_gauge(m, "process_open_fds", "Number of open file descriptors.",
                  figures.n_fds);
    }
    if (figures.start_msec) {
        metrics_begin(m, METRICS_GAUGE, "process_start_time_seconds",
                      "Start time of the process since unix epoch in "
                      "seconds.");
        metrics_put_msec(m, figures.start_msec, NULL);
    }
}

void
metrics_format(const struct metrics_source *source, struct ds *s)
{
    struct metrics_text m = METRICS_TEXT_INITIALIZER(s);
    struct flow_figures flows;
    struct firewall_walls walls;

    switch_conn_get_figures(source->conn, &flows);
    firewall_read_walls(source->firewall, &walls);
    put_agent(source, &m);
    put_components(source, &m);
    put_repairs(source, &flows, &m);
    put_flows(&flows, &m);
    put_tables(source, &m);
    put_drops(switch_conn_drops(source->conn), &walls, &m);
    put_wall(&walls, &m);
    put_relayed(switch_conn_errors(source->conn), &m);
    put_claims(switch_conn_claims(source->conn), &m);
    if (source->contacts) {
        put_contacts(source->contacts, &m);
    }
    put_process(&m);
}
