/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-busy.h"

#include <limits.h>
#include <string.h>

#include "agent/contacts/contact-packet.h"
#include "hash.h"
#include "packets.h"
#include "util.h"

#define COUNT_MSEC 1000

/* What a change costs, less than 1 ms, is little of it. */
#define CHANGE_MSEC 50

/* What would end so much later ends with the others. */
#define END_TOGETHER_MSEC 500

void
contact_busy_init(struct contact_busy *b)
{
    memset(b, 0, sizeof *b);
    b->count_until = b->change_at = LLONG_MIN;
    b->max_muted = CONTACT_BUSY_MAX;
}

static struct tap_tuple
make_tuple(const struct contact_packet *p)
{
    bool answer = p->answer != ANSWER_NONE;

    return (struct tap_tuple) {
        .src = answer ? p->target : p->client,
        .dst = answer ? p->client : p->target,
        .src_port = htons(answer ? p->target_port : p->client_port),
        .dst_port = htons(answer ? p->client_port : p->target_port),
        .vlan = p->vlan,
    };
}

static bool
tuple_equals(const struct tap_tuple *a, const struct tap_tuple *b)
{
    return (ipv6_addr_equals(&a->src, &b->src)
            && ipv6_addr_equals(&a->dst, &b->dst)
            && a->src_port == b->src_port && a->dst_port == b->dst_port
            && a->vlan == b->vlan);
}

static bool
is_muted(const struct contact_busy *b, const struct tap_tuple *tuple)
{
    for (size_t i = 0; i < b->n_muted; i++) {
        if (tuple_equals(&b->muted[i], tuple)) {
            return true;
        }
    }
    return false;
}

/* What waits in the tap's ring is shown for a while after it was muted. */
static void
mute(struct contact_busy *b, const struct tap_tuple *tuple, long long int now)
{
    if (b->n_muted < b->max_muted && !is_muted(b, tuple)) {
        b->muted[b->n_muted] = *tuple;
        b->muted_until[b->n_muted] = now + CONTACT_BUSY_MSEC;
        b->n_muted++;
        b->changed = true;
    }
}

static uint32_t
hash_tuple(const struct tap_tuple *t)
{
    uint32_t ports = (uint32_t) ntohs(t->src_port) << 16 | ntohs(t->dst_port);

    return hash_bytes(&t->src, sizeof t->src,
                      hash_bytes(&t->dst, sizeof t->dst,
                                 hash_2words(ports, t->vlan)));
}

/* Of the tuples that share a slot, it has the one with most packets, if that
 * is half of them or more. */
void
contact_busy_take(struct contact_busy *b, const struct contact_packet *packet,
                  long long int now)
{
    if (packet->kind != CONTACT_UDP || packet->answer == ANSWER_REFUSED) {
        return;
    }
    if (now >= b->count_until) {
        memset(b->slots, 0, sizeof b->slots);
        b->count_until = now + COUNT_MSEC;
    }

    struct tap_tuple tuple = make_tuple(packet);
    struct contact_busy_slot *slot
        = &b->slots[hash_tuple(&tuple) % CONTACT_BUSY_SLOTS];
    if (!slot->n) {
        slot->tuple = tuple;
    }
    if (!tuple_equals(&slot->tuple, &tuple)) {
        slot->n--;
    } else if (++slot->n >= CONTACT_BUSY_PACKETS) {
        slot->n = 0;
        mute(b, &tuple, now);
    }
}

static long long int
first_end(const struct contact_busy *b)
{
    long long int first = LLONG_MAX;

    for (size_t i = 0; i < b->n_muted; i++) {
        first = MIN(first, b->muted_until[i]);
    }
    return first;
}

static void
unmute(struct contact_busy *b, long long int until)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n_muted; i++) {
        if (b->muted_until[i] > until) {
            b->muted[n] = b->muted[i];
            b->muted_until[n] = b->muted_until[i];
            n++;
        }
    }
    b->n_muted = n;
    if (!n) {
        b->max_muted = CONTACT_BUSY_MAX;
    }
    b->changed = true;
}

bool
contact_busy_run(struct contact_busy *b, long long int now)
{
    if (now < b->change_at) {
        return false;
    }
    if (first_end(b) <= now) {
        unmute(b, now + END_TOGETHER_MSEC);
    }

    bool changed = b->changed;
    if (changed) {
        b->changed = false;
        b->change_at = now + CHANGE_MSEC;
    }
    return changed;
}

long long int
contact_busy_when(const struct contact_busy *b)
{
    return (b->changed ? b->change_at
            : b->n_muted ? MAX(first_end(b), b->change_at)
            : LLONG_MAX);
}

void
contact_busy_limit(struct contact_busy *b, size_t n)
{
    if (n < b->n_muted) {
        b->n_muted = n;
        b->max_muted = n ? n : CONTACT_BUSY_MAX;
    }
}
