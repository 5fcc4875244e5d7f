/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/hints.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "agent/config/options.h"
#include "agent/loop/backends.h"
#include "netdev/checksum-errors.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(hints);

/* Peers can cause these as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

void
hints_destroy(struct hints *hints)
{
    host_watch_destroy(&hints->watch);
    svec_destroy(&hints->lines);
}

static void
read_counts(const struct backends *backends, struct host_counts *counts)
{
    counts->has_input = firewall_read_input(backends->firewall,
                                            &counts->input);
    /* Without the fake port, packets go to some other host. */
    counts->has_checksums
        = (backends_are_userspace(backends)
           && links_is_in_sync(backends->links)
           && checksum_errors_read(&counts->checksum_errors));
}

static void
find_lines(struct hints *hints, const struct backends *backends,
           const struct options *options)
{
    const char *offloads = offloads_hint(backends->offloads);
    size_t before = hints->lines.n;

    svec_clear(&hints->lines);
    host_watch_hints(&hints->watch, options->n_networks == 1
                     ? options->networks[0].fake_port : "the fake ports",
                     &hints->lines);
    if (offloads) {
        svec_add(&hints->lines, offloads);
    }
    if (hints->lines.n > before) {
        VLOG_WARN_RL(&rl, "%s", hints->lines.names[hints->lines.n - 1]);
    }
}

void
hints_run(struct hints *hints, const struct backends *backends,
          const struct options *options, bool active, long long int now)
{
    struct host_counts counts = { .has_input = false };

    if (!active) {
        svec_clear(&hints->lines);
    } else if (now >= hints->watch.next) {
        read_counts(backends, &counts);
        host_watch_take(&hints->watch, &counts, now);
        find_lines(hints, backends, options);
    }
}

long long int
hints_next(const struct hints *hints, bool active)
{
    return active ? hints->watch.next : LLONG_MAX;
}

void
hints_format(const struct hints *hints, struct ds *s)
{
    for (size_t i = 0; i < hints->lines.n; i++) {
        ds_put_format(s, "  hint: %s\n", hints->lines.names[i]);
    }
}

void
hints_put_json(const struct hints *hints, struct json *object)
{
    if (hints->lines.n) {
        struct json *array = json_array_create_empty();

        for (size_t i = 0; i < hints->lines.n; i++) {
            json_array_add(array, json_string_create(hints->lines.names[i]));
        }
        json_object_put(object, "hints", array);
    }
}

void
hints_format_input(const struct firewall *firewall, struct ds *s)
{
    struct firewall_input input;

    if (firewall_read_input(firewall, &input)) {
        ds_put_format(s, "  host firewall: let in %"PRIu64" of %"PRIu64
                      " packets (chain %s)\n",
                      input.let_in, MAX(input.come, input.let_in),
                      input.chain);
    }
}

void
hints_put_json_input(const struct firewall *firewall, struct json *object)
{
    struct firewall_input input;

    if (firewall_read_input(firewall, &input)) {
        struct json *json = json_object_create();

        json_object_put(json, "packets", json_integer_create(
                            MAX(input.come, input.let_in)));
        json_object_put(json, "let_in", json_integer_create(input.let_in));
        json_object_put_string(json, "chain", input.chain);
        json_object_put(object, "host_firewall", json);
    }
}
