/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-flows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openflow/error-plan.h"
#include "openflow/error-relay.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

struct builder {
    struct svec *flows;
    const struct flow_config *config;
    const struct flow_family *family;
    const char *real, *pairs;
    struct flow_values w;
};

/* Marks errors.  A fragment of one would quote what nobody looks at. */
static void
add_entrances(struct builder *b, int table, int priority, const char *match,
              int next)
{
    const struct flow_family *f = b->family;

    for (size_t i = 0; i < f->n_errors; i++) {
        flow_add(b->flows, "table=%d, priority=%d,%s%s,nw_frag=no,"
                 "icmp_type=%d actions="MARK_ERROR",goto_table:%d", table,
                 priority, f->icmp, match, f->errors[i], next);
    }
}

enum kind { INBOUND, OUTBOUND, ROUTED_INBOUND, ROUTED_OUTBOUND };

/* Sends to the agent what 'match' matches. */
static void
add_to_agent(struct builder *b, int table, int priority, const char *match,
             enum kind kind)
{
    const struct error_plan plan = {
        .outbound = kind == OUTBOUND || kind == ROUTED_OUTBOUND,
        .routed = kind == ROUTED_INBOUND || kind == ROUTED_OUTBOUND,
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

/* Finds the connection that an error is about.  The kernel's connection
 * tracking translates an error in the direction of the connection only if it
 * may "commit"; it never begins one with an error. */
static void
add_tracking(struct builder *b, int table)
{
    bool by_agent = b->config->errors_by_agent;

    flow_add(b->flows, "table=%d, priority=1,%s,"IS_ERROR" "
             "actions=ct(%stable=%d,zone=%"PRIu16"%s)", table,
             b->family->ip, by_agent ? "" : "commit,", ERROR_IN_TRACKED,
             b->config->ct_zone, by_agent ? "" : ",nat");
}

static void
add_delivery(struct builder *b, int table, const char *match)
{
    const struct flow_config *c = b->config;
    char fake[ADDRESS_STRLEN];

    flow_add(b->flows, "table=%d, priority=2,%s,%s=%s "
             "actions=set_field:"ETH_ADDR_FMT"->eth_src,"
             "set_field:"ETH_ADDR_FMT"->eth_dst,output:%s", table, match,
             b->family->dst, address_to_string(c->fake.ip, fake),
             ETH_ADDR_ARGS(c->client_mac),
             ETH_ADDR_ARGS(c->server_mac), b->w.fake_port);
}

static void
add_inbound(struct builder *b)
{
    const struct flow_family *f = b->family;
    char *to_real = xasprintf(",%s=%s", f->dst, b->real);
    char *from_real = xasprintf("%s,%s=%s", f->ip, f->src, b->real);
    char *related = xasprintf("ct_state=+rel-rpl-inv+trk,%s", f->ip);
    char *errors = xasprintf("%s,"IS_ERROR, f->ip);

    add_entrances(b, IN_TARGET, 3, to_real, IN_CLIENT);
    if (b->config->routed) {
        add_tracking(b, INSIDE_LEARN);
        add_tracking(b, ROUTED_LOOK_UP);
        if (b->config->errors_by_agent) {
            add_to_agent(b, ERROR_IN_TRACKED, 2, related, ROUTED_INBOUND);
        } else {
            add_delivery(b, ERROR_IN_TRACKED, related);
        }
        add_to_agent(b, ERROR_IN_TRACKED, 1, from_real, INBOUND);
        flow_add(b->flows, "table=%d, priority=0 "
                 "actions=drop # in: ICMP error of no connection",
                 ERROR_IN_TRACKED);
    } else {
        add_to_agent(b, INSIDE_LEARN, 1, errors, INBOUND);
    }
    free(to_real);
    free(from_real);
    free(related);
    free(errors);
}

/* Of the priority of what else goes to pairs: errors to these have matched one
 * that is higher. */
static void
add_routed_outbound(struct builder *b)
{
    const struct flow_config *c = b->config;
    char fake[ADDRESS_STRLEN];
    char *related = xasprintf("ct_state=-est+rel+rpl+trk,%s,%s=%s",
                              b->family->icmp, b->family->src,
                              address_to_string(c->fake.ip, fake));

    flow_add(b->flows, "table=%d, priority=3,%s,"IS_ERROR" "
             "actions=ct(table=%d,zone=%"PRIu16")", OUT_CLIENT,
             b->family->ip, OUT_TRACKED, c->ct_zone);
    add_to_agent(b, OUT_TRACKED, 1, related, ROUTED_OUTBOUND);
    free(related);
}

static void
add_outbound(struct builder *b)
{
    const struct flow_family *f = b->family;
    char *to_pairs = xasprintf("%s,"IS_ERROR",%s=%s", f->ip, f->dst, b->pairs);

    add_entrances(b, OUT_PROTOCOL, 1, "", OUT_CLIENT);
    add_to_agent(b, OUT_CLIENT, 4, to_pairs, OUTBOUND);
    free(to_pairs);
    if (b->config->routed && b->config->errors_by_agent) {
        add_routed_outbound(b);
    }
}

/* Puts what looks up the MAC addresses of an error to a client, and sends
 * it. */
static void
put_way_to_client(struct builder *b, int client_macs, struct ds *s)
{
    ds_clear(s);
    flow_family_put_addresses(b->family, b->family->dst_field,
                              b->family->src_field, s);
    ds_put_format(s, "resubmit(,%d),resubmit(,%d),resubmit(,%d)",
                  client_macs, TARGET_MACS, OUT_DELIVER);
}

/* What the agent has translated. */
static void
add_translated(struct builder *b)
{
    const struct flow_family *f = b->family;
    bool routed = b->config->routed && b->config->errors_by_agent;
    char *from_pairs = xasprintf("%s,%s=%s", f->icmp, f->src, b->pairs);
    struct ds s = DS_EMPTY_INITIALIZER;

    add_delivery(b, ERROR_TRANSLATED, routed ? f->icmp : from_pairs);
    put_way_to_client(b, INSIDE_MACS, &s);
    flow_add(b->flows, "table=%d, priority=1,%s,%s=%s,%s=%s actions=%s",
             ERROR_TRANSLATED, f->icmp, f->src, b->real, f->dst, b->real,
             ds_cstr(&s));
    if (routed) {
        put_way_to_client(b, ROUTED_MACS, &s);
        flow_add(b->flows, "table=%d, priority=0,%s,%s=%s actions=%s",
                 ERROR_TRANSLATED, f->icmp, f->src, b->real, ds_cstr(&s));
    }
    ds_destroy(&s);
    free(from_pairs);
}

void
error_add_flows(struct svec *flows, const struct flow_config *config,
                const char *real, const char *pairs)
{
    struct builder b = {
        .flows = flows, .config = config, .family = flow_family_of(config),
        .real = real, .pairs = pairs,
    };

    flow_values_init(&b.w, config);
    add_inbound(&b);
    add_outbound(&b);
    add_translated(&b);
    flow_values_destroy(&b.w);
}
