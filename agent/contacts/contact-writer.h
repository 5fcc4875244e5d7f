/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_WRITER_H
#define AGENT_CONTACTS_CONTACT_WRITER_H 1

/* Records of contacts: in the format, at the rate and to the log that the
 * options want.  Nothing blocks. */

#include <stdbool.h>
#include <stdint.h>

struct contact;
struct options;

/* Creates a writer for 'options', which want a log and must outlive it. */
struct contact_writer *contact_writer_create(const struct options *options);

/* Writes what waits, and frees the writer. */
void contact_writer_destroy(struct contact_writer *);

/* Changes the options.  The former ones are no longer used. */
void contact_writer_set_options(struct contact_writer *,
                                const struct options *options);

/* Records the contact, unless there were too many in this second, and notes in
 * it what was told. */
void contact_writer_put(struct contact_writer *, struct contact *,
                        bool ended);

void contact_writer_run(struct contact_writer *);
void contact_writer_wait(const struct contact_writer *);

/* Return how many records were left out because there were too many, and how
 * many could not be written. */
uint64_t contact_writer_suppressed(const struct contact_writer *);
uint64_t contact_writer_lost(struct contact_writer *);

#endif /* agent/contacts/contact-writer.h */
