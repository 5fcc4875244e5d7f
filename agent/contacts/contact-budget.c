/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-budget.h"

#include <stdlib.h>

#include "hash.h"
#include "packets.h"
#include "util.h"

void
contact_budget_init(struct contact_budget *b, unsigned int rate)
{
    *b = (struct contact_budget) { .rate = rate, .left = rate };
    hmap_init(&b->clients);
}

void
contact_budget_destroy(struct contact_budget *b)
{
    struct contact_suppressed *s;

    HMAP_FOR_EACH_POP (s, node, &b->clients) {
        free(s);
    }
    hmap_destroy(&b->clients);
}

/* Returns where the client's records are counted. */
static struct contact_suppressed *
find(struct contact_budget *b, const struct in6_addr *client)
{
    uint32_t hash = hash_bytes(client, sizeof *client, 0);
    struct contact_suppressed *s;

    HMAP_FOR_EACH_WITH_HASH (s, node, hash, &b->clients) {
        if (ipv6_addr_equals(&s->client, client)) {
            return s;
        }
    }
    if (hmap_count(&b->clients) >= CONTACT_BUDGET_CLIENTS) {
        return &b->others;
    }
    s = xzalloc(sizeof *s);
    s->client = *client;
    hmap_insert(&b->clients, &s->node, hash);
    return s;
}

bool
contact_budget_take(struct contact_budget *b, const struct in6_addr *client,
                    long long int msec)
{
    if (b->left) {
        b->left--;
        return true;
    }

    struct contact_suppressed *s = find(b, client);
    s->first = s->n ? MIN(s->first, msec) : msec;
    s->last = s->n ? MAX(s->last, msec) : msec;
    s->n++;
    b->n_suppressed++;
    return false;
}

void
contact_budget_refill(struct contact_budget *b, contact_budget_put *put,
                      void *aux)
{
    struct contact_suppressed *s;

    b->left = b->rate;
    HMAP_FOR_EACH_POP (s, node, &b->clients) {
        put(s, aux);
        free(s);
    }
    if (b->others.n) {
        put(&b->others, aux);
        b->others = (struct contact_suppressed) { .n = 0 };
    }
}
