/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-set.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "openflow/flow-family.h"
#include "openflow/flow-values.h"
#include "openflow/subnet-set.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* Returns true if the set is the published one: for one VLAN. */
static bool
has_one_vlan(const struct flow_config *config)
{
    return vlan_get_only(config) != 0;
}

/* Returns true if a client may move from one VLAN to another. */
static bool
has_many_vlans(const struct flow_config *config)
{
    return !has_one_vlan(config) && !vlan_is_untagged(config);
}

/* What is served, as a match.  Lists end with one that has no name. */
#define MAX_PROTOCOLS 3
struct protocol {
    const char *name, *more;    /* "more" with a comma first, or "". */
};

/* Stores what is served.  Of IPv6, later fragments do not tell that they are
 * TCP or UDP. */
static void
get_protocols(const struct flow_config *config,
              struct protocol protocols[MAX_PROTOCOLS + 1])
{
    const struct flow_family *f = flow_family_of(config);

    *protocols++ = (struct protocol) { f->tcp, "" };
    *protocols++ = (struct protocol) { f->udp, "" };
    if (f->later_flags & FLOW_UDP) {
        *protocols++ = (struct protocol) { f->later, f->later_more };
    }
    protocols->name = NULL;
}

/* Hashes all that learned flows have from 'config' and that makes them wrong
 * when it changes.  Nothing looks at what they output: answers to a client
 * whose VLAN is not served any more, or that is ignored now, must end, too. */
static uint64_t
learned_cookie(const struct flow_config *config)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    char fake[ADDRESS_STRLEN];
    const char *prefix;
    size_t i;
    int vlan;

    ds_put_format(&s, "%"PRIu16" %"PRIu16" %s/%u "
                  ETH_ADDR_FMT" "ETH_ADDR_FMT, config->uplink.number,
                  config->fake_port.number,
                  address_to_string(config->fake.ip, fake), config->fake.plen,
                  ETH_ADDR_ARGS(config->server_mac),
                  ETH_ADDR_ARGS(config->client_mac));
    if (!has_one_vlan(config)) {
        VLAN_FOR_EACH (vlan, config->vlans) {
            ds_put_format(&s, " vlan %d", vlan);
        }
    }
    SVEC_FOR_EACH (i, prefix, config->ignored_clients) {
        ds_put_format(&s, " without %s", prefix);
    }

    uint64_t cookie = flow_values_learned_cookie(ds_cstr(&s));
    ds_destroy(&s);
    return cookie;
}

/* The last flows of table 0.  On a shared bridge only for packets from our two
 * ports: what comes from others goes on by the flows of others. */
static void
add_sorting_drops(struct svec *flows, const struct flow_config *config,
                  const struct flow_values *w)
{
    const char *served = (flow_family_of(config)->ipv6 ? "TCP nor UDP"
                          : "TCP, UDP nor the fake host's ARP");

    if (!config->shared) {
        flow_add(flows, "table=0, priority=0 "
                 "actions=drop # neither %s, or from another port", served);
        return;
    }
    if (has_one_vlan(config)) {
        flow_add(flows, "table=0, priority=1,in_port=%s "
                 "actions=drop # in: neither tagged, TCP nor UDP", w->uplink);
    }
    flow_add(flows, "table=0, priority=1,in_port=%s "
             "actions=drop # out: neither %s", w->fake_port, served);
}

/* A tagged TCP packet matches two flows, and the published table gives both
 * the same priority: which of them Open vSwitch takes then is undefined
 * (OpenFlow 1.3, section 5.3).  So the one that takes the tag off comes
 * before. */
static void
add_published_uplink_flows(struct svec *flows, const struct flow_values *w,
                           const struct protocol *protocols, int priority)
{
    flow_add(flows, "table=0, priority=%d,in_port=%s,vlan_tci=%#x/%#x "
             "actions=pop_vlan,goto_table:1", priority + 1,
             w->uplink, FLOW_VLAN_PRESENT, FLOW_VLAN_PRESENT);
    for (const struct protocol *p = protocols; p->name; p++) {
        flow_add(flows, "table=0, priority=%d,%s,in_port=%s%s "
                 "actions=goto_table:1", priority, p->name, w->uplink,
                 p->more);
    }
}

/* Appends the actions that give an answer its tag.  Of several VLANs, the
 * number comes from the flow that was learned. */
static void
put_tag(struct ds *s, const struct flow_config *config)
{
    if (!vlan_is_untagged(config)) {
        ds_put_cstr(s, "push_vlan:0x8100,");
    }
    if (has_one_vlan(config)) {
        ds_put_format(s, "set_field:%d->vlan_vid,",
                      FLOW_VLAN_PRESENT | vlan_get_only(config));
    }
}

/* Table 0: where a packet comes from decides where it goes. */
static void
add_sorting_flows(struct svec *flows, const struct flow_config *config,
                  const struct flow_values *w)
{
    int priority = config->shared ? 2 : 1;
    struct protocol protocols[MAX_PROTOCOLS + 1];
    struct ds tag = DS_EMPTY_INITIALIZER;

    get_protocols(config, protocols);
    if (has_one_vlan(config)) {
        add_published_uplink_flows(flows, w, protocols, priority);
    } else {
        vlan_add_sorting_flows(flows, config, 1, w->uplink, 1);
    }
    put_tag(&tag, config);
    for (const struct protocol *p = protocols; p->name; p++) {
        flow_add(flows, "table=0, priority=%d,%s,in_port=%s%s "
                 "actions=%sgoto_table:2", priority, p->name, w->fake_port,
                 p->more, ds_cstr(&tag));
    }
    ds_destroy(&tag);
    if (!flow_family_of(config)->ipv6) {
        flow_add(flows, "table=0, priority=%d,arp,in_port=%s,"
                 "dl_src="ETH_ADDR_FMT" actions=goto_table:2", priority,
                 w->fake_port, ETH_ADDR_ARGS(config->server_mac));
    }
    add_sorting_drops(flows, config, w);
}

/* Computes into the client's register how the service sees the pair: fake
 * prefix, the last bits of the client's address, those of the target's.
 * Registers 1 and 2 hold the ports, because a learned "output" takes its port
 * from a field. */
static void
put_registers(struct ds *s, const struct flow_config *config)
{
    const struct flow_family *f = flow_family_of(config);
    unsigned int n = address_plan_host_bits(&config->fake, &config->real);
    char *pair = xmemdup0(f->client_reg, strlen(f->client_reg) - 2);

    ds_put_format(s, "move:%s[]->%s[],", f->src_field, pair);
    flow_family_put_high(f, pair, fake_address_network(&config->fake), 2 * n,
                         s);
    flow_family_put_move(pair, 0, pair, n, n, s);
    flow_family_put_move(f->dst_field, 0, pair, 0, n, s);
    ds_put_format(s, "load:%#"PRIx16"->NXM_NX_REG1[0..15],"
                  "load:%#"PRIx16"->NXM_NX_REG2[0..15],",
                  config->fake_port.number,
                  config->uplink.number);
    free(pair);
}

/* Learns the same rewriting for this client and target, without learning.  A
 * hard timeout: it ends however busy the pair is, so that the flow for the
 * answers is learned anew while the pair is in use. */
static void
put_learn_inbound(struct ds *s, const struct flow_config *config,
                  const struct flow_values *w)
{
    const struct flow_family *f = flow_family_of(config);

    ds_put_format(s, "learn(table=1,hard_timeout=%"PRIu16",priority=2,"
                  "cookie=%#"PRIx64",eth_type=%#x,%s[],%s[],load:%s->%s[],",
                  config->timeout, learned_cookie(config), f->eth_type,
                  f->src_field, f->dst_field, f->client_reg, f->src_field);
    flow_family_put_address(f, f->dst_field, config->fake.ip, s);
    ds_put_format(s, "load:%#"PRIx64"->NXM_OF_ETH_SRC[],"
                  "load:%#"PRIx64"->NXM_OF_ETH_DST[],"
                  "output:NXM_NX_REG1[0..15]),",
                  w->client_mac, w->server_mac);
}

/* Learns how to turn the service's answers to this client into answers of this
 * target: addresses and MACs as they came in, swapped. */
static void
put_learn_outbound(struct ds *s, const struct flow_config *config)
{
    const struct flow_family *f = flow_family_of(config);
    char fake[ADDRESS_STRLEN];

    ds_put_format(s, "learn(table=2,idle_timeout=%"PRIu16",priority=2,"
                  "cookie=%#"PRIx64",eth_type=%#x,%s_src=%s,%s[]=%s,"
                  "load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],"
                  "load:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[],"
                  "load:%s[]->%s[],load:%s[]->%s[],%s"
                  "output:NXM_NX_REG2[0..15]),",
                  config->timeout, learned_cookie(config), f->eth_type, f->ip,
                  address_to_string(config->fake.ip, fake),
                  f->dst_field, f->client_reg,
                  f->src_field, f->dst_field, f->dst_field, f->src_field,
                  has_many_vlans(config)
                  ? "load:"CAME_ON_VLAN"->OXM_OF_VLAN_VID[0..11]," : "");
}

/* Table 1: from a client to the service. */
static void
add_inbound_flows(struct svec *flows, const struct flow_config *config,
                  const struct flow_values *w)
{
    const struct flow_family *f = flow_family_of(config);
    struct protocol protocols[MAX_PROTOCOLS + 1];
    struct ds s = DS_EMPTY_INITIALIZER;
    char fake[ADDRESS_STRLEN];

    get_protocols(config, protocols);
    if (!has_one_vlan(config)) {
        vlan_add_tag_walls(flows, config, 1, 4);
    }
    vlan_add_ignored_clients(flows, config, 1, 3);

    put_registers(&s, config);
    if (!has_many_vlans(config)) {
        put_learn_inbound(&s, config, w);
    }
    put_learn_outbound(&s, config);
    ds_put_format(&s, "set_field:"ETH_ADDR_FMT"->eth_src,"
                  "set_field:"ETH_ADDR_FMT"->eth_dst,"
                  "move:%s->%s[],set_field:%s->%s_dst,output:%s",
                  ETH_ADDR_ARGS(config->client_mac),
                  ETH_ADDR_ARGS(config->server_mac), f->client_reg,
                  f->src_field, address_to_string(config->fake.ip, fake),
                  f->ip, w->fake_port);
    for (const struct protocol *p = protocols; p->name; p++) {
        flow_add(flows, "table=1, priority=1,%s%s actions=%s", p->name,
                 p->more, ds_cstr(&s));
    }
    flow_add(flows, "table=1, priority=0 "
             "actions=drop # in: neither TCP nor UDP");
    ds_destroy(&s);
}

/* Table 2.  ARP requests of the fake host are answered here: every address of
 * the fake prefix has the client MAC. */
static void
add_arp_flow(struct svec *flows, const struct flow_config *config)
{
    flow_add(flows, "table=2, priority=1,arp,arp_op=1 actions="
             "move:NXM_OF_ARP_TPA[]->NXM_NX_REG0[],"
             "load:0x2->NXM_OF_ARP_OP[0..2],"
             "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],"
             "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],"
             "move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],"
             "move:NXM_NX_REG0[]->NXM_OF_ARP_SPA[],"
             "set_field:"ETH_ADDR_FMT"->eth_src,"
             "set_field:"ETH_ADDR_FMT"->arp_sha,IN_PORT",
             ETH_ADDR_ARGS(config->client_mac),
             ETH_ADDR_ARGS(config->client_mac));
}

/* Table 2: from the service to a client.  The fake host of IPv6 does not ask:
 * the agent gives it one neighbour for all (links.h). */
static void
add_outbound_flows(struct svec *flows, const struct flow_config *config)
{
    if (!flow_family_of(config)->ipv6) {
        add_arp_flow(flows, config);
    }
    flow_add(flows, "table=2, priority=0 "
             "actions=drop # out: to nobody who came first");
}

/* Without a real subnet: the published flow set. */
static void
build_published(const struct flow_config *config, struct svec *flows)
{
    struct flow_values w;

    flow_values_init(&w, config);
    add_sorting_flows(flows, config, &w);
    add_inbound_flows(flows, config, &w);
    add_outbound_flows(flows, config);
    flow_values_destroy(&w);
}

void
flow_set_build(const struct flow_config *configs, size_t n,
               struct svec *flows)
{
    if (configs[0].real.plen) {
        subnet_set_build(configs, n, flows);
    } else {
        build_published(&configs[0], flows);
    }
}
