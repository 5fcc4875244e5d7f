/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-builder.h"

#include <stdio.h>
#include <string.h>

#include "openflow/claim-set.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "util.h"

void
subnet_builder_init(struct subnet_builder *b,
                    const struct flow_config *config, struct svec *flows)
{
    const struct fake_address *fake = &config->fake;
    const struct real_subnet *real = &config->real;

    *b = (struct subnet_builder) {
        .config = config,
        .family = flow_family_of(config),
        .flows = flows,
        .claims = claim_set_is_wanted(config),
        .n = real_subnet_host_bits(real),
    };
    address_to_string(fake->ip, b->fake);
    address_prefix_to_string(fake_address_prefix(fake), b->fake_prefix);
    address_prefix_to_string(address_plan_pairs(fake, real), b->pairs);
    address_prefix_to_string(real_subnet_prefix(real), b->real);
    address_to_string(real->network, b->first);
    address_to_string(real_subnet_last(real), b->last);
    flow_values_init(&b->w, config);
}

void
subnet_builder_destroy(struct subnet_builder *b)
{
    flow_values_destroy(&b->w);
}

size_t
subnet_get_protocols(const struct flow_family *f, uint8_t type,
                     struct subnet_protocol protocols[SUBNET_N_PROTOCOLS])
{
    const struct subnet_protocol all[SUBNET_N_PROTOCOLS] = {
        { FLOW_TCP, f->tcp, "" },
        { FLOW_UDP, f->udp, "" },
        { FLOW_ICMP, f->icmp, "" },
        { f->later_flags, f->later, "" },
    };

    memcpy(protocols, all, sizeof all);
    snprintf(protocols[2].more, sizeof protocols[2].more, ",icmp_type=%d",
             type);
    ovs_strlcpy(protocols[3].more, f->later_more, sizeof protocols[3].more);
    return type ? SUBNET_N_PROTOCOLS : SUBNET_N_PROTOCOLS - 1;
}
