/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-table.h"

#include <limits.h>
#include <stdlib.h>

#include "hash.h"
#include "packets.h"
#include "util.h"

void
contact_table_init(struct contact_table *t, size_t max, long long int window)
{
    *t = (struct contact_table) { .max = max, .window = window };
    hmap_init(&t->open);
    ovs_list_init(&t->all);
    t->begun = t->ended = &t->all;
}

static uint32_t
hash_key(uint32_t network, const struct contact_packet *p)
{
    uint32_t hash = hash_bytes(&p->client, sizeof p->client, network);

    hash = hash_bytes(&p->target, sizeof p->target, hash);
    return hash_2words(hash, p->kind << 16 | p->target_port);
}

static struct contact *
find_open(const struct contact_table *t, uint32_t network,
          const struct contact_packet *p, uint32_t hash)
{
    struct contact *c;

    HMAP_FOR_EACH_WITH_HASH (c, node, hash, &t->open) {
        if (c->network == network
            && c->packet.kind == p->kind
            && c->packet.target_port == p->target_port
            && ipv6_addr_equals(&c->packet.client, &p->client)
            && ipv6_addr_equals(&c->packet.target, &p->target)) {
            return c;
        }
    }
    return NULL;
}

static void
close_contact(struct contact_table *t, struct contact *c)
{
    if (c->is_open) {
        hmap_remove(&t->open, &c->node);
        c->is_open = false;
    }
}

static void
remove_contact(struct contact_table *t, struct contact *c)
{
    struct ovs_list **cursors[] = { &t->begun, &t->ended };

    for (size_t i = 0; i < ARRAY_SIZE(cursors); i++) {
        if (*cursors[i] == &c->list_node) {
            *cursors[i] = c->list_node.next;
        }
    }
    close_contact(t, c);
    ovs_list_remove(&c->list_node);
    t->n--;
    free(c);
}

void
contact_table_destroy(struct contact_table *t)
{
    struct contact *c;

    LIST_FOR_EACH_SAFE (c, list_node, &t->all) {
        remove_contact(t, c);
    }
    hmap_destroy(&t->open);
}

static void
make_room(struct contact_table *t)
{
    if (t->n >= t->max) {
        struct contact *oldest = CONTAINER_OF(ovs_list_front(&t->all),
                                              struct contact, list_node);

        t->n_evicted += oldest->is_open;
        remove_contact(t, oldest);
    }
}

static struct contact *
add_contact(struct contact_table *t, uint32_t network,
            const struct contact_packet *p, uint32_t hash, long long int now)
{
    struct contact *c = xmalloc(sizeof *c);

    make_room(t);
    *c = (struct contact) {
        .network = network,
        .packet = *p,
        .is_open = true,
        .first = now,
    };
    hmap_insert(&t->open, &c->node, hash);
    ovs_list_push_back(&t->all, &c->list_node);
    if (t->begun == &t->all) {
        t->begun = &c->list_node;
    }
    if (t->ended == &t->all) {
        t->ended = &c->list_node;
    }
    t->n++;
    t->n_contacts[p->kind]++;
    return c;
}

/* Each connection of TCP and each socket of UDP comes from a port of its
 * own; SYNs that are repeated, and later datagrams, do not. */
static bool
is_attempt(const struct contact *c, const struct contact_packet *p)
{
    return (!c->attempts || p->client_port != c->last_port
            || p->kind == CONTACT_PING || p->kind == CONTACT_ARP);
}

static void
take_answer(struct contact_table *t, struct contact *c,
            enum contact_answer answer)
{
    if (c->answer == ANSWER_NONE) {
        t->n_answered[c->packet.kind]++;
    }
    c->answer = MAX(c->answer, answer);
}

void
contact_table_take(struct contact_table *t, uint32_t network,
                   const struct contact_packet *p, long long int now)
{
    uint32_t hash = hash_key(network, p);
    struct contact *c = find_open(t, network, p, hash);

    if (c && now >= c->first + t->window) {
        close_contact(t, c);
        c = NULL;
    }
    if (p->answer != ANSWER_NONE) {
        if (c) {
            c->last = now;
            take_answer(t, c, p->answer);
        }
        return;
    }
    if (!c) {
        c = add_contact(t, network, p, hash, now);
    }
    if (is_attempt(c, p)) {
        c->attempts++;
    }
    c->last_port = p->client_port;
    c->last = now;
}

/* Returns the contact that 'cursor' is at, or NULL. */
static struct contact *
at(const struct contact_table *t, struct ovs_list *cursor)
{
    return (cursor == &t->all ? NULL
            : CONTAINER_OF(cursor, struct contact, list_node));
}

struct contact *
contact_table_next_begun(struct contact_table *t, long long int until)
{
    struct contact *c = at(t, t->begun);

    if (!c || c->first > until) {
        return NULL;
    }
    t->begun = t->begun->next;
    return c;
}

struct contact *
contact_table_next_ended(struct contact_table *t, long long int now)
{
    struct contact *c = at(t, t->ended);

    if (!c || c->first + t->window > now) {
        return NULL;
    }
    t->ended = t->ended->next;
    close_contact(t, c);
    return c;
}

long long int
contact_table_oldest_begun(const struct contact_table *t)
{
    const struct contact *c = at(t, t->begun);

    return c ? c->first : LLONG_MAX;
}

long long int
contact_table_oldest_ended(const struct contact_table *t)
{
    const struct contact *c = at(t, t->ended);

    return c ? c->first : LLONG_MAX;
}
