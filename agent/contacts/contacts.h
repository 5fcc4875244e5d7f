/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACTS_H
#define AGENT_CONTACTS_CONTACTS_H 1

/* Contacts on the uplink
 * ======================
 *
 * Taps the uplink, finds contacts (contact-table.h), and records them.  It
 * only reads: nothing that goes wrong here has a part in what the agent does
 * otherwise.
 *
 * Nothing blocks. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/contacts/contact-packet.h"

struct ds;
struct options;

/* Returns the contacts of 'options', which must outlive them; NULL if these
 * want none. */
struct contacts *contacts_create(const struct options *options);
void contacts_destroy(struct contacts *);

/* 'ifindex' is the uplink's, 0 if it is away. */
void contacts_set_uplink(struct contacts *, int ifindex);

void contacts_run(struct contacts *);
void contacts_wait(struct contacts *);

/* What was counted since the contacts were created. */
struct contacts_counts {
    uint64_t contacts[N_CONTACT_KINDS], answered[N_CONTACT_KINDS];
    uint64_t evicted;           /* Contacts, for want of room. */
    uint64_t denied;            /* Packets that the switch drops. */
    bool tapping;               /* The tap is open. */
    uint64_t taken, missed;     /* Packets: see tap.h. */
    uint64_t suppressed;        /* Records beyond the rate. */
    uint64_t lost;              /* Lines of the log. */
};
void contacts_get_counts(const struct contacts *,
                         struct contacts_counts *counts);

/* Appends to 's' a line of the tap and what it counted. */
void contacts_format_status(struct contacts *, struct ds *s);

#endif /* agent/contacts/contacts.h */
