/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-packet.h"

#include <arpa/inet.h>

#include "dp-packet.h"
#include "flow.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

/* Of a frame that is cut, so much is looked at: all headers. */
#define CUT_SIZE 256

const char *
contact_kind_name(enum contact_kind kind)
{
    static const char *const names[] = {
        [CONTACT_TCP] = "tcp",
        [CONTACT_UDP] = "udp",
        [CONTACT_PING] = "icmp",
        [CONTACT_ARP] = "arp",
    };

    return names[kind];
}

void
contact_address_format(const struct in6_addr *address,
                       char s[INET6_ADDRSTRLEN])
{
    bool ipv4 = IN6_IS_ADDR_V4MAPPED(address);

    inet_ntop(ipv4 ? AF_INET : AF_INET6, &address->s6_addr[ipv4 ? 12 : 0], s,
              INET6_ADDRSTRLEN);
}

/* Takes the addresses of a packet from 'src' to 'dst'. */
static void
set_ends(struct contact_packet *p, const struct flow *flow, ovs_be32 src,
         ovs_be32 dst)
{
    bool answer = p->answer != ANSWER_NONE;

    p->client = in6_addr_mapped_ipv4(answer ? dst : src);
    p->target = in6_addr_mapped_ipv4(answer ? src : dst);
    p->client_mac = answer ? flow->dl_dst : flow->dl_src;
    p->target_mac = answer ? flow->dl_src : flow->dl_dst;
}

static void
set_ports(struct contact_packet *p, ovs_be16 src, ovs_be16 dst)
{
    bool answer = p->answer != ANSWER_NONE;

    p->client_port = ntohs(answer ? dst : src);
    p->target_port = ntohs(answer ? src : dst);
}

static bool
parse_tcp(const struct flow *flow, bool outgoing, struct contact_packet *p)
{
    uint16_t flags = ntohs(flow->tcp_flags);
    uint16_t syn = flags & (TCP_SYN | TCP_ACK | TCP_RST);

    p->kind = CONTACT_TCP;
    if (outgoing && flags & TCP_RST) {
        p->answer = ANSWER_REFUSED;
    } else if (outgoing && syn == (TCP_SYN | TCP_ACK)) {
        p->answer = ANSWER_GIVEN;
    } else if (outgoing || syn != TCP_SYN) {
        return false;
    }
    set_ends(p, flow, flow->nw_src, flow->nw_dst);
    set_ports(p, flow->tp_src, flow->tp_dst);
    return true;
}

static bool
parse_udp(const struct flow *flow, bool outgoing, struct contact_packet *p)
{
    p->kind = CONTACT_UDP;
    p->answer = outgoing ? ANSWER_GIVEN : ANSWER_NONE;
    set_ends(p, flow, flow->nw_src, flow->nw_dst);
    set_ports(p, flow->tp_src, flow->tp_dst);
    return true;
}

/* The quote in an error: the client's packet, the other way round. */
static bool
parse_error(const struct dp_packet *packet, const struct flow *flow,
            struct contact_packet *p)
{
    const uint8_t *icmp = dp_packet_l4(packet);
    size_t size = dp_packet_l4_size(packet);
    const struct ip_header *ip = (const void *) (icmp + ICMP_HEADER_LEN);

    if (size < ICMP_HEADER_LEN + IP_HEADER_LEN) {
        return false;
    }
    size -= ICMP_HEADER_LEN;

    size_t header = IP_IHL(ip->ip_ihl_ver) * 4;
    if (IP_VER(ip->ip_ihl_ver) != 4 || header < IP_HEADER_LEN
        || size < header + UDP_HEADER_LEN
        || ip->ip_frag_off & htons(IP_FRAG_OFF_MASK)) {
        return false;
    }
    if (ip->ip_proto == IPPROTO_TCP) {
        p->kind = CONTACT_TCP;
    } else if (ip->ip_proto == IPPROTO_UDP) {
        p->kind = CONTACT_UDP;
    } else {
        return false;
    }

    /* Of TCP and UDP alike. */
    const struct udp_header *ports = (const void *) ((const uint8_t *) ip
                                                     + header);
    p->answer = ANSWER_REFUSED;
    set_ends(p, flow, get_16aligned_be32(&ip->ip_dst),
             get_16aligned_be32(&ip->ip_src));
    set_ports(p, ports->udp_dst, ports->udp_src);
    return true;
}

static bool
parse_icmp(const struct dp_packet *packet, const struct flow *flow,
           bool outgoing, struct contact_packet *p)
{
    uint8_t type = ntohs(flow->tp_src);

    if (outgoing && type == ICMP4_DST_UNREACH) {
        return parse_error(packet, flow, p);
    }
    if (type != (outgoing ? ICMP4_ECHO_REPLY : ICMP4_ECHO_REQUEST)) {
        return false;
    }
    p->kind = CONTACT_PING;
    p->answer = outgoing ? ANSWER_GIVEN : ANSWER_NONE;
    set_ends(p, flow, flow->nw_src, flow->nw_dst);
    return true;
}

/* A request may be for anybody: the switch's answer says that it was for a
 * dark address. */
static bool
parse_arp(const struct flow *flow, bool outgoing, struct contact_packet *p)
{
    if (!outgoing || flow->nw_proto != ARP_OP_REPLY
        || !flow->nw_dst || flow->nw_src == flow->nw_dst) {
        return false;
    }
    p->kind = CONTACT_ARP;
    p->answer = ANSWER_GIVEN;
    set_ends(p, flow, flow->nw_src, flow->nw_dst);
    return true;
}

static bool
parse_ipv4(const struct dp_packet *packet, const struct flow *flow,
           bool outgoing, struct contact_packet *p)
{
    /* The switch's parser says so if the header of the protocol is whole. */
    if (flow->nw_frag & FLOW_NW_FRAG_LATER || !dp_packet_l4(packet)) {
        return false;
    }

    const struct ip_header *ip = dp_packet_l3(packet);
    p->ip_options = !outgoing && IP_IHL(ip->ip_ihl_ver) * 4 > IP_HEADER_LEN;
    switch (flow->nw_proto) {
    case IPPROTO_TCP:
        return (dp_packet_l4_size(packet) >= TCP_HEADER_LEN
                && parse_tcp(flow, outgoing, p));
    case IPPROTO_UDP:
        return (dp_packet_l4_size(packet) >= UDP_HEADER_LEN
                && parse_udp(flow, outgoing, p));
    case IPPROTO_ICMP:
        return (dp_packet_l4_size(packet) >= ICMP_HEADER_LEN
                && parse_icmp(packet, flow, outgoing, p));
    default:
        return false;
    }
}

/* The switch's parser wants whole packets.  'frame' is a copy of the first 'n'
 * bytes of a frame of 'size' bytes: has its IP packet end with it.  That of
 * another length is left as it is. */
static void
end_packet(void *frame, size_t n, size_t size)
{
    const struct eth_header *eth = frame;
    size_t ofs = (eth_type_vlan(eth->eth_type)
                  ? VLAN_ETH_HEADER_LEN : ETH_HEADER_LEN);

    if (n >= ofs + IP_HEADER_LEN) {
        struct ip_header *ip = (void *) ((char *) frame + ofs);

        if (ntohs(ip->ip_tot_len) > n - ofs
            && ntohs(ip->ip_tot_len) <= size - ofs) {
            ip->ip_tot_len = htons(n - ofs);
        }
    }
}

bool
contact_packet_parse(const void *frame, size_t captured, size_t size,
                     bool outgoing, struct contact_packet *packet)
{
    uint64_t copy[CUT_SIZE / 8];
    struct dp_packet dp;
    struct flow flow;

    if (captured < ETH_HEADER_LEN) {
        return false;
    }
    if (captured < size) {
        captured = MIN(captured, sizeof copy);
        memcpy(copy, frame, captured);
        end_packet(copy, captured, size);
        frame = copy;
    }
    dp_packet_use_const(&dp, frame, captured);
    flow_extract(&dp, &flow);
    if (flow.vlans[1].tci) {
        return false;
    }

    uint16_t vlan = vlan_tci_to_vid(flow.vlans[0].tci);
    *packet = (struct contact_packet) {
        .vlan = vlan,
        .priority_tag = flow.vlans[0].tci && !vlan,
    };
    return (flow.dl_type == htons(ETH_TYPE_IP)
            ? parse_ipv4(&dp, &flow, outgoing, packet)
            : flow.dl_type == htons(ETH_TYPE_ARP)
            && parse_arp(&flow, outgoing, packet));
}
