/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_LIST_H
#define AGENT_CONTACTS_CONTACT_LIST_H 1

/* Contacts as the control commands "contacts" and "top" show them.  Pure. */

#include "compiler.h"

struct contact_filter;
struct contact_table;
struct options;

/* Returns the contacts in the order of their first packets, of more than the
 * filter's limit the last ones, or, if it has an id to be after, the first
 * ones. */
struct listing *contact_list(const struct contact_table *,
                             const struct contact_filter *,
                             const struct options *);

/* Stores into '*listing' what 'what' is, "clients", "targets" or "ports", those
 * with the most contacts first, or sorted by the filter's column.  'now' is in
 * milliseconds since the epoch.  Returns NULL or the error, for the caller to
 * free. */
char *contact_top(const struct contact_table *, const char *what,
                  const struct contact_filter *, long long int now,
                  struct listing **listing) OVS_WARN_UNUSED_RESULT;

#endif /* agent/contacts/contact-list.h */
