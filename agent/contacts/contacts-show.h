/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACTS_SHOW_H
#define AGENT_CONTACTS_CONTACTS_SHOW_H 1

/* Contacts as the operator sees them. */

#include "compiler.h"

struct contacts;
struct ds;
struct json;

/* Appends to 's' a line of the tap and what it counted, indented. */
void contacts_format_status(struct contacts *, struct ds *s);

/* Returns the same as a JSON object. */
struct json *contacts_status_to_json(struct contacts *);

/* The control commands "contacts" and "top": append to 's' the reply to the
 * arguments 'argv'.  Return NULL or the error, for the caller to free. */
char *contacts_command_list(const struct contacts *, int argc,
                            const char *argv[], struct ds *s)
    OVS_WARN_UNUSED_RESULT;
char *contacts_command_top(const struct contacts *, int argc,
                           const char *argv[], struct ds *s)
    OVS_WARN_UNUSED_RESULT;

#endif /* agent/contacts/contacts-show.h */
