/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-limits.h"

#include <stdbool.h>
#include <stdio.h>

#include "svec.h"
#include "util.h"

#define N_TABLES 256

/* Counts in 'own' the flows of each table, and notes in 'learns' the tables
 * that 'flow' learns for. */
static void
count(const char *flow, uint32_t own[N_TABLES], bool learns[N_TABLES])
{
    const char *table = strstr(flow, "table=");
    uint8_t id;

    if (table && ovs_scan(table, "table=%"SCNu8, &id)) {
        own[id]++;
    }
    for (const char *learn = strstr(flow, "learn("); learn;
         learn = strstr(learn + 1, "learn(")) {
        if (ovs_scan(learn, "learn(table=%"SCNu8, &id)) {
            learns[id] = true;
        }
    }
}

struct flow_limits
flow_limits_get(const struct svec *flows, uint32_t max_learned)
{
    struct flow_limits limits = { .n = 0 };
    uint32_t own[N_TABLES] = { 0 };
    bool learns[N_TABLES] = { false };
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        count(flow, own, learns);
    }
    for (i = 0; i < N_TABLES && max_learned; i++) {
        if (learns[i]) {
            ovs_assert(limits.n < FLOW_LIMITS_MAX);
            limits.tables[limits.n++] = (struct flow_limit) {
                .table = i, .flows = own[i] + max_learned
            };
        }
    }
    return limits;
}
