/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_ROUTE_TARGET_H
#define NETDEV_ROUTE_TARGET_H 1

/* What each network is to have, and which network an object is of
 * ================================================================
 *
 * For route-reconcile.c and route-rules.c: the networks of a look, their
 * routing tables, and what of theirs the kernel has.  There may be many of
 * both, so that each object is taken apart once, to find its network. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdev/route-table.h"

struct nl_sock;
struct route_want;
struct rtnl_route;
struct rtnl_rule;
struct snapshot;

/* In the order to add them: nothing may leave by another way meanwhile. */
enum { ROUTE_PREFIX, ROUTE_UNREACHABLE, ROUTE_DEFAULT, N_ROUTES };

/* As many rules can be wanted: see route-rules.c. */
enum { N_RULES = 4 };

/* A route that is wanted.  Its destination is a prefix of the address. */
struct route_spec {
    uint32_t table;
    unsigned int plen, metric;
    bool unreachable;
};

/* What one network is to have, and what of that it has. */
struct route_target {
    const struct route_want *want;
    uint32_t table;
    int family;                 /* AF_INET or AF_INET6. */
    struct in6_addr network, neighbour;
    struct route_spec specs[N_ROUTES];
    int n_specs;
    bool has_route[N_ROUTES];
    bool has_neighbour, has_rule[N_RULES];
    bool leads;                 /* Has the rules that are for a fake port,
                                 * whichever of its networks of this family it
                                 * is. */
};

struct routes {
    struct nl_sock *sock;
    const struct snapshot *snapshot;
    struct route_target *targets;
    size_t n;
    struct route_tables tables;
};

/* Makes the targets of 'r', of which the socket and the snapshot are set. */
void route_targets_init(struct routes *r, const struct route_want *wants,
                        size_t n);
void route_targets_destroy(struct routes *);

/* Returns true if 'route' leads to one of the fake ports, and nowhere else. */
bool route_targets_have(const struct routes *, struct rtnl_route *route);

/* Each of these returns NULL if there is none. */

/* Returns the network of the rule's source.  A rule that is not of our
 * protocol has none. */
struct route_target *route_target_by_source(const struct routes *,
                                            struct rtnl_rule *);

/* Returns the network that has, or could have, the rule: by its source, its
 * interface, or else its table. */
struct route_target *route_target_by_rule(const struct routes *,
                                          struct rtnl_rule *);

/* Returns that of the route's table, or in the main table, of the prefix. */
struct route_target *route_target_by_route(const struct routes *,
                                           struct rtnl_route *);

struct route_target *route_target_by_neighbour(const struct routes *,
                                               int ifindex,
                                               const struct in6_addr *);

/* Logs a change, for whoever debugs, counts it, and returns 'error'. */
int route_log_change(const char *name, const char *what, uint32_t table,
                     int error);

#endif /* netdev/route-target.h */
