/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-reconcile.h"

#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "byte-order.h"
#include "coverage.h"
#include "netdev/route-table.h"
#include "netdev/snapshot.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(route_reconcile);
COVERAGE_DEFINE(route_changed);

/* Others can make routes wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

/* In the order to add them: nothing may leave by another way meanwhile. */
enum { PREFIX, UNREACHABLE, DEFAULT, N_ROUTES };

/* A route that is wanted.  Its destination is a prefix of the address. */
struct route_spec {
    uint32_t table;
    unsigned int plen, metric;
    bool unreachable;
};

/* What one network is to have, and what of that it has. */
struct target {
    const struct route_want *want;
    uint32_t table;
    ovs_be32 network, neighbour;
    struct route_spec specs[N_ROUTES];
    int n_specs;
    bool has_route[N_ROUTES];
    bool has_neighbour, has_rule;
};

struct routes {
    struct nl_sock *sock;
    const struct snapshot *snapshot;
    struct target *targets;
    size_t n;
    struct route_tables tables;
};

ovs_be32
route_neighbour(ovs_be32 address, unsigned int plen)
{
    ovs_be32 network = address & be32_prefix_mask(plen);
    ovs_be32 neighbour = network | htonl(2);

    return neighbour != address ? neighbour : network | htonl(1);
}

static struct rtnl_route *
get_route(const struct netlink_list *list, size_t i)
{
    return (struct rtnl_route *) list->objects[i];
}

static struct rtnl_rule *
get_rule(const struct routes *r, size_t i)
{
    return (struct rtnl_rule *) r->snapshot->rules.objects[i];
}

/* Returns true if 'route' leads to one of the fake ports, and nowhere else. */
static bool
is_on_port(const struct routes *r, struct rtnl_route *route)
{
    int ifindex = netlink_route_ifindex(route);

    for (size_t i = 0; ifindex && i < r->n; i++) {
        if (r->targets[i].want->ifindex == ifindex) {
            return true;
        }
    }
    return false;
}

/* Finding the network that an object is of.  Each object is taken apart once,
 * because there may be many of both. */

static struct target *
find_by_address(const struct routes *r, ovs_be32 address)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->targets[i].want->address == address) {
            return &r->targets[i];
        }
    }
    return NULL;
}

/* Returns that of the rule's source, NULL if there is none, or if the rule is
 * not of our protocol. */
static struct target *
find_by_rule(const struct routes *r, struct rtnl_rule *rule)
{
    ovs_be32 source = (route_table_is_our_protocol(rule)
                       ? route_table_get_source(rule) : 0);

    return source ? find_by_address(r, source) : NULL;
}

/* Returns that of the route's table, or in the main table, of the prefix. */
static struct target *
find_by_route(const struct routes *r, struct rtnl_route *route)
{
    uint32_t table = rtnl_route_get_table(route);
    ovs_be32 network = netlink_get_ip(rtnl_route_get_dst(route));

    for (size_t i = 0; i < r->n; i++) {
        struct target *t = &r->targets[i];

        if (table == RT_TABLE_MAIN ? t->network == network
            : t->table == table) {
            return t;
        }
    }
    return NULL;
}

static struct target *
find_by_neighbour(const struct routes *r, int ifindex, ovs_be32 address)
{
    for (size_t i = 0; i < r->n; i++) {
        struct target *t = &r->targets[i];

        if (t->neighbour == address && t->want->ifindex == ifindex) {
            return t;
        }
    }
    return NULL;
}

/* Gives each network a table: the one that its rule leads to, so that it
 * stays, otherwise a free one. */
static void
choose_tables(struct routes *r)
{
    for (size_t i = 0; i < r->snapshot->rules.n; i++) {
        struct rtnl_rule *rule = get_rule(r, i);
        struct target *t = find_by_rule(r, rule);

        if (t && !t->table
            && route_tables_keep(&r->tables, rtnl_rule_get_table(rule))) {
            t->table = rtnl_rule_get_table(rule);
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        struct target *t = &r->targets[i];

        if (!t->table) {
            t->table = route_tables_choose(&r->tables, t->want->name,
                                           t->want->id);
        }
    }
}

/* Logs a change, for whoever debugs, and returns 'error'. */
static int
log_change(const char *name, const char *what, uint32_t table, int error)
{
    COVERAGE_INC(route_changed);
    VLOG_DBG_RL(&rl, "%s: %s, table %"PRIu32"%s%s", name, what, table,
                error ? ": " : "", error ? nl_geterror(error) : "");
    return error;
}

/* Routes. */

static bool
is_to(const struct target *t, struct rtnl_route *route, unsigned int plen)
{
    struct nl_addr *dst = rtnl_route_get_dst(route);

    /* libnl has "default" as an address of no length. */
    return (dst && nl_addr_get_prefixlen(dst) == plen
            && (!plen
                || netlink_is_ip(dst,
                                 t->want->address & be32_prefix_mask(plen))));
}

static bool
is_through_neighbour(const struct target *t, struct rtnl_route *route)
{
    if (!t->want->ifindex
        || netlink_route_ifindex(route) != t->want->ifindex) {
        return false;
    }

    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);
    return (netlink_is_ip(rtnl_route_nh_get_gateway(nh), t->neighbour)
            && rtnl_route_nh_get_flags(nh) & RTNH_F_ONLINK
            && netlink_is_ip(rtnl_route_get_pref_src(route),
                             t->want->address));
}

/* Returns true if 'route', which is ours, and of the table that 'spec' tells,
 * is the one that it tells. */
static bool
is_spec(const struct target *t, struct rtnl_route *route,
        const struct route_spec *spec)
{
    return (rtnl_route_get_priority(route) == spec->metric
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
get_kind(const struct target *t, struct rtnl_route *route)
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
    const struct target *t = find_by_route(r, route);

    return t && get_kind(t, route) < N_ROUTES;
}

/* Returns true if 'route', which has our protocol number, is this agent's. */
static bool
is_our_route(const struct routes *r, struct rtnl_route *route)
{
    return (is_on_port(r, route)
            || route_tables_is_ours(&r->tables,
                                    rtnl_route_get_table(route)));
}

static int
add_route(const struct routes *r, const struct target *t,
          const struct route_spec *spec)
{
    const struct route_want *want = t->want;
    struct rtnl_route *route = rtnl_route_alloc();
    struct nl_addr *dst = netlink_ip(want->address
                                     & be32_prefix_mask(spec->plen),
                                     spec->plen);

    ovs_assert(route);
    rtnl_route_set_family(route, AF_INET);
    rtnl_route_set_dst(route, dst);
    rtnl_route_set_table(route, spec->table);
    rtnl_route_set_protocol(route, SNAPSHOT_PROTOCOL);
    rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
    rtnl_route_set_priority(route, spec->metric);
    rtnl_route_set_type(route, RTN_UNREACHABLE);
    if (!spec->unreachable) {
        struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
        struct nl_addr *gateway = netlink_ip(t->neighbour, 32);
        struct nl_addr *source = netlink_ip(want->address, 32);

        ovs_assert(nh);
        rtnl_route_set_type(route, RTN_UNICAST);
        rtnl_route_set_pref_src(route, source);
        rtnl_route_nh_set_ifindex(nh, want->ifindex);
        rtnl_route_nh_set_gateway(nh, gateway);
        rtnl_route_nh_set_flags(nh, RTNH_F_ONLINK);
        rtnl_route_add_nexthop(route, nh);
        nl_addr_put(gateway);
        nl_addr_put(source);
    }

    /* Without flags it comes before another to the same prefix, so that there
     * always is one. */
    int error = log_change(want->name,
                           spec->unreachable ? "add unreachable route"
                           : spec->plen ? "add route to the fake prefix"
                           : "add default route",
                           spec->table, rtnl_route_add(r->sock, route, 0));
    nl_addr_put(dst);
    rtnl_route_put(route);
    return error == -NLE_EXIST ? 0 : error;
}

static int
delete_route(const struct routes *r, struct rtnl_route *route)
{
    int error = log_change("routes", "delete route",
                           rtnl_route_get_table(route),
                           rtnl_route_delete(r->sock, route, 0));

    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* Adds the routes that are wanted and missing. */
static int
add_routes(const struct routes *r, const struct target *t)
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
delete_kernel_routes(const struct routes *r, const struct target *t)
{
    const struct netlink_list *list = &r->snapshot->kernel_routes;
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
is_wanted_neighbour(const struct target *t, struct rtnl_neigh *neigh)
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
add_neighbour(const struct routes *r, const struct target *t)
{
    struct nl_addr *dst = netlink_ip(t->neighbour, 32);
    struct nl_addr *mac = netlink_mac(t->want->client_mac);
    struct rtnl_neigh *neigh = build_neighbour(t->want->ifindex, dst);

    rtnl_neigh_set_lladdr(neigh, mac);
    int error = rtnl_neigh_add(r->sock, neigh, NLM_F_CREATE | NLM_F_REPLACE);
    rtnl_neigh_put(neigh);
    nl_addr_put(mac);
    nl_addr_put(dst);
    return log_change(t->want->name, "set neighbour", RT_TABLE_MAIN, error);
}

/* Deletes the neighbour that 'route', which is ours, goes through, but for
 * those that are wanted unless 'all'. */
static int
delete_neighbour(const struct routes *r, struct rtnl_route *route, bool all)
{
    if (!is_on_port(r, route)) {
        return 0;
    }

    int ifindex = netlink_route_ifindex(route);
    struct nl_addr *gateway = rtnl_route_nh_get_gateway(
        rtnl_route_nexthop_n(route, 0));
    if (!gateway
        || (!all && find_by_neighbour(r, ifindex, netlink_get_ip(gateway)))) {
        return 0;
    }

    struct rtnl_neigh *neigh = build_neighbour(ifindex, gateway);
    int error = log_change("routes", "delete neighbour", RT_TABLE_MAIN,
                           rtnl_neigh_delete(r->sock, neigh, 0));
    rtnl_neigh_put(neigh);
    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* The rules. */

/* Returns true if 'rule' is this agent's.  A rule from a fake address to
 * another table is from when the fake port had another name; one from another
 * address to a table of ours, from when there was another network. */
static bool
is_our_rule(const struct routes *r, struct rtnl_rule *rule)
{
    if (!route_table_is_our_protocol(rule)) {
        return false;
    }
    return (find_by_rule(r, rule)
            || route_tables_is_ours(&r->tables, rtnl_rule_get_table(rule)));
}

/* Returns true if 'rule', which is from the fake address of 't', is as it is
 * wanted. */
static bool
is_rule_of(const struct target *t, struct rtnl_rule *rule)
{
    uint8_t ip_protocol;

    return (t->want->routed_clients
            && rtnl_rule_get_prio(rule) == ROUTE_RULE_PRIORITY
            && rtnl_rule_get_table(rule) == t->table
            && rtnl_rule_get_action(rule) == FR_ACT_TO_TBL
            /* For all packets. */
            && !rtnl_rule_get_dst(rule) && !rtnl_rule_get_mark(rule)
            && !rtnl_rule_get_iif(rule) && !rtnl_rule_get_oif(rule)
            && !rtnl_rule_get_dsfield(rule)
            && rtnl_rule_get_ipproto(rule, &ip_protocol));
}

static bool
is_wanted_rule(const struct routes *r, struct rtnl_rule *rule)
{
    const struct target *t = find_by_rule(r, rule);

    return t && is_rule_of(t, rule);
}

static int
add_rule(const struct routes *r, const struct target *t)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();
    struct nl_addr *src = netlink_ip(t->want->address, 32);

    ovs_assert(rule);
    rtnl_rule_set_family(rule, AF_INET);
    rtnl_rule_set_src(rule, src);
    rtnl_rule_set_prio(rule, ROUTE_RULE_PRIORITY);
    rtnl_rule_set_table(rule, t->table);
    rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
    rtnl_rule_set_protocol(rule, SNAPSHOT_PROTOCOL);

    int error = log_change(t->want->name, "add rule", t->table,
                           rtnl_rule_add(r->sock, rule, NLM_F_EXCL));
    nl_addr_put(src);
    rtnl_rule_put(rule);
    return error == -NLE_EXIST ? 0 : error;
}

/* Notes what each network has of what it is to have. */
static void
note_present(struct routes *r)
{
    const struct snapshot *snapshot = r->snapshot;
    struct target *t;

    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route = get_route(&snapshot->routes, i);
        int kind;

        t = find_by_route(r, route);
        kind = t ? get_kind(t, route) : N_ROUTES;
        if (kind < N_ROUTES) {
            t->has_route[kind] = true;
        }
    }
    for (size_t i = 0; i < snapshot->neighbours.n; i++) {
        struct rtnl_neigh *neigh
            = (struct rtnl_neigh *) snapshot->neighbours.objects[i];

        t = find_by_neighbour(r, rtnl_neigh_get_ifindex(neigh),
                              netlink_get_ip(rtnl_neigh_get_dst(neigh)));
        if (t && is_wanted_neighbour(t, neigh)) {
            t->has_neighbour = true;
        }
    }
    for (size_t i = 0; i < snapshot->rules.n; i++) {
        t = find_by_rule(r, get_rule(r, i));
        if (t && is_rule_of(t, get_rule(r, i))) {
            t->has_rule = true;
        }
    }
}

/* The whole. */

static void
set_specs(struct target *t)
{
    t->specs[PREFIX] = (struct route_spec) {
        .table = RT_TABLE_MAIN, .plen = t->want->plen
    };
    t->specs[UNREACHABLE] = (struct route_spec) {
        .table = t->table, .unreachable = true,
        .metric = ROUTE_UNREACHABLE_METRIC
    };
    t->specs[DEFAULT] = (struct route_spec) { .table = t->table };
    t->n_specs = t->want->routed_clients ? N_ROUTES : 1;
}

struct routes *
routes_create(struct nl_sock *sock, const struct snapshot *snapshot,
              const struct route_want *wants, size_t n)
{
    struct routes *r = xmalloc(sizeof *r);

    *r = (struct routes) {
        .sock = sock,
        .snapshot = snapshot,
        .targets = xcalloc(n, sizeof *r->targets),
        .n = n,
    };
    route_tables_init(&r->tables, snapshot);
    for (size_t i = 0; i < n; i++) {
        r->targets[i] = (struct target) {
            .want = &wants[i],
            .network = wants[i].address & be32_prefix_mask(wants[i].plen),
            .neighbour = route_neighbour(wants[i].address, wants[i].plen),
        };
    }
    choose_tables(r);
    for (size_t i = 0; i < n; i++) {
        set_specs(&r->targets[i]);
    }
    /* Of networks that are no more. */
    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route = get_route(&snapshot->routes, i);

        if (is_on_port(r, route)) {
            route_tables_add(&r->tables, rtnl_route_get_table(route));
        }
    }
    note_present(r);
    return r;
}

void
routes_destroy(struct routes *r)
{
    free(r->targets);
    route_tables_destroy(&r->tables);
    free(r);
}

/* Deletes the rules that are not wanted, or 'all' that are ours. */
static int
delete_rules(const struct routes *r, bool all)
{
    int error = 0;

    for (size_t i = 0; i < r->snapshot->rules.n && !error; i++) {
        struct rtnl_rule *rule = get_rule(r, i);

        if (is_our_rule(r, rule) && (all || !is_wanted_rule(r, rule))) {
            error = log_change("routes", "delete rule",
                               rtnl_rule_get_table(rule),
                               rtnl_rule_delete(r->sock, rule, 0));
            error = error == -NLE_OBJ_NOTFOUND ? 0 : error;
        }
    }
    return error;
}

/* Removes what is not wanted, or 'all' that is ours. */
static int
remove_routes(const struct routes *r, bool all)
{
    const struct netlink_list *list = &r->snapshot->routes;
    /* The rules first: without their tables, packets would go elsewhere. */
    int error = delete_rules(r, all);

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
    const struct target *t = &r->targets[i];

    /* What goes through the neighbour needs it. */
    int error = t->has_neighbour ? 0 : add_neighbour(r, t);
    if (!error) {
        error = add_routes(r, t);
    }
    if (!error) {
        error = delete_kernel_routes(r, t);
    }
    return (error || !t->want->routed_clients || t->has_rule ? error
            : add_rule(r, t));
}
