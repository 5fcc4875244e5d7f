/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_PORTS_H
#define AGENT_CONTACTS_CONTACT_PORTS_H 1

/* Which target a client's port asked for
 * =======================================
 *
 * A contact (contact-table.h) may have many connections, and keeps the ports
 * of the first and the last one.  A service that asks for the target of one
 * connection knows the client as it sees it, and the client's port: this table
 * has the last connections of TCP and UDP by these two, up to a bound.  Where
 * the address that the service sees says the target, there is no need of it.
 *
 * A client may send to many targets from one port.  The service sees one of
 * them at a time, as all have the same addresses and ports once the target is
 * replaced.  That is the one that the service answered.  So for one client,
 * port and service's port there are two targets at most: the one that was
 * answered last, and the one that was asked for last, without an answer.
 *
 * Pure: the caller says what time it is. */

#include "agent/contacts/contact-packet.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"

struct network;

struct contact_port {
    struct hmap_node node;      /* In 'ports' of the table; */
    struct ovs_list list_node;  /* in 'used', the newest last, or 'unused'. */
    bool is_used;
    bool answered;
    uint8_t kind;               /* CONTACT_TCP or CONTACT_UDP. */
    uint16_t vlan;              /* VLAN ID, 0 without a tag. */
    uint16_t client_port, target_port;
    uint32_t network;           /* As network_id() has it. */
    struct in6_addr seen_as;    /* The client as the service saw it. */
    struct in6_addr client, target;
    long long int last;         /* Milliseconds since the epoch. */
    uint64_t order;             /* Greater is newer, even if the clock was set
                                 * back. */
};

struct contact_ports {
    struct hmap ports;          /* Contains "struct contact_port"s. */
    struct ovs_list used, unused;       /* Likewise. */
    struct contact_port *all;   /* An array of 'max'. */
    size_t n, max;              /* The first 'n' were used yet. */
    uint64_t order;             /* Of the next packet. */
    uint32_t basis;             /* Of hashes, so that no client can choose
                                 * them. */
};

/* An empty table of at most 'max' connections, 1 or more. */
void contact_ports_init(struct contact_ports *, size_t max);

/* Frees what the table has, but not the table itself. */
void contact_ports_destroy(struct contact_ports *);

/* Takes what came in the network at the time 'now', in milliseconds since the
 * epoch.  Ignored are what has no ports, what the service does not see, what
 * refuses a connection, and pairs of a known subnet (address-plan.h). */
void contact_ports_take(struct contact_ports *, const struct network *,
                        const struct contact_packet *, long long int now);

struct contact_ports_query {
    enum contact_kind kind;
    struct in6_addr seen_as;
    uint16_t client_port;
    uint16_t target_port;       /* 0 for any. */
    bool one_network;           /* Only that of 'network'. */
    uint32_t network;
};

/* Stores into 'found' the connections that the query is about, those that were
 * answered first, and of these the newest ones, up to CONTACT_PORTS_FOUND.
 * Returns how many.  They are valid until the table is changed.
 *
 * With a target port, the time that this takes does not depend on how many
 * connections there are; without, it goes through all. */
#define CONTACT_PORTS_FOUND 8
size_t contact_ports_find(const struct contact_ports *,
                          const struct contact_ports_query *,
                          const struct contact_port *found[]);

#endif /* agent/contacts/contact-ports.h */
