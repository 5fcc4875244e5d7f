/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-request.h"

#include <string.h>

#include "byte-order.h"
#include "csum.h"
#include "dp-packet.h"
#include "openflow/claim-set.h"
#include "openflow/flow-set.h"
#include "openflow/flow-sync.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"

struct ofpbuf *
claim_request_encode_packet(struct dp_packet *packet, uint16_t port, int vlan)
{
    uint64_t stub[512 / 8];
    struct ofpbuf actions;

    if (vlan) {
        eth_push_vlan(packet, htons(ETH_TYPE_VLAN_8021Q), htons(vlan));
    }
    ofpbuf_use_stub(&actions, stub, sizeof stub);
    ofpact_put_OUTPUT(&actions)->port = u16_to_ofp(port);
    struct ofputil_packet_out po = {
        .packet = dp_packet_data(packet),
        .packet_len = dp_packet_size(packet),
        .buffer_id = UINT32_MAX,
        .ofpacts = actions.data,
        .ofpacts_len = actions.size,
    };
    match_init_catchall(&po.flow_metadata);
    match_set_in_port(&po.flow_metadata, OFPP_CONTROLLER);
    struct ofpbuf *msg = ofputil_encode_packet_out(&po, FLOW_SYNC_PROTOCOL);
    ofpbuf_uninit(&actions);
    return msg;
}

/* As compose_nd_ns(), but without the option of the source's link-layer
 * address: who has no address must not give one. */
static void
compose_solicitation(struct dp_packet *packet, struct eth_addr mac,
                     const struct in6_addr *target)
{
    struct in6_addr group;
    struct eth_addr to;
    struct ovs_nd_msg *ns;

    in6_addr_solicited_node(&group, target);
    ipv6_multicast_to_ethernet(&to, &group);
    eth_compose(packet, to, mac, ETH_TYPE_IPV6, IPV6_HEADER_LEN);
    ns = compose_ipv6(packet, IPPROTO_ICMPV6, &in6addr_any, &group, 0, 0, 255,
                      ND_MSG_LEN);
    *ns = (struct ovs_nd_msg) { .icmph.icmp6_type = ND_NEIGHBOR_SOLICIT };
    memcpy(&ns->target, target, sizeof ns->target);
    ns->icmph.icmp6_cksum = csum_finish(csum_continue(
        packet_csum_pseudoheader6(dp_packet_l3(packet)), ns, ND_MSG_LEN));
}

struct ofpbuf *
claim_request_encode_probe(struct address address, struct eth_addr mac,
                           uint16_t uplink, int vlan)
{
    struct dp_packet packet;

    dp_packet_init(&packet, 0);
    if (address_is_ipv4(address)) {
        compose_arp(&packet, ARP_OP_REQUEST, mac, eth_addr_zero, true,
                    htonl(0), address_to_ip(address));
    } else {
        struct in6_addr target = address_to_in6(address);

        compose_solicitation(&packet, mac, &target);
    }
    struct ofpbuf *msg = claim_request_encode_packet(&packet, uplink, vlan);
    dp_packet_uninit(&packet);
    return msg;
}

struct ofpbuf *
claim_request_encode_owners(ovs_be32 *xid)
{
    struct ofputil_flow_stats_request request = {
        .cookie = htonll(LEARNED_COOKIE),
        .cookie_mask = htonll(LEARNED_COOKIE_MASK),
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = CLAIM_OWNERS,
    };

    match_init_catchall(&request.match);
    struct ofpbuf *msg = ofputil_encode_flow_stats_request(
        &request, FLOW_SYNC_PROTOCOL);
    *xid = ((const struct ofp_header *) msg->data)->xid;
    return msg;
}
