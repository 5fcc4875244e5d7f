/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-table.h"

#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <string.h>
#include <sys/socket.h>

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
    int ifindex = snapshot->fake_port.ifindex;
    bool ours = false;
    int other = 0;

    for (size_t i = 0; i < snapshot->routes.n; i++) {
        struct rtnl_route *route
            = (struct rtnl_route *) snapshot->routes.objects[i];
        int device = netlink_route_ifindex(route);

        if (rtnl_route_get_table(route) != table || !device) {
            continue;
        } else if (device == ifindex) {
            ours = true;
        } else if (!other || device < other) {
            other = device;
        }
    }
    return other && !(ours && ifindex < other);
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
route_table_get(const struct snapshot *snapshot, const char *name,
                ovs_be32 address)
{
    uint32_t n = jhash_bytes(name, strlen(name), 0);
    uint32_t table = get_table_of_rule(snapshot, address);

    /* There are more numbers than a machine has devices. */
    while (!table || is_taken(snapshot, table)) {
        table = ROUTE_TABLE_BASE | (n++ & ~ROUTE_TABLE_MASK);
    }
    return table;
}
