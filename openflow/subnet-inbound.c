/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-builder.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openflow/claim-set.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/subnet-tables.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

/* Table 1, what is not for a service. */
static void
add_target_walls(struct subnet_builder *b)
{
    const struct flow_family *f = b->family;
    const struct eth_addr own[] = {
        b->config->server_mac, b->config->client_mac
    };

    for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
        flow_add(b->flows, "table=%d, priority=5,%s,dl_src="ETH_ADDR_FMT" "
                 "actions=drop # in: from a MAC address of ours", IN_TARGET,
                 f->ip, ETH_ADDR_ARGS(own[i]));
    }
    flow_add(b->flows, "table=%d, priority=4,%s,%s=%s "
             "actions=drop # in: to the %s", IN_TARGET, f->ip, f->dst,
             b->first, f->first);
    flow_add(b->flows, "table=%d, priority=4,%s,%s=%s "
             "actions=drop # in: to the %s", IN_TARGET, f->ip, f->dst,
             b->last, f->last);
}

/* Table 1. */
static void
add_target_flows(struct subnet_builder *b)
{
    const struct flow_family *f = b->family;
    struct subnet_protocol asked[SUBNET_N_PROTOCOLS];
    size_t n = subnet_get_protocols(f, f->echo_request, asked);

    add_target_walls(b);
    for (size_t i = 0; i < n; i++) {
        const struct subnet_protocol *p = &asked[i];

        if (!(b->config->protocols & p->flags)) {
            continue;
        }
        if (!p->more[0]) {
            flow_add(b->flows, "table=%d, priority=4,%s,"
                     "nw_frag=no,tp_src=0,tp_dst=0 "
                     "actions=drop # in: no ports", IN_TARGET, p->name);
        }
        flow_add(b->flows, "table=%d, priority=3,%s,%s=%s%s "
                 "actions=goto_table:%d", IN_TARGET, p->name, f->dst, b->real,
                 p->more, b->claims ? CLAIM_IP : IN_CLIENT);
    }
    flow_add(b->flows, "table=%d, priority=2,%s,%s=%s "
             "actions=drop # in: protocol not wanted", IN_TARGET, f->ip,
             f->dst, b->real);
}

/* Table 2. */
static void
add_client_flows(struct subnet_builder *b)
{
    const struct flow_family *f = b->family;

    flow_add(b->flows, "table=%d, priority=3,%s,%s=%s "
             "actions=drop # in: from the %s", IN_CLIENT, f->ip, f->src,
             b->first, f->first);
    flow_add(b->flows, "table=%d, priority=3,%s,%s=%s "
             "actions=drop # in: from the %s", IN_CLIENT, f->ip, f->src,
             b->last, f->last);
    vlan_add_ignored_clients(b->flows, b->config, IN_CLIENT, 4);
    flow_add(b->flows, "table=%d, priority=2,%s,%s=%s "
             "actions=goto_table:%d", IN_CLIENT, f->ip, f->src, b->real,
             INSIDE_OTHER);
    if (b->config->routed) {
        flow_add(b->flows, "table=%d, priority=1,%s actions=goto_table:%d",
                 IN_CLIENT, f->ip, ROUTED_LOOK_UP);
    } else {
        flow_add(b->flows, "table=%d, priority=1,%s "
                 "actions=drop # in: from outside of the real subnet",
                 IN_CLIENT, f->ip);
    }
}

/* Puts in the match of what is learned: of the network of this packet. */
static void
put_learn_network(struct ds *s, const struct subnet_builder *b)
{
    if (b->config->name) {
        ds_put_cstr(s, "OXM_OF_METADATA[],");
    }
}

/* Returns the cookie of what is learned into 'table'.  Each table has its own:
 * to apply a limit, Open vSwitch goes through all flows that have it. */
static uint64_t
learned_cookie(const struct subnet_builder *b, int table)
{
    const char *name = b->config->name;
    char *valid = xasprintf("%s table %d%s%s", b->real, table,
                            name ? " network " : "", name ? name : "");
    uint64_t cookie = flow_values_learned_cookie(valid);

    free(valid);
    return cookie;
}

/* Learns into 'table', up to 'limit' flows (0 if there is none), what 'specs'
 * says, and that it is known. */
static void
put_learn(struct ds *s, const struct subnet_builder *b, int table,
          uint32_t limit, const char *known, const char *specs)
{
    ds_put_format(s, "learn(table=%d,idle_timeout=%"PRIu16",priority=1,"
                  "cookie=%#"PRIx64",", table, b->config->timeout,
                  learned_cookie(b, table));
    if (limit) {
        ds_put_format(s, "limit=%"PRIu32",result_dst=%s,", limit, known);
    }
    put_learn_network(s, b);
    ds_put_format(s, "%s,load:0x1->%s),", specs, known);
}

/* Learns that there is no room, which sets 'bit', for a second.  To try again
 * takes Open vSwitch a time that grows with the limit, too much for each
 * packet of a flood. */
static void
put_learn_no_room(struct ds *s, const struct subnet_builder *b, int table,
                  const char *bit)
{
    ds_put_format(s, "learn(table=%d,hard_timeout=1,priority=1,"
                  "cookie=%#"PRIx64",", table, learned_cookie(b, table));
    put_learn_network(s, b);
    ds_put_format(s, "load:0x1->%s),", bit);
}

/* Returns true if there may be more hosts than are learned. */
static bool
is_large(const struct subnet_builder *b)
{
    return b->n > SUBNET_MAX_HOST_BITS;
}

/* Returns how many inside clients, or targets, are learned. */
static uint32_t
inside_limit(const struct subnet_builder *b)
{
    return UINT32_C(1) << MIN(b->n, SUBNET_MAX_HOST_BITS);
}

/* Answers go to the MAC address that a client's packets come from, and as that
 * of the target that they are for. */

static void
put_learn_client(struct ds *s, const struct subnet_builder *b, int table,
                 uint32_t limit)
{
    char *specs = xasprintf("%s,load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],"
                            "load:"CAME_ON_VLAN"->"CLIENT_VLAN,
                            b->family->client_reg);

    put_learn(s, b, table, limit, CLIENT_KNOWN, specs);
    free(specs);
}

static void
put_learn_target(struct ds *s, const struct subnet_builder *b)
{
    char *specs = xasprintf("%s,load:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[]",
                            b->family->target_reg);

    put_learn(s, b, TARGET_MACS, inside_limit(b), TARGET_KNOWN, specs);
    free(specs);
}

static void
put_delivery(struct ds *s, const struct subnet_builder *b)
{
    ds_put_format(s, "set_field:"ETH_ADDR_FMT"->eth_src,"
                  "set_field:"ETH_ADDR_FMT"->eth_dst,output:%s",
                  ETH_ADDR_ARGS(b->config->client_mac),
                  ETH_ADDR_ARGS(b->config->server_mac), b->w.fake_port);
}

/* Table 4 or 6: notes who asks whom, has 'learn' learn hosts, and goes on with
 * 'look_up' and in table 'next'.  Of a large subnet, table 29 or 30, 'room',
 * does that: where there was no room, nobody is learned, and who is known goes
 * on. */
static void
add_learning_flows(struct subnet_builder *b, int table, int room,
                   const char *learn, const char *look_up, int next)
{
    const struct flow_family *f = b->family;
    struct ds s = DS_EMPTY_INITIALIZER;

    flow_family_put_addresses(f, f->src_field, f->dst_field, &s);
    if (is_large(b)) {
        flow_add(b->flows, "table=%d, priority=0,%s actions=%s"
                 "resubmit(,%d),goto_table:%d", table, f->ip, ds_cstr(&s),
                 HOSTS_FULL, room);
        flow_add(b->flows, "table=%d, priority=1,%s,"NO_HOSTS_LEARNED" "
                 "actions=%sresubmit(,%d)", room, f->ip, look_up, next);
        flow_add(b->flows, "table=%d, priority=0,%s "
                 "actions=%s%sresubmit(,%d)", room, f->ip, learn, look_up,
                 next);
    } else {
        flow_add(b->flows, "table=%d, priority=0,%s "
                 "actions=%s%s%sgoto_table:%d", table, f->ip, ds_cstr(&s),
                 learn, look_up, next);
    }
    ds_destroy(&s);
}

/* Table 4.  The look-ups find nothing that this very packet taught, but make
 * its successors count as hits of the learned flows. */
static void
add_inside_learning_flows(struct subnet_builder *b)
{
    char *look_up = xasprintf("resubmit(,%d),resubmit(,%d),", INSIDE_MACS,
                              TARGET_MACS);
    struct ds s = DS_EMPTY_INITIALIZER;

    put_learn_client(&s, b, INSIDE_MACS, inside_limit(b));
    put_learn_target(&s, b);
    add_learning_flows(b, INSIDE_LEARN, INSIDE_ROOM, ds_cstr(&s), look_up,
                       INSIDE_DELIVER);
    ds_destroy(&s);
    free(look_up);
}

/* Table 5, hosts for which there was no room. */
static void
add_limit_flows(struct subnet_builder *b)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!is_large(b)) {
        flow_add(b->flows, "table=%d, priority=0 "
                 "actions=drop # in: more hosts than the real subnet has",
                 INSIDE_DELIVER);
        return;
    }
    put_learn_no_room(&s, b, HOSTS_FULL, NO_HOST_ROOM);
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=%sload:0x8->NXM_NX_REG2[0..3],resubmit(,%d)",
             INSIDE_DELIVER, ds_cstr(&s), INSIDE_DELIVER);
    flow_add(b->flows, "table=%d, priority=1,"NO_HOSTS_LEARNED" "
             "actions=drop # in: more hosts than are learned",
             INSIDE_DELIVER);
    ds_destroy(&s);
}

/* Table 5.  The client's host part goes up before the target's takes its
 * place. */
static void
add_inside_flows(struct subnet_builder *b)
{
    const struct flow_family *f = b->family;
    struct ds s = DS_EMPTY_INITIALIZER;

    add_inside_learning_flows(b);
    add_limit_flows(b);
    flow_family_put_move(f->src_field, 0, f->src_field, b->n, b->n, &s);
    flow_family_put_move(f->dst_field, 0, f->src_field, 0, b->n, &s);
    flow_family_put_high(f, f->src_field,
                         fake_address_network(&b->config->fake), 2 * b->n, &s);
    flow_family_put_address(f, f->dst_field, b->config->fake.ip, &s);
    put_delivery(&s, b);
    flow_add(b->flows, "table=%d, priority=%d,%s,"BOTH_KNOWN" actions=%s",
             INSIDE_DELIVER, is_large(b) ? 2 : 1, f->ip, ds_cstr(&s));
    ds_destroy(&s);
}

/* Tables 6 and 7.  A look-up overwrites a MAC address: it comes when that has
 * been learned.  The limit is for those who are not known: the others may
 * have another MAC address now. */
static void
add_routed_learning_flows(struct subnet_builder *b)
{
    char *look_up = xasprintf("resubmit(,%d),resubmit(,%d),", ROUTED_MACS,
                              ROUTED_FULL);
    struct ds s = DS_EMPTY_INITIALIZER;

    put_learn_target(&s, b);
    add_learning_flows(b, ROUTED_LOOK_UP, ROUTED_ROOM, ds_cstr(&s), look_up,
                       ROUTED_LEARN);

    for (int known = 0; known < 2; known++) {
        ds_clear(&s);
        put_learn_client(&s, b, ROUTED_MACS,
                         known ? 0 : b->config->max_clients);
        flow_add(b->flows, "table=%d, priority=%d,%s%s actions=%s"
                 "resubmit(,%d),goto_table:%d", ROUTED_LEARN, 2 * known,
                 b->family->ip, known ? ",reg2=0x1/0x1" : "", ds_cstr(&s),
                 TARGET_MACS, ROUTED_TRACK);
    }
    flow_add(b->flows, "table=%d, priority=1,reg2=0x4/0x4 "
             "actions=drop # in: more routed clients than allowed",
             ROUTED_LEARN);
    ds_destroy(&s);
    free(look_up);
}

/* Tables 6 to 8, and 17. */
static void
add_routed_flows(struct subnet_builder *b)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    add_routed_learning_flows(b);
    flow_add(b->flows, "table=%d, priority=1,%s,"BOTH_KNOWN" "
             "actions=ct(commit,table=%d,zone=%"PRIu16",nat(dst=%s))",
             ROUTED_TRACK, b->family->ip, ROUTED_DELIVER, b->config->ct_zone,
             b->fake);
    if (is_large(b)) {
        flow_add(b->flows, "table=%d, priority=1,"ONLY_CLIENT_KNOWN" "
                 "actions=resubmit(,%d)", ROUTED_TRACK, INSIDE_DELIVER);
    }
    put_learn_no_room(&s, b, ROUTED_FULL, NO_ROOM);
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=%sload:0x4->NXM_NX_REG2[0..2],resubmit(,%d)",
             ROUTED_TRACK, ds_cstr(&s), ROUTED_LEARN);

    ds_clear(&s);
    put_delivery(&s, b);
    flow_add(b->flows, "table=%d, priority=1,ct_state=-rpl-inv+trk,%s,"
             "%s=%s actions=%s", ROUTED_DELIVER, b->family->ip,
             b->family->dst, b->fake, ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=drop # in: of no connection", ROUTED_DELIVER);
    ds_destroy(&s);
}


void
subnet_add_inbound_flows(struct subnet_builder *b)
{
    add_target_flows(b);
    add_client_flows(b);
    add_inside_flows(b);
    if (b->config->routed) {
        add_routed_flows(b);
    }
}
