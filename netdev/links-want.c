/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links-want.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/link-reconcile.h"
#include "netdev/links-devices.h"
#include "netdev/links.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

static bool
is_on(const struct links_network *network, const char *name)
{
    return !strcmp(network->fake_port, name);
}

void
links_want_fake_port(const struct links_config *config, const char *name,
                     unsigned int mtu, bool ipv6, struct link_want *want)
{
    struct link_address *addresses = xmalloc(config->n_networks
                                             * sizeof *addresses);

    *want = (struct link_want) {
        .name = name, .addresses = addresses, .mtu = mtu
    };
    for (size_t i = 0; i < config->n_networks; i++) {
        const struct links_network *network = &config->networks[i];
        bool is_ipv4 = netlink_family(&network->address) == AF_INET;

        if (!is_on(network, name)) {
            continue;
        }
        if (is_ipv4 || ipv6) {
            addresses[want->n_addresses++] = (struct link_address) {
                network->address, network->plen
            };
        }
        want->mac = &network->mac;
        want->src_valid_mark |= (is_ipv4 && network->routed_clients
                                 && network->mark_mask);
    }
}

struct route_want *
links_want_routes(const struct links_config *config,
                  const struct links_devices *devices,
                  const struct snapshot *snapshot,
                  size_t first, size_t last, size_t *n)
{
    struct route_want *wants = xmalloc(config->n_networks * sizeof *wants);

    *n = 0;
    for (size_t j = 0; j < config->n_networks; j++) {
        const struct links_network *network = &config->networks[j];
        size_t i = links_devices_find(devices, network->fake_port);

        if (i >= first && i <= last) {
            wants[(*n)++] = (struct route_want) {
                .name = network->fake_port,
                .ifindex = snapshot->devices[i].ifindex,
                .id = network->id,
                .address = network->address,
                .plen = network->plen,
                .client_mac = &network->client_mac,
                .routed_clients = network->routed_clients,
                .mark = network->mark,
                .mark_mask = network->mark_mask,
            };
        }
    }
    return wants;
}

static void
format_network(const struct links_network *network, struct ds *s)
{
    const struct in6_addr neighbour = route_neighbour(&network->address,
                                                      network->plen);

    ipv6_format_mapped(&network->address, s);
    ds_put_format(s, "/%u and a way to %s via ", network->plen,
                  network->routed_clients ? "all clients" : "clients");
    ipv6_format_mapped(&neighbour, s);
    ds_put_format(s, " ("ETH_ADDR_FMT")", ETH_ADDR_ARGS(network->client_mac));
}

static void
format_fake_port(const struct links_config *config, const char *name,
                 unsigned int mtu, struct ds *s)
{
    bool first = true;

    for (size_t i = 0; i < config->n_networks; i++) {
        const struct links_network *network = &config->networks[i];

        if (!is_on(network, name)) {
            continue;
        }
        if (first) {
            ds_put_format(s, "%s up with "ETH_ADDR_FMT, network->fake_port,
                          ETH_ADDR_ARGS(network->mac));
            if (mtu) {
                ds_put_format(s, ", MTU %u", mtu);
            }
        }
        ds_put_cstr(s, ", ");
        format_network(network, s);
        first = false;
    }
}

void
links_want_format(const struct links_config *config,
                  const struct links_devices *devices, unsigned int mtu,
                  struct ds *s)
{
    for (size_t i = 1; i < devices->n; i++) {
        format_fake_port(config, devices->devices[i].name, mtu, s);
        ds_put_cstr(s, ", ");
    }
    ds_put_format(s, "%s up", config->uplink);
}
