/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-flows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* A fragment of an error would quote what nobody looks at. */
void
error_add_entrances(struct svec *flows, int table, int priority,
                    const char *real, int next)
{
    static const int types[] = {
        ICMP4_DST_UNREACH, ICMP4_TIME_EXCEEDED, ICMP4_PARAM_PROB
    };

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        flow_add(flows, "table=%d, priority=%d,icmp%s%s,nw_frag=no,"
                 "icmp_type=%d actions="MARK_ERROR",goto_table:%d", table,
                 priority, real ? ",nw_dst=" : "", real ? real : "", types[i],
                 next);
    }
}

/* The kernel's connection tracking translates an error in the direction of the
 * connection only if it may "commit"; it never begins one with an error. */
static void
add_tracking(struct svec *flows, const struct flow_config *config, int table)
{
    flow_add(flows, "table=%d, priority=1,ip,"IS_ERROR" "
             "actions=ct(commit,table=%d,zone=%"PRIu16",nat)", table,
             ERROR_IN_TRACKED, config->ct_zone);
}

void
error_add_inbound(struct svec *flows, const struct flow_config *config,
                  int inside, int outside)
{
    struct flow_values w;

    if (!config->routed) {
        return;
    }
    flow_values_init(&w, config);
    add_tracking(flows, config, inside);
    add_tracking(flows, config, outside);
    flow_add(flows, "table=%d, priority=1,ct_state=+rel-rpl-inv+trk,ip,"
             "nw_dst="IP_FMT" actions=set_field:"ETH_ADDR_FMT"->eth_src,"
             "set_field:"ETH_ADDR_FMT"->eth_dst,output:%s", ERROR_IN_TRACKED,
             IP_ARGS(config->fake.ip), ETH_ADDR_ARGS(config->client_mac),
             ETH_ADDR_ARGS(config->server_mac), w.fake_port);
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # in: ICMP error of no connection",
             ERROR_IN_TRACKED);
    flow_values_destroy(&w);
}

void
error_add_outbound(struct svec *flows, const struct flow_config *config,
                   int table, const char *pairs)
{
    if (config->routed) {
        flow_add(flows, "table=%d, priority=4,ip,"IS_ERROR",nw_dst=%s "
                 "actions=drop # out: ICMP error to an inside client", table,
                 pairs);
    }
}
