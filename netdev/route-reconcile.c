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
#include <string.h>
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

/* One call of a function below. */
struct pass {
    struct nl_sock *sock;
    const struct snapshot *snapshot;
    const struct route_want *want;
    int ifindex;                /* Of the fake port; 0 if there is none. */
    uint32_t table;
    ovs_be32 neighbour;
    struct route_spec specs[N_ROUTES];
    int n_specs;
};

ovs_be32
route_neighbour(ovs_be32 address, unsigned int plen)
{
    ovs_be32 network = address & be32_prefix_mask(plen);
    ovs_be32 neighbour = network | htonl(2);

    return neighbour != address ? neighbour : network | htonl(1);
}

static void
pass_init(struct pass *p, struct nl_sock *sock,
          const struct snapshot *snapshot, const struct route_want *want)
{
    uint32_t table = route_table_get(snapshot, want->name, want->address);

    *p = (struct pass) {
        .sock = sock,
        .snapshot = snapshot,
        .want = want,
        .ifindex = snapshot->fake_port.ifindex,
        .table = table,
        .neighbour = route_neighbour(want->address, want->plen),
        .specs = {
            [PREFIX] = { .table = RT_TABLE_MAIN, .plen = want->plen },
            [UNREACHABLE] = { .table = table, .unreachable = true,
                              .metric = ROUTE_UNREACHABLE_METRIC },
            [DEFAULT] = { .table = table },
        },
        .n_specs = (want->absent ? 0 : want->routed_clients ? N_ROUTES : 1),
    };
}

/* Logs a change, for whoever debugs, and returns 'error'. */
static int
log_change(const struct pass *p, const char *what, uint32_t table, int error)
{
    COVERAGE_INC(route_changed);
    VLOG_DBG_RL(&rl, "%s: %s, table %"PRIu32"%s%s", p->want->name, what, table,
                error ? ": " : "", error ? nl_geterror(error) : "");
    return error;
}

/* Routes. */

static struct rtnl_route *
get_route(const struct netlink_list *list, size_t i)
{
    return (struct rtnl_route *) list->objects[i];
}

static bool
is_to(const struct pass *p, struct rtnl_route *route, unsigned int plen)
{
    struct nl_addr *dst = rtnl_route_get_dst(route);

    /* libnl has "default" as an address of no length. */
    return (dst && nl_addr_get_prefixlen(dst) == plen
            && (!plen
                || netlink_is_ip(dst,
                                 p->want->address & be32_prefix_mask(plen))));
}

/* Returns true if 'route' leads to the fake port, and nowhere else. */
static bool
is_on_port(const struct pass *p, struct rtnl_route *route)
{
    return p->ifindex && netlink_route_ifindex(route) == p->ifindex;
}

static bool
is_through_neighbour(const struct pass *p, struct rtnl_route *route)
{
    if (!is_on_port(p, route)) {
        return false;
    }

    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);
    return (netlink_is_ip(rtnl_route_nh_get_gateway(nh), p->neighbour)
            && rtnl_route_nh_get_flags(nh) & RTNH_F_ONLINK
            && netlink_is_ip(rtnl_route_get_pref_src(route),
                             p->want->address));
}

/* Returns true if 'route', which is ours, is the one that 'spec' tells. */
static bool
is_spec(const struct pass *p, struct rtnl_route *route,
        const struct route_spec *spec)
{
    return (rtnl_route_get_table(route) == spec->table
            && rtnl_route_get_priority(route) == spec->metric
            && !rtnl_route_get_tos(route)
            && is_to(p, route, spec->plen)
            && (spec->unreachable
                ? rtnl_route_get_type(route) == RTN_UNREACHABLE
                : (rtnl_route_get_type(route) == RTN_UNICAST
                   && is_through_neighbour(p, route))));
}

static bool
is_wanted(const struct pass *p, struct rtnl_route *route)
{
    for (int i = 0; i < p->n_specs; i++) {
        if (is_spec(p, route, &p->specs[i])) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'route', which has our protocol number, is this agent's. */
static bool
is_our_route(const struct pass *p, struct rtnl_route *route)
{
    return (is_on_port(p, route)
            || rtnl_route_get_table(route) == p->table);
}

static bool
is_present(const struct pass *p, const struct route_spec *spec)
{
    for (size_t i = 0; i < p->snapshot->routes.n; i++) {
        if (is_spec(p, get_route(&p->snapshot->routes, i), spec)) {
            return true;
        }
    }
    return false;
}

static int
add_route(const struct pass *p, const struct route_spec *spec)
{
    const struct route_want *want = p->want;
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
        struct nl_addr *gateway = netlink_ip(p->neighbour, 32);
        struct nl_addr *source = netlink_ip(want->address, 32);

        ovs_assert(nh);
        rtnl_route_set_type(route, RTN_UNICAST);
        rtnl_route_set_pref_src(route, source);
        rtnl_route_nh_set_ifindex(nh, p->ifindex);
        rtnl_route_nh_set_gateway(nh, gateway);
        rtnl_route_nh_set_flags(nh, RTNH_F_ONLINK);
        rtnl_route_add_nexthop(route, nh);
        nl_addr_put(gateway);
        nl_addr_put(source);
    }

    /* Without flags it comes before another to the same prefix, so that there
     * always is one. */
    int error = log_change(p, spec->unreachable ? "add unreachable route"
                           : spec->plen ? "add route to the fake prefix"
                           : "add default route",
                           spec->table, rtnl_route_add(p->sock, route, 0));
    nl_addr_put(dst);
    rtnl_route_put(route);
    return error == -NLE_EXIST ? 0 : error;
}

static int
delete_route(const struct pass *p, struct rtnl_route *route)
{
    int error = log_change(p, "delete route", rtnl_route_get_table(route),
                           rtnl_route_delete(p->sock, route, 0));

    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* Adds the routes that are wanted and missing. */
static int
add_routes(const struct pass *p)
{
    int error = 0;

    for (int i = 0; i < p->n_specs && !error; i++) {
        if (!is_present(p, &p->specs[i])) {
            error = add_route(p, &p->specs[i]);
        }
    }
    return error;
}

/* Deletes the routes that the kernel made for an address in the fake prefix.
 * With such a one, each client would be a neighbour. */
static int
delete_kernel_routes(const struct pass *p)
{
    const struct netlink_list *list = &p->snapshot->kernel_routes;
    int error = 0;

    for (size_t i = 0; i < list->n && !error; i++) {
        struct rtnl_route *route = get_route(list, i);

        if (rtnl_route_get_type(route) == RTN_UNICAST
            && is_to(p, route, p->want->plen)) {
            error = delete_route(p, route);
        }
    }
    return error;
}

/* The neighbour. */

static bool
is_wanted_neighbour(const struct pass *p, struct rtnl_neigh *neigh)
{
    return (rtnl_neigh_get_ifindex(neigh) == p->ifindex
            && netlink_is_ip(rtnl_neigh_get_dst(neigh), p->neighbour)
            && rtnl_neigh_get_state(neigh) & NUD_PERMANENT
            && netlink_is_mac(rtnl_neigh_get_lladdr(neigh),
                              p->want->client_mac));
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
add_neighbour(const struct pass *p)
{
    struct nl_addr *dst = netlink_ip(p->neighbour, 32);
    struct nl_addr *mac = netlink_mac(p->want->client_mac);
    struct rtnl_neigh *neigh = build_neighbour(p->ifindex, dst);

    rtnl_neigh_set_lladdr(neigh, mac);
    int error = rtnl_neigh_add(p->sock, neigh, NLM_F_CREATE | NLM_F_REPLACE);
    rtnl_neigh_put(neigh);
    nl_addr_put(mac);
    nl_addr_put(dst);
    return log_change(p, "set neighbour", RT_TABLE_MAIN, error);
}

static int
make_neighbour(const struct pass *p)
{
    const struct netlink_list *list = &p->snapshot->neighbours;

    for (size_t i = 0; i < list->n; i++) {
        if (is_wanted_neighbour(p, (struct rtnl_neigh *) list->objects[i])) {
            return 0;
        }
    }
    return add_neighbour(p);
}

/* Deletes the neighbour that 'route', which is ours and not wanted, goes
 * through, but for the one that is wanted. */
static int
delete_neighbour(const struct pass *p, struct rtnl_route *route)
{
    if (!is_on_port(p, route)) {
        return 0;
    }

    struct nl_addr *gateway = rtnl_route_nh_get_gateway(
        rtnl_route_nexthop_n(route, 0));
    if (!gateway
        || (!p->want->absent && netlink_is_ip(gateway, p->neighbour))) {
        return 0;
    }

    struct rtnl_neigh *neigh = build_neighbour(p->ifindex, gateway);
    int error = log_change(p, "delete neighbour", RT_TABLE_MAIN,
                           rtnl_neigh_delete(p->sock, neigh, 0));
    rtnl_neigh_put(neigh);
    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* The rules. */

/* In the order to add them: an exception before what it is from. */
static const struct rule_spec {
    uint32_t priority;
    bool from, in_port, marked; /* What it matches. */
    bool main;                  /* Leads to the main table, not to ours. */
} rule_specs[] = {
    { ROUTE_EXCEPTION_PRIORITY, true, false, true, true },
    { ROUTE_EXCEPTION_PRIORITY, false, true, true, true },
    { ROUTE_RULE_PRIORITY, true, false, false, false },
    { ROUTE_RULE_PRIORITY, false, false, true, false },
};

static struct rtnl_rule *
get_rule(const struct pass *p, size_t i)
{
    return (struct rtnl_rule *) p->snapshot->rules.objects[i];
}

static bool
is_spec_wanted(const struct pass *p, const struct rule_spec *spec)
{
    return (p->want->routed_clients && !p->want->absent
            && (!spec->marked || p->want->mark_mask));
}

static uint32_t
get_spec_table(const struct pass *p, const struct rule_spec *spec)
{
    return spec->main ? RT_TABLE_MAIN : p->table;
}

/* Returns true if 'rule', which has our protocol, is an exception from one to
 * our table.  After another fake address, both are still there. */
static bool
is_exception(const struct pass *p, struct rtnl_rule *rule)
{
    const char *iif = rtnl_rule_get_iif(rule);
    struct nl_addr *src = rtnl_rule_get_src(rule);

    if (rtnl_rule_get_prio(rule) != ROUTE_EXCEPTION_PRIORITY) {
        return false;
    } else if (iif) {
        return !strcmp(iif, p->want->name);
    }
    for (size_t i = 0; i < p->snapshot->rules.n && src; i++) {
        struct rtnl_rule *other = get_rule(p, i);
        struct nl_addr *other_src = rtnl_rule_get_src(other);

        if (route_table_is_our_protocol(other)
            && rtnl_rule_get_table(other) == p->table
            && other_src && !nl_addr_cmp(src, other_src)) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'rule' is this agent's.  A rule from the fake address to
 * another table is from when the fake port had another name; one from another
 * address to our table, from when it had another address. */
static bool
is_our_rule(const struct pass *p, struct rtnl_rule *rule)
{
    return (route_table_is_our_protocol(rule)
            && (rtnl_rule_get_table(rule) == p->table
                || route_table_is_from(rule, p->want->address)
                || is_exception(p, rule)));
}

/* Returns true if 'rule', which is ours, is the one that 'spec' tells. */
static bool
is_rule_spec(const struct pass *p, struct rtnl_rule *rule,
             const struct rule_spec *spec)
{
    const char *iif = rtnl_rule_get_iif(rule);
    uint8_t ip_protocol;

    return (rtnl_rule_get_prio(rule) == spec->priority
            && rtnl_rule_get_table(rule) == get_spec_table(p, spec)
            && rtnl_rule_get_action(rule) == FR_ACT_TO_TBL
            && (spec->from ? route_table_is_from(rule, p->want->address)
                : !rtnl_rule_get_src(rule))
            && (spec->in_port ? iif && !strcmp(iif, p->want->name) : !iif)
            && (rtnl_rule_get_mark(rule)
                == (spec->marked ? p->want->mark : 0))
            && (!spec->marked
                || rtnl_rule_get_mask(rule) == p->want->mark_mask)
            /* For all packets of these. */
            && !rtnl_rule_get_dst(rule) && !rtnl_rule_get_oif(rule)
            && !rtnl_rule_get_dsfield(rule)
            && rtnl_rule_get_ipproto(rule, &ip_protocol));
}

static bool
is_wanted_rule(const struct pass *p, struct rtnl_rule *rule)
{
    for (size_t i = 0; i < ARRAY_SIZE(rule_specs); i++) {
        if (is_spec_wanted(p, &rule_specs[i])
            && is_rule_spec(p, rule, &rule_specs[i])) {
            return true;
        }
    }
    return false;
}

static int
add_rule(const struct pass *p, const struct rule_spec *spec)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();
    uint32_t table = get_spec_table(p, spec);

    ovs_assert(rule);
    rtnl_rule_set_family(rule, AF_INET);
    rtnl_rule_set_prio(rule, spec->priority);
    rtnl_rule_set_table(rule, table);
    rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
    rtnl_rule_set_protocol(rule, SNAPSHOT_PROTOCOL);
    if (spec->from) {
        struct nl_addr *src = netlink_ip(p->want->address, 32);

        rtnl_rule_set_src(rule, src);
        nl_addr_put(src);
    }
    if (spec->in_port) {
        rtnl_rule_set_iif(rule, p->want->name);
    }
    if (spec->marked) {
        rtnl_rule_set_mark(rule, p->want->mark);
        rtnl_rule_set_mask(rule, p->want->mark_mask);
    }

    int error = log_change(p, "add rule", table,
                           rtnl_rule_add(p->sock, rule, NLM_F_EXCL));
    rtnl_rule_put(rule);
    return error == -NLE_EXIST ? 0 : error;
}

static int
clear_rules(const struct pass *p)
{
    int error = 0;

    for (size_t i = 0; i < p->snapshot->rules.n && !error; i++) {
        struct rtnl_rule *rule = get_rule(p, i);

        if (is_our_rule(p, rule) && !is_wanted_rule(p, rule)) {
            error = log_change(p, "delete rule", rtnl_rule_get_table(rule),
                               rtnl_rule_delete(p->sock, rule, 0));
            error = error == -NLE_OBJ_NOTFOUND ? 0 : error;
        }
    }
    return error;
}

static bool
is_rule_present(const struct pass *p, const struct rule_spec *spec)
{
    for (size_t i = 0; i < p->snapshot->rules.n; i++) {
        struct rtnl_rule *rule = get_rule(p, i);

        if (route_table_is_our_protocol(rule)
            && is_rule_spec(p, rule, spec)) {
            return true;
        }
    }
    return false;
}

static int
make_rules(const struct pass *p)
{
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rule_specs) && !error; i++) {
        if (is_spec_wanted(p, &rule_specs[i])
            && !is_rule_present(p, &rule_specs[i])) {
            error = add_rule(p, &rule_specs[i]);
        }
    }
    return error;
}

int
route_remove_stale(struct nl_sock *sock, const struct snapshot *snapshot,
                   const struct route_want *want)
{
    struct pass p;

    pass_init(&p, sock, snapshot, want);
    /* The rules first: without their table, packets would go elsewhere. */
    int error = clear_rules(&p);
    for (size_t i = 0; i < snapshot->routes.n && !error; i++) {
        struct rtnl_route *route = get_route(&snapshot->routes, i);

        if (is_our_route(&p, route) && !is_wanted(&p, route)) {
            error = delete_neighbour(&p, route);
            if (!error) {
                error = delete_route(&p, route);
            }
        }
    }
    return error;
}

int
route_add_missing(struct nl_sock *sock, const struct snapshot *snapshot,
                  const struct route_want *want)
{
    struct pass p;

    pass_init(&p, sock, snapshot, want);
    /* What goes through the neighbour needs it. */
    int error = make_neighbour(&p);
    if (!error) {
        error = add_routes(&p);
    }
    if (!error) {
        error = delete_kernel_routes(&p);
    }
    return error ? error : make_rules(&p);
}
