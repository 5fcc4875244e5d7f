/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-limits.h"

#include <stdio.h>

#include "svec.h"
#include "util.h"

#define N_TABLES 256

/* What a flow set has, or learns, for a table. */
struct use {
    uint32_t own;               /* Flows of the set. */
    bool learns;
    bool idle;                  /* What it learns has an idle timeout. */
};

/* Adds what 'flow' is and learns to 'uses'. */
static void
count(const char *flow, struct use uses[N_TABLES])
{
    const char *table = strstr(flow, "table=");
    uint8_t id;

    if (table && ovs_scan(table, "table=%"SCNu8, &id)) {
        uses[id].own++;
    }
    for (const char *learn = strstr(flow, "learn("); learn;
         learn = strstr(learn + 1, "learn(")) {
        if (ovs_scan(learn, "learn(table=%"SCNu8, &id)) {
            const char *idle = strstr(learn, "idle_timeout=");

            uses[id].learns = true;
            uses[id].idle |= idle && idle < strchr(learn, ')');
        }
    }
}

struct flow_limits
flow_limits_get(const struct svec *flows, uint32_t max_learned, bool evict)
{
    struct flow_limits limits = { .n = 0 };
    struct use uses[N_TABLES] = { { .own = 0 } };
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        count(flow, uses);
    }
    for (i = 0; i < N_TABLES && max_learned; i++) {
        if (uses[i].learns) {
            uint32_t learned = max_learned * (evict && uses[i].idle ? 2 : 1);

            ovs_assert(limits.n < FLOW_LIMITS_MAX);
            limits.tables[limits.n++] = (struct flow_limit) {
                .table = i, .flows = uses[i].own + learned
            };
        }
    }
    return limits;
}
