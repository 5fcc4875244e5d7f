/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links-release.h"

#include <netlink/errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "netdev/link-reconcile.h"
#include "netdev/links-devices.h"
#include "netdev/links-want.h"
#include "netdev/links.h"
#include "netdev/netlink.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(links_release);

static void
warn_of_release(struct nl_sock **sock, const char *what, int error)
{
    if (error && error != -NLE_NODEV) {
        VLOG_WARN("cannot release %s: %s", what, nl_geterror(error));
        netlink_reopen(sock);
    }
}

/* Of the networks on the devices from 'first' to 'last'. */
static void
release_routes(struct nl_sock **sock, const struct links_config *config,
               const struct links_devices *devices,
               const struct snapshot *snapshot, size_t first, size_t last)
{
    size_t n;
    struct route_want *wants = links_want_routes(config, devices, snapshot,
                                                 first, last, &n);
    struct routes *routes = routes_create(*sock, snapshot, wants, n);

    warn_of_release(sock, "the routes to clients", routes_remove(routes));
    routes_destroy(routes);
    free(wants);
}

/* Stores into '*snapshot' what there is to release.  Returns false, with a
 * line in the log, if that cannot be told. */
static bool
take_snapshot(struct nl_sock **sock, const struct links_devices *devices,
              struct snapshot *snapshot)
{
    int error = links_devices_take_snapshot(devices, *sock, snapshot);

    if (!error) {
        error = snapshot_take_rest(*sock, SNAPSHOT_IPV6_OURS, snapshot);
    }
    warn_of_release(sock, "the links", error);
    return !error;
}

void
links_release_devices(struct nl_sock **sock, const struct links_config *config,
                      const struct links_devices *devices, size_t first,
                      size_t last)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;

    if (take_snapshot(sock, devices, &snapshot)) {
        release_routes(sock, config, devices, &snapshot, first, last);
        for (size_t i = first; i <= last; i++) {
            const struct links_device *device = &devices->devices[i];

            warn_of_release(sock, device->name,
                            link_release(*sock, &snapshot.devices[i],
                                         device->name, device->mode));
        }
    }
    snapshot_destroy(&snapshot);
}

void
links_release_missing(struct nl_sock **sock, const struct links_config *config,
                      const struct links_devices *devices,
                      const struct links_devices *fresh)
{
    for (size_t i = 0; i < devices->n; i++) {
        if (links_devices_find(fresh, devices->devices[i].name) == SIZE_MAX) {
            links_release_devices(sock, config, devices, i, i);
        }
    }
}

void
links_release_routes(struct nl_sock **sock, const struct links_config *config,
                     const struct links_devices *devices)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;

    if (take_snapshot(sock, devices, &snapshot)
        && !snapshot_has_fake_ports(&snapshot)) {
        release_routes(sock, config, devices, &snapshot, 1, devices->n);
    }
    snapshot_destroy(&snapshot);
}
