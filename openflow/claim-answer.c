/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-answer.h"

#include <inttypes.h>

#include "openflow/claim-set.h"
#include "openflow/error-relay.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/nd-answer.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"

/* Appends the actions that make a reply of an ARP request. */
static void
put_arp_reply(struct ds *s)
{
    ds_put_cstr(s, "load:0x2->NXM_OF_ARP_OP[],"
                "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],"
                "move:NXM_OF_ETH_SRC[]->NXM_NX_ARP_SHA[],"
                "move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],"
                "move:NXM_NX_REG1[]->NXM_OF_ARP_SPA[],");
}

/* Appends those that make an advertisement of a solicitation, but for its
 * link-layer address: as such, it is in another field, in another table. */
static void
put_advertisement(struct ds *s)
{
    ds_put_format(s, "move:NXM_NX_IPV6_SRC[]->NXM_NX_IPV6_DST[],"
                  "move:NXM_NX_ND_TARGET[]->NXM_NX_IPV6_SRC[],"
                  "set_field:136->icmpv6_type,"
                  "set_field:%#x->nd_reserved,set_field:2->nd_options_type,"
                  "resubmit(,%d)", CLAIM_ND_FLAGS, CLAIM_ADVERTISE);
}

static void
put_back(struct ds *s, const struct flow_config *c)
{
    if (!vlan_is_untagged(c)) {
        ds_put_cstr(s, "push_vlan:0x8100,"
                    "move:"CAME_ON_VLAN"->OXM_OF_VLAN_VID[],");
    }
    ds_put_cstr(s, "IN_PORT");
}

/* Appends the actions that have the agent answer. */
static void
put_to_agent(struct ds *s, const struct claim_mac *mac)
{
    const struct nd_plan plan = { *mac };

    ds_put_format(s, "meter:%d,controller(id=%d,userdata=", ND_METER,
                  ERROR_CONTROLLER);
    nd_plan_put(&plan, s);
    ds_put_char(s, ')');
}

void
claim_answer_put(struct ds *s, const struct flow_config *c)
{
    const struct claim_mac *m = &c->claims.mac;
    bool ipv6 = flow_family_of(c)->ipv6;

    if (c->claims.by_agent) {
        put_to_agent(s, m);
        return;
    }
    ds_put_cstr(s, "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],");
    if (m->is_oui) {
        ds_put_format(s, "load:%#"PRIx64"->NXM_OF_ETH_SRC[24..47],"
                      "move:%s[0..23]->NXM_OF_ETH_SRC[0..23],",
                      eth_addr_to_uint64(m->mac) >> 24,
                      ipv6 ? "NXM_NX_ND_TARGET" : "NXM_NX_REG1");
    } else {
        ds_put_format(s, "set_field:"ETH_ADDR_FMT"->eth_src,",
                      ETH_ADDR_ARGS(m->mac));
    }
    if (ipv6) {
        put_advertisement(s);
    } else {
        put_arp_reply(s);
        put_back(s, c);
    }
}

void
claim_answer_add_flows(const struct flow_config *c, struct svec *flows)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!flow_family_of(c)->ipv6 || c->claims.by_agent) {
        return;
    }
    put_back(&s, c);
    flow_add(flows, "table=%d, priority=1,icmp6,icmp_type=136 "
             "actions=move:NXM_OF_ETH_SRC[]->NXM_NX_ND_TLL[],%s",
             CLAIM_ADVERTISE, ds_cstr(&s));
    ds_destroy(&s);
}
