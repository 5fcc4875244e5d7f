/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_ZEEK_H
#define AGENT_CONTACTS_CONTACT_ZEEK_H 1

/* A contact as a line of JSON, with the names of Zeek's conn.log, and those
 * that its policy scripts "community-id-logging", "mac-logging" and
 * "vlan-logging" add.  What these have no name for begins with "pipette.": see
 * pipette-agent-contacts(5).
 *
 * ARP is not in conn.log: of it, nothing is appended.  Pure. */

#include <stdbool.h>

struct contact;
struct contact_observer;
struct ds;

/* As contact_record_put(). */
void contact_zeek_put(const struct contact *, bool ended,
                      const struct contact_observer *, struct ds *s);

#endif /* agent/contacts/contact-zeek.h */
