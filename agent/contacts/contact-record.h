/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_RECORD_H
#define AGENT_CONTACTS_CONTACT_RECORD_H 1

/* A contact as a line of JSON, with the names of the Elastic Common Schema,
 * version 8.17, as nested objects.  What that has no name for is in the object
 * "pipette": see pipette-agent-contacts(5).  Pure. */

#include <stdbool.h>

struct contact;
struct contact_suppressed;
struct ds;
struct options;

/* Who writes the record. */
struct contact_observer {
    const struct options *options;
    const char *hostname;
    const char *version;
};

/* Appends to 's' the record of the contact, and a newline.  It says that the
 * contact has begun, or, with 'ended', that its window is over, or that it was
 * denied.  'network' of the contact may be one that the options do not have any
 * more. */
void contact_record_put(const struct contact *, bool ended,
                        const struct contact_observer *, struct ds *s);

/* Appends to 's' a record, and a newline, that says how many records of a
 * client were suppressed. */
void contact_record_put_suppressed(const struct contact_suppressed *,
                                   const struct contact_observer *,
                                   struct ds *s);

#endif /* agent/contacts/contact-record.h */
