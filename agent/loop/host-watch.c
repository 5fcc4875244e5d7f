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

/* Returns by how much a counter has grown.  One that is smaller began anew. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
    return now >= before ? now - before : now;
}

static void
take_input(struct host_watch *w, const struct firewall_input *input)
{
    if (!w->counts_input || input->come < w->come
        || grown(input->let_in, w->let_in)) {
        w->n_dropped = 0;
    } else {
        w->n_dropped += grown(input->come, w->come);
    }
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
    uint64_t more = w->counts_checksums ? grown(n, w->checksum_errors) : 0;

    if (now >= w->wrong + HOST_WATCH_MEMORY_MSEC) {
        w->n_wrong = 0;
    }
    if (more) {
        w->n_wrong += more;
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
