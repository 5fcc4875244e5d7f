/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-packet.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>

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
        [CONTACT_ND] = "nd",
    };

    return names[kind];
}

bool
contact_kind_is_of(enum contact_kind kind, bool ipv4)
{
    return kind != (ipv4 ? CONTACT_ND : CONTACT_ARP);
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
set_ends(struct contact_packet *p, const struct flow *flow,
         const struct in6_addr *src, const struct in6_addr *dst)
{
    bool answer = p->answer != ANSWER_NONE;

    p->client = answer ? *dst : *src;
    p->target = answer ? *src : *dst;
    p->client_mac = answer ? flow->dl_dst : flow->dl_src;
    p->target_mac = answer ? flow->dl_src : flow->dl_dst;
}

/* The same of those that 'flow' itself has. */
static void
set_own_ends(struct contact_packet *p, const struct flow *flow)
{
    if (flow->dl_type == htons(ETH_TYPE_IPV6)) {
        set_ends(p, flow, &flow->ipv6_src, &flow->ipv6_dst);
    } else {
        const struct in6_addr src = in6_addr_mapped_ipv4(flow->nw_src);
        const struct in6_addr dst = in6_addr_mapped_ipv4(flow->nw_dst);

        set_ends(p, flow, &src, &dst);
    }
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
    set_own_ends(p, flow);
    set_ports(p, flow->tp_src, flow->tp_dst);
    return true;
}

static bool
parse_udp(const struct flow *flow, bool outgoing, struct contact_packet *p)
{
    p->kind = CONTACT_UDP;
    p->answer = outgoing ? ANSWER_GIVEN : ANSWER_NONE;
    set_own_ends(p, flow);
    set_ports(p, flow->tp_src, flow->tp_dst);
    return true;
}

/* What an ICMP error quotes, but for ports, which follow the header. */
struct quote {
    struct in6_addr src, dst;
    uint8_t proto;
    size_t header_size;
};

static bool
parse_quote_ipv4(const void *data, size_t size, struct quote *q)
{
    const struct ip_header *ip = data;

    if (size < IP_HEADER_LEN || IP_VER(ip->ip_ihl_ver) != 4
        || IP_IHL(ip->ip_ihl_ver) * 4 < IP_HEADER_LEN
        || ip->ip_frag_off & htons(IP_FRAG_OFF_MASK)) {
        return false;
    }
    *q = (struct quote) {
        .src = in6_addr_mapped_ipv4(get_16aligned_be32(&ip->ip_src)),
        .dst = in6_addr_mapped_ipv4(get_16aligned_be32(&ip->ip_dst)),
        .proto = ip->ip_proto,
        .header_size = IP_IHL(ip->ip_ihl_ver) * 4,
    };
    return true;
}

/* No service sees extension headers, so it quotes none. */
static bool
parse_quote_ipv6(const void *data, size_t size, struct quote *q)
{
    const struct ovs_16aligned_ip6_hdr *ip = data;

    if (size < IPV6_HEADER_LEN || IP_VER(ip->ip6_ctlun.ip6_un2_vfc) != 6) {
        return false;
    }
    *q = (struct quote) {
        .proto = ip->ip6_ctlun.ip6_un1.ip6_un1_nxt,
        .header_size = IPV6_HEADER_LEN,
    };
    memcpy(&q->src, &ip->ip6_src, sizeof q->src);
    memcpy(&q->dst, &ip->ip6_dst, sizeof q->dst);
    return true;
}

/* The quote in an error: the client's packet, the other way round. */
static bool
parse_error(const struct dp_packet *packet, const struct flow *flow,
            struct contact_packet *p)
{
    bool ipv6 = flow->dl_type == htons(ETH_TYPE_IPV6);
    const uint8_t *data = dp_packet_l4(packet);
    size_t size = dp_packet_l4_size(packet);
    struct quote q;

    /* ICMPv6 has the quote at the same place as ICMP. */
    if (size < ICMP_HEADER_LEN) {
        return false;
    }
    data += ICMP_HEADER_LEN;
    size -= ICMP_HEADER_LEN;
    if (!(ipv6 ? parse_quote_ipv6 : parse_quote_ipv4)(data, size, &q)
        || size < q.header_size + UDP_HEADER_LEN) {
        return false;
    }
    if (q.proto == IPPROTO_TCP) {
        p->kind = CONTACT_TCP;
    } else if (q.proto == IPPROTO_UDP) {
        p->kind = CONTACT_UDP;
    } else {
        return false;
    }

    /* Of TCP and UDP alike. */
    const struct udp_header *ports = (const void *) (data + q.header_size);
    p->answer = ANSWER_REFUSED;
    set_ends(p, flow, &q.dst, &q.src);
    set_ports(p, ports->udp_dst, ports->udp_src);
    return true;
}

/* Types of ICMP and ICMPv6. */
struct icmp_types {
    uint8_t request, reply, unreachable;
};

static bool
parse_icmp(const struct dp_packet *packet, const struct flow *flow,
           const struct icmp_types *types, bool outgoing,
           struct contact_packet *p)
{
    uint8_t type = ntohs(flow->tp_src);

    if (outgoing && type == types->unreachable) {
        return parse_error(packet, flow, p);
    }
    if (type != (outgoing ? types->reply : types->request)) {
        return false;
    }
    p->kind = CONTACT_PING;
    p->answer = outgoing ? ANSWER_GIVEN : ANSWER_NONE;
    set_own_ends(p, flow);
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
    set_own_ends(p, flow);
    return true;
}

/* Likewise; one that answers duplicate address detection goes to all nodes
 * (RFC 4862 section 5.4.4). */
static bool
parse_advertisement(const struct dp_packet *packet, const struct flow *flow,
                    struct contact_packet *p)
{
    if (dp_packet_l4_size(packet) < ND_MSG_LEN
        || flow->tp_dst || flow->nw_ttl != 255
        || !(flow->igmp_group_ip4 & htonl(ND_RSO_SOLICITED))
        || !ipv6_addr_equals(&flow->nd_target, &flow->ipv6_src)
        || IN6_IS_ADDR_MULTICAST(&flow->ipv6_dst)) {
        return false;
    }
    p->kind = CONTACT_ND;
    p->answer = ANSWER_GIVEN;
    set_own_ends(p, flow);
    return true;
}

static bool
parse_icmpv6(const struct dp_packet *packet, const struct flow *flow,
             bool outgoing, struct contact_packet *p)
{
    static const struct icmp_types types = {
        ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY, ICMP6_DST_UNREACH
    };

    return (outgoing && flow->tp_src == htons(ND_NEIGHBOR_ADVERT)
            ? parse_advertisement(packet, flow, p)
            : parse_icmp(packet, flow, &types, outgoing, p));
}

/* What follows the IP header, with all that belongs to that. */
static bool
parse_protocol(const struct dp_packet *packet, const struct flow *flow,
               bool outgoing, struct contact_packet *p)
{
    static const struct icmp_types types = {
        ICMP4_ECHO_REQUEST, ICMP4_ECHO_REPLY, ICMP4_DST_UNREACH
    };
    bool ipv6 = flow->dl_type == htons(ETH_TYPE_IPV6);

    if (flow->nw_proto == IPPROTO_TCP) {
        return (dp_packet_l4_size(packet) >= TCP_HEADER_LEN
                && parse_tcp(flow, outgoing, p));
    } else if (flow->nw_proto == IPPROTO_UDP) {
        return (dp_packet_l4_size(packet) >= UDP_HEADER_LEN
                && parse_udp(flow, outgoing, p));
    } else if (flow->nw_proto == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
        return (dp_packet_l4_size(packet) >= ICMP_HEADER_LEN
                && (ipv6 ? parse_icmpv6(packet, flow, outgoing, p)
                    : parse_icmp(packet, flow, &types, outgoing, p)));
    }
    return false;
}

/* Returns true if there is more than the switch serves between the addresses
 * and the protocol.  A fragment has a header of its own; one that is the whole
 * packet (RFC 6946) is none. */
static bool
has_options(const struct dp_packet *packet, const struct flow *flow)
{
    size_t size = ((const char *) dp_packet_l4(packet)
                   - (const char *) dp_packet_l3(packet));

    if (flow->dl_type == htons(ETH_TYPE_IP)) {
        return size > IP_HEADER_LEN;
    }

    const struct ovs_16aligned_ip6_hdr *ip = dp_packet_l3(packet);
    bool fragment = (ip->ip6_ctlun.ip6_un1.ip6_un1_nxt == IPPROTO_FRAGMENT
                     && flow->nw_frag);
    return size > (IPV6_HEADER_LEN
                   + (fragment ? sizeof(struct ovs_16aligned_ip6_frag) : 0));
}

/* Of IPv6, the switch's parser has walked over extension headers. */
static bool
parse_ip(const struct dp_packet *packet, const struct flow *flow,
         bool outgoing, struct contact_packet *p)
{
    /* The switch's parser says so if the header of the protocol is whole. */
    if (flow->nw_frag & FLOW_NW_FRAG_LATER || !dp_packet_l4(packet)) {
        return false;
    }
    p->ip_options = !outgoing && has_options(packet, flow);
    return parse_protocol(packet, flow, outgoing, p);
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
    ovs_be16 *length;

    if (n < ofs + IP_HEADER_LEN) {
        return;
    }

    void *ip = (char *) frame + ofs;
    if (IP_VER(*(const uint8_t *) ip) == 6) {
        /* The length is of what follows the header. */
        length = &((struct ovs_16aligned_ip6_hdr *) ip)
            ->ip6_ctlun.ip6_un1.ip6_un1_plen;
        ofs += IPV6_HEADER_LEN;
    } else {
        length = &((struct ip_header *) ip)->ip_tot_len;
    }
    if (n >= ofs && ntohs(*length) > n - ofs && ntohs(*length) <= size - ofs) {
        *length = htons(n - ofs);
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
    if (flow.dl_type == htons(ETH_TYPE_ARP)) {
        return parse_arp(&flow, outgoing, packet);
    }
    return ((flow.dl_type == htons(ETH_TYPE_IP)
             || flow.dl_type == htons(ETH_TYPE_IPV6))
            && parse_ip(&dp, &flow, outgoing, packet));
}
