/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-owners.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "byte-order.h"
#include "openflow/address-set.h"
#include "openvswitch/meta-flow.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "packets.h"
#include "util.h"

/* Durations of flows come in whole milliseconds, and take a while to come. */
#define SAME_MSEC 2000

void
claim_owners_destroy(struct claim_owners *owners)
{
    free(owners->owners);
    *owners = (struct claim_owners) CLAIM_OWNERS_INITIALIZER;
}

void
claim_owners_clear(struct claim_owners *owners)
{
    owners->n = 0;
}

/* Of a hold of three, two are for silence, one is for asking. */
static long long int
get_patience(uint16_t hold)
{
    return hold * 1000LL * 2 / 3;
}

/* Returns what the flow loads into registers 8 and 9. */
static struct eth_addr
get_mac(const struct ofputil_flow_stats *stats)
{
    struct eth_addr mac = eth_addr_zero;
    const struct ofpact *a;

    OFPACT_FOR_EACH (a, stats->ofpacts, stats->ofpacts_len) {
        if (a->type == OFPACT_SET_FIELD
            && ofpact_get_SET_FIELD(a)->field->id == MFF_XREG4) {
            eth_addr_from_uint64(
                ntohll(ofpact_get_SET_FIELD(a)->value->be64), &mac);
        }
    }
    return mac;
}

void
claim_owners_add(struct claim_owners *owners, struct address address,
                 uint16_t hold, const struct ofputil_flow_stats *stats,
                 long long int now)
{
    long long int since = (now - stats->duration_sec * 1000LL
                           - stats->duration_nsec / 1000000);

    if (owners->n >= owners->allocated) {
        owners->owners = x2nrealloc(owners->owners, &owners->allocated,
                                    sizeof *owners->owners);
    }
    owners->owners[owners->n++] = (struct claim_owner) {
        .address = address,
        .mac = get_mac(stats),
        .hold = hold,
        .since = since,
        .ask_at = MAX(now, since + get_patience(hold)),
    };
}

static int
compare(const void *a_, const void *b_)
{
    const struct claim_owner *a = a_, *b = b_;

    return address_compare(a->address, b->address);
}

/* Returns true if the flow of 'owner' has not been there for its time. */
static bool
ended_early(const struct claim_owner *owner, long long int now)
{
    return now < owner->since + owner->hold * 1000LL - SAME_MSEC;
}

void
claim_owners_replace(struct claim_owners *owners, struct claim_owners *fresh,
                     long long int now, struct address_set *lost)
{
    struct claim_owners former = *owners;
    size_t i = 0;

    if (fresh->n) {
        qsort(fresh->owners, fresh->n, sizeof *fresh->owners, compare);
    }
    for (size_t j = 0; j < former.n; j++) {
        const struct claim_owner *old = &former.owners[j];

        while (i < fresh->n && compare(&fresh->owners[i], old) < 0) {
            i++;
        }
        struct claim_owner *new = (i < fresh->n ? &fresh->owners[i] : NULL);
        if (!new || compare(new, old)) {
            if (ended_early(old, now)) {
                address_set_add_range(lost, address_range_of(old->address));
            }
        } else if (llabs(new->since - old->since) < SAME_MSEC) {
            new->since = old->since;
            new->ask_at = MAX(new->ask_at, old->ask_at);
        }
    }
    *owners = *fresh;
    claim_owners_clear(&former);
    *fresh = former;
}

void
claim_owners_hurry(struct claim_owners *owners,
                   const struct address_set *addresses)
{
    for (size_t i = 0; i < owners->n; i++) {
        if (address_set_contains(addresses, owners->owners[i].address)) {
            owners->owners[i].ask_at = LLONG_MIN;
        }
    }
}

void
claim_owners_take_due(struct claim_owners *owners, uint16_t hold,
                      long long int now, struct address_set *due)
{
    for (size_t i = 0; i < owners->n; i++) {
        struct claim_owner *owner = &owners->owners[i];

        if (now >= owner->ask_at) {
            address_set_add_range(due, address_range_of(owner->address));
            owner->ask_at = now + get_patience(hold);
        }
    }
}

long long int
claim_owners_next(const struct claim_owners *owners)
{
    long long int next = LLONG_MAX;

    for (size_t i = 0; i < owners->n; i++) {
        next = MIN(next, owners->owners[i].ask_at);
    }
    return next;
}

const struct claim_owner *
claim_owners_find(const struct claim_owners *owners, struct address address)
{
    struct claim_owner key = { .address = address };

    return (owners->n ? bsearch(&key, owners->owners, owners->n,
                                sizeof key, compare) : NULL);
}
