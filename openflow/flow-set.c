/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-set.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/flow-values.h"
#include "openflow/subnet-set.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"

static const char *const protocols[] = { "tcp", "udp" };

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

/* Hashes all that learned flows have from 'config' and that makes them wrong
 * when it changes.  Nothing looks at what they output: answers to a client
 * whose VLAN is not served any more, or that is ignored now, must end, too. */
static uint64_t
learned_cookie(const struct flow_config *config)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    const char *prefix;
    size_t i;
    int vlan;

    ds_put_format(&s, "%"PRIu16" %"PRIu16" "IP_FMT"/%u "
                  ETH_ADDR_FMT" "ETH_ADDR_FMT, config->uplink.number,
                  config->fake_port.number,
                  IP_ARGS(address_to_ip(config->fake.ip)), config->fake.plen,
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
    if (!config->shared) {
        flow_add(flows, "table=0, priority=0 "
                 "actions=drop # neither TCP, UDP nor the fake host's ARP, "
                 "or from another port");
        return;
    }
    if (has_one_vlan(config)) {
        flow_add(flows, "table=0, priority=1,in_port=%s "
                 "actions=drop # in: neither tagged, TCP nor UDP", w->uplink);
    }
    flow_add(flows, "table=0, priority=1,in_port=%s "
             "actions=drop # out: neither TCP, UDP nor the fake host's ARP",
             w->fake_port);
}

/* A tagged TCP packet matches two flows, and the published table gives both
 * the same priority: which of them Open vSwitch takes then is undefined
 * (OpenFlow 1.3, section 5.3).  So the one that takes the tag off comes
 * before. */
static void
add_published_uplink_flows(struct svec *flows, const struct flow_values *w,
                           int priority)
{
    flow_add(flows, "table=0, priority=%d,in_port=%s,vlan_tci=%#x/%#x "
             "actions=pop_vlan,goto_table:1", priority + 1,
             w->uplink, FLOW_VLAN_PRESENT, FLOW_VLAN_PRESENT);
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        flow_add(flows, "table=0, priority=%d,%s,in_port=%s "
                 "actions=goto_table:1", priority, protocols[i], w->uplink);
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
    struct ds tag = DS_EMPTY_INITIALIZER;

    if (has_one_vlan(config)) {
        add_published_uplink_flows(flows, w, priority);
    } else {
        vlan_add_sorting_flows(flows, config, 1, w->uplink, 1);
    }
    put_tag(&tag, config);
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        flow_add(flows, "table=0, priority=%d,%s,in_port=%s "
                 "actions=%sgoto_table:2", priority, protocols[i],
                 w->fake_port, ds_cstr(&tag));
    }
    ds_destroy(&tag);
    flow_add(flows, "table=0, priority=%d,arp,in_port=%s,"
             "dl_src="ETH_ADDR_FMT" actions=goto_table:2", priority,
             w->fake_port, ETH_ADDR_ARGS(config->server_mac));
    add_sorting_drops(flows, config, w);
}

/* Computes into register 0 how the service sees the pair: fake prefix, last
 * byte of the client's address, last byte of the target's.  Registers 1 and 2
 * hold the ports, because a learned "output" takes its port from a field. */
static void
put_registers(struct ds *s, const struct flow_config *config)
{
    ds_put_format(s, "move:NXM_OF_IP_SRC[]->NXM_NX_REG0[],"
                  "load:%#"PRIx32"->NXM_NX_REG0[16..31],"
                  "move:NXM_NX_REG0[0..7]->NXM_NX_REG0[8..15],"
                  "move:NXM_OF_IP_DST[0..7]->NXM_NX_REG0[0..7],"
                  "load:%#"PRIx16"->NXM_NX_REG1[0..15],"
                  "load:%#"PRIx16"->NXM_NX_REG2[0..15],",
                  address_to_u32(fake_address_network(&config->fake)) >> 16,
                  config->fake_port.number,
                  config->uplink.number);
}

/* Learns the same rewriting for this client and target, without learning.  A
 * hard timeout: it ends however busy the pair is, so that the flow for the
 * answers is learned anew while the pair is in use. */
static void
put_learn_inbound(struct ds *s, const struct flow_config *config,
                  const struct flow_values *w)
{
    ds_put_format(s, "learn(table=1,hard_timeout=%"PRIu16",priority=2,"
                  "cookie=%#"PRIx64",eth_type=0x800,"
                  "NXM_OF_IP_SRC[],NXM_OF_IP_DST[],"
                  "load:NXM_NX_REG0[]->NXM_OF_IP_SRC[],"
                  "load:%#"PRIx32"->NXM_OF_IP_DST[],"
                  "load:%#"PRIx64"->NXM_OF_ETH_SRC[],"
                  "load:%#"PRIx64"->NXM_OF_ETH_DST[],"
                  "output:NXM_NX_REG1[0..15]),",
                  config->timeout, learned_cookie(config),
                  w->fake_ip, w->client_mac, w->server_mac);
}

/* Learns how to turn the service's answers to this client into answers of this
 * target: addresses and MACs as they came in, swapped. */
static void
put_learn_outbound(struct ds *s, const struct flow_config *config)
{
    ds_put_format(s, "learn(table=2,idle_timeout=%"PRIu16",priority=2,"
                  "cookie=%#"PRIx64",eth_type=0x800,"
                  "ip_src="IP_FMT",NXM_OF_IP_DST[]=NXM_NX_REG0[],"
                  "load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],"
                  "load:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[],"
                  "load:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[],"
                  "load:NXM_OF_IP_DST[]->NXM_OF_IP_SRC[],%s"
                  "output:NXM_NX_REG2[0..15]),",
                  config->timeout, learned_cookie(config),
                  IP_ARGS(address_to_ip(config->fake.ip)),
                  has_many_vlans(config)
                  ? "load:"CAME_ON_VLAN"->OXM_OF_VLAN_VID[0..11]," : "");
}

/* Table 1: from a client to the service. */
static void
add_inbound_flows(struct svec *flows, const struct flow_config *config,
                  const struct flow_values *w)
{
    struct ds s = DS_EMPTY_INITIALIZER;

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
                  "move:NXM_NX_REG0[]->NXM_OF_IP_SRC[],"
                  "set_field:"IP_FMT"->ip_dst,output:%s",
                  ETH_ADDR_ARGS(config->client_mac),
                  ETH_ADDR_ARGS(config->server_mac),
                  IP_ARGS(address_to_ip(config->fake.ip)), w->fake_port);
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        flow_add(flows, "table=1, priority=1,%s actions=%s", protocols[i],
                 ds_cstr(&s));
    }
    flow_add(flows, "table=1, priority=0 "
             "actions=drop # in: neither TCP nor UDP");
    ds_destroy(&s);
}

/* Table 2: from the service to a client.  ARP requests of the fake host are
 * answered here: every address of the fake prefix has the client MAC. */
static void
add_outbound_flows(struct svec *flows, const struct flow_config *config)
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
