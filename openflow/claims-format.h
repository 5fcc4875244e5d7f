/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIMS_FORMAT_H
#define OPENFLOW_CLAIMS_FORMAT_H 1

/* Claims as "status" and the control command "claims" show them: as the agent
 * saw the switch last.  Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address-set.h"
#include "openvswitch/types.h"

struct claims;
struct ds;
struct json;

/* Of one network: addresses. */
struct claims_figures {
    const char *network;        /* NULL if it has no name. */
    uint64_t claimed;           /* All, that is those below. */
    uint64_t dark, owned, asked;
};

/* Returns the number of networks that claim addresses, and the figures of
 * network 'i', valid until the claims change. */
size_t claims_n_networks(const struct claims *);
struct claims_figures claims_get_figures(const struct claims *, size_t i);

/* Appends to 's' an indented line for each network that claims addresses: how
 * many are claimed, dark, owned, and asked for; if they are of IPv6, another
 * one: who answers. */
void claims_format_counts(const struct claims *, struct ds *s);

/* Adds the same to 'object', as an array, if there is such a network. */
void claims_put_json(const struct claims *, struct json *object);

enum claim_state { CLAIM_IS_DARK, CLAIM_IS_OWNED, CLAIM_IS_ASKED };

/* A range of addresses with the same state. */
struct claim_line {
    const char *network;        /* NULL if it has no name. */
    struct address_range range;
    enum claim_state state;
    struct eth_addr mac;        /* Of the owner. */
    long long int since;        /* 0 if there is no time to tell. */
};

typedef void claim_line_cb(const struct claim_line *, void *aux);

/* Gives 'take' a line for each address that has an owner, and for each range
 * of others, of the network 'name', or of all if that is NULL: its state, the
 * owner's MAC address, and since when, in milliseconds since the epoch.  'now'
 * is as in claims.h, 'wall' the time then, since the epoch.  Returns false if
 * there is no such network. */
bool claims_list(const struct claims *, const char *name, long long int now,
                 long long int wall, claim_line_cb *take, void *aux);

/* Appends to 's' the same as text. */
bool claims_format_list(const struct claims *, const char *name,
                        long long int now, long long int wall, struct ds *s);

#endif /* openflow/claims-format.h */
