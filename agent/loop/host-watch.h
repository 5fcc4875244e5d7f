/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_HOST_WATCH_H
#define AGENT_LOOP_HOST_WATCH_H 1

/* Why the host answers nobody
 * ============================
 *
 * All can be in sync, and no client is answered, because the host drops what
 * comes to the services.  The host's counters tell, which are read every
 * HOST_WATCH_MSEC while there is a reason to:
 *
 * - A host firewall drops all that comes for the fake addresses, while there
 *   is one.  If it lets some in, what it drops is what somebody wants dropped.
 *
 * - On the userspace datapath, packets have wrong checksums, because a peer
 *   leaves these to a network card that never sees them.
 *
 * HOST_WATCH_PACKETS are enough: a client that gets no answer sends that many
 * in three seconds.  Pure.  Times are in milliseconds, of any clock that does
 * not go back. */

#include <stdbool.h>
#include <stdint.h>

#include "netdev/firewall.h"

struct ds;
struct svec;

#define HOST_WATCH_MSEC 2000
#define HOST_WATCH_PACKETS 3
/* How long wrong checksums are told of. */
#define HOST_WATCH_MEMORY_MSEC 60000

/* What is read. */
struct host_counts {
    bool has_input;             /* There is a host firewall. */
    struct firewall_input input;
    bool has_checksums;         /* On the userspace datapath. */
    uint64_t checksum_errors;
};

struct host_watch {
    long long int next;         /* When to read. */

    bool counts_input;
    uint64_t come, let_in;      /* As read last. */
    uint64_t n_dropped;         /* Since something was let in. */
    char *chain;                /* That can drop. */

    bool counts_checksums;
    uint64_t checksum_errors;   /* As read last. */
    uint64_t n_wrong;           /* Of late. */
    long long int wrong;        /* When there was one last. */
};

#define HOST_WATCH_INITIALIZER { .next = 0 }
void host_watch_destroy(struct host_watch *);

/* Takes what was read 'now'. */
void host_watch_take(struct host_watch *, const struct host_counts *,
                     long long int now);

/* Adds to 'hints' what is wrong and what helps, a line each.  'fake_port' is
 * the name of one. */
void host_watch_hints(const struct host_watch *, const char *fake_port,
                      struct svec *hints);

#endif /* agent/loop/host-watch.h */
