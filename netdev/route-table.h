/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_ROUTE_TABLE_H
#define NETDEV_ROUTE_TABLE_H 1

/* The routing table of a network
 * ===============================
 *
 * Its number is made from the fake port's name and the number of the network,
 * the same with every build on every machine.  Two may have the same: a table
 * that has a route of our protocol to a device that is not ours is another
 * agent's, and the next number is taken.  If two agents come to one table at
 * the same time, the one whose device has the lower index keeps it.  Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct rtnl_rule;
struct snapshot;

/* Tables have numbers from this on, "pi" in the upper half: far from what
 * people take by hand. */
#define ROUTE_TABLE_BASE 0x70690000
#define ROUTE_TABLE_MASK 0xffff0000
#define ROUTE_TABLE_MAX 65536   /* Numbers. */

/* Returns the number of the table that our rule from the fake address leads
 * to, 0 if there is no such rule, or it is another agent's table. */
uint32_t route_table_get(const struct snapshot *, ovs_be32 address);

/* Returns the number of the table for the fake port 'name' and network 'id':
 * the first from that of both which is no other agent's, and not in 'used', a
 * bitmap by the lower half of the number. */
uint32_t route_table_choose(const struct snapshot *, const char *name,
                            uint32_t id, const unsigned long *used);

/* Returns true if 'rule' has our protocol number, or is for all packets from
 * 'address'. */
bool route_table_is_our_protocol(struct rtnl_rule *rule);
bool route_table_is_from(struct rtnl_rule *rule, ovs_be32 address);

#endif /* netdev/route-table.h */
