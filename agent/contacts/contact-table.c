/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-table.h"

#include <limits.h>
#include <stdlib.h>

#include "agent/contacts/contact-fields.h"
#include "hash.h"
#include "packets.h"
#include "util.h"

void
contact_table_init(struct contact_table *t, size_t max, long long int window)
{
    *t = (struct contact_table) { .max = max, .window = window };
    hmap_init(&t->open);
    hmap_init(&t->counts);
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
    /* Who asks for ids sees that one is missing. */
    t->last_id += !c->id;
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

    struct contact_counts *counts;
    HMAP_FOR_EACH_POP (counts, node, &t->counts) {
        free(counts);
    }
    hmap_destroy(&t->counts);
}

const struct contact_counts *
contact_table_counts(const struct contact_table *t, uint32_t network)
{
    const struct contact_counts *counts;

    HMAP_FOR_EACH_WITH_HASH (counts, node, hash_int(network, 0), &t->counts) {
        if (counts->network == network) {
            return counts;
        }
    }
    return NULL;
}

uint64_t
contact_table_n_contacts(const struct contact_table *t, enum contact_kind kind)
{
    const struct contact_counts *counts;
    uint64_t n = 0;

    HMAP_FOR_EACH (counts, node, &t->counts) {
        n += counts->contacts[kind];
    }
    return n;
}

static struct contact_counts *
get_counts(struct contact_table *t, uint32_t network)
{
    struct contact_counts *counts
        = CONST_CAST(struct contact_counts *,
                     contact_table_counts(t, network));

    if (!counts) {
        counts = xzalloc(sizeof *counts);
        counts->network = network;
        hmap_insert(&t->counts, &counts->node, hash_int(network, 0));
    }
    return counts;
}

void
contact_table_count_denied(struct contact_table *t, uint32_t network,
                           enum contact_denial denial)
{
    get_counts(t, network)->denied[denial]++;
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

/* If the clock was set back: it is right from now on, and all times are as if
 * it had been so from the start.  Otherwise what comes now would wait for what
 * is of the future. */
static void
heed_clock(struct contact_table *t, long long int now)
{
    long long int back = t->latest - now;
    struct contact *c;

    if (back <= CONTACT_TABLE_SLACK) {
        return;
    }
    LIST_FOR_EACH (c, list_node, &t->all) {
        c->first -= back;
        c->last -= back;
    }
    t->latest = now;
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
        .last = now,
    };
    hmap_insert(&t->open, &c->node, hash);
    ovs_list_push_back(&t->all, &c->list_node);
    if (t->begun == &t->all) {
        t->begun = &c->list_node;
    }
    if (t->ended == &t->all) {
        t->ended = &c->list_node;
    }
    t->latest = MAX(t->latest, now);
    t->n++;
    get_counts(t, network)->contacts[p->kind]++;
    return c;
}

/* Each connection of TCP and each socket of UDP comes from a port of its
 * own; SYNs that are repeated, and later datagrams, do not. */
static bool
is_attempt(const struct contact *c, const struct contact_packet *p)
{
    return (!c->attempts || p->client_port != c->last_port
            || !contact_has_ports(p));
}

static void
take_answer(struct contact_table *t, struct contact *c,
            enum contact_answer answer)
{
    if (c->answer == ANSWER_NONE) {
        get_counts(t, c->network)->answered[c->packet.kind]++;
    }
    c->answer = MAX(c->answer, answer);
}

/* The switch's answer is all that there is of ARP and neighbour discovery:
 * contact-packet.h. */
static bool
opens_window(const struct contact_packet *p)
{
    return p->answer == ANSWER_NONE || contact_kind_asks_for_mac(p->kind);
}

struct contact *
contact_table_take(struct contact_table *t, uint32_t network,
                   const struct contact_packet *p, long long int now)
{
    uint32_t hash = hash_key(network, p);
    struct contact *c = find_open(t, network, p, hash);

    if (p->answer == ANSWER_NONE) {
        heed_clock(t, now);
    }
    if (c && now >= c->first + t->window) {
        close_contact(t, c);
        c = NULL;
    }
    if (!c && !opens_window(p)) {
        return NULL;
    }
    if (!c) {
        c = add_contact(t, network, p, hash, now);
    }
    if (opens_window(p)) {
        c->attempts += is_attempt(c, p);
        c->last_port = p->client_port;
    }
    if (p->answer != ANSWER_NONE) {
        take_answer(t, c, p->answer);
    }
    c->last = MAX(c->last, now);
    return c;
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
    c->id = ++t->last_id;
    return c;
}

struct contact *
contact_table_next_ended(struct contact_table *t, long long int now)
{
    struct contact *c = at(t, t->ended);

    heed_clock(t, now);
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
