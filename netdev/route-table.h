/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_ROUTE_TABLE_H
#define NETDEV_ROUTE_TABLE_H 1

/* The routing table of a fake port
 * =================================
 *
 * Its number is made from the fake port's name, the same with every build on
 * every machine.  Two names may have the same: a table that has a route of our
 * protocol to another device is another agent's, and the next number is taken.
 * If two agents come to one table at the same time, the one whose device has
 * the lower index keeps it.  Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct rtnl_rule;
struct snapshot;

/* Tables have numbers from this on, "pi" in the upper half: far from what
 * people take by hand. */
#define ROUTE_TABLE_BASE 0x70690000
#define ROUTE_TABLE_MASK 0xffff0000

/* Returns the number of the table for the fake port 'name': the one that our
 * rule from the fake address leads to, otherwise the first from that of the
 * name, in both cases one that is no other agent's. */
uint32_t route_table_get(const struct snapshot *, const char *name,
                         ovs_be32 address);

/* Returns true if 'rule' has our protocol number, or is for all packets from
 * 'address'. */
bool route_table_is_our_protocol(struct rtnl_rule *rule);
bool route_table_is_from(struct rtnl_rule *rule, ovs_be32 address);

#endif /* netdev/route-table.h */
