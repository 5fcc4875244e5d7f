/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_NAT_H
#define AGENT_CONTACTS_CONTACT_NAT_H 1

/* What the service sees in place of the addresses of a contact.  Pure. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct contact_packet;
struct network;
struct options;

/* Returns the network with that network_id(), or NULL. */
const struct network *contact_network(const struct options *, uint32_t id);

/* Stores into '*client' and '*target' what the service sees: of the client, a
 * pair or, if it is routed and served as such, its own address; of the target,
 * the fake address.  Returns false if it sees nothing: ARP requests, and what
 * the switch drops ('denied'). */
bool contact_nat(const struct network *, const struct contact_packet *,
                 bool denied, struct in6_addr *client,
                 struct in6_addr *target);

#endif /* agent/contacts/contact-nat.h */
