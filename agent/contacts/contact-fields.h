/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_FIELDS_H
#define AGENT_CONTACTS_CONTACT_FIELDS_H 1

/* What records have in common, whatever their format.  Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "agent/contacts/contact-packet.h"

struct contact;
struct contact_observer;
struct ds;
struct json;
struct network;
struct options;

/* Returns the network of that number (network_id()), or NULL if the options do
 * not have it any more. */
const struct network *contact_network(const struct options *, uint32_t id);

/* Returns true if a network is of a family that has the kind. */
bool contact_kind_is_used(enum contact_kind, const struct options *);

/* Returns "none", "refused" or "given". */
const char *contact_answer_name(enum contact_answer);

/* Returns the number in the IP header, 0 of ARP; or of a kind that both
 * families have. */
uint8_t contact_ip_protocol(const struct contact_packet *);

/* Returns the name that IANA has for the number, in lower case. */
const char *contact_transport_name(const struct contact_packet *);

/* The types of ICMP or ICMPv6 of request and answer, of what has no ports. */
struct contact_icmp {
    uint8_t request, answer;
};
struct contact_icmp contact_icmp_types(const struct contact_packet *);

/* Returns true of TCP and UDP. */
bool contact_has_ports(const struct contact_packet *);

/* Store into '*address' the client as the service sees it: a pair's address,
 * or, if the client is routed and served as such, itself; and the fake
 * address, which the target becomes.  Return false if nothing is translated:
 * of ARP and neighbour discovery, and if 'network' is NULL. */
bool contact_seen_as(const struct network *, const struct contact_packet *,
                     struct in6_addr *address);
bool contact_fake_address(const struct network *,
                          const struct contact_packet *,
                          struct in6_addr *address);

/* Returns a number that both records of a contact have and no other contact,
 * to all appearances; and writes the same with more bits as 17 letters and
 * digits. */
uint64_t contact_number(const struct contact *);
#define CONTACT_TOKEN_LEN 17
void contact_token(const struct contact *, char token[CONTACT_TOKEN_LEN + 1]);

/* An address as a string of JSON. */
struct json *contact_address_to_json(const struct in6_addr *);

/* Puts a MAC address as "aa:bb:cc:dd:ee:ff", but not one that is zero. */
void contact_put_mac(struct json *object, const char *name, struct eth_addr);

/* Puts "community_id", but not of ARP.  That of neighbour discovery is of the
 * advertisement, as solicitations go to many. */
void contact_put_community_id(struct json *object,
                              const struct contact_packet *);

/* Appends the record and a newline to 's', and frees it. */
void contact_put_line(struct json *record, struct ds *s);

/* Appends to 's' lines NAME=VALUE by which journalctl(1) finds the record. */
void contact_journal_fields_put(const struct contact *, bool ended,
                                const struct contact_observer *,
                                struct ds *s);

#endif /* agent/contacts/contact-fields.h */
