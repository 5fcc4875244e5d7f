/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-reconcile.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "netdev/route-rules.h"
#include "netdev/route-target.h"
#include "netdev/snapshot.h"
#include "packets.h"
#include "util.h"

static struct rtnl_route *
get_route(const struct netlink_list *list, size_t i)
{
    return (struct rtnl_route *) list->objects[i];
}

struct in6_addr
route_neighbour(const struct in6_addr *address, unsigned int plen)
{
    struct in6_addr neighbour = netlink_network(address, plen);
    uint8_t *last = &neighbour.s6_addr[sizeof neighbour.s6_addr - 1];

    *last |= 2;
    if (ipv6_addr_equals(&neighbour, address)) {
        *last ^= 2 | 1;
    }
    return neighbour;
}

/* Routes. */

static bool
is_to(const struct route_target *t, struct rtnl_route *route,
      unsigned int plen)
{
    struct nl_addr *dst = rtnl_route_get_dst(route);

    /* libnl has "default" as an address of no length. */
    return (dst && nl_addr_get_prefixlen(dst) == plen
            && (!plen || netlink_is_ip(dst, &t->network)));
}

static bool
is_through_neighbour(const struct route_target *t, struct rtnl_route *route)
{
    if (!t->want->ifindex
        || netlink_route_ifindex(route) != t->want->ifindex) {
        return false;
    }

    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);
    return (netlink_is_ip(rtnl_route_nh_get_gateway(nh), &t->neighbour)
            && rtnl_route_nh_get_flags(nh) & RTNH_F_ONLINK
            && netlink_is_ip(rtnl_route_get_pref_src(route),
                             &t->want->address));
}

/* Returns true if 'route', which is ours, and of the table that 'spec' tells,
 * is the one that it tells. */
static bool
is_spec(const struct route_target *t, struct rtnl_route *route,
        const struct route_spec *spec)
{
    return (rtnl_route_get_family(route) == t->family
            && rtnl_route_get_priority(route) == spec->metric
            && !rtnl_route_get_tos(route)
            && is_to(t, route, spec->plen)
            && (spec->unreachable
                ? rtnl_route_get_type(route) == RTN_UNREACHABLE
                : (rtnl_route_get_type(route) == RTN_UNICAST
                   && is_through_neighbour(t, route))));
}

/* Returns which of the routes of 't' is 'route', which is ours; N_ROUTES if
 * none. */
static int
get_kind(const struct route_target *t, struct rtnl_route *route)
{
    uint32_t table = rtnl_route_get_table(route);

    for (int i = 0; i < t->n_specs; i++) {
        if (t->specs[i].table == table && is_spec(t, route, &t->specs[i])) {
            return i;
        }
    }
    return N_ROUTES;
}

static bool
is_wanted(const struct routes *r, struct rtnl_route *route)
{
    const struct route_target *t = route_target_by_route(r, route);

    return t && get_kind(t, route) < N_ROUTES;
}

/* Returns true if 'route', which has our protocol number, is this agent's. */
static bool
is_our_route(const struct routes *r, struct rtnl_route *route)
{
    return (route_targets_have(r, route)
            || route_tables_is_ours(&r->tables,
                                    rtnl_route_get_table(route)));
}

/* Makes 'route' one through the neighbour. */
static void
set_neighbour(struct rtnl_route *route, const struct route_target *t)
{
    unsigned int bits = netlink_family_bits(t->family);
    struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
    struct nl_addr *gateway = netlink_ip(&t->neighbour, bits);
    struct nl_addr *source = netlink_ip(&t->want->address, bits);

    ovs_assert(nh);
    rtnl_route_set_pref_src(route, source);
    rtnl_route_nh_set_ifindex(nh, t->want->ifindex);
    rtnl_route_nh_set_gateway(nh, gateway);
    rtnl_route_nh_set_flags(nh, RTNH_F_ONLINK);
    rtnl_route_add_nexthop(route, nh);
    nl_addr_put(gateway);
    nl_addr_put(source);
}

static int
add_route(const struct routes *r, const struct route_target *t,
          const struct route_spec *spec)
{
    const struct route_want *want = t->want;
    const struct in6_addr network = netlink_network(&want->address,
                                                    spec->plen);
    struct rtnl_route *route = rtnl_route_alloc();
    struct nl_addr *dst = netlink_ip(&network, spec->plen);

    ovs_assert(route);
    rtnl_route_set_family(route, t->family);
    rtnl_route_set_dst(route, dst);
    rtnl_route_set_table(route, spec->table);
    rtnl_route_set_protocol(route, SNAPSHOT_PROTOCOL);
    rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
    rtnl_route_set_priority(route, spec->metric);
    rtnl_route_set_type(route, RTN_UNREACHABLE);
    if (!spec->unreachable) {
        rtnl_route_set_type(route, RTN_UNICAST);
        set_neighbour(route, t);
    }

    /* Without flags an IPv4 route comes before another to the same prefix, so
     * that there always is one.  Of IPv6 it would come behind another
     * of the same metric, or share its packets, so it takes its place. */
    int flags = t->family == AF_INET6 ? NLM_F_REPLACE : 0;
    int error = route_log_change(want->name,
                                 spec->unreachable ? "add unreachable route"
                                 : spec->plen ? "add route to the fake prefix"
                                 : "add default route", spec->table,
                                 rtnl_route_add(r->sock, route, flags));
    nl_addr_put(dst);
    rtnl_route_put(route);
    return error == -NLE_EXIST ? 0 : error;
}

static int
delete_route(const struct routes *r, struct rtnl_route *route)
{
    int error = route_log_change("routes", "delete route",
                                 rtnl_route_get_table(route),
                                 rtnl_route_delete(r->sock, route, 0));

    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* Adds the routes that are wanted and missing. */
static int
add_routes(const struct routes *r, const struct route_target *t)
{
    int error = 0;

    for (int i = 0; i < t->n_specs && !error; i++) {
        if (!t->has_route[i]) {
            error = add_route(r, t, &t->specs[i]);
        }
    }
    return error;
}

/* Deletes the routes that the kernel made for an address in the fake prefix.
 * With such a one, each client would be a neighbour. */
static int
delete_kernel_routes(const struct routes *r, const struct route_target *t)
{
    const struct netlink_list *list
        = (t->family == AF_INET6 ? &r->snapshot->ipv6_kernel_routes
           : &r->snapshot->kernel_routes);
    int error = 0;

    for (size_t i = 0; i < list->n && !error; i++) {
        struct rtnl_route *route = get_route(list, i);

        if (rtnl_route_get_type(route) == RTN_UNICAST
            && netlink_route_ifindex(route) == t->want->ifindex
            && is_to(t, route, t->want->plen)) {
            error = delete_route(r, route);
        }
    }
    return error;
}

/* The neighbour. */

/* Returns true if 'neigh', which has our address, is as it is wanted. */
static bool
is_wanted_neighbour(const struct route_target *t, struct rtnl_neigh *neigh)
{
    return (rtnl_neigh_get_state(neigh) & NUD_PERMANENT
            && netlink_is_mac(rtnl_neigh_get_lladdr(neigh),
                              t->want->client_mac));
}

static struct rtnl_neigh *
build_neighbour(int ifindex, struct nl_addr *dst)
{
    struct rtnl_neigh *neigh = rtnl_neigh_alloc();

    ovs_assert(neigh);
    rtnl_neigh_set_ifindex(neigh, ifindex);
    rtnl_neigh_set_dst(neigh, dst);
    rtnl_neigh_set_state(neigh, NUD_PERMANENT);
    return neigh;
}

static int
add_neighbour(const struct routes *r, const struct route_target *t)
{
    struct nl_addr *dst = netlink_ip(&t->neighbour,
                                     netlink_family_bits(t->family));
    struct nl_addr *mac = netlink_mac(t->want->client_mac);
    struct rtnl_neigh *neigh = build_neighbour(t->want->ifindex, dst);

    rtnl_neigh_set_lladdr(neigh, mac);
    int error = rtnl_neigh_add(r->sock, neigh, NLM_F_CREATE | NLM_F_REPLACE);
    rtnl_neigh_put(neigh);
    nl_addr_put(mac);
    nl_addr_put(dst);
    return route_log_change(t->want->name, "set neighbour", RT_TABLE_MAIN,
                            error);
}

/* Deletes the neighbour that 'route', which is ours, goes through, but for
 * those that are wanted unless 'all'. */
static int
delete_neighbour(const struct routes *r, struct rtnl_route *route, bool all)
{
    if (!route_targets_have(r, route)) {
        return 0;
    }

    int ifindex = netlink_route_ifindex(route);
    struct nl_addr *gateway = rtnl_route_nh_get_gateway(
        rtnl_route_nexthop_n(route, 0));
    const struct in6_addr address = netlink_get_ip(gateway);
    if (!gateway
        || (!all && route_target_by_neighbour(r, ifindex, &address))) {
        return 0;
    }

    struct rtnl_neigh *neigh = build_neighbour(ifindex, gateway);
    int error = route_log_change("routes", "delete neighbour", RT_TABLE_MAIN,
                                 rtnl_neigh_delete(r->sock, neigh, 0));
    rtnl_neigh_put(neigh);
    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

static void
note_neighbours(const struct routes *r, const struct netlink_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct rtnl_neigh *neigh = (struct rtnl_neigh *) list->objects[i];
        const struct in6_addr dst
            = netlink_get_ip(rtnl_neigh_get_dst(neigh));
        struct route_target *t = route_target_by_neighbour(
            r, rtnl_neigh_get_ifindex(neigh), &dst);

        if (t && is_wanted_neighbour(t, neigh)) {
            t->has_neighbour = true;
        }
    }
}

/* Notes what each network has of what it is to have. */
static void
note_present(struct routes *r)
{
    const struct snapshot *snapshot = r->snapshot;
    struct route_target *t;

    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route = get_route(&snapshot->routes, i);
        int kind;

        t = route_target_by_route(r, route);
        kind = t ? get_kind(t, route) : N_ROUTES;
        if (kind < N_ROUTES) {
            t->has_route[kind] = true;
        }
    }
    for (size_t i = 0; i < snapshot->n_devices; i++) {
        note_neighbours(r, &snapshot->devices[i].neighbours);
    }
    route_rules_note(r);
}

/* The whole. */

struct routes *
routes_create(struct nl_sock *sock, const struct snapshot *snapshot,
              const struct route_want *wants, size_t n)
{
    struct routes *r = xmalloc(sizeof *r);

    *r = (struct routes) {
        .sock = sock,
        .snapshot = snapshot,
    };
    route_targets_init(r, wants, n);
    note_present(r);
    return r;
}

void
routes_destroy(struct routes *r)
{
    route_targets_destroy(r);
    free(r);
}

/* Removes what is not wanted, or 'all' that is ours. */
static int
remove_routes(const struct routes *r, bool all)
{
    const struct netlink_list *list = &r->snapshot->routes;
    /* The rules first: without their tables, packets would go elsewhere. */
    int error = route_rules_delete(r, all);

    for (size_t i = 0; i < list->n && !error; i++) {
        struct rtnl_route *route = get_route(list, i);

        if (is_our_route(r, route) && (all || !is_wanted(r, route))) {
            error = delete_neighbour(r, route, all);
            if (!error) {
                error = delete_route(r, route);
            }
        }
    }
    return error;
}

int
routes_remove_stale(const struct routes *r)
{
    return remove_routes(r, false);
}

int
routes_remove(const struct routes *r)
{
    return remove_routes(r, true);
}

int
routes_add_missing(const struct routes *r, size_t i)
{
    const struct route_target *t = &r->targets[i];

    /* What goes through the neighbour needs it. */
    int error = t->has_neighbour ? 0 : add_neighbour(r, t);
    if (!error) {
        error = add_routes(r, t);
    }
    if (!error) {
        error = delete_kernel_routes(r, t);
    }
    return error ? error : route_rules_add(r, t);
}
