/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_LOG_H
#define AGENT_CONTACTS_CONTACT_LOG_H 1

/* Records on their way to a sink (contact-sink.h).
 *
 * A thread writes, so that a disk or a daemon that is slow or full delays
 * nobody: what it cannot write, or has no room for meanwhile, is lost, and
 * counted. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct contact_sink;

/* What waits for the thread, in bytes, at most. */
#define CONTACT_LOG_ROOM (8 * 1024 * 1024)

/* Creates a log that goes to 'sink', and takes ownership of that. */
struct contact_log *contact_log_create(struct contact_sink *sink);

/* Has all written, but does not wait for it for more than a second, and frees
 * the log. */
void contact_log_destroy(struct contact_log *);

/* Returns what the sink was created for. */
const char *contact_log_name(const struct contact_log *);

/* Returns true if contact_log_put() has a use for fields. */
bool contact_log_has_fields(const struct contact_log *);

/* Takes a record of 'n' bytes, which ends with its only newline.  It is
 * written once contact_log_flush() is called.  'fields' has lines NAME=VALUE
 * to find the record by, or is NULL. */
void contact_log_put(struct contact_log *, const char *line, size_t n,
                     const char *fields);
void contact_log_flush(struct contact_log *);

/* Returns the number of records that were lost so far. */
uint64_t contact_log_lost(struct contact_log *);

#endif /* agent/contacts/contact-log.h */
