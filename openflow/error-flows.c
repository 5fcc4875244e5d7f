/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-flows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openflow/error-relay.h"
#include "openflow/error-translate.h"
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
    flow_add(b->flows, "table=%d, priority=1,%s,"IS_ERROR" "
             "actions=ct(commit,table=%d,zone=%"PRIu16",nat)", table,
             b->family->ip, ERROR_IN_TRACKED, b->config->ct_zone);
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
        add_delivery(b, ERROR_IN_TRACKED, related);
        add_to_agent(b, ERROR_IN_TRACKED, 1, from_real, false);
        flow_add(b->flows, "table=%d, priority=0 "
                 "actions=drop # in: ICMP error of no connection",
                 ERROR_IN_TRACKED);
    } else {
        add_to_agent(b, INSIDE_LEARN, 1, errors, false);
    }
    free(to_real);
    free(from_real);
    free(related);
    free(errors);
}

static void
add_outbound(struct builder *b)
{
    const struct flow_family *f = b->family;
    char *to_pairs = xasprintf("%s,"IS_ERROR",%s=%s", f->ip, f->dst, b->pairs);

    add_entrances(b, OUT_PROTOCOL, 1, "", OUT_CLIENT);
    add_to_agent(b, OUT_CLIENT, 4, to_pairs, true);
    free(to_pairs);
}

/* What the agent has translated. */
static void
add_translated(struct builder *b)
{
    const struct flow_family *f = b->family;
    char *from_pairs = xasprintf("%s,%s=%s", f->icmp, f->src, b->pairs);
    struct ds s = DS_EMPTY_INITIALIZER;

    add_delivery(b, ERROR_TRANSLATED, from_pairs);
    flow_family_put_addresses(f, f->dst_field, f->src_field, &s);
    flow_add(b->flows, "table=%d, priority=1,%s,%s=%s,%s=%s "
             "actions=%sresubmit(,%d),resubmit(,%d),resubmit(,%d)",
             ERROR_TRANSLATED, f->icmp, f->src, b->real, f->dst, b->real,
             ds_cstr(&s), INSIDE_MACS, TARGET_MACS, OUT_DELIVER);
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
