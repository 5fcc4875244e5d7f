/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_ROUTE_EDIT_H
#define NETDEV_ROUTE_EDIT_H 1

/* Reading and editing the ways to clients
 * =======================================
 *
 * All clients have one MAC address, so the fake host needs no neighbour for
 * each: one permanent neighbour on the fake port, and the route to the fake
 * prefix through it.  For clients whose own addresses the services see, all
 * that is sent from the fake address goes to the same neighbour, by a rule and
 * a routing table of its own.
 *
 * Functions of a netlink socket, for links.c, as in link-edit.h.
 *
 * What is ours is known by ROUTE_EDIT_PROTOCOL, and by the device or, as
 * several agents can run on one machine, by the table's number.  A neighbour
 * is ours if a route of ours goes through it. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_sock;
struct nlmsghdr;

/* The protocol number of routes and rules, 'p': nobody else's in rtnetlink.h
 * and in iproute2's rt_protos. */
#define ROUTE_EDIT_PROTOCOL 112

/* Tables have numbers from this on, "pi" in the upper half: far from what
 * people take by hand. */
#define ROUTE_EDIT_TABLE 0x70690000

/* The rule comes before those that others usually add for all packets, such as
 * 220 (strongSwan) and 1000 (VRF), so that their tables do not matter. */
#define ROUTE_EDIT_PRIORITY 112

/* The metric of the table's other default route, "unreachable". */
#define ROUTE_EDIT_UNREACHABLE_METRIC 4096

struct route_want {
    const char *name;           /* Of the fake port. */
    int ifindex;                /* Of the fake port; 0 if there is none. */
    ovs_be32 address;           /* The fake address; 0 for no routes. */
    unsigned int plen;          /* Its prefix length, 30 at most. */
    const struct eth_addr *client_mac;
    bool routed_clients;        /* With the rule and its table. */
};

/* Returns the neighbour's address: the fake prefix and 2, or 1 if 2 is the
 * fake address.  So it is never the fake address, and never that of a pair:
 * its client would be .0, which no host of the real subnet is. */
ovs_be32 route_edit_neighbour(ovs_be32 address, unsigned int plen);

/* Returns the number of the table for the fake port 'name'.  The same with
 * every build on every machine. */
uint32_t route_edit_table(const char *name);

/* Takes away what is ours and not wanted.  To be called while the address that
 * was wanted before is still there: the kernel removes its routes with it, and
 * they tell which neighbour is ours. */
int route_edit_clear(struct nl_sock *, const struct route_want *);

/* Adds what is missing.  The device must be up and have the fake address. */
int route_edit_make(struct nl_sock *, const struct route_want *);

/* Returns true if an event, of a neighbour, route or rule, can have to do with
 * what is wanted: a busy host has many that cannot. */
bool route_edit_concerns(struct nlmsghdr *, const struct route_want *);

#endif /* netdev/route-edit.h */
