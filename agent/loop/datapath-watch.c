/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/datapath-watch.h"

#include <limits.h>
#include <stddef.h>

void
datapath_watch_run(struct datapath_watch *w, bool waits, long long int now,
                   bool (*is_missing)(void))
{
    if (!waits) {
        *w = (struct datapath_watch) DATAPATH_WATCH_INITIALIZER;
    } else if (!w->waits) {
        w->waits = true;
        w->next = now + DATAPATH_WATCH_MSEC;
    } else if (now >= w->next) {
        w->missing = is_missing();
        w->next = now + DATAPATH_WATCH_MSEC;
    }
}

const char *
datapath_watch_hint(const struct datapath_watch *w)
{
    return (w->missing ? "the kernel has no openvswitch module: set "
            "datapath-type = netdev, or load the module and restart "
            "ovs-vswitchd" : NULL);
}

long long int
datapath_watch_next(const struct datapath_watch *w)
{
    return w->waits ? w->next : LLONG_MAX;
}
