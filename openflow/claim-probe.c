/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-probe.h"

#include <limits.h>

#include "bitmap.h"
#include "util.h"

#define N_VLANS 4096

void
claim_probe_destroy(struct claim_probe *probe)
{
    address_set_destroy(&probe->todo);
}

static void
begin_round(struct claim_probe *probe, int round, long long int begin)
{
    probe->round = round;
    probe->begin = begin;
    probe->address = (struct address) ADDRESS_INIT_MIN;
    probe->vlan = 0;
}

void
claim_probe_start(struct claim_probe *probe,
                  const struct address_set *addresses, long long int now)
{
    address_set_assign(&probe->todo, addresses);
    probe->active = true;
    begin_round(probe, 0, now);
}

void
claim_probe_stop(struct claim_probe *probe)
{
    probe->active = false;
}

void
claim_probe_remove(struct claim_probe *probe, struct address address)
{
    address_set_subtract_range(&probe->todo, address_range_of(address));
}

/* Moves to the next address and VLAN, from the present ones on.  Returns false
 * if the round has none any more. */
static bool
find_next(struct claim_probe *probe, const unsigned long *vlans)
{
    size_t vlan = bitmap_scan(vlans, true, probe->vlan, N_VLANS);
    struct address from = probe->address;

    if (vlan >= N_VLANS) {
        vlan = bitmap_scan(vlans, true, 0, N_VLANS);
        if (vlan >= N_VLANS || address_is_max(from)) {
            return false;
        }
        from = address_next(from);
    }
    if (!address_set_next(&probe->todo, from, &probe->address)) {
        return false;
    }
    if (!address_equals(probe->address, from)) {
        vlan = bitmap_scan(vlans, true, 0, N_VLANS);
    }
    probe->vlan = vlan;
    return true;
}

static void
end_round(struct claim_probe *probe, long long int now)
{
    int round = probe->round + 1;

    begin_round(probe, round,
                (round < CLAIM_PROBE_ROUNDS
                 ? MAX(now, probe->begin + CLAIM_PROBE_ROUND_MSEC)
                 : now + CLAIM_PROBE_WAIT_MSEC));
}

bool
claim_probe_next(struct claim_probe *probe, const unsigned long *vlans,
                 long long int now, struct address *address, int *vlan)
{
    while (probe->active && probe->round < CLAIM_PROBE_ROUNDS
           && now >= probe->begin) {
        if (address_is_min(probe->address) && !probe->vlan) {
            probe->begin = now; /* Maybe late. */
        }
        if (find_next(probe, vlans)) {
            *address = probe->address;
            *vlan = probe->vlan++;
            return true;
        }
        end_round(probe, now);
    }
    return false;
}

bool
claim_probe_end(struct claim_probe *probe, long long int now)
{
    if (!probe->active || probe->round < CLAIM_PROBE_ROUNDS
        || now < probe->begin) {
        return false;
    }
    probe->active = false;
    return true;
}

long long int
claim_probe_due(const struct claim_probe *probe)
{
    return probe->active ? probe->begin : LLONG_MAX;
}

bool
claim_rate_take(struct claim_rate *rate, long long int now)
{
    if (!rate->left && now >= rate->next) {
        rate->left = CLAIM_RATE_BATCH;
        rate->next = now + CLAIM_RATE_MSEC;
    }
    return rate->left && rate->left--;
}

long long int
claim_rate_due(const struct claim_rate *rate)
{
    return rate->left ? LLONG_MIN : rate->next;
}
