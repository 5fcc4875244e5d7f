/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_CONTACTS_H
#define AGENT_PIPETTECTL_CONTACTS_H 1

/* Contacts, as a table and as they come. */

#include "agent/pipettectl/table.h"

enum contact_column {
    CONTACT_ID, CONTACT_FIRST, CONTACT_LAST, CONTACT_NETWORK, CONTACT_VLAN,
    CONTACT_PROTOCOL, CONTACT_CLIENT, CONTACT_CLIENT_PORT, CONTACT_CLIENT_MAC,
    CONTACT_TARGET, CONTACT_PORT, CONTACT_TARGET_MAC, CONTACT_SEEN_AS,
    CONTACT_ATTEMPTS, CONTACT_ANSWER,
    N_CONTACT_COLUMNS
};

extern const struct table contacts_table;

/* Appends a line of text for the contact, with its newline. */
void contacts_put_line(const struct listing *, size_t row, bool colour,
                       struct ds *s);

/* Prints the last contacts, then each new one, until nobody reads them any
 * more; 'argv[1]' on are the command's arguments.  Survives restarts of the
 * agent.  Returns the exit status if it has to end. */
int contacts_follow(struct ctl *, int argc, char *argv[]);

#endif /* agent/pipettectl/contacts.h */
