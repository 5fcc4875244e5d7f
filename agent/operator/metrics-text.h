/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_METRICS_TEXT_H
#define AGENT_OPERATOR_METRICS_TEXT_H 1

/* Metrics as text
 * ===============
 *
 * Writes Prometheus's text format, version 0.0.4: for each metric a line of
 * help and one of its type, then a line for each sample.
 *
 *     struct metrics_text m = METRICS_TEXT_INITIALIZER(s);
 *
 *     metrics_begin(&m, METRICS_COUNTER, "x_packets_total", "Packets.");
 *     metrics_put(&m, 5, "network", "lab", NULL);
 *
 * A metric without a sample does not appear: what is not known is left out.
 * Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"

struct ds;

enum metrics_type {
    METRICS_COUNTER,            /* Only grows, until the process ends. */
    METRICS_GAUGE
};

struct metrics_text {
    struct ds *s;               /* That lines are appended to. */
    enum metrics_type type;
    const char *name, *help;    /* Of the metric that was begun. */
    bool has_heading;           /* Its first lines are there. */
};

#define METRICS_TEXT_INITIALIZER(S) { .s = (S) }

/* Begins a metric, whose name has letters, digits and underscores, and is that
 * of no other one.  Both strings must live until the next one begins. */
void metrics_begin(struct metrics_text *, enum metrics_type,
                   const char *name, const char *help);

/* Adds a sample with labels: of each the name and the value, any UTF-8, and
 * after the last one, NULL.  A label with value "" is the same as none to
 * Prometheus, and is left out.  No two samples of a metric have the same
 * labels. */
void metrics_put(struct metrics_text *, uint64_t value, ...) SENTINEL(0);

/* The same with a time in milliseconds, which is written in seconds. */
void metrics_put_msec(struct metrics_text *, uint64_t msec, ...) SENTINEL(0);

#endif /* agent/operator/metrics-text.h */
