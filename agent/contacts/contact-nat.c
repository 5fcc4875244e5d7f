/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-nat.h"

#include "agent/config/options.h"
#include "agent/contacts/contact-packet.h"
#include "openflow/address-plan.h"
#include "packets.h"
#include "util.h"

const struct network *
contact_network(const struct options *options, uint32_t id)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (network_id(&options->networks[i]) == id) {
            return &options->networks[i];
        }
    }
    return NULL;
}

bool
contact_nat(const struct network *network, const struct contact_packet *p,
            bool denied, struct in6_addr *client, struct in6_addr *target)
{
    ovs_be32 c = in6_addr_get_mapped_ipv4(&p->client);
    ovs_be32 t = in6_addr_get_mapped_ipv4(&p->target);

    if (denied || p->kind == CONTACT_ARP) {
        return false;
    }
    *target = in6_addr_mapped_ipv4(network->fake.ip);
    *client = (network_serves_routed(network)
               && !real_subnet_has_host(&network->real, c)
               ? p->client
               : in6_addr_mapped_ipv4(address_plan_join(
                   &network->fake, &network->real, c, t)));
    return true;
}
