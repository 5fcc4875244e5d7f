/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_EVE_H
#define AGENT_CONTACTS_CONTACT_EVE_H 1

/* A contact as a line of JSON, with the names of Suricata's EVE: an event of
 * type "flow", and of ARP one of type "arp", which Suricata has from version 8
 * on.  What these have no name for is in the object "pipette": see
 * pipette-agent-contacts(5).  Pure. */

#include <stdbool.h>
#include <stdint.h>

struct contact;
struct contact_observer;
struct ds;
struct in6_addr;

/* As contact_record_put(). */
void contact_eve_put(const struct contact *, bool ended,
                     const struct contact_observer *, struct ds *s);

/* Appends to 's' the record of a packet that the switch dropped for 'reason'.
 * Of the contact, 'packet', 'network' and 'first' matter. */
void contact_eve_put_denied(const struct contact *, const char *reason,
                            const struct contact_observer *, struct ds *s);

/* Appends to 's' that at the time 'msec', in milliseconds since the epoch,
 * 'n' more records of the client were left out. */
void contact_eve_put_suppressed(const struct in6_addr *client, uint64_t n,
                                long long int msec,
                                const struct contact_observer *,
                                struct ds *s);

#endif /* agent/contacts/contact-eve.h */
