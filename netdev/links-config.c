/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links-config.h"

#include <stdlib.h>
#include <string.h>

#include "netdev/links.h"
#include "packets.h"
#include "util.h"

void
links_config_copy(struct links_config *dst, const struct links_config *src)
{
    size_t size = src->n_networks * sizeof *src->networks;
    struct links_network *networks = xmemdup(src->networks, size);

    for (size_t i = 0; i < src->n_networks; i++) {
        networks[i].fake_port = xstrdup(src->networks[i].fake_port);
    }
    *dst = (struct links_config) {
        .uplink = xstrdup(src->uplink),
        .networks = networks,
        .n_networks = src->n_networks,
    };
}

void
links_config_destroy(struct links_config *config)
{
    free(CONST_CAST(char *, config->uplink));
    for (size_t i = 0; i < config->n_networks; i++) {
        free(CONST_CAST(char *, config->networks[i].fake_port));
    }
    free(CONST_CAST(struct links_network *, config->networks));
}

static bool
is_network_equal(const struct links_network *a, const struct links_network *b)
{
    return (!strcmp(a->fake_port, b->fake_port)
            && a->id == b->id
            && eth_addr_equals(a->mac, b->mac)
            && ipv6_addr_equals(&a->address, &b->address)
            && a->plen == b->plen
            && eth_addr_equals(a->client_mac, b->client_mac)
            && a->routed_clients == b->routed_clients
            && a->mark == b->mark && a->mark_mask == b->mark_mask);
}

bool
links_config_equals(const struct links_config *a,
                    const struct links_config *b)
{
    bool equal = (!strcmp(a->uplink, b->uplink)
                  && a->n_networks == b->n_networks);

    for (size_t i = 0; equal && i < a->n_networks; i++) {
        equal = is_network_equal(&a->networks[i], &b->networks[i]);
    }
    return equal;
}
