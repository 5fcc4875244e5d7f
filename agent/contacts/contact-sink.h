/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_SINK_H
#define AGENT_CONTACTS_CONTACT_SINK_H 1

/* Where the contact log goes: what --contact-log names.
 *
 *     /FILE    lines are appended to the file; if another program renames it,
 *              as logrotate(8) does, to a new one of that name.
 *     -        standard output.
 *     syslog   /dev/log: a message for each record, in the form that syslog(3)
 *              gives it, facility "daemon", severity "info".
 *     journal  systemd-journald's own protocol: an entry for each record, with
 *              fields to search for.
 *
 * Writing blocks as long as the disk or the daemon hangs: it is for a thread
 * that has nothing else to do. */

#include <stdbool.h>
#include <stddef.h>

struct ds;

/* Creates a sink.  'where' is as above.  A file is created, readable by its
 * group, by the first write if there is none. */
struct contact_sink *contact_sink_create(const char *where);

/* The same, but the daemon's socket is 'socket_name': for tests. */
struct contact_sink *contact_sink_create_at(const char *where,
                                            const char *socket_name);

/* Frees the sink.  NULL is ignored. */
void contact_sink_destroy(struct contact_sink *);

/* Returns 'where'. */
const char *contact_sink_name(const struct contact_sink *);

/* Returns true if contact_sink_frame() has a use for fields. */
bool contact_sink_has_fields(const struct contact_sink *);

/* Appends to 's' the record 'line' of 'n' bytes, which ends with its only
 * newline, in the form that contact_sink_write() takes.  'fields' has lines
 * NAME=VALUE, or is NULL.  Any thread may call this. */
void contact_sink_frame(const struct contact_sink *, const char *line,
                        size_t n, const char *fields, struct ds *s);

/* Writes framed records, 'n' bytes.  Returns how many records were lost. */
size_t contact_sink_write(struct contact_sink *, const char *s, size_t n);

/* Has contact_sink_write() give up on a daemon that hangs, within a second.
 * Another thread calls this. */
void contact_sink_stop(struct contact_sink *);

#endif /* agent/contacts/contact-sink.h */
