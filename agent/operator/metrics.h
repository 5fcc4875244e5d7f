/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_METRICS_H
#define AGENT_OPERATOR_METRICS_H 1

/* The metrics of pipette-agent-metrics(7).
 *
 * Labels have few values: networks, reasons and the like, and never an
 * address, which a peer could choose. */

#include <stdbool.h>
#include <stddef.h>

#include "ovsdb/bridge-rows.h"

struct component;
struct contacts;
struct ds;
struct firewall;
struct links;
struct offloads;
struct switch_conn;

struct metrics_source {
    const struct bridge_rows *rows;
    const struct links *links;
    const struct offloads *offloads;
    struct firewall *firewall;
    const struct switch_conn *conn;
    const struct contacts *contacts;    /* NULL if there are none. */
    struct bridge_limits limits;
    const struct component *components;
    size_t n_components;
    bool ready, standby;
    long long int started;      /* By the wall clock, in ms. */
};

/* Appends to 's' the metrics, in Prometheus's text format. */
void metrics_format(const struct metrics_source *, struct ds *s);

#endif /* agent/operator/metrics.h */
