/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-table.h"

#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <string.h>
#include <sys/socket.h>

#include "bitmap.h"
#include "jhash.h"
#include "netdev/snapshot.h"
#include "util.h"

#define N_TABLES 65536

bool
route_table_is_our_protocol(struct rtnl_rule *rule)
{
    uint8_t protocol;

    int family = rtnl_rule_get_family(rule);

    return ((family == AF_INET || family == AF_INET6)
            && !rtnl_rule_get_protocol(rule, &protocol)
            && protocol == SNAPSHOT_PROTOCOL);
}

struct in6_addr
route_table_get_source(struct rtnl_rule *rule)
{
    struct nl_addr *src = rtnl_rule_get_src(rule);
    unsigned int bits = netlink_family_bits(rtnl_rule_get_family(rule));

    return (src && nl_addr_get_prefixlen(src) == bits
            ? netlink_get_ip(src) : in6addr_any);
}

static bool
is_in_range(uint32_t table)
{
    return (table & ROUTE_TABLE_MASK) == ROUTE_TABLE_BASE;
}

static struct rtnl_route *
get_route(const struct snapshot *snapshot, size_t i)
{
    return (struct rtnl_route *) snapshot->routes.objects[i];
}

static bool
contains(const int devices[], size_t n, int ifindex)
{
    for (size_t i = 0; i < n; i++) {
        if (devices[i] == ifindex) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'table' has a route of our protocol to one of our devices
 * whose index is lower than 'ifindex'. */
static bool
has_lower(const struct snapshot *snapshot, const int devices[], size_t n,
          uint32_t table, int ifindex)
{
    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route = get_route(snapshot, i);
        int device = netlink_route_ifindex(route);

        if (device && device < ifindex
            && rtnl_route_get_table(route) == table
            && contains(devices, n, device)) {
            return true;
        }
    }
    return false;
}

void
route_tables_init(struct route_tables *tables,
                  const struct snapshot *snapshot, const int devices[],
                  size_t n)
{
    tables->ours = bitmap_allocate(N_TABLES);
    tables->taken = bitmap_allocate(N_TABLES);
    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route = get_route(snapshot, i);
        uint32_t table = rtnl_route_get_table(route);
        int device = netlink_route_ifindex(route);

        if (is_in_range(table) && device
            && !contains(devices, n, device)
            && !has_lower(snapshot, devices, n, table, device)) {
            bitmap_set1(tables->taken, table & ~ROUTE_TABLE_MASK);
        }
    }
}

void
route_tables_destroy(struct route_tables *tables)
{
    bitmap_free(tables->ours);
    bitmap_free(tables->taken);
}

void
route_tables_add(struct route_tables *tables, uint32_t table)
{
    if (is_in_range(table)) {
        bitmap_set1(tables->ours, table & ~ROUTE_TABLE_MASK);
    }
}

bool
route_tables_is_ours(const struct route_tables *tables, uint32_t table)
{
    return (is_in_range(table)
            && bitmap_is_set(tables->ours, table & ~ROUTE_TABLE_MASK));
}

static bool
is_free(const struct route_tables *tables, uint32_t table)
{
    return (!route_tables_is_ours(tables, table)
            && !bitmap_is_set(tables->taken, table & ~ROUTE_TABLE_MASK));
}

bool
route_tables_keep(struct route_tables *tables, uint32_t table)
{
    bool keep = is_in_range(table) && is_free(tables, table);

    if (keep) {
        route_tables_add(tables, table);
    }
    return keep;
}

uint32_t
route_tables_choose(struct route_tables *tables, const char *name,
                    uint32_t id)
{
    uint32_t n = jhash_bytes(name, strlen(name), id);
    uint32_t table;

    /* There are more numbers than a machine has devices, or an agent
     * networks. */
    do {
        table = ROUTE_TABLE_BASE | (n++ & ~ROUTE_TABLE_MASK);
    } while (!is_free(tables, table));
    route_tables_add(tables, table);
    return table;
}
