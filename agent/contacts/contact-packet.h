/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_PACKET_H
#define AGENT_CONTACTS_CONTACT_PACKET_H 1

/* What a frame on the uplink says of contacts: a client asks, or a target
 * answers.  Pure. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

/* A client that asks for a target's MAC address has not been in touch with the
 * target yet, so that is a kind of its own. */
enum contact_kind {
    CONTACT_TCP,
    CONTACT_UDP,
    CONTACT_PING,               /* Echo of ICMP or ICMPv6. */
    CONTACT_ARP,
    CONTACT_ND,                 /* The same by neighbour discovery. */
    N_CONTACT_KINDS
};

/* Returns "tcp", "udp", "icmp", "arp" or "nd". */
const char *contact_kind_name(enum contact_kind);

/* Returns true if a client asks for a MAC address. */
static inline bool
contact_kind_asks_for_mac(enum contact_kind kind)
{
    return kind == CONTACT_ARP || kind == CONTACT_ND;
}

/* Returns true if there is this kind in IPv4, or in IPv6. */
bool contact_kind_is_of(enum contact_kind, bool ipv4);

/* What the target says. */
enum contact_answer {
    ANSWER_NONE,                /* Nothing: it is the client that speaks. */
    ANSWER_REFUSED,             /* RST, or an error of ICMP or ICMPv6. */
    ANSWER_GIVEN                /* SYN-ACK, UDP, echo reply, ARP reply,
                                 * neighbour advertisement. */
};

struct contact_packet {
    enum contact_kind kind;
    enum contact_answer answer;
    uint16_t vlan;              /* VLAN ID, 0 without a tag. */
    bool priority_tag;          /* 0, but with a tag. */
    struct in6_addr client, target;     /* IPv4: mapped (RFC 4291). */
    struct eth_addr client_mac, target_mac;
    uint16_t client_port, target_port;  /* TCP and UDP, otherwise 0. */
    bool ip_options;            /* The client's packet has some; of IPv6,
                                 * extension headers. */
};

static inline bool
contact_packet_is_ipv4(const struct contact_packet *p)
{
    return IN6_IS_ADDR_V4MAPPED(&p->target);
}

/* Writes the address of a client or target, IPv4 if it is mapped: "0.0.0.0",
 * too, for which ipv6_string_mapped() has "::ffff:0.0.0.0". */
void contact_address_format(const struct in6_addr *,
                            char s[INET6_ADDRSTRLEN]);

/* Takes the Ethernet frame of 'size' bytes, which 'outgoing' says was sent, or
 * was received.  Of it, the first 'captured' bytes are there, no more than
 * 'size': headers are enough.  These are of a contact:
 *
 *     received: TCP with SYN and without ACK, UDP, echo requests.
 *
 *     sent: TCP with SYN and ACK, or RST, UDP, echo replies, "unreachable"
 *     about TCP and UDP; ARP replies but those to probes (RFC 5227), and
 *     neighbour advertisements (RFC 4861 section 7.2.4) but those to
 *     duplicate address detection.
 *
 * Clients ask for all by ARP and neighbour discovery, and only the switch
 * knows which targets are dark now: its answer is the request, with the
 * answer.
 *
 * IPv6 extension headers are walked over, as long as they are there; each has
 * 8 bytes or more.
 *
 * Returns true, and stores into '*packet', if it is one, and false if it is
 * not, or its headers are not whole, or the frame is shorter than the packet
 * in it says, or a later fragment. */
bool contact_packet_parse(const void *frame, size_t captured, size_t size,
                          bool outgoing, struct contact_packet *packet);

#endif /* agent/contacts/contact-packet.h */
