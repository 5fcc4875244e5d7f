/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_LIST_H
#define OPENFLOW_CLAIM_LIST_H 1

/* What a network claims, as the switch has it: the flows of table 18
 * (claim-set.h).  Pure; times are in milliseconds. */

#include <stdbool.h>
#include <stddef.h>

#include "openflow/address-set.h"

struct claim_list_key;
struct ofputil_flow_stats;

/* One of these flows. */
struct claim_listed {
    struct address_range range;
    bool answers;               /* Or only listens. */
    long long int since;
};

struct claim_list {
    struct claim_listed *items; /* In the order of addresses. */
    size_t n, allocated;
};

#define CLAIM_LIST_INITIALIZER { NULL, 0, 0 }

void claim_list_destroy(struct claim_list *);

/* Appends the flow that 'stats' describes, of the network 'key', whose
 * addresses have the high 64 bits 'high'. */
void claim_list_add(struct claim_list *, const struct claim_list_key *key,
                    uint64_t high,
                    const struct ofputil_flow_stats *stats,
                    long long int now);

/* Puts 'fresh', with all flows, in the place of what there is, in order.
 * Leaves 'fresh' empty. */
void claim_list_replace(struct claim_list *, struct claim_list *fresh);

/* Adds to 'addresses' those that the switch listens for; or only those that it
 * answers for. */
void claim_list_get(const struct claim_list *, bool only_answered,
                    struct address_set *addresses);

/* Stores into '*since' since when the switch answers for 'address'.  Returns
 * false if it does not. */
bool claim_list_get_since(const struct claim_list *, struct address address,
                          long long int *since);

#endif /* openflow/claim-list.h */
