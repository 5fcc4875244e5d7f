/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-target.h"

#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "coverage.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(route_target);
COVERAGE_DEFINE(route_changed);

/* Others can make routes wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

int
route_log_change(const char *name, const char *what, uint32_t table, int error)
{
    COVERAGE_INC(route_changed);
    VLOG_DBG_RL(&rl, "%s: %s, table %"PRIu32"%s%s", name, what, table,
                error ? ": " : "", error ? nl_geterror(error) : "");
    return error;
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

bool
route_targets_have(const struct routes *r, struct rtnl_route *route)
{
    int ifindex = netlink_route_ifindex(route);

    for (size_t i = 0; ifindex && i < r->n; i++) {
        if (r->targets[i].want->ifindex == ifindex) {
            return true;
        }
    }
    return false;
}

/* Finding the network that an object is of. */

static struct route_target *
find_by_address(const struct routes *r, const struct in6_addr *address)
{
    for (size_t i = 0; i < r->n; i++) {
        if (ipv6_addr_equals(&r->targets[i].want->address, address)) {
            return &r->targets[i];
        }
    }
    return NULL;
}

struct route_target *
route_target_by_source(const struct routes *r, struct rtnl_rule *rule)
{
    const struct in6_addr source = (route_table_is_our_protocol(rule)
                                    ? route_table_get_source(rule)
                                    : in6addr_any);

    return ipv6_addr_is_set(&source) ? find_by_address(r, &source) : NULL;
}

static struct route_target *
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
static struct route_target *
find_leader(const struct routes *r, const char *name, int family)
{
    for (size_t i = 0; i < r->n; i++) {
        struct route_target *t = &r->targets[i];

        if (t->leads && t->family == family && !strcmp(t->want->name, name)) {
            return t;
        }
    }
    return NULL;
}

struct route_target *
route_target_by_rule(const struct routes *r, struct rtnl_rule *rule)
{
    const char *iif = rtnl_rule_get_iif(rule);

    return (!route_table_is_our_protocol(rule) ? NULL
            : rtnl_rule_get_src(rule) ? route_target_by_source(r, rule)
            : iif ? find_leader(r, iif, rtnl_rule_get_family(rule))
            : find_by_table(r, rtnl_rule_get_table(rule)));
}

struct route_target *
route_target_by_route(const struct routes *r, struct rtnl_route *route)
{
    uint32_t table = rtnl_route_get_table(route);
    const struct in6_addr network
        = netlink_get_ip(rtnl_route_get_dst(route));

    for (size_t i = 0; i < r->n; i++) {
        struct route_target *t = &r->targets[i];

        if (table == RT_TABLE_MAIN ? ipv6_addr_equals(&t->network, &network)
            : t->table == table) {
            return t;
        }
    }
    return NULL;
}

struct route_target *
route_target_by_neighbour(const struct routes *r, int ifindex,
                          const struct in6_addr *address)
{
    for (size_t i = 0; i < r->n; i++) {
        struct route_target *t = &r->targets[i];

        if (ipv6_addr_equals(&t->neighbour, address)
            && t->want->ifindex == ifindex) {
            return t;
        }
    }
    return NULL;
}

/* Making the targets. */

/* Gives each network a table: the one that its rule leads to, so that it
 * stays, otherwise a free one. */
static void
choose_tables(struct routes *r)
{
    for (size_t i = 0; i < r->snapshot->rules.n; i++) {
        struct rtnl_rule *rule = get_rule(r, i);
        struct route_target *t = route_target_by_source(r, rule);

        if (t && !t->table
            && route_tables_keep(&r->tables, rtnl_rule_get_table(rule))) {
            t->table = rtnl_rule_get_table(rule);
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        struct route_target *t = &r->targets[i];

        if (!t->table) {
            t->table = route_tables_choose(&r->tables, t->want->name,
                                           t->want->id);
        }
    }
}

/* On each fake port one network of each family leads: the one whose table the
 * rule by mark leads to, so that it stays, otherwise the first. */
static void
choose_leaders(struct routes *r)
{
    for (size_t i = 0; i < r->snapshot->rules.n + r->n; i++) {
        struct route_target *t;

        if (i < r->snapshot->rules.n) {
            struct rtnl_rule *rule = get_rule(r, i);

            t = (rtnl_rule_get_mark(rule) && !rtnl_rule_get_src(rule)
                 && !rtnl_rule_get_iif(rule) ? route_target_by_rule(r, rule)
                 : NULL);
        } else {
            t = &r->targets[i - r->snapshot->rules.n];
        }
        if (t && t->want->routed_clients
            && !find_leader(r, t->want->name, t->family)) {
            t->leads = true;
        }
    }
}

static void
set_specs(struct route_target *t)
{
    unsigned int metric = (t->family == AF_INET6 ? ROUTE_IPV6_METRIC : 0);

    t->specs[ROUTE_PREFIX] = (struct route_spec) {
        .table = RT_TABLE_MAIN, .plen = t->want->plen, .metric = metric
    };
    t->specs[ROUTE_UNREACHABLE] = (struct route_spec) {
        .table = t->table, .unreachable = true,
        .metric = ROUTE_UNREACHABLE_METRIC
    };
    t->specs[ROUTE_DEFAULT] = (struct route_spec) {
        .table = t->table, .metric = metric
    };
    t->n_specs = t->want->routed_clients ? N_ROUTES : 1;
}

/* Notes the tables of networks that are no more. */
static void
add_former_tables(struct routes *r)
{
    const struct netlink_list *list = &r->snapshot->routes;

    for (size_t i = 0; i < list->n; i++) {
        struct rtnl_route *route = get_route(list, i);

        if (route_targets_have(r, route)) {
            route_tables_add(&r->tables, rtnl_route_get_table(route));
        }
    }
}

void
route_targets_init(struct routes *r, const struct route_want *wants, size_t n)
{
    int *devices = xmalloc(n * sizeof *devices);

    r->targets = xcalloc(n, sizeof *r->targets);
    r->n = n;
    for (size_t i = 0; i < n; i++) {
        devices[i] = wants[i].ifindex;
        r->targets[i] = (struct route_target) {
            .want = &wants[i],
            .family = netlink_family(&wants[i].address),
            .network = netlink_network(&wants[i].address, wants[i].plen),
            .neighbour = route_neighbour(&wants[i].address, wants[i].plen),
        };
    }
    route_tables_init(&r->tables, r->snapshot, devices, n);
    free(devices);
    choose_tables(r);
    choose_leaders(r);
    for (size_t i = 0; i < n; i++) {
        set_specs(&r->targets[i]);
    }
    add_former_tables(r);
}

void
route_targets_destroy(struct routes *r)
{
    free(r->targets);
    route_tables_destroy(&r->tables);
}
