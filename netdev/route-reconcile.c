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

/* Rules, in the order to add them: an exception before what it is from. */
enum { N_RULES = 4 };
static const struct rule_spec {
    uint32_t priority;
    bool from, in_port, marked; /* What it matches. */
    bool main;                  /* Leads to the main table, not to ours. */
} rule_specs[N_RULES] = {
    { ROUTE_EXCEPTION_PRIORITY, true, false, true, true },
    { ROUTE_EXCEPTION_PRIORITY, false, true, true, true },
    { ROUTE_RULE_PRIORITY, true, false, false, false },
    { ROUTE_RULE_PRIORITY, false, false, true, false },
};

/* What one network is to have, and what of that it has. */
struct target {
    const struct route_want *want;
    uint32_t table;
    ovs_be32 network, neighbour;
    struct route_spec specs[N_ROUTES];
    int n_specs;
    bool has_route[N_ROUTES];
    bool has_neighbour, has_rule[N_RULES];
    bool leads;                 /* Has the rules that are for a fake port,
                                 * whichever of its networks it is. */
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
find_by_source(const struct routes *r, struct rtnl_rule *rule)
{
    ovs_be32 source = (route_table_is_our_protocol(rule)
                       ? route_table_get_source(rule) : 0);

    return source ? find_by_address(r, source) : NULL;
}

static struct target *
find_by_table(const struct routes *r, uint32_t table)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->targets[i].table == table) {
            return &r->targets[i];
        }
    }
    return NULL;
}

/* Returns the one that leads on the fake port 'name'. */
static struct target *
find_leader(const struct routes *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++) {
        struct target *t = &r->targets[i];

        if (t->leads && !strcmp(t->want->name, name)) {
            return t;
        }
    }
    return NULL;
}

/* Returns the network that has, or could have, 'rule': by its source, its
 * interface, or else its table. */
static struct target *
find_by_rule(const struct routes *r, struct rtnl_rule *rule)
{
    const char *iif = rtnl_rule_get_iif(rule);

    return (!route_table_is_our_protocol(rule) ? NULL
            : rtnl_rule_get_src(rule) ? find_by_source(r, rule)
            : iif ? find_leader(r, iif)
            : find_by_table(r, rtnl_rule_get_table(rule)));
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
        struct target *t = find_by_source(r, rule);

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

static bool
is_spec_wanted(const struct target *t, const struct rule_spec *spec)
{
    return (t->want->routed_clients
            && (!spec->marked || t->want->mark_mask)
            && (spec->from || t->leads));
}

static uint32_t
get_spec_table(const struct target *t, const struct rule_spec *spec)
{
    return spec->main ? RT_TABLE_MAIN : t->table;
}

/* Returns true if another rule leads from 'address' to a table of ours. */
static bool
leads_to_us(const struct routes *r, ovs_be32 address)
{
    for (size_t i = 0; i < r->snapshot->rules.n; i++) {
        struct rtnl_rule *rule = get_rule(r, i);

        if (route_table_is_our_protocol(rule)
            && route_tables_is_ours(&r->tables, rtnl_rule_get_table(rule))
            && route_table_get_source(rule) == address) {
            return true;
        }
    }
    return false;
}

static bool
is_our_port(const struct routes *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++) {
        if (!strcmp(r->targets[i].want->name, name)) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'rule', which has our protocol, is an exception from one to
 * a table of ours.  Without the network that it was for, both are still
 * there. */
static bool
is_exception(const struct routes *r, struct rtnl_rule *rule)
{
    const char *iif = rtnl_rule_get_iif(rule);
    ovs_be32 source = route_table_get_source(rule);

    return (rtnl_rule_get_prio(rule) == ROUTE_EXCEPTION_PRIORITY
            && (iif ? is_our_port(r, iif)
                : source && leads_to_us(r, source)));
}

/* Returns true if 'rule' is this agent's.  A rule from a fake address to
 * another table is from when the fake port had another name; one from another
 * address to a table of ours, from when there was another network. */
static bool
is_our_rule(const struct routes *r, struct rtnl_rule *rule)
{
    return (route_table_is_our_protocol(rule)
            && (find_by_source(r, rule)
                || route_tables_is_ours(&r->tables, rtnl_rule_get_table(rule))
                || is_exception(r, rule)));
}

/* Returns true if 'rule', which is ours, is the one that 'spec' tells. */
static bool
is_rule_spec(const struct target *t, struct rtnl_rule *rule,
             const struct rule_spec *spec)
{
    const char *iif = rtnl_rule_get_iif(rule);
    uint8_t ip_protocol;

    return (rtnl_rule_get_prio(rule) == spec->priority
            && rtnl_rule_get_table(rule) == get_spec_table(t, spec)
            && rtnl_rule_get_action(rule) == FR_ACT_TO_TBL
            && (spec->from ? route_table_get_source(rule) == t->want->address
                : !rtnl_rule_get_src(rule))
            && (spec->in_port ? iif && !strcmp(iif, t->want->name) : !iif)
            && (rtnl_rule_get_mark(rule)
                == (spec->marked ? t->want->mark : 0))
            && (!spec->marked
                || rtnl_rule_get_mask(rule) == t->want->mark_mask)
            /* For all packets of these. */
            && !rtnl_rule_get_dst(rule) && !rtnl_rule_get_oif(rule)
            && !rtnl_rule_get_dsfield(rule)
            && rtnl_rule_get_ipproto(rule, &ip_protocol));
}

/* Returns which of the rules of 't' is 'rule', N_RULES if none. */
static int
get_rule_kind(const struct target *t, struct rtnl_rule *rule)
{
    for (int i = 0; i < N_RULES; i++) {
        if (is_spec_wanted(t, &rule_specs[i])
            && is_rule_spec(t, rule, &rule_specs[i])) {
            return i;
        }
    }
    return N_RULES;
}

static bool
is_wanted_rule(const struct routes *r, struct rtnl_rule *rule)
{
    const struct target *t = find_by_rule(r, rule);

    return t && get_rule_kind(t, rule) < N_RULES;
}

static int
add_rule(const struct routes *r, const struct target *t,
         const struct rule_spec *spec)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();
    uint32_t table = get_spec_table(t, spec);

    ovs_assert(rule);
    rtnl_rule_set_family(rule, AF_INET);
    rtnl_rule_set_prio(rule, spec->priority);
    rtnl_rule_set_table(rule, table);
    rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
    rtnl_rule_set_protocol(rule, SNAPSHOT_PROTOCOL);
    if (spec->from) {
        struct nl_addr *src = netlink_ip(t->want->address, 32);

        rtnl_rule_set_src(rule, src);
        nl_addr_put(src);
    }
    if (spec->in_port) {
        rtnl_rule_set_iif(rule, t->want->name);
    }
    if (spec->marked) {
        rtnl_rule_set_mark(rule, t->want->mark);
        rtnl_rule_set_mask(rule, t->want->mark_mask);
    }

    int error = log_change(t->want->name, "add rule", table,
                           rtnl_rule_add(r->sock, rule, NLM_F_EXCL));
    rtnl_rule_put(rule);
    return error == -NLE_EXIST ? 0 : error;
}

static int
add_rules(const struct routes *r, const struct target *t)
{
    int error = 0;

    for (int i = 0; i < N_RULES && !error; i++) {
        if (!t->has_rule[i] && is_spec_wanted(t, &rule_specs[i])) {
            error = add_rule(r, t, &rule_specs[i]);
        }
    }
    return error;
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
        int kind;

        t = find_by_rule(r, get_rule(r, i));
        kind = t ? get_rule_kind(t, get_rule(r, i)) : N_RULES;
        if (kind < N_RULES) {
            t->has_rule[kind] = true;
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

/* On each fake port one network leads: the one whose table the rule by mark
 * leads to, so that it stays, otherwise the first. */
static void
choose_leaders(struct routes *r)
{
    for (size_t i = 0; i < r->snapshot->rules.n + r->n; i++) {
        struct target *t;

        if (i < r->snapshot->rules.n) {
            struct rtnl_rule *rule = get_rule(r, i);

            t = (rtnl_rule_get_mark(rule) && !rtnl_rule_get_src(rule)
                 && !rtnl_rule_get_iif(rule) ? find_by_rule(r, rule) : NULL);
        } else {
            t = &r->targets[i - r->snapshot->rules.n];
        }
        if (t && t->want->routed_clients && !find_leader(r, t->want->name)) {
            t->leads = true;
        }
    }
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
    int *devices = xmalloc(n * sizeof *devices);
    for (size_t i = 0; i < n; i++) {
        devices[i] = wants[i].ifindex;
        r->targets[i] = (struct target) {
            .want = &wants[i],
            .network = wants[i].address & be32_prefix_mask(wants[i].plen),
            .neighbour = route_neighbour(wants[i].address, wants[i].plen),
        };
    }
    route_tables_init(&r->tables, snapshot, devices, n);
    free(devices);
    choose_tables(r);
    choose_leaders(r);
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
    return error ? error : add_rules(r, t);
}
