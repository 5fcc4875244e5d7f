/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-set.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "crc32c.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/namemap.h"
#include "packets.h"
#include "svec.h"

#define VLAN_PRESENT 0x1000     /* OFPVID_PRESENT: "has a VLAN tag". */

/* The values of a configuration in the forms that flow syntax wants. */
struct flow_words {
    char *uplink;               /* Port name or number. */
    char *fake_port;            /* Port name or number. */
    uint32_t fake_ip;
    uint64_t server_mac;
    uint64_t client_mac;
    uint64_t learned_cookie;
};

static char *
port_word(const struct flow_port *port)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    if (port->name) {
        namemap_put_name(port->name, &s);
    } else {
        ds_put_format(&s, "%"PRIu16, port->number);
    }
    return ds_steal_cstr(&s);
}

/* Hashes all that learned flows have from 'config' and that makes them wrong
 * when it changes. */
static uint64_t
learned_cookie(const struct flow_config *config)
{
    char *s = xasprintf("%"PRIu16" %"PRIu16" "IP_FMT"/%u "
                        ETH_ADDR_FMT" "ETH_ADDR_FMT,
                        config->uplink.number,
                        config->fake_port.number,
                        IP_ARGS(config->fake.ip), config->fake.plen,
                        ETH_ADDR_ARGS(config->server_mac),
                        ETH_ADDR_ARGS(config->client_mac));
    ovs_be32 hash = crc32c((const uint8_t *) s, strlen(s));

    free(s);
    return LEARNED_COOKIE | ntohl(hash);
}

static void OVS_PRINTF_FORMAT(2, 3)
add_flow(struct svec *flows, const char *format, ...)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    va_list args;

    ds_put_format(&s, "cookie=%#"PRIx64", ", FLOW_COOKIE);
    va_start(args, format);
    ds_put_format_valist(&s, format, args);
    va_end(args);
    svec_add_nocopy(flows, ds_steal_cstr(&s));
}

/* Table 0: where a packet comes from decides where it goes. */
static void
add_sorting_flows(struct svec *flows, const struct flow_config *config,
                  const struct flow_words *w)
{
    static const char *const protocols[] = { "tcp", "udp" };

    add_flow(flows, "table=0, priority=1,in_port=%s,vlan_tci=%#x/%#x "
             "actions=pop_vlan,goto_table:1",
             w->uplink, VLAN_PRESENT, VLAN_PRESENT);
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        add_flow(flows, "table=0, priority=1,%s,in_port=%s "
                 "actions=goto_table:1", protocols[i], w->uplink);
    }
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        add_flow(flows, "table=0, priority=1,%s,in_port=%s "
                 "actions=push_vlan:0x8100,set_field:%d->vlan_vid,"
                 "goto_table:2", protocols[i], w->fake_port,
                 VLAN_PRESENT | config->vlan);
    }
    add_flow(flows, "table=0, priority=1,arp,in_port=%s,"
             "dl_src="ETH_ADDR_FMT" actions=goto_table:2",
             w->fake_port, ETH_ADDR_ARGS(config->server_mac));
    add_flow(flows, "table=0, priority=0 actions=drop");
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
                  ntohl(fake_address_network(&config->fake)) >> 16,
                  config->fake_port.number,
                  config->uplink.number);
}

/* Learns the same rewriting for this client and target, without learning.  A
 * hard timeout: it ends however busy the pair is, so that the flow for the
 * answers is learned anew while the pair is in use. */
static void
put_learn_inbound(struct ds *s, const struct flow_config *config,
                  const struct flow_words *w)
{
    ds_put_format(s, "learn(table=1,hard_timeout=%"PRIu16",priority=2,"
                  "cookie=%#"PRIx64",eth_type=0x800,"
                  "NXM_OF_IP_SRC[],NXM_OF_IP_DST[],"
                  "load:NXM_NX_REG0[]->NXM_OF_IP_SRC[],"
                  "load:%#"PRIx32"->NXM_OF_IP_DST[],"
                  "load:%#"PRIx64"->NXM_OF_ETH_SRC[],"
                  "load:%#"PRIx64"->NXM_OF_ETH_DST[],"
                  "output:NXM_NX_REG1[0..15]),",
                  config->timeout, w->learned_cookie, w->fake_ip,
                  w->client_mac, w->server_mac);
}

/* Learns how to turn the service's answers to this client into answers of
 * this target: addresses and MACs as they came in, swapped. */
static void
put_learn_outbound(struct ds *s, const struct flow_config *config,
                   const struct flow_words *w)
{
    ds_put_format(s, "learn(table=2,idle_timeout=%"PRIu16",priority=2,"
                  "cookie=%#"PRIx64",eth_type=0x800,"
                  "ip_src="IP_FMT",NXM_OF_IP_DST[]=NXM_NX_REG0[],"
                  "load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],"
                  "load:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[],"
                  "load:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[],"
                  "load:NXM_OF_IP_DST[]->NXM_OF_IP_SRC[],"
                  "output:NXM_NX_REG2[0..15]),",
                  config->timeout, w->learned_cookie,
                  IP_ARGS(config->fake.ip));
}

/* Table 1: from a client to the service. */
static void
add_inbound_flows(struct svec *flows, const struct flow_config *config,
                  const struct flow_words *w)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    put_registers(&s, config);
    put_learn_inbound(&s, config, w);
    put_learn_outbound(&s, config, w);
    ds_put_format(&s, "set_field:"ETH_ADDR_FMT"->eth_src,"
                  "set_field:"ETH_ADDR_FMT"->eth_dst,"
                  "move:NXM_NX_REG0[]->NXM_OF_IP_SRC[],"
                  "set_field:"IP_FMT"->ip_dst,output:%s",
                  ETH_ADDR_ARGS(config->client_mac),
                  ETH_ADDR_ARGS(config->server_mac),
                  IP_ARGS(config->fake.ip), w->fake_port);

    add_flow(flows, "table=1, priority=1,tcp actions=%s", ds_cstr(&s));
    add_flow(flows, "table=1, priority=1,udp actions=%s", ds_cstr(&s));
    add_flow(flows, "table=1, priority=0 actions=drop");
    ds_destroy(&s);
}

/* Table 2: from the service to a client.  ARP requests of the fake host are
 * answered here: every address of the fake prefix has the client MAC. */
static void
add_outbound_flows(struct svec *flows, const struct flow_config *config)
{
    add_flow(flows, "table=2, priority=1,arp,arp_op=1 actions="
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
    add_flow(flows, "table=2, priority=0 actions=drop");
}

void
flow_set_build(const struct flow_config *config, struct svec *flows)
{
    struct flow_words w = {
        .uplink = port_word(&config->uplink),
        .fake_port = port_word(&config->fake_port),
        .fake_ip = ntohl(config->fake.ip),
        .server_mac = eth_addr_to_uint64(config->server_mac),
        .client_mac = eth_addr_to_uint64(config->client_mac),
        .learned_cookie = learned_cookie(config),
    };

    add_sorting_flows(flows, config, &w);
    add_inbound_flows(flows, config, &w);
    add_outbound_flows(flows, config);

    free(w.uplink);
    free(w.fake_port);
}
