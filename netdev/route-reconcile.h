/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_ROUTE_RECONCILE_H
#define NETDEV_ROUTE_RECONCILE_H 1

/* Editing the routes to clients
 * =============================
 *
 * All clients have one MAC address, so the fake host needs no neighbour for
 * each: one permanent neighbour on the fake port, and the route to the fake
 * prefix through it.  For clients whose own addresses the services see, all
 * that is sent from the fake address goes to the same neighbour, by a rule and
 * a routing table of its own.
 *
 * Three more rules are for what has a mark (firewall.h).  A container's answer
 * has not the fake address as its source when it is routed, but a mark, which
 * leads to the same table.  Before this rule come two for marked packets that
 * go the other way, and so are routed as if there were no rules of ours: those
 * that come in by the fake port, on their way to a container, and those from
 * the fake address itself, which are the host's own to a container.
 *
 * The rule from the fake address stays beside the rule by mark: what services
 * on the host send is routed before it could be given a mark.
 *
 * IPv4 and IPv6 have their own routes and rules, made in the same way.
 *
 * Functions of a netlink socket and of what the kernel had at this look
 * (snapshot.h), for links.c, as in link-reconcile.h.
 *
 * What is ours is known by its protocol number, SNAPSHOT_PROTOCOL, and, as
 * several agents can run on one machine, by the device or by the table: one of
 * a network's, or one with a route to one of the devices.  A neighbour is ours
 * if a route of ours goes through it. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_sock;
struct nlmsghdr;
struct snapshot;

/* The rule comes before those that others usually add for all packets, such as
 * 220 (strongSwan) and 1000 (VRF), so that their tables do not matter. */
#define ROUTE_RULE_PRIORITY 112
#define ROUTE_EXCEPTION_PRIORITY (ROUTE_RULE_PRIORITY - 1)

/* The metric of the table's other default route, "unreachable". */
#define ROUTE_UNREACHABLE_METRIC 4096

/* The metric of IPv6 routes that lead to the neighbour: the lowest.  (0 is
 * another word for 1024, and one more route of the same metric to the same
 * prefix would share the packets with ours.)  Those of IPv4 have 0. */
#define ROUTE_IPV6_METRIC 1

/* Of one network. */
struct route_want {
    const char *name;           /* Of the fake port. */
    int ifindex;                /* Its index, 0 if it is not there. */
    uint32_t id;                /* Of the network, 0 if it is the only one. */
    struct in6_addr address;    /* The fake address. */
    unsigned int plen;          /* Its prefix length, as its family has it:
                                 * the two lowest bits are the host's. */
    const struct eth_addr *client_mac;
    bool routed_clients;        /* With the rules and their table. */
    uint32_t mark, mark_mask;   /* Of marked packets; 0 for no such rules. */
};

/* Returns the neighbour's address: the fake prefix and 2, or 1 if 2 is the
 * fake address.  So it is never the fake address, and never that of a pair:
 * its client would be .0, which no host of the real subnet is, or of IPv6 the
 * address of all routers (RFC 4291 section 2.6.1). */
struct in6_addr route_neighbour(const struct in6_addr *address,
                                unsigned int plen);

/* The networks of a look, and their tables. */
struct routes;

/* Creates the object for the 'n' networks in 'wants', which must outlive it,
 * as must the others. */
struct routes *routes_create(struct nl_sock *, const struct snapshot *,
                             const struct route_want *wants, size_t n);
void routes_destroy(struct routes *);

/* Takes away what is ours and not wanted.  To be called while the addresses
 * that were wanted before are still there: the kernel removes their routes
 * with them, and they tell which neighbours are ours. */
int routes_remove_stale(const struct routes *);

/* Adds what network 'i' lacks.  Its device must be up and have the fake
 * address. */
int routes_add_missing(const struct routes *, size_t i);

/* Takes away all that is ours. */
int routes_remove(const struct routes *);

#endif /* netdev/route-reconcile.h */
