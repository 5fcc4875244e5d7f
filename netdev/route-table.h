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

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rtnl_rule;
struct snapshot;

/* Tables have numbers from this on, "pi" in the upper half: far from what
 * people take by hand. */
#define ROUTE_TABLE_BASE 0x70690000
#define ROUTE_TABLE_MASK 0xffff0000

/* The numbers that are in use. */
struct route_tables {
    unsigned long *ours;        /* Bitmap by the lower half of the number. */
    unsigned long *taken;       /* The same of other agents'. */
};

/* Of our devices, 'devices' has the indices of the 'n' whose networks are
 * looked at, 0 for one that is not there.  The others' tables are none of
 * these networks', as another agent's: when one of several fake ports is
 * released, nothing else would tell. */
void route_tables_init(struct route_tables *, const struct snapshot *,
                       const int devices[], size_t n);
void route_tables_destroy(struct route_tables *);

/* Returns true, and notes that it is ours, if 'table', which our rule from the
 * fake address leads to, can stay: it is none that is ours already, or another
 * agent's. */
bool route_tables_keep(struct route_tables *, uint32_t table);

/* Returns the number of the table for the fake port 'name' and network 'id':
 * the first from that of both which is free, and is ours from now on. */
uint32_t route_tables_choose(struct route_tables *, const char *name,
                             uint32_t id);

/* Notes that 'table' is ours, if it is one that we would choose. */
void route_tables_add(struct route_tables *, uint32_t table);
bool route_tables_is_ours(const struct route_tables *, uint32_t table);

/* Returns true if 'rule' has our protocol number. */
bool route_table_is_our_protocol(struct rtnl_rule *rule);

/* Returns the address of which 'rule' is for all packets, in6addr_any if it is
 * for others. */
struct in6_addr route_table_get_source(struct rtnl_rule *rule);

#endif /* netdev/route-table.h */
