/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/limits.h"

#include <inttypes.h>

#include "agent/config/options.h"
#include "agent/loop/backends.h"
#include "openflow/flow-limits.h"
#include "openflow/switch-conn.h"
#include "openflow/table-use.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "svec.h"
#include "util.h"

BUILD_ASSERT_DECL(BRIDGE_LIMITS_MAX == FLOW_LIMITS_MAX);

struct bridge_limits
limits_get(const struct options *options)
{
    const struct network *network = &options->networks[0];
    struct bridge_limits limits = { .refuse = network->refuse_pairs };
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    struct bridge_ports ports;

    if (network->real.plen || !network->max_pairs) {
        return limits;
    }
    /* The numbers of ports change no number of flows, and a shared bridge has
     * others in table 0 only, which learns nothing. */
    backends_requested_ports(options, &ports);
    backends_build_flows(options, &ports, false, &flows);
    simap_destroy(&ports.fake_ports);
    struct flow_limits computed = flow_limits_get(&flows, network->max_pairs,
                                                  !limits.refuse);
    svec_destroy(&flows);
    for (size_t i = 0; i < computed.n; i++) {
        limits.tables[limits.n++] = (struct bridge_limit) {
            .table = computed.tables[i].table,
            .flows = computed.tables[i].flows,
        };
    }
    return limits;
}

void
limits_format(const struct options *options, const struct switch_conn *conn,
              struct ds *s)
{
    const struct table_use *use = switch_conn_table_use(conn);
    const struct bridge_limits limits = limits_get(options);

    for (size_t i = 0; i < limits.n && use->known; i++) {
        const struct bridge_limit *limit = &limits.tables[i];
        uint32_t flows = use->flows[limit->table];

        ds_put_format(s, "  table %"PRIu8": %"PRIu32" of %"PRIu32" flows%s\n",
                      limit->table, flows, limit->flows,
                      flows < limit->flows ? ""
                      : limits.refuse ? ", full: refuses new ones"
                      : ", full: evicts old ones");
    }
}

void
limits_put_json(const struct options *options, const struct switch_conn *conn,
                struct json *object)
{
    const struct table_use *use = switch_conn_table_use(conn);
    const struct bridge_limits limits = limits_get(options);
    struct json *array = json_array_create_empty();

    for (size_t i = 0; i < limits.n; i++) {
        const struct bridge_limit *limit = &limits.tables[i];
        struct json *table = json_object_create();

        json_object_put(table, "table", json_integer_create(limit->table));
        json_object_put(table, "flows",
                        use->known
                        ? json_integer_create(use->flows[limit->table])
                        : json_null_create());
        json_object_put(table, "limit", json_integer_create(limit->flows));
        json_object_put_string(table, "policy",
                               limits.refuse ? "refuse" : "evict");
        json_array_add(array, table);
    }
    json_object_put(object, "limits", array);
}
