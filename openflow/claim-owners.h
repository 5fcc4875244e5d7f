/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_OWNERS_H
#define OPENFLOW_CLAIM_OWNERS_H 1

/* The owners of claimed addresses, as the switch has learned them
 * ================================================================
 *
 * A list of one network, in the order of addresses, made from the flows of
 * table 19 (claim-set.h).  Each owner is to be asked again before his flow
 * ends, so that a host that is only silent stays one: Open vSwitch tells when
 * a flow was added, not when it was used last, so from then on, and after that
 * from the last time he was asked.  Pure: times are in milliseconds. */

#include <stddef.h>
#include <stdint.h>

#include "openflow/address.h"
#include "openvswitch/types.h"

struct address_set;
struct ofputil_flow_stats;

struct claim_owner {
    struct address address;
    struct eth_addr mac;
    uint16_t hold;              /* Seconds, of his flow. */
    long long int since;        /* He was heard first. */
    long long int ask_at;
};

struct claim_owners {
    struct claim_owner *owners;
    size_t n, allocated;
};

#define CLAIM_OWNERS_INITIALIZER { NULL, 0, 0 }

void claim_owners_destroy(struct claim_owners *);
void claim_owners_clear(struct claim_owners *);

/* Adds the owner of 'address' whom 'stats', a flow of table 19 whose hard
 * timeout is 'hold' seconds, describes. */
void claim_owners_add(struct claim_owners *, struct address address,
                      uint16_t hold, const struct ofputil_flow_stats *stats,
                      long long int now);

/* Puts 'fresh', which is empty then, in the place of what there is.  Who was
 * there before, and has been asked again, is not asked too soon.  Adds to
 * 'lost' who is gone although his flow could not have ended by itself. */
void claim_owners_replace(struct claim_owners *, struct claim_owners *fresh,
                          long long int now, struct address_set *lost);

/* Those in 'addresses' are due at once. */
void claim_owners_hurry(struct claim_owners *,
                        const struct address_set *addresses);

/* Stores into 'due' those who are to be asked again, who are then not due for
 * two thirds of 'hold'. */
void claim_owners_take_due(struct claim_owners *, uint16_t hold,
                           long long int now, struct address_set *due);

/* Returns when someone is due, LLONG_MAX for never. */
long long int claim_owners_next(const struct claim_owners *);

/* Returns the owner of 'address', or NULL. */
const struct claim_owner *claim_owners_find(const struct claim_owners *,
                                            struct address address);

#endif /* openflow/claim-owners.h */
