/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/learned-host.h"

#include "byte-order.h"
#include "openflow/claim-set.h"
#include "openflow/flow-listing.h"
#include "openflow/flow-set.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/meta-flow.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "packets.h"

/* The first of the registers of XXREG3, and of the low half of XXREG2. */
#define CLIENT_REG_IPV6 12
#define TARGET_REG_IPV6 10

/* Of the published set: answers to clients.  The other table with learned
 * flows has the same pairs, without MAC addresses. */
#define PUBLISHED_ANSWERS 2

/* IPv6 has registers of its own (flow-family.h). */
static bool
is_ipv6_client(const struct match *match)
{
    return match->wc.masks.regs[CLIENT_REG_IPV6] != 0;
}

static bool
is_ipv6_target(const struct match *match)
{
    return match->wc.masks.regs[TARGET_REG_IPV6] != 0;
}

static uint64_t
get_two_regs(const struct match *match, int reg)
{
    return (uint64_t) match->flow.regs[reg] << 32 | match->flow.regs[reg + 1];
}

static void
take_client(const struct match *match, struct flow_row *row)
{
    row->role = HOST_CLIENT;
    row->address
        = (is_ipv6_client(match)
           ? (struct address) { get_two_regs(match, CLIENT_REG_IPV6),
                                get_two_regs(match, CLIENT_REG_IPV6 + 2) }
           : address_from_u32(match->flow.regs[0]));
}

static void
take_target(const struct match *match, enum host_role role,
            struct flow_row *row)
{
    row->role = role;
    row->low_bits = is_ipv6_target(match);
    row->address
        = (row->low_bits
           ? (struct address) { 0, get_two_regs(match, TARGET_REG_IPV6) }
           : address_from_u32(match->flow.regs[1]));
}

/* Stores what 'a' loads, if that is of interest: 'mac_field' is where the MAC
 * address is loaded into. */
static void
take_load(const struct ofpact_set_field *a, enum mf_field_id mac_field,
          struct flow_row *row)
{
    enum mf_field_id id = a->field->id;

    if (id == mac_field && id == MFF_XREG4) {
        eth_addr_from_uint64(ntohll(a->value->be64), &row->mac);
    } else if (id == mac_field) {
        row->mac = a->value->mac;
    } else if (id == MFF_REG5) {
        row->vlan = ntohl(a->value->be32) & VLAN_VID_MASK;
    } else if (id == MFF_VLAN_VID) {
        row->vlan = ntohs(a->value->be16) & VLAN_VID_MASK;
    }
}

bool
learned_host_parse(const struct ofputil_flow_stats *stats,
                   struct flow_row *row)
{
    const struct match *match = &stats->match;
    enum mf_field_id mac_field = MFF_ETH_DST;
    const struct ofpact *a;

    if ((ntohll(stats->cookie) & LEARNED_COOKIE_MASK) != LEARNED_COOKIE) {
        return false;
    }
    switch (stats->table_id) {
    case PUBLISHED_ANSWERS:
        row->role = HOST_PAIR;
        row->address = (match->flow.dl_type == htons(ETH_TYPE_IPV6)
                        ? address_from_in6(&match->flow.ipv6_dst)
                        : address_from_ip(match->flow.nw_dst));
        break;

    case INSIDE_MACS:
    case ROUTED_MACS:
        take_client(match, row);
        break;

    case TARGET_MACS:
        take_target(match, HOST_TARGET, row);
        mac_field = MFF_ETH_SRC;
        break;

    case CLAIM_OWNERS:
        take_target(match, HOST_OWNER, row);
        mac_field = MFF_XREG4;
        break;

    default:
        return false;
    }
    row->network = ntohll(match->flow.metadata);
    row->vlan = -1;
    row->mac = eth_addr_zero;
    OFPACT_FOR_EACH (a, stats->ofpacts, stats->ofpacts_len) {
        if (a->type == OFPACT_SET_FIELD) {
            take_load(ofpact_get_SET_FIELD(a), mac_field, row);
        }
    }
    return true;
}
