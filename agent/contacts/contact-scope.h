/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_SCOPE_H
#define AGENT_CONTACTS_CONTACT_SCOPE_H 1

/* Of which network a packet on the uplink is, and if the flows let it pass:
 * what is no target's, or is dropped, is no contact.  Pure. */

#include <stdbool.h>

struct contact_packet;
struct ds;
struct network;
struct options;

/* Why the switch drops a packet. */
enum contact_denial {
    DENIED_NOT,                 /* It does not. */
    DENIED_CLIENT,              /* ignore-clients. */
    DENIED_PROTOCOL,            /* Not one that is served. */
    DENIED_OWN_ADDRESS,         /* The client's is the target's. */
    DENIED_SOURCE,              /* An address that no client has, or a MAC
                                 * address that no client or no target has. */
    DENIED_ROUTED,              /* The client is outside of the subnet. */
    DENIED_PORTS,               /* Both are 0. */
    DENIED_OPTIONS,             /* IP options: see firewall-table.c. */
    DENIED_EXTENSIONS,          /* IPv6 extension headers: likewise. */
    N_CONTACT_DENIALS
};

/* Returns it in words, such as "ignored client"; "" for DENIED_NOT. */
const char *contact_denial_name(enum contact_denial);

/* Returns true if that can be why in IPv4, or in IPv6. */
bool contact_denial_is_of(enum contact_denial, bool ipv4);

/* Creates the scope of all networks.  'options' must outlive it. */
struct contact_scope *contact_scope_create(const struct options *options);
void contact_scope_destroy(struct contact_scope *);

/* Returns the network that has the packet's target, or NULL if there is none.
 * Stores into '*denial' why the switch drops the packet, if it does.
 *
 * ARP and neighbour discovery are of claimed addresses, all others for
 * addresses of the real subnet, any address if that is not known. */
const struct network *contact_scope_find(const struct contact_scope *,
                                         const struct contact_packet *,
                                         enum contact_denial *denial);

/* Appends to 's' what lets the frames pass that may be of contacts, received
 * or sent, in the syntax of pcap-filter(7): the kernel need not show others. */
void contact_scope_format_filter(const struct contact_scope *, bool sent,
                                 struct ds *s);

#endif /* agent/contacts/contact-scope.h */
