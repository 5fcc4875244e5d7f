/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-ports.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-fields.h"
#include "hash.h"
#include "packets.h"
#include "random.h"
#include "util.h"

void
contact_ports_init(struct contact_ports *t, size_t max)
{
    /* Memory that is zero takes room only when it is used. */
    *t = (struct contact_ports) {
        .all = xcalloc(max, sizeof *t->all), .max = max,
        .basis = random_uint32(),
    };
    hmap_init(&t->ports);
    ovs_list_init(&t->used);
    ovs_list_init(&t->unused);
}

void
contact_ports_destroy(struct contact_ports *t)
{
    hmap_destroy(&t->ports);
    free(t->all);
}

static uint32_t
hash_key(const struct contact_ports *t, const struct contact_ports_query *key)
{
    uint32_t hash = hash_bytes(&key->seen_as, sizeof key->seen_as,
                               t->basis + key->kind);

    return hash_2words(hash, (uint32_t) key->client_port << 16
                       | key->target_port);
}

static bool
is_of_query(const struct contact_port *p, const struct contact_ports_query *q)
{
    return (p->kind == q->kind && p->client_port == q->client_port
            && (!q->target_port || p->target_port == q->target_port)
            && (!q->one_network || p->network == q->network)
            && ipv6_addr_equals(&p->seen_as, &q->seen_as));
}

static void
forget(struct contact_ports *t, struct contact_port *p)
{
    hmap_remove(&t->ports, &p->node);
    ovs_list_remove(&p->list_node);
    ovs_list_push_back(&t->unused, &p->list_node);
    p->is_used = false;
}

/* Returns one that is in no list. */
static struct contact_port *
get_unused(struct contact_ports *t)
{
    if (t->n < t->max) {
        return &t->all[t->n++];
    }
    if (ovs_list_is_empty(&t->unused)) {
        forget(t, CONTAINER_OF(ovs_list_front(&t->used), struct contact_port,
                               list_node));
    }
    return CONTAINER_OF(ovs_list_pop_front(&t->unused), struct contact_port,
                        list_node);
}

static struct contact_port *
add(struct contact_ports *t, const struct contact_ports_query *key,
    uint32_t hash)
{
    struct contact_port *p = get_unused(t);

    *p = (struct contact_port) {
        .is_used = true,
        .kind = key->kind,
        .network = key->network,
        .client_port = key->client_port,
        .target_port = key->target_port,
        .seen_as = key->seen_as,
    };
    hmap_insert(&t->ports, &p->node, hash);
    ovs_list_push_back(&t->used, &p->list_node);
    return p;
}

/* The two that there are at most of a client, port and service's port. */
struct two {
    struct contact_port *answered, *asked;
};

static struct two
find_two(const struct contact_ports *t, const struct contact_ports_query *key,
         uint32_t hash)
{
    struct two two = { NULL, NULL };
    struct contact_port *p;

    HMAP_FOR_EACH_WITH_HASH (p, node, hash, &t->ports) {
        if (is_of_query(p, key)) {
            *(p->answered ? &two.answered : &two.asked) = p;
        }
    }
    return two;
}

static bool
has_target(const struct contact_port *p, const struct in6_addr *target)
{
    return p && ipv6_addr_equals(&p->target, target);
}

/* Returns the one that the packet is of, or that it takes the place of. */
static struct contact_port *
get_port(struct contact_ports *t, const struct contact_ports_query *key,
         const struct contact_packet *packet)
{
    uint32_t hash = hash_key(t, key);
    struct two two = find_two(t, key, hash);

    if (has_target(two.answered, &packet->target)) {
        return two.answered;
    } else if (packet->answer == ANSWER_NONE) {
        return two.asked ? two.asked : add(t, key, hash);
    } else if (!has_target(two.asked, &packet->target)) {
        return two.answered ? two.answered : add(t, key, hash);
    }
    if (two.answered) {
        forget(t, two.answered);
    }
    return two.asked;
}

void
contact_ports_take(struct contact_ports *t, const struct network *network,
                   const struct contact_packet *packet, long long int now)
{
    struct contact_ports_query key = {
        .kind = packet->kind,
        .client_port = packet->client_port,
        .target_port = packet->target_port,
        .one_network = true,
        .network = network_id(network),
    };

    if (!contact_has_ports(packet) || !packet->target_port
        || packet->answer == ANSWER_REFUSED
        || !contact_seen_as(network, packet, &key.seen_as)
        || (network->real.plen
            && !ipv6_addr_equals(&key.seen_as, &packet->client))) {
        return;
    }

    struct contact_port *p = get_port(t, &key, packet);
    p->answered |= packet->answer == ANSWER_GIVEN;
    p->client = packet->client;
    p->target = packet->target;
    p->vlan = packet->vlan;
    p->last = now;
    p->order = t->order++;
    ovs_list_remove(&p->list_node);
    ovs_list_push_back(&t->used, &p->list_node);
}

static bool
is_better(const struct contact_port *a, const struct contact_port *b)
{
    return (a->answered != b->answered ? a->answered : a->order > b->order);
}

/* Puts 'p' in its place among the 'n' best ones.  Returns how many these are
 * then. */
static size_t
put_found(const struct contact_port *p, const struct contact_port *found[],
          size_t n)
{
    size_t i = n;

    while (i && is_better(p, found[i - 1])) {
        if (i < CONTACT_PORTS_FOUND) {
            found[i] = found[i - 1];
        }
        i--;
    }
    if (i < CONTACT_PORTS_FOUND) {
        found[i] = p;
    }
    return MIN(n + 1, CONTACT_PORTS_FOUND);
}

size_t
contact_ports_find(const struct contact_ports *t,
                   const struct contact_ports_query *q,
                   const struct contact_port *found[])
{
    const struct contact_port *p;
    size_t n = 0;

    if (!q->target_port) {
        for (p = t->all; p < &t->all[t->n]; p++) {
            if (p->is_used && is_of_query(p, q)) {
                n = put_found(p, found, n);
            }
        }
        return n;
    }
    HMAP_FOR_EACH_WITH_HASH (p, node, hash_key(t, q), &t->ports) {
        if (is_of_query(p, q)) {
            n = put_found(p, found, n);
        }
    }
    return n;
}
