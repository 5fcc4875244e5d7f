/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_DATAPATH_WATCH_H
#define AGENT_LOOP_DATAPATH_WATCH_H 1

/* Why ovs-vswitchd does not create the bridge
 * ============================================
 *
 * Without the openvswitch module in the kernel, ovs-vswitchd cannot create a
 * bridge on the kernel's datapath, and says so in its log only.  Debian's
 * script does not even start it.  The agent would wait without end.  So when
 * it has waited for DATAPATH_WATCH_MSEC, and at most that often, it asks the
 * kernel.  Pure, but for what it calls.  Times are in milliseconds, of any
 * clock that does not go back. */

#include <stdbool.h>

#define DATAPATH_WATCH_MSEC 2000

struct datapath_watch {
    bool waits;                 /* For ovs-vswitchd. */
    bool missing;               /* The kernel has no datapath. */
    long long int next;         /* When to ask, if it still waits. */
};

#define DATAPATH_WATCH_INITIALIZER { .waits = false }

/* 'waits' says if the agent waits for ovs-vswitchd to create ports on the
 * kernel's datapath; 'is_missing' asks the kernel, as datapath_is_missing()
 * does. */
void datapath_watch_run(struct datapath_watch *, bool waits,
                        long long int now, bool (*is_missing)(void));

/* Returns what the cause is and what helps, or NULL. */
const char *datapath_watch_hint(const struct datapath_watch *);

/* Returns when datapath_watch_run() will next do something, LLONG_MAX for
 * never. */
long long int datapath_watch_next(const struct datapath_watch *);

#endif /* agent/loop/datapath-watch.h */
