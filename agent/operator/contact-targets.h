/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_CONTACT_TARGETS_H
#define AGENT_OPERATOR_CONTACT_TARGETS_H 1

/* Which targets clients asked for, by the contact log
 * ===================================================
 *
 * A service sees a routed client with its own address, so that its log does
 * not have the target.  The contact log does, and has the address that the
 * service saw and the client's port as well: if these do not say for which one
 * of several targets a line is, nothing does.
 *
 * Keeps the last CONTACT_TARGETS_MAX: what the log had last. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "openflow/address.h"

struct ds;

/* Of these, each record takes one for the address and its port, and one for
 * the address, unless they are there already: 45 MB in all at most. */
#define CONTACT_TARGETS_MAX 200000

/* How many targets are named in one place of a text at most. */
#define CONTACT_TARGETS_NAMED 8

/* Keeps 'max' at most, 2 or more. */
struct contact_targets *contact_targets_create(size_t max);
void contact_targets_destroy(struct contact_targets *);

/* Takes a line of a contact log, as contact-record.h has it.  Returns false if
 * it has no client that a service sees. */
bool contact_targets_add(struct contact_targets *, const char *line);

/* Of a file that is longer, only so many bytes at its end are read. */
#define CONTACT_TARGETS_MAX_FILE (256 * 1024 * 1024)

/* Takes a file.  Lines that are none of a contact log, or are longer than any
 * of one, are skipped, and so is a last one without an end.  Returns 0 or an
 * errno value. */
int contact_targets_read(struct contact_targets *, const char *file_name);

/* Returns true if some address was of IPv6. */
bool contact_targets_have_ipv6(const struct contact_targets *);

/* Returns for how many targets there is a client that services see as 'ip';
 * with 'port', if that is not 0. */
size_t contact_targets_count(const struct contact_targets *, struct address ip,
                             uint16_t port);

/* Appends to 's' the client and its target, "C,T", with "NAME:" in front if
 * the network has a name; for several targets "C,{T1|T2}", or, if the clients
 * or networks are not the same, "{C1,T1|C2,T2}".  The one asked for last comes
 * first.  Of more than CONTACT_TARGETS_NAMED, "|+N" says how many others there
 * are.  There must be one. */
void contact_targets_put(const struct contact_targets *, struct address ip,
                         uint16_t port, struct ds *s);

/* Appends a line for each: "client C target T", with "network NAME " in
 * front if it has a name. */
void contact_targets_put_lines(const struct contact_targets *,
                               struct address ip, uint16_t port, struct ds *s);

/* Appends a line for each address that services saw 'client' with when it
 * asked for 'target', likewise with the network's name.  Returns false if
 * there is none. */
bool contact_targets_put_seen(const struct contact_targets *,
                              struct address client, struct address target,
                              struct ds *s)
    OVS_WARN_UNUSED_RESULT;

#endif /* agent/operator/contact-targets.h */
