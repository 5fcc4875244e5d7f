/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/conn-limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/loop/schedule.h"
#include "agent/operator/metrics-text.h"
#include "dirs.h"
#include "openflow/ct-limits.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "util.h"

#define COUNT_MSEC 1000

struct conn_limits {
    struct ct_limits *ct;
    struct schedule schedule;
    const struct options *options;      /* NULL to leave all as it is. */
    bool kernel;                /* The datapath is the kernel's. */
};

struct conn_limits *
conn_limits_create(void)
{
    struct conn_limits *limits = xzalloc(sizeof *limits);

    limits->ct = ct_limits_create(ovs_rundir());
    limits->schedule = (struct schedule) SCHEDULE_INITIALIZER;
    return limits;
}

void
conn_limits_destroy(struct conn_limits *limits)
{
    if (limits) {
        ct_limits_destroy(limits->ct);
        free(limits);
    }
}

/* Returns that of sysctl(8), or 0 if it is not known. */
static uint32_t
read_kernel_max(void)
{
    FILE *file = fopen("/proc/sys/net/netfilter/nf_conntrack_max", "r");
    uint32_t max = 0;

    if (file) {
        if (fscanf(file, "%"SCNu32, &max) != 1) {
            max = 0;
        }
        fclose(file);
    }
    return max;
}

static bool
has_limit(const struct network *network)
{
    return network_serves_routed(network) && network->max_connections;
}

size_t
conn_limits_get(const struct options *options, uint32_t kernel_max,
                struct ct_limit *zones)
{
    size_t n = 0;

    for (size_t i = 0; i < options->n_networks; i++) {
        if (has_limit(&options->networks[i])) {
            zones[n++] = (struct ct_limit) {
                .zone = network_ct_zone(&options->networks[i]),
                .limit = options->networks[i].max_connections,
            };
        }
    }
    for (size_t i = 0; i < n && kernel_max; i++) {
        uint32_t share = MAX(kernel_max / 4 / n, 1);

        zones[i].limit = MIN(zones[i].limit, share);
    }
    return n;
}

static const char *
datapath_name(bool kernel)
{
    return kernel ? "system@ovs-system" : "netdev@ovs-netdev";
}

/* nf_conntrack_max may have changed. */
static void
refresh(struct conn_limits *limits)
{
    struct ct_limit *zones = xmalloc(limits->options->n_networks
                                     * sizeof *zones);
    size_t n = conn_limits_get(limits->options,
                               limits->kernel ? read_kernel_max() : 0, zones);

    ct_limits_set(limits->ct, datapath_name(limits->kernel), zones, n);
    free(zones);
}

void
conn_limits_set(struct conn_limits *limits, const struct options *options,
                bool kernel)
{
    limits->options = options;
    limits->kernel = kernel;
    refresh(limits);
}

void
conn_limits_remove(struct conn_limits *limits, const struct options *options,
                   bool kernel)
{
    struct ct_limit *zones = xmalloc(options->n_networks * sizeof *zones);
    size_t n = conn_limits_get(options, 0, zones);

    for (size_t i = 0; i < n; i++) {
        zones[i].limit = 0;
    }
    limits->options = NULL;
    ct_limits_set(limits->ct, datapath_name(kernel), zones, n);
    free(zones);
}

void
conn_limits_stop(struct conn_limits *limits)
{
    limits->options = NULL;
    ct_limits_set(limits->ct, NULL, NULL, 0);
}

void
conn_limits_changed(struct conn_limits *limits)
{
    ct_limits_changed(limits->ct);
}

void
conn_limits_request_counts(struct conn_limits *limits)
{
    if (ct_limits_is_settled(limits->ct)
        && time_msec() >= limits->schedule.last_look + COUNT_MSEC) {
        ct_limits_changed(limits->ct);
    }
}

/* What ovs-vswitchd refused it would refuse again, so it is not asked once a
 * second. */
void
conn_limits_run(struct conn_limits *limits)
{
    ct_limits_run(limits->ct);
    if (schedule_look(&limits->schedule, time_msec(),
                      ct_limits_wants_look(limits->ct), false)) {
        if (limits->options) {
            refresh(limits);
        }
        ct_limits_look(limits->ct);
    }
}

void
conn_limits_wait(struct conn_limits *limits)
{
    ct_limits_wait(limits->ct);
    poll_timer_wait_until(schedule_next(&limits->schedule,
                                        ct_limits_wants_look(limits->ct),
                                        false));
}

bool
conn_limits_is_settled(const struct conn_limits *limits)
{
    return ct_limits_is_settled(limits->ct);
}

/* What the operator sees. */

static void
format_network(const struct conn_limits *limits, const struct network *network,
               struct ds *s)
{
    const struct ct_limit *zone = ct_limits_get(limits->ct,
                                                network_ct_zone(network));
    const char *error = ct_limits_error(limits->ct);

    if (!error && !(zone && zone->count)) {
        return;
    }
    ds_put_format(s, "  connections of routed clients%s%s: ",
                  network->name ? " of " : "",
                  network->name ? network->name : "");
    if (error) {
        ds_put_format(s, "no limit: %s\n", error);
    } else {
        ds_put_format(s, "%"PRIu32" of %"PRIu32"%s\n", zone->count,
                      zone->limit, zone->count < zone->limit ? ""
                      : ", full: drops new ones");
    }
}

void
conn_limits_format(const struct conn_limits *limits,
                   const struct options *options, struct ds *s)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (has_limit(&options->networks[i])) {
            format_network(limits, &options->networks[i], s);
        }
    }
}

static struct json *
network_to_json(const struct conn_limits *limits,
                const struct network *network)
{
    uint16_t number = network_ct_zone(network);
    const struct ct_limit *zone = ct_limits_get(limits->ct, number);
    struct json *json = json_object_create();

    if (network->name) {
        json_object_put_string(json, "network", network->name);
    }
    json_object_put(json, "zone", json_integer_create(number));
    json_object_put(json, "connections",
                    zone ? json_integer_create(zone->count)
                    : json_null_create());
    json_object_put(json, "limit",
                    zone ? json_integer_create(zone->limit)
                    : json_null_create());
    return json;
}

void
conn_limits_put_json(const struct conn_limits *limits,
                     const struct options *options, struct json *object)
{
    struct json *array = json_array_create_empty();
    bool any = false;

    for (size_t i = 0; i < options->n_networks; i++) {
        if (has_limit(&options->networks[i])) {
            json_array_add(array,
                           network_to_json(limits, &options->networks[i]));
            any = true;
        }
    }
    if (any) {
        json_object_put(object, "connections", array);
    } else {
        json_destroy(array);
    }
}

static void
put_metric(const struct conn_limits *limits, const struct options *options,
           bool count, struct metrics_text *m)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];
        const struct ct_limit *zone
            = (has_limit(network)
               ? ct_limits_get(limits->ct, network_ct_zone(network)) : NULL);

        if (zone) {
            metrics_put(m, count ? zone->count : zone->limit,
                        "network", network->name ? network->name : "", NULL);
        }
    }
}

void
conn_limits_put_metrics(const struct conn_limits *limits,
                        const struct options *options, struct metrics_text *m)
{
    metrics_begin(m, METRICS_GAUGE, "pipette_routed_connections",
                  "Tracked connections of routed clients.");
    put_metric(limits, options, true, m);
    metrics_begin(m, METRICS_GAUGE, "pipette_routed_connections_limit",
                  "How many connections of routed clients there may be.");
    put_metric(limits, options, false, m);
}
