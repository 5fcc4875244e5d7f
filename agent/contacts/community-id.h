/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_COMMUNITY_ID_H
#define AGENT_CONTACTS_COMMUNITY_ID_H 1

/* Community ID, version 1: the same word for a conversation in the records of
 * Zeek, Suricata and others (github.com/corelight/community-id-spec).  The
 * VLAN is not part of it.  Pure. */

#include <netinet/in.h>
#include <stdint.h>

struct ds;

/* Appends to 's' the ID, with the seed 0, of a conversation between 'a' and
 * 'b', IPv4 addresses if they are mapped, of IP protocol 'proto'.  Of ICMP
 * echo, the ports are 8 and 0, the types of request and reply. */
void community_id_put(const struct in6_addr *a, const struct in6_addr *b,
                      uint8_t proto, uint16_t a_port, uint16_t b_port,
                      struct ds *s);

#endif /* agent/contacts/community-id.h */
