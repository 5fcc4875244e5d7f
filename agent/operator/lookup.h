/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_LOOKUP_H
#define AGENT_OPERATOR_LOOKUP_H 1

/* The control command "lookup": which target a client asked for, by what the
 * service has of the connection.  Pure, but for what it is given. */

#include <stddef.h>
#include <stdint.h>

#include "agent/contacts/contact-packet.h"
#include "agent/operator/listing.h"
#include "compiler.h"
#include "openflow/address.h"

struct conntrack_query;
struct contact_ports;
struct network;
struct options;

struct lookup {
    enum contact_kind kind;     /* CONTACT_TCP or CONTACT_UDP. */
    struct address client;      /* As the service sees it. */
    uint16_t client_port;
    uint16_t port;              /* The service's and so the target's, 0 if it
                                 * is not known. */
    const struct network *network;      /* Of 'options'; NULL for any. */
    enum listing_format format;
};

/* Takes the arguments 'argv[1]' on: PROTOCOL CLIENT PORT [OPTION...].  Returns
 * NULL or the error, for the caller to free. */
char *lookup_parse(int argc, const char *argv[], const struct options *,
                   struct lookup *) OVS_WARN_UNUSED_RESULT;

/* Where the agent can look. */
struct lookup_sources {
    const struct options *options;
    const struct contact_ports *ports;  /* NULL if there are no contacts. */
    /* As conntrack_find(). */
    int (*find_connections)(struct conntrack_query *, size_t n);
};

/* Stores into '*listing', for the caller to destroy, the connections that it
 * may be, the likeliest first.  Returns NULL, or why there is none, for the
 * caller to free:
 *
 * - If the address is that of a pair, client and target are in it, and the
 *   connection is the only one.
 *
 * - With the service's port, the kernel's connection tracking knows the target
 *   exactly, while the connection lasts, on the kernel's datapath.
 *
 * - Otherwise, the contacts know it, also later. */
char *lookup_run(const struct lookup *, const struct lookup_sources *,
                 struct listing **listing) OVS_WARN_UNUSED_RESULT;

#endif /* agent/operator/lookup.h */
