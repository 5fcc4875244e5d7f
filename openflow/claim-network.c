/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-network.h"

#include <stdlib.h>

#include "bitmap.h"
#include "openflow/flow-set.h"
#include "packets.h"
#include "util.h"

#define N_VLANS 4096

void
claim_network_init(struct claim_network *network, const struct flow_config *c)
{
    *network = (struct claim_network) {
        .name = nullable_xstrdup(c->name),
        .id = c->id,
        .uplink = c->uplink.number,
        .vlans = bitmap_clone(c->vlans, N_VLANS),
        .mac = c->claims.mac,
        .hold = c->claims.hold,
        .ipv6 = !fake_address_is_ipv4(&c->fake),
        .by_agent = c->claims.by_agent,
        .high = c->real.network.hi,
    };
    address_set_assign(&network->addresses, c->claims.addresses);
}

void
claim_network_destroy(struct claim_network *network)
{
    free(network->name);
    bitmap_free(network->vlans);
    address_set_destroy(&network->addresses);
    address_set_destroy(&network->granted);
    address_set_destroy(&network->asking);
    address_set_destroy(&network->lost);
    claim_probe_destroy(&network->first);
    claim_probe_destroy(&network->again);
    claim_owners_destroy(&network->owners);
    claim_owners_destroy(&network->fresh_owners);
    claim_list_destroy(&network->list);
    claim_list_destroy(&network->fresh_list);
}

bool
claim_network_equals(const struct claim_network *a,
                     const struct claim_network *b)
{
    return (nullable_string_is_equal(a->name, b->name)
            && a->uplink == b->uplink && a->hold == b->hold
            && a->high == b->high && a->by_agent == b->by_agent
            && a->mac.is_oui == b->mac.is_oui
            && eth_addr_equals(a->mac.mac, b->mac.mac)
            && bitmap_equal(a->vlans, b->vlans, N_VLANS)
            && address_set_equals(&a->addresses, &b->addresses));
}

static bool
has_more_vlans(const struct claim_network *network,
               const struct claim_network *former)
{
    int vlan;

    BITMAP_FOR_EACH_1 (vlan, N_VLANS, network->vlans) {
        if (!bitmap_is_set(former->vlans, vlan)) {
            return true;
        }
    }
    return false;
}

void
claim_network_inherit(struct claim_network *network,
                      struct claim_network *former)
{
    claim_network_stop(former);
    if (!has_more_vlans(network, former)) {
        address_set_assign(&network->granted, &former->granted);
        address_set_intersect(&network->granted, &network->addresses);
        network->granted_at = former->granted_at;
    }
    network->owners = former->owners;
    former->owners = (struct claim_owners) CLAIM_OWNERS_INITIALIZER;
    claim_list_replace(&network->list, &former->list);
}

void
claim_network_stop(struct claim_network *network)
{
    if (network->again.active) {
        claim_owners_hurry(&network->owners, &network->again.todo);
    }
    claim_probe_stop(&network->first);
    claim_probe_stop(&network->again);
    address_set_clear(&network->asking);
}

struct claim_list_key
claim_network_key(const struct claim_network *network)
{
    return (struct claim_list_key) {
        network->name != NULL, network->id, network->vlans
    };
}

void
claim_network_build(const struct claim_network *network, struct svec *flows)
{
    const struct claim_list_key key = claim_network_key(network);
    struct address_set rest = ADDRESS_SET_INITIALIZER;

    address_set_assign(&rest, &network->addresses);
    address_set_subtract(&rest, &network->granted);
    claim_set_add_list(&key, &network->granted, true, flows);
    claim_set_add_list(&key, &rest, false, flows);
    address_set_destroy(&rest);
}

bool
claim_network_update_granted(struct claim_network *network, bool revoked)
{
    struct address_set former = network->granted;
    struct address_set listens = ADDRESS_SET_INITIALIZER;
    struct address_set granted = ADDRESS_SET_INITIALIZER;

    claim_list_get(&network->list, false, &listens);
    if (!revoked) {
        claim_list_get(&network->list, true, &granted);
    }
    address_set_subtract(&granted, &network->lost);
    address_set_clear(&network->lost);
    address_set_add(&granted, &former);
    address_set_intersect(&granted, &listens);
    address_set_intersect(&granted, &network->addresses);
    /* Who was asked for something that the switch did not hear of, is to be
     * asked again. */
    address_set_intersect(&network->asking, &listens);
    network->granted = granted;

    bool changed = !address_set_equals(&granted, &former);
    address_set_destroy(&former);
    address_set_destroy(&listens);
    return changed;
}
