/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_LOG_H
#define AGENT_CONTACTS_CONTACT_LOG_H 1

/* A file that lines are appended to.
 *
 * If another program renames it, as logrotate(8) does, lines go to a new file
 * of that name.  A thread writes, so that a disk that is slow or full delays nobody: what it
 * cannot write, or has no room for meanwhile, is lost, and counted. */

#include <stddef.h>
#include <stdint.h>

/* What waits for the thread, in bytes, at most. */
#define CONTACT_LOG_ROOM (8 * 1024 * 1024)

/* Creates a log of the file of that name, which it creates, readable by its
 * group, if there is none. */
struct contact_log *contact_log_create(const char *file_name);

/* Has all written, but does not wait for it for more than a second, and frees
 * the log. */
void contact_log_destroy(struct contact_log *);

/* Returns the file's name, as it was given. */
const char *contact_log_name(const struct contact_log *);

/* Takes a line of 'n' bytes, with its newline.  It is written once
 * contact_log_flush() is called. */
void contact_log_put(struct contact_log *, const char *line, size_t n);
void contact_log_flush(struct contact_log *);

/* Returns the number of lines that were lost so far. */
uint64_t contact_log_lost(struct contact_log *);

#endif /* agent/contacts/contact-log.h */
