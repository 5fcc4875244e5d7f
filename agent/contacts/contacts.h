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

#include <stdint.h>

struct contact_ports;
struct contact_table;
struct options;

/* Returns the contacts of 'options', which must outlive them; NULL if these
 * want none. */
struct contacts *contacts_create(const struct options *options);
void contacts_destroy(struct contacts *);

/* Changes the options, which want contacts.  The former ones are no longer
 * used.  All contacts and counts stay. */
void contacts_set_options(struct contacts *, const struct options *options);

/* 'ifindex' is the uplink's, 0 if it is away. */
void contacts_set_uplink(struct contacts *, int ifindex);

void contacts_run(struct contacts *);
void contacts_wait(struct contacts *);

/* For the operator. */

/* Of all networks, ever. */
struct contacts_counts {
    uint64_t taken, missed;     /* Frames: see tap.h. */
    uint64_t evicted;           /* Contacts, for want of room. */
    uint64_t suppressed;        /* Records: see contact-budget.h. */
    uint64_t lost;              /* Lines: see contact-log.h. */
};

void contacts_get_counts(const struct contacts *, struct contacts_counts *);

/* Returns the contacts, and their counts by network. */
const struct contact_table *contacts_table(const struct contacts *);

/* Returns the targets of the clients' ports. */
const struct contact_ports *contacts_ports(const struct contacts *);

/* Returns NULL if the tap is open, otherwise why it is not. */
const char *contacts_error(const struct contacts *);

/* Returns the options. */
const struct options *contacts_options(const struct contacts *);

#endif /* agent/contacts/contacts.h */
