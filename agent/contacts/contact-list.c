/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-list.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-filter.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-table.h"
#include "agent/operator/listing.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

static const char *const columns[] = {
    "id", "first", "last", "network", "vlan", "protocol", "client",
    "client_port", "client_mac", "target", "port", "target_mac", "seen_as",
    "attempts", "answer"
};

static void
add_address(struct listing *l, const struct in6_addr *address)
{
    char s[INET6_ADDRSTRLEN];

    contact_address_format(address, s);
    listing_add(l, s);
}

static void
add_mac(struct listing *l, struct eth_addr mac)
{
    if (eth_addr_is_zero(mac)) {
        listing_add_unknown(l);
    } else {
        listing_add_format(l, ETH_ADDR_FMT, ETH_ADDR_ARGS(mac));
    }
}

static void
add_port(struct listing *l, const struct contact_packet *p, uint16_t port)
{
    if (contact_has_ports(p)) {
        listing_add_number(l, port);
    } else {
        listing_add_unknown(l);
    }
}

static void
add_seen(struct listing *l, const struct network *network,
         const struct contact_packet *p)
{
    struct in6_addr client;

    if (contact_seen_as(network, p, &client)) {
        add_address(l, &client);
    } else {
        listing_add_unknown(l);
    }
}

static void
add_contact(struct listing *l, const struct contact *c,
            const struct options *options)
{
    const struct network *network = contact_network(options, c->network);
    const struct contact_packet *p = &c->packet;

    listing_add_number(l, c->id);
    listing_add_time(l, c->first);
    listing_add_time(l, c->last);
    if (network && network->name) {
        listing_add(l, network->name);
    } else {
        listing_add_unknown(l);
    }
    listing_add_number(l, p->vlan);
    listing_add(l, contact_kind_name(p->kind));
    add_address(l, &p->client);
    add_port(l, p, p->client_port);
    add_mac(l, p->client_mac);
    add_address(l, &p->target);
    add_port(l, p, p->target_port);
    add_mac(l, p->target_mac);
    add_seen(l, network, p);
    listing_add_number(l, c->attempts);
    listing_add(l, contact_answer_name(c->answer));
}

/* Returns the first contact to be shown, if the last ones are. */
static const struct ovs_list *
find_start(const struct contact_table *t, const struct contact_filter *f)
{
    const struct ovs_list *node = t->all.prev;
    size_t n = 0;

    for (; node != &t->all; node = node->prev) {
        const struct contact *c = CONTAINER_OF(node, struct contact,
                                               list_node);

        n += contact_filter_has(f, c);
        if (n >= f->limit) {
            return node;
        }
    }
    return node->next;
}

struct listing *
contact_list(const struct contact_table *t, const struct contact_filter *f,
             const struct options *options)
{
    struct listing *l = listing_create(columns, ARRAY_SIZE(columns));
    const struct ovs_list *node = f->has_after ? t->all.next
                                               : find_start(t, f);
    size_t n = 0;

    for (; node != &t->all && n < f->limit; node = node->next) {
        const struct contact *c = CONTAINER_OF(node, struct contact,
                                               list_node);

        if (contact_filter_has(f, c)) {
            add_contact(l, c, options);
            n++;
        }
    }
    return l;
}
