/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/host-watch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "svec.h"
#include "util.h"

void
host_watch_destroy(struct host_watch *w)
{
    free(w->chain);
}

/* Returns what was dropped since something was let in.  Counters that are new
 * here may be older than this process: as long as nothing was let in, they say
 * all the same. */
static uint64_t
count_dropped(const struct host_watch *w, const struct firewall_input *input)
{
    if (!w->counts_input || input->come < w->come
        || input->let_in < w->let_in) {
        return input->let_in ? 0 : input->come;
    }
    return (input->let_in > w->let_in ? 0
            : w->n_dropped + (input->come - w->come));
}

static void
take_input(struct host_watch *w, const struct firewall_input *input)
{
    w->n_dropped = count_dropped(w, input);
    w->come = input->come;
    w->let_in = input->let_in;
    if (!nullable_string_is_equal(w->chain, input->chain)) {
        free(w->chain);
        w->chain = nullable_xstrdup(input->chain);
    }
}

static void
take_checksums(struct host_watch *w, uint64_t n, long long int now)
{
    if (now >= w->wrong + HOST_WATCH_MEMORY_MSEC) {
        w->n_wrong = 0;
    }
    if (w->counts_checksums && n > w->checksum_errors) {
        w->n_wrong += n - w->checksum_errors;
        w->wrong = now;
    }
    w->checksum_errors = n;
}

void
host_watch_take(struct host_watch *w, const struct host_counts *counts,
                long long int now)
{
    if (counts->has_input) {
        take_input(w, &counts->input);
    } else {
        w->n_dropped = 0;
    }
    w->counts_input = counts->has_input;

    if (counts->has_checksums) {
        take_checksums(w, counts->checksum_errors, now);
    } else {
        w->n_wrong = 0;
    }
    w->counts_checksums = counts->has_checksums;
    w->next = now + HOST_WATCH_MSEC;
}

void
host_watch_hints(const struct host_watch *w, const char *fake_port,
                 struct svec *hints)
{
    if (w->n_dropped >= HOST_WATCH_PACKETS) {
        svec_add_nocopy(hints, xasprintf(
            "a host firewall (chain %s) let in none of the last %"PRIu64" "
            "packets that came by %s: have it accept what comes in by %s",
            w->chain, w->n_dropped, fake_port, fake_port));
    }
    if (w->n_wrong >= HOST_WATCH_PACKETS) {
        svec_add_nocopy(hints, xasprintf(
            "the host dropped %"PRIu64" packets for wrong checksums: their "
            "sender leaves these to a network card, so switch that off there "
            "(ethtool -K INTERFACE tx off)", w->n_wrong));
    }
}
