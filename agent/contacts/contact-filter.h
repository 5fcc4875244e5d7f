/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_FILTER_H
#define AGENT_CONTACTS_CONTACT_FILTER_H 1

/* Which contacts the control commands "contacts" and "top" show, and how many.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/operator/listing.h"
#include "compiler.h"
#include "openflow/address-set.h"

struct contact;
struct options;

#define CONTACT_FILTER_MAX_LIMIT 10000

struct contact_filter {
    enum listing_format format;
    long long int since;        /* Milliseconds since the epoch. */
    struct address_range client, target;
    bool any_port, any_kind, any_network;
    unsigned int port, kind;
    uint32_t network;           /* As network_id() has it. */
    bool has_after;
    uint64_t after;             /* Only contacts with a greater id. */
    size_t limit;
    const char *sort;           /* Of 'argv'; NULL if it is not given. */
};

/* Takes the arguments 'argv[1]' on of the command "contacts" or, with 'top',
 * of "top" without what it lists.  'now' is the time in milliseconds since the
 * epoch.  Returns NULL or the error, for the caller to free. */
char *contact_filter_parse(int argc, const char *argv[], bool top,
                           const struct options *, long long int now,
                           struct contact_filter *)
    OVS_WARN_UNUSED_RESULT;

/* Returns true if the contact was recorded, and is one of these. */
bool contact_filter_has(const struct contact_filter *, const struct contact *);

#endif /* agent/contacts/contact-filter.h */
