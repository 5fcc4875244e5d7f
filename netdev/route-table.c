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

bool
route_table_is_our_protocol(struct rtnl_rule *rule)
{
    uint8_t protocol;

    return (rtnl_rule_get_family(rule) == AF_INET
            && !rtnl_rule_get_protocol(rule, &protocol)
            && protocol == SNAPSHOT_PROTOCOL);
}

bool
route_table_is_from(struct rtnl_rule *rule, ovs_be32 address)
{
    struct nl_addr *src = rtnl_rule_get_src(rule);

    return (src && nl_addr_get_prefixlen(src) == 32
            && netlink_is_ip(src, address));
}

/* Returns true if 'table' is another agent's. */
static bool
is_taken(const struct snapshot *snapshot, uint32_t table)
{
    int ours = 0, other = 0;

    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route
            = (struct rtnl_route *) snapshot->routes.objects[i];
        int device = netlink_route_ifindex(route);
        int *lowest = (snapshot_has_fake_port(snapshot, device) ? &ours
                       : &other);

        if (rtnl_route_get_table(route) == table && device
            && (!*lowest || device < *lowest)) {
            *lowest = device;
        }
    }
    return other && !(ours && ours < other);
}

/* Returns the table that our rule from 'address' leads to, 0 if there is no
 * such rule. */
static uint32_t
get_table_of_rule(const struct snapshot *snapshot, ovs_be32 address)
{
    for (size_t i = 0; i < snapshot->rules.n; i++) {
        struct rtnl_rule *rule
            = (struct rtnl_rule *) snapshot->rules.objects[i];
        uint32_t table = rtnl_rule_get_table(rule);

        if (route_table_is_our_protocol(rule)
            && route_table_is_from(rule, address)
            && (table & ROUTE_TABLE_MASK) == ROUTE_TABLE_BASE) {
            return table;
        }
    }
    return 0;
}

uint32_t
route_table_get(const struct snapshot *snapshot, ovs_be32 address)
{
    uint32_t table = get_table_of_rule(snapshot, address);

    return table && !is_taken(snapshot, table) ? table : 0;
}

uint32_t
route_table_choose(const struct snapshot *snapshot, const char *name,
                   uint32_t id, const unsigned long *used)
{
    uint32_t n = jhash_bytes(name, strlen(name), id);
    uint32_t table;

    /* There are more numbers than a machine has devices, or an agent
     * networks. */
    do {
        table = ROUTE_TABLE_BASE | (n++ & ~ROUTE_TABLE_MASK);
    } while (bitmap_is_set(used, table & ~ROUTE_TABLE_MASK)
             || is_taken(snapshot, table));
    return table;
}
