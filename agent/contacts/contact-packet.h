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
    CONTACT_PING,               /* ICMP echo. */
    CONTACT_ARP,
    N_CONTACT_KINDS
};

/* Returns "tcp", "udp", "icmp" or "arp". */
const char *contact_kind_name(enum contact_kind);

/* What the target says. */
enum contact_answer {
    ANSWER_NONE,                /* Nothing: it is the client that speaks. */
    ANSWER_REFUSED,             /* RST, or an ICMP error. */
    ANSWER_GIVEN                /* SYN-ACK, UDP, echo reply, ARP reply. */
};

struct contact_packet {
    enum contact_kind kind;
    enum contact_answer answer;
    uint16_t vlan;              /* VLAN ID, 0 without a tag. */
    bool priority_tag;          /* 0, but with a tag. */
    struct in6_addr client, target;     /* IPv4: mapped (RFC 4291). */
    struct eth_addr client_mac, target_mac;
    uint16_t client_port, target_port;  /* TCP and UDP, otherwise 0. */
    bool ip_options;            /* The client's packet has some. */
};

/* Writes the address of a client or target, IPv4 if it is mapped: "0.0.0.0",
 * too, for which ipv6_string_mapped() has "::ffff:0.0.0.0". */
void contact_address_format(const struct in6_addr *,
                            char s[INET6_ADDRSTRLEN]);

/* Takes the Ethernet frame of 'size' bytes, which 'outgoing' says was sent, or
 * was received.  Of it, the first 'captured' bytes are there, no more than
 * 'size': headers are enough.  These are of a contact:
 *
 *     received: TCP with SYN and without ACK, UDP, ICMP echo requests.
 *
 *     sent: TCP with SYN and ACK, or RST, UDP, ICMP echo replies, ICMP
 *     "unreachable" about TCP and UDP; ARP replies but those to probes (RFC
 *     5227).
 *
 * Clients ask for all by ARP, and only the switch knows which targets are dark
 * now: its reply is the request, with the answer.
 *
 * Returns true, and stores into '*packet', if it is one, and false if it is
 * not, or its headers are not whole, or the frame is shorter than the packet
 * in it says, or a later fragment. */
bool contact_packet_parse(const void *frame, size_t captured, size_t size,
                          bool outgoing, struct contact_packet *packet);

#endif /* agent/contacts/contact-packet.h */
