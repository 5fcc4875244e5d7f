/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_PROBE_H
#define OPENFLOW_CLAIM_PROBE_H 1

/* Asking who has addresses
 * =========================
 *
 * Says when to ask for which address on which VLAN: for each three times, 1 s
 * apart, then 2 s for the last answers, as RFC 5227 section 2.1.1 does
 * (PROBE_NUM, PROBE_MIN, ANNOUNCE_WAIT), but not at random times: the rate is
 * limited instead.  That is more often than RFC 4862 section 5.4 does for
 * IPv6.  Pure: 'now' is in milliseconds. */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/address-set.h"

#define CLAIM_PROBE_ROUNDS 3
#define CLAIM_PROBE_ROUND_MSEC 1000
#define CLAIM_PROBE_WAIT_MSEC 2000

struct claim_probe {
    bool active;
    struct address_set todo;    /* To ask for, but for what was removed. */
    int round;                  /* CLAIM_PROBE_ROUNDS while it waits. */
    long long int begin;        /* Of the round, or the end of waiting. */
    struct address address;     /* The next to ask for, or one before it, */
    int vlan;                   /* on this VLAN, or a later one. */
};

#define CLAIM_PROBE_INITIALIZER { .active = false }

void claim_probe_destroy(struct claim_probe *);

/* Begins to ask for 'addresses', from the first round on. */
void claim_probe_start(struct claim_probe *,
                       const struct address_set *addresses,
                       long long int now);
void claim_probe_stop(struct claim_probe *);

/* 'address' is not asked for any more. */
void claim_probe_remove(struct claim_probe *, struct address address);

/* Returns true if it is time to ask for '*address' on '*vlan', one of the
 * bitmap 'vlans'.  The caller must do so. */
bool claim_probe_next(struct claim_probe *, const unsigned long *vlans,
                      long long int now, struct address *address, int *vlan);

/* Returns true, once, when all were asked for and had time to answer. */
bool claim_probe_end(struct claim_probe *, long long int now);

/* Returns when one of these will return true, LLONG_MAX for never. */
long long int claim_probe_due(const struct claim_probe *);

/* How many requests may be sent: 200 in any second. */
#define CLAIM_RATE_BATCH 10
#define CLAIM_RATE_MSEC 53

struct claim_rate {
    int left;                   /* Of the batch. */
    long long int next;         /* Batch. */
};

/* Returns true, and counts one, if one may be sent now. */
bool claim_rate_take(struct claim_rate *, long long int now);

/* Returns when one may be sent. */
long long int claim_rate_due(const struct claim_rate *);

#endif /* openflow/claim-probe.h */
