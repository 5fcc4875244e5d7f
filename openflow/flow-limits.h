/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_LIMITS_H
#define OPENFLOW_FLOW_LIMITS_H 1

/* How many flows the tables may have that a flow set learns for
 * ==============================================================
 *
 * The switch limits a table as a whole: what it learned, and the flows that
 * stay, which it counts but never evicts.  So a limit is the number of learned
 * flows and that of the set's own in the table.  See flow_limit of Flow_Table
 * in ovs-vswitchd.conf.db(5).
 *
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct svec;

#define FLOW_LIMITS_MAX 8

struct flow_limit {
    uint8_t table;
    uint32_t flows;             /* At most. */
};

struct flow_limits {
    struct flow_limit tables[FLOW_LIMITS_MAX];  /* In ascending order. */
    size_t n;
};

/* Returns the limits for 'flows', lines of a flow set (flow-set.h), such that
 * each table that they learn for has room for 'max_learned' learned flows.
 * With 0 for no limit, there are none.
 *
 * If the switch is to 'evict', it does so in each table by itself.  A pair
 * that has a flow inbound, which learns nothing, but none for its answers any
 * more, would get none until the former ends.  So there is room for twice as
 * many flows with an idle timeout: those for answers go last. */
struct flow_limits flow_limits_get(const struct svec *flows,
                                   uint32_t max_learned, bool evict);

#endif /* openflow/flow-limits.h */
