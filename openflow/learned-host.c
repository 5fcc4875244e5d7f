/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/learned-host.h"

#include "byte-order.h"
#include "openflow/claim-set.h"
#include "openflow/flow-family.h"
#include "openflow/flow-listing.h"
#include "openflow/flow-set.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/meta-flow.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "packets.h"

/* Of the published set: answers to clients.  The other table with learned
 * flows has the same pairs, without MAC addresses. */
#define PUBLISHED_ANSWERS 2

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
        row->role = HOST_CLIENT;
        row->address = flow_family_get_client(match).first;
        break;

    case TARGET_MACS:
        row->role = HOST_TARGET;
        row->address = flow_family_get_target(match).first;
        mac_field = MFF_ETH_SRC;
        break;

    case CLAIM_OWNERS:
        row->role = HOST_OWNER;
        row->address = flow_family_get_target(match).first;
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
