/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_BUSY_H
#define AGENT_CONTACTS_CONTACT_BUSY_H 1

/* Busy conversations
 * ==================
 *
 * A stream of UDP tells nothing after its first datagrams, but that it goes
 * on, and each costs as much as a new contact.  This finds tuples with
 * CONTACT_BUSY_PACKETS in a second, for the tap not to show them for
 * CONTACT_BUSY_MSEC, and at most CONTACT_BUSY_MAX of them at a time.  A busy
 * contact's last datagram, and what is a new contact because a window has
 * ended, are seen so much later.  A tuple has the client's port: each attempt
 * from another one is seen.
 *
 * Pure: the caller says what time it is, in milliseconds of a clock that does
 * not jump. */

#include <stdbool.h>
#include <stddef.h>

#include "netdev/tap-filter.h"

struct contact_packet;

#define CONTACT_BUSY_PACKETS 64
#define CONTACT_BUSY_MSEC 5000
#define CONTACT_BUSY_MAX 256
#define CONTACT_BUSY_SLOTS 1024

/* Of what is received, or of what is sent. */
struct contact_busy {
    struct contact_busy_slot {
        struct tap_tuple tuple;
        unsigned int n;
    } slots[CONTACT_BUSY_SLOTS];
    long long int count_until;

    struct tap_tuple muted[CONTACT_BUSY_MAX];
    long long int muted_until[CONTACT_BUSY_MAX];
    size_t n_muted, max_muted;
    bool changed;
    long long int change_at;    /* Not earlier. */
};

void contact_busy_init(struct contact_busy *);

/* Takes a packet that was shown.  All but UDP is ignored. */
void contact_busy_take(struct contact_busy *, const struct contact_packet *,
                       long long int now);

/* Returns true if another set of tuples is to be muted now: the first
 * 'n_muted' of 'muted'.  That is so every 50 ms at most.  Then, the caller
 * calls contact_busy_limit(). */
bool contact_busy_run(struct contact_busy *, long long int now);

/* Returns when contact_busy_run() may return true, or LLONG_MAX. */
long long int contact_busy_when(const struct contact_busy *);

/* The tap had room for the first 'n' of the tuples: until all of them have
 * ended, there are no more at a time. */
void contact_busy_limit(struct contact_busy *, size_t n);

#endif /* agent/contacts/contact-busy.h */
