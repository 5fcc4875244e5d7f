/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_EVE_H
#define AGENT_CONTACTS_CONTACT_EVE_H 1

/* A contact as a line of JSON, with the names of Suricata's EVE: an event of
 * type "flow", and of ARP one of type "arp", which Suricata has from version 8
 * on.  What these have no name for is in the object "pipette": see
 * pipette-agent-contacts(5).  Pure. */

#include <stdbool.h>

struct contact;
struct contact_observer;
struct contact_suppressed;
struct ds;

/* As contact_record_put() and contact_record_put_suppressed(). */
void contact_eve_put(const struct contact *, bool ended,
                     const struct contact_observer *, struct ds *s);
void contact_eve_put_suppressed(const struct contact_suppressed *,
                                const struct contact_observer *,
                                struct ds *s);

#endif /* agent/contacts/contact-eve.h */
