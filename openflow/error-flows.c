/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-flows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openflow/error-relay.h"
#include "openflow/error-translate.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

struct builder {
    struct svec *flows;
    const struct flow_config *config;
    const char *real, *pairs;
    struct flow_values w;
};

/* Marks errors.  A fragment of one would quote what nobody looks at. */
static void
add_entrances(struct builder *b, int table, int priority, const char *match,
              int next)
{
    static const int types[] = {
        ICMP4_DST_UNREACH, ICMP4_TIME_EXCEEDED, ICMP4_PARAM_PROB
    };

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        flow_add(b->flows, "table=%d, priority=%d,icmp%s,nw_frag=no,"
                 "icmp_type=%d actions="MARK_ERROR",goto_table:%d", table,
                 priority, match, types[i], next);
    }
}

/* Sends to the agent what 'match' matches. */
static void
add_to_agent(struct builder *b, int table, int priority, const char *match,
             bool outbound)
{
    const struct error_plan plan = {
        .outbound = outbound,
        .network = b->config->name ? b->config->id : 0,
        .fake = b->config->fake,
        .real = b->config->real,
    };
    struct ds s = DS_EMPTY_INITIALIZER;

    error_plan_put(&plan, &s);
    flow_add(b->flows, "table=%d, priority=%d,%s "
             "actions=meter:%d,controller(id=%d,userdata=%s)", table,
             priority, match, ERROR_METER, ERROR_CONTROLLER, ds_cstr(&s));
    ds_destroy(&s);
}

/* The kernel's connection tracking translates an error in the direction of the
 * connection only if it may "commit"; it never begins one with an error. */
static void
add_tracking(struct builder *b, int table)
{
    flow_add(b->flows, "table=%d, priority=1,ip,"IS_ERROR" "
             "actions=ct(commit,table=%d,zone=%"PRIu16",nat)", table,
             ERROR_IN_TRACKED, b->config->ct_zone);
}

static void
add_delivery(struct builder *b, int table, const char *match)
{
    const struct flow_config *c = b->config;

    flow_add(b->flows, "table=%d, priority=2,%s,nw_dst="IP_FMT" "
             "actions=set_field:"ETH_ADDR_FMT"->eth_src,"
             "set_field:"ETH_ADDR_FMT"->eth_dst,output:%s", table, match,
             IP_ARGS(address_to_ip(c->fake.ip)), ETH_ADDR_ARGS(c->client_mac),
             ETH_ADDR_ARGS(c->server_mac), b->w.fake_port);
}

static void
add_inbound(struct builder *b)
{
    char *to_real = xasprintf(",nw_dst=%s", b->real);
    char *from_real = xasprintf("ip,nw_src=%s", b->real);

    add_entrances(b, IN_TARGET, 3, to_real, IN_CLIENT);
    if (b->config->routed) {
        add_tracking(b, INSIDE_LEARN);
        add_tracking(b, ROUTED_LOOK_UP);
        add_delivery(b, ERROR_IN_TRACKED, "ct_state=+rel-rpl-inv+trk,ip");
        add_to_agent(b, ERROR_IN_TRACKED, 1, from_real, false);
        flow_add(b->flows, "table=%d, priority=0 "
                 "actions=drop # in: ICMP error of no connection",
                 ERROR_IN_TRACKED);
    } else {
        add_to_agent(b, INSIDE_LEARN, 1, "ip,"IS_ERROR, false);
    }
    free(to_real);
    free(from_real);
}

static void
add_outbound(struct builder *b)
{
    char *to_pairs = xasprintf("ip,"IS_ERROR",nw_dst=%s", b->pairs);

    add_entrances(b, OUT_PROTOCOL, 1, "", OUT_CLIENT);
    add_to_agent(b, OUT_CLIENT, 4, to_pairs, true);
    free(to_pairs);
}

/* What the agent has translated. */
static void
add_translated(struct builder *b)
{
    char *from_pairs = xasprintf("icmp,nw_src=%s", b->pairs);

    add_delivery(b, ERROR_TRANSLATED, from_pairs);
    flow_add(b->flows, "table=%d, priority=1,icmp,nw_src=%s,nw_dst=%s "
             "actions=move:NXM_OF_IP_DST[]->NXM_NX_REG0[],"
             "move:NXM_OF_IP_SRC[]->NXM_NX_REG1[],"
             "resubmit(,%d),resubmit(,%d),resubmit(,%d)", ERROR_TRANSLATED,
             b->real, b->real, INSIDE_MACS, TARGET_MACS,
             OUT_DELIVER);
    free(from_pairs);
}

void
error_add_flows(struct svec *flows, const struct flow_config *config,
                const char *real, const char *pairs)
{
    struct builder b = {
        .flows = flows, .config = config, .real = real, .pairs = pairs,
    };

    flow_values_init(&b.w, config);
    add_inbound(&b);
    add_outbound(&b);
    add_translated(&b);
    flow_values_destroy(&b.w);
}
