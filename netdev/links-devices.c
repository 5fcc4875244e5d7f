/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links-devices.h"

#include <stdlib.h>
#include <string.h>

#include "netdev/link-reconcile.h"
#include "netdev/links.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "packets.h"
#include "util.h"

size_t
links_devices_find(const struct links_devices *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++) {
        if (!strcmp(d->devices[i].name, name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void
add_device(struct links_devices *d, const char *name)
{
    if (links_devices_find(d, name) == SIZE_MAX) {
        d->devices[d->n] = (struct links_device) {
            .name = xstrdup(name), .mode = LINK_MODE_UNKNOWN
        };
        d->events_devices[d->n] = (struct events_device) {
            .name = d->devices[d->n].name
        };
        d->n++;
    }
}

void
links_devices_init(struct links_devices *d, const struct links_config *config)
{
    size_t max = 1 + config->n_networks;

    d->n = 0;
    d->devices = xmalloc(max * sizeof *d->devices);
    d->events_devices = xmalloc(max * sizeof *d->events_devices);
    d->prefixes = xmalloc(config->n_networks * sizeof *d->prefixes);
    d->n_prefixes = config->n_networks;
    add_device(d, config->uplink);
    for (size_t i = 0; i < config->n_networks; i++) {
        const struct links_network *network = &config->networks[i];

        add_device(d, network->fake_port);
        d->prefixes[i] = (struct events_prefix) {
            .neighbour = route_neighbour(&network->address, network->plen),
            .network = netlink_network(&network->address, network->plen),
            .plen = network->plen,
        };
    }
}

void
links_devices_destroy(struct links_devices *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->devices[i].name);
    }
    free(d->devices);
    free(d->events_devices);
    free(d->prefixes);
}

bool
links_devices_take_over(struct links_devices *d,
                        const struct links_devices *former)
{
    bool all = true;

    for (size_t i = 0; i < d->n; i++) {
        size_t j = links_devices_find(former, d->devices[i].name);

        if (j != SIZE_MAX) {
            d->devices[i].mode = former->devices[j].mode;
            d->events_devices[i].ifindex = former->events_devices[j].ifindex;
        } else {
            all = false;
        }
    }
    return all;
}

int
links_devices_take_snapshot(const struct links_devices *d,
                            struct nl_sock *sock, struct snapshot *snapshot)
{
    const char **names = xmalloc(d->n * sizeof *names);

    for (size_t i = 0; i < d->n; i++) {
        names[i] = d->devices[i].name;
    }
    int error = snapshot_take_devices(sock, names, d->n, snapshot);
    free(names);
    return error;
}

void
links_devices_note(struct links_devices *d, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < d->n; i++) {
        d->events_devices[i].ifindex = snapshot->devices[i].ifindex;
    }
}

struct events_of
links_devices_events(const struct links_devices *d)
{
    return (struct events_of) {
        .devices = d->events_devices,
        .n_devices = d->n,
        .prefixes = d->prefixes,
        .n_prefixes = d->n_prefixes,
    };
}
