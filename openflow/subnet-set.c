/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-set.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/error-flows.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "simap.h"
#include "sset.h"
#include "svec.h"

enum {
    SORT,
    IN_TARGET, IN_CLIENT,
    INSIDE_OTHER, INSIDE_LEARN, INSIDE_DELIVER,
    ROUTED_LOOK_UP, ROUTED_LEARN, ROUTED_TRACK,
    OUT_PROTOCOL, OUT_CLIENT, OUT_TRACKED, OUT_DELIVER,
    /* Those that are learned keep their numbers, with another release, too:
     * what is in them stays. */
    INSIDE_MACS, ROUTED_MACS, TARGET_MACS, ROUTED_FULL,
    ROUTED_DELIVER,
    N_TABLES
};

/* Bits of register 2. */
#define CLIENT_KNOWN "NXM_NX_REG2[0]"
#define TARGET_KNOWN "NXM_NX_REG2[1]"
#define NO_ROOM "NXM_NX_REG2[2]"
#define BOTH_KNOWN "reg2=0x3/0x3"
#define ONLY_TARGET_KNOWN "reg2=0x2/0x3"

struct builder {
    const struct flow_config *config;
    struct flow_values w;
    struct svec *flows;
    unsigned int n;             /* Host bits of the real subnet. */
    uint32_t fake_high;         /* The bits of a pair's fake address above */
                                /* the two host parts. */
    uint32_t real_high;         /* Those of a real address above the host
                                 * part. */
    char *fake_prefix;          /* A/L, as the next two. */
    char *pairs;                /* Fake addresses that are pairs. */
    char *real;
};

/* Matches of what a client sends.  The first fragment of an ICMP message has
 * its type, as long as Open vSwitch is told to look (frag-mode.h): otherwise
 * no first fragment gets in.  Without it, the later ones are nothing to a
 * host. */
static const struct protocol {
    unsigned int flag;
    const char *name, *more;
} asked[] = {
    { FLOW_TCP, "tcp", "" },
    { FLOW_UDP, "udp", "" },
    { FLOW_ICMP, "icmp", ",icmp_type=8" },
    { FLOW_ICMP, "icmp", ",nw_frag=later" },
};

/* Of what a service answers.  0 also is what Open vSwitch takes for the type
 * of a later fragment. */
static const struct protocol answered[] = {
    { FLOW_TCP, "tcp", "" },
    { FLOW_UDP, "udp", "" },
    { FLOW_ICMP, "icmp", ",icmp_type=0" },
};

/* Table 0, what comes from one network's services. */
static void
add_exit(struct svec *flows, const struct flow_config *c,
         const char *fake_port)
{
    struct ds network = DS_EMPTY_INITIALIZER;

    vlan_put_network(&network, c);
    flow_add(flows, "table=%d, priority=2,ip,in_port=%s,"
             UNTAGGED",dl_src="ETH_ADDR_FMT","
             "dl_dst="ETH_ADDR_FMT",nw_src="IP_FMT" actions=%sgoto_table:%d",
             SORT, fake_port, ETH_ADDR_ARGS(c->server_mac),
             ETH_ADDR_ARGS(c->client_mac), IP_ARGS(c->fake.ip),
             ds_cstr(&network), OUT_PROTOCOL);
    ds_destroy(&network);
}

/* Table 0, what else comes from one fake port. */
static void
add_exit_walls(struct svec *flows, const char *fake_port)
{
    flow_add(flows, "table=%d, priority=2,arp,in_port=%s "
             "actions=drop # out: ARP", SORT, fake_port);
    flow_add(flows, "table=%d, priority=1,in_port=%s "
             "actions=drop # out: not from the fake address to a client",
             SORT, fake_port);
}

/* Table 0. */
static void
add_sorting_flows(const struct flow_config *configs, size_t n,
                  struct svec *flows)
{
    struct sset fake_ports = SSET_INITIALIZER(&fake_ports);
    struct flow_values w;

    flow_values_init(&w, &configs[0]);
    vlan_add_sorting_flows(flows, configs, n, w.uplink, IN_TARGET);
    flow_values_destroy(&w);
    for (size_t i = 0; i < n; i++) {
        flow_values_init(&w, &configs[i]);
        add_exit(flows, &configs[i], w.fake_port);
        if (sset_add(&fake_ports, w.fake_port)) {
            add_exit_walls(flows, w.fake_port);
        }
        flow_values_destroy(&w);
    }
    sset_destroy(&fake_ports);
    if (!configs[0].shared) {
        flow_add(flows, "table=%d, priority=0 "
                 "actions=drop # from another port", SORT);
    }
}

/* Table 1. */
static void
add_target_flows(struct builder *b)
{
    const struct real_subnet *real = &b->config->real;
    const struct eth_addr own[] = {
        b->config->server_mac, b->config->client_mac
    };

    for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
        flow_add(b->flows, "table=%d, priority=5,ip,dl_src="ETH_ADDR_FMT" "
                 "actions=drop # in: from a MAC address of ours", IN_TARGET,
                 ETH_ADDR_ARGS(own[i]));
    }
    flow_add(b->flows, "table=%d, priority=4,ip,nw_dst="IP_FMT" "
             "actions=drop # in: to the network's address", IN_TARGET,
             IP_ARGS(real->network));
    flow_add(b->flows, "table=%d, priority=4,ip,nw_dst="IP_FMT" "
             "actions=drop # in: to the broadcast address", IN_TARGET,
             IP_ARGS(real_subnet_broadcast(real)));
    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        const struct protocol *p = &asked[i];

        if (!(b->config->protocols & p->flag)) {
            continue;
        }
        if (p->flag != FLOW_ICMP) {
            flow_add(b->flows, "table=%d, priority=4,%s,"
                     "nw_frag=no,tp_src=0,tp_dst=0 "
                     "actions=drop # in: no ports", IN_TARGET, p->name);
        }
        flow_add(b->flows, "table=%d, priority=3,%s,nw_dst=%s%s "
                 "actions=goto_table:%d", IN_TARGET, p->name, b->real,
                 p->more, IN_CLIENT);
    }
    flow_add(b->flows, "table=%d, priority=2,ip,nw_dst=%s "
             "actions=drop # in: protocol not wanted", IN_TARGET, b->real);
}

/* Table 2. */
static void
add_client_flows(struct builder *b)
{
    const struct real_subnet *real = &b->config->real;

    flow_add(b->flows, "table=%d, priority=3,ip,nw_src="IP_FMT" "
             "actions=drop # in: from the network's address", IN_CLIENT,
             IP_ARGS(real->network));
    flow_add(b->flows, "table=%d, priority=3,ip,nw_src="IP_FMT" "
             "actions=drop # in: from the broadcast address", IN_CLIENT,
             IP_ARGS(real_subnet_broadcast(real)));
    vlan_add_ignored_clients(b->flows, b->config, IN_CLIENT, 4);
    flow_add(b->flows, "table=%d, priority=2,ip,nw_src=%s "
             "actions=goto_table:%d", IN_CLIENT, b->real, INSIDE_OTHER);
    if (b->config->routed) {
        flow_add(b->flows, "table=%d, priority=1,ip actions=goto_table:%d",
                 IN_CLIENT, ROUTED_LOOK_UP);
    } else {
        flow_add(b->flows, "table=%d, priority=1,ip "
                 "actions=drop # in: from outside of the real subnet",
                 IN_CLIENT);
    }
}

/* Puts in the match of what is learned: of the network of this packet. */
static void
put_learn_network(struct ds *s, const struct builder *b)
{
    if (b->config->name) {
        ds_put_cstr(s, "OXM_OF_METADATA[],");
    }
}

/* Returns the cookie of what is learned into 'table'.  Each table has its own:
 * to apply a limit, Open vSwitch goes through all flows that have it. */
static uint64_t
learned_cookie(const struct builder *b, int table)
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
put_learn(struct ds *s, const struct builder *b, int table, uint32_t limit,
          const char *known, const char *specs)
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

/* Answers go to the MAC address that a client's packets come from, and as that
 * of the target that they are for. */

static void
put_learn_client(struct ds *s, const struct builder *b, int table,
                 uint32_t limit)
{
    put_learn(s, b, table, limit, CLIENT_KNOWN,
              "NXM_NX_REG0[],load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],"
              "load:"CAME_ON_VLAN"->"CLIENT_VLAN);
}

static void
put_learn_target(struct ds *s, const struct builder *b)
{
    put_learn(s, b, TARGET_MACS, UINT32_C(1) << b->n, TARGET_KNOWN,
              "NXM_NX_REG1[],load:NXM_OF_ETH_DST[]->NXM_OF_ETH_SRC[]");
}

/* Notes who asks whom. */
static void
put_addresses(struct ds *s)
{
    ds_put_cstr(s, "move:NXM_OF_IP_SRC[]->NXM_NX_REG0[],"
                "move:NXM_OF_IP_DST[]->NXM_NX_REG1[],");
}

static void
put_delivery(struct ds *s, const struct builder *b)
{
    ds_put_format(s, "set_field:"ETH_ADDR_FMT"->eth_src,"
                  "set_field:"ETH_ADDR_FMT"->eth_dst,output:%s",
                  ETH_ADDR_ARGS(b->config->client_mac),
                  ETH_ADDR_ARGS(b->config->server_mac), b->w.fake_port);
}

/* Tables 4 and 5.  The look-ups find nothing that this very packet taught, but
 * make its successors count as hits of the learned flows. */
static void
add_inside_flows(struct builder *b)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    put_addresses(&s);
    put_learn_client(&s, b, INSIDE_MACS, UINT32_C(1) << b->n);
    put_learn_target(&s, b);
    flow_add(b->flows, "table=%d, priority=0,ip actions=%s"
             "resubmit(,%d),resubmit(,%d),goto_table:%d", INSIDE_LEARN,
             ds_cstr(&s), INSIDE_MACS, TARGET_MACS, INSIDE_DELIVER);

    ds_clear(&s);
    ds_put_format(&s, "move:NXM_OF_IP_SRC[0..%u]->NXM_OF_IP_SRC[%u..%u],"
                  "move:NXM_OF_IP_DST[0..%u]->NXM_OF_IP_SRC[0..%u],"
                  "load:%#"PRIx32"->NXM_OF_IP_SRC[%u..31],"
                  "load:%#"PRIx32"->NXM_OF_IP_DST[],",
                  b->n - 1, b->n, 2 * b->n - 1, b->n - 1, b->n - 1,
                  b->fake_high, 2 * b->n, b->w.fake_ip);
    put_delivery(&s, b);
    flow_add(b->flows, "table=%d, priority=1,ip,"BOTH_KNOWN" actions=%s",
             INSIDE_DELIVER, ds_cstr(&s));
    ds_destroy(&s);
}

/* Tables 6 and 7.  A look-up overwrites a MAC address: it comes when that has
 * been learned.  The limit is for those who are not known: the others may
 * have another MAC address now. */
static void
add_routed_learning_flows(struct builder *b)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    put_addresses(&s);
    put_learn_target(&s, b);
    flow_add(b->flows, "table=%d, priority=0,ip actions=%s"
             "resubmit(,%d),resubmit(,%d),goto_table:%d", ROUTED_LOOK_UP,
             ds_cstr(&s), ROUTED_MACS, ROUTED_FULL, ROUTED_LEARN);

    for (int known = 0; known < 2; known++) {
        ds_clear(&s);
        put_learn_client(&s, b, ROUTED_MACS,
                         known ? 0 : b->config->max_clients);
        flow_add(b->flows, "table=%d, priority=%d,ip%s actions=%s"
                 "resubmit(,%d),goto_table:%d", ROUTED_LEARN, 2 * known,
                 known ? ",reg2=0x1/0x1" : "", ds_cstr(&s), TARGET_MACS,
                 ROUTED_TRACK);
    }
    flow_add(b->flows, "table=%d, priority=1,reg2=0x4/0x4 "
             "actions=drop # in: more routed clients than allowed",
             ROUTED_LEARN);
    ds_destroy(&s);
}

/* Tables 6 to 8, and 17.  Where there was no room is no room for a second: to
 * try again takes Open vSwitch a time that grows with the limit, too much for
 * each packet of a flood. */
static void
add_routed_flows(struct builder *b)
{
    const struct flow_config *c = b->config;
    struct ds s = DS_EMPTY_INITIALIZER;

    add_routed_learning_flows(b);
    flow_add(b->flows, "table=%d, priority=1,ip,"BOTH_KNOWN" "
             "actions=ct(commit,table=%d,zone=%"PRIu16",nat(dst="IP_FMT"))",
             ROUTED_TRACK, ROUTED_DELIVER, c->ct_zone, IP_ARGS(c->fake.ip));
    put_learn_network(&s, b);
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=learn(table=%d,hard_timeout=1,priority=1,"
             "cookie=%#"PRIx64",%sload:0x1->%s),load:0x4->NXM_NX_REG2[0..2],"
             "resubmit(,%d)",
             ROUTED_TRACK, ROUTED_FULL, learned_cookie(b, ROUTED_FULL),
             ds_cstr(&s), NO_ROOM, ROUTED_LEARN);

    ds_clear(&s);
    put_delivery(&s, b);
    flow_add(b->flows, "table=%d, priority=1,ct_state=-rpl-inv+trk,ip,"
             "nw_dst="IP_FMT" actions=%s", ROUTED_DELIVER,
             IP_ARGS(c->fake.ip), ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=drop # in: of no connection", ROUTED_DELIVER);
    ds_destroy(&s);
}

/* Puts the MAC addresses of the packet's addresses in. */
static void
put_macs(struct ds *s, int client_macs)
{
    ds_put_format(s, "move:NXM_OF_IP_DST[]->NXM_NX_REG0[],"
                  "move:NXM_OF_IP_SRC[]->NXM_NX_REG1[],"
                  "resubmit(,%d),resubmit(,%d),goto_table:%d",
                  client_macs, TARGET_MACS, OUT_DELIVER);
}

/* Tables 9 and 10. */
static void
add_outbound_flows(struct builder *b)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    unsigned int n = b->n;

    for (size_t i = 0; i < ARRAY_SIZE(answered); i++) {
        const struct protocol *p = &answered[i];

        if (b->config->protocols & p->flag) {
            flow_add(b->flows, "table=%d, priority=1,%s%s "
                     "actions=goto_table:%d", OUT_PROTOCOL, p->name, p->more,
                     OUT_CLIENT);
        }
    }

    ds_put_format(&s, "move:NXM_OF_IP_DST[0..%u]->NXM_OF_IP_SRC[0..%u],"
                  "load:%#"PRIx32"->NXM_OF_IP_SRC[%u..31],"
                  "move:NXM_OF_IP_DST[%u..%u]->NXM_OF_IP_DST[0..%u],"
                  "load:%#"PRIx32"->NXM_OF_IP_DST[%u..31],",
                  n - 1, n - 1, b->real_high, n, n, 2 * n - 1, n - 1,
                  b->real_high, n);
    put_macs(&s, INSIDE_MACS);
    flow_add(b->flows, "table=%d, priority=3,ip,nw_dst=%s actions=%s",
             OUT_CLIENT, b->pairs, ds_cstr(&s));
    if (strcmp(b->pairs, b->fake_prefix)) {
        flow_add(b->flows, "table=%d, priority=2,ip,nw_dst=%s "
                 "actions=drop # out: to no client and target", OUT_CLIENT,
                 b->fake_prefix);
    }
    if (b->config->routed) {
        flow_add(b->flows, "table=%d, priority=1,ip "
                 "actions=ct(table=%d,zone=%"PRIu16",nat)", OUT_CLIENT,
                 OUT_TRACKED, b->config->ct_zone);
    } else {
        flow_add(b->flows, "table=%d, priority=1,ip "
                 "actions=drop # out: to elsewhere than the real subnet",
                 OUT_CLIENT);
    }
    ds_destroy(&s);
}

/* Table 11. */
static void
add_tracked_flows(struct builder *b)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    put_macs(&s, ROUTED_MACS);
    flow_add(b->flows, "table=%d, priority=1,ct_state=+est+rpl+trk,ip,"
             "nw_src=%s actions=%s", OUT_TRACKED, b->real, ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=1,ct_state=-est+rel+rpl+trk,icmp,"
             "nw_src=%s actions=%s", OUT_TRACKED, b->real, ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=drop # out: not an answer", OUT_TRACKED);
    ds_destroy(&s);
}

/* Table 12.  A client's VLAN may be one that is not served any more: it was
 * learned under another configuration. */
static void
add_delivery_flows(struct builder *b)
{
    const char *prefix;
    size_t i;
    int vlan;

    SVEC_FOR_EACH (i, prefix, b->config->ignored_clients) {
        flow_add(b->flows, "table=%d, priority=3,ip,nw_dst=%s "
                 "actions=drop # out: to an ignored client", OUT_DELIVER,
                 prefix);
    }
    VLAN_FOR_EACH (vlan, b->config->vlans) {
        char *tag = vlan ? xasprintf("push_vlan:0x8100,set_field:%d->vlan_vid,",
                                     FLOW_VLAN_PRESENT | vlan) : NULL;

        flow_add(b->flows, "table=%d, priority=2,"BOTH_KNOWN",reg5=%#x/0xfff "
                 "actions=%soutput:%s", OUT_DELIVER, vlan, tag ? tag : "",
                 b->w.uplink);
        free(tag);
    }
}

/* Flows that do not depend on the network. */

/* Table 1. */
static void
add_frame_walls(const struct flow_config *configs, size_t n,
                struct svec *flows)
{
    /* What is only for frames of a VLAN matches no other. */
    for (size_t i = 0; i < n; i++) {
        if (!vlan_is_untagged(&configs[i])) {
            vlan_add_tag_walls(flows, &configs[i], IN_TARGET, 6);
            break;
        }
    }
    flow_add(flows, "table=%d, priority=5,ip,"
             "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
             "actions=drop # in: to a multicast MAC address", IN_TARGET);
    flow_add(flows, "table=%d, priority=5,ip,"
             "dl_src=01:00:00:00:00:00/01:00:00:00:00:00 "
             "actions=drop # in: from a multicast MAC address", IN_TARGET);
    /* No host has it, so a switch sends what is for it to all. */
    flow_add(flows, "table=%d, priority=5,ip,dl_dst="ETH_ADDR_FMT" "
             "actions=drop # in: to no host's MAC address", IN_TARGET,
             ETH_ADDR_ARGS(eth_addr_zero));
    flow_add(flows, "table=%d, priority=5,ip,dl_src="ETH_ADDR_FMT" "
             "actions=drop # in: from no host's MAC address", IN_TARGET,
             ETH_ADDR_ARGS(eth_addr_zero));
    flow_add(flows, "table=%d, priority=1,ip "
             "actions=drop # in: to elsewhere than the real subnet",
             IN_TARGET);
    flow_add(flows, "table=%d, priority=0 actions=drop # in: not IPv4",
             IN_TARGET);
}

/* Table 2.  Services would take a client of a fake prefix for a pair, of
 * whichever network. */
static void
add_address_walls(const struct flow_config *configs, size_t n,
                  struct svec *flows)
{
    static const char *const never[] = {
        "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"
    };

    for (size_t i = 0; i < ARRAY_SIZE(never); i++) {
        flow_add(flows, "table=%d, priority=3,ip,nw_src=%s "
                 "actions=drop # in: from no host's address", IN_CLIENT,
                 never[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct fake_address *fake = &configs[i].fake;

        flow_add(flows, "table=%d, priority=3,ip,nw_src="IP_FMT"/%u "
                 "actions=drop # in: from the fake prefix", IN_CLIENT,
                 IP_ARGS(fake_address_network(fake)), fake->plen);
    }
}

/* Table 3.  OpenFlow cannot compare two fields; but two addresses differ if
 * they do in one of their bits.  Those of the network are the same. */
static void
add_other_flows(const struct flow_config *configs, size_t n,
                struct svec *flows)
{
    unsigned int max_bits = 0;

    for (size_t i = 0; i < n; i++) {
        max_bits = MAX(max_bits, real_subnet_host_bits(&configs[i].real));
    }
    for (unsigned int i = 0; i < max_bits; i++) {
        ovs_be32 bit = htonl(UINT32_C(1) << i);

        for (int client = 0; client < 2; client++) {
            flow_add(flows, "table=%d, priority=1,ip,"
                     "nw_src="IP_FMT"/"IP_FMT",nw_dst="IP_FMT"/"IP_FMT" "
                     "actions=goto_table:%d", INSIDE_OTHER,
                     IP_ARGS(client ? bit : 0), IP_ARGS(bit),
                     IP_ARGS(client ? 0 : bit), IP_ARGS(bit), INSIDE_LEARN);
        }
    }
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # in: from the target itself", INSIDE_OTHER);
}

/* What no flow of a network takes. */
static void
add_last_walls(struct svec *flows)
{
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # in: more hosts than the real subnet has",
             INSIDE_DELIVER);
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # out: protocol not wanted", OUT_PROTOCOL);
    flow_add(flows, "table=%d, priority=1,"BOTH_KNOWN" "
             "actions=drop # out: to a client on another VLAN", OUT_DELIVER);
    flow_add(flows, "table=%d, priority=1,"ONLY_TARGET_KNOWN" "
             "actions=drop # out: to a client that is not known",
             OUT_DELIVER);
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # out: as a target that is not known",
             OUT_DELIVER);
}

/* The flows of a network. */

static const struct error_tables error_tables = {
    .in_target = IN_TARGET, .in_client = IN_CLIENT,
    .inside = INSIDE_LEARN, .routed = ROUTED_LOOK_UP,
    .out_protocol = OUT_PROTOCOL, .out_client = OUT_CLIENT,
    .out_deliver = OUT_DELIVER,
    .inside_macs = INSIDE_MACS, .target_macs = TARGET_MACS,
};

/* Appends them to 'flows'. */
static void
build_network(const struct flow_config *config, struct svec *flows)
{
    unsigned int n = real_subnet_host_bits(&config->real);
    ovs_be32 fake_network = fake_address_network(&config->fake);
    struct builder b = {
        .config = config,
        .flows = flows,
        .n = n,
        .fake_high = ntohl(fake_network) >> (2 * n),
        .real_high = ntohl(config->real.network) >> n,
        .fake_prefix = xasprintf(IP_FMT"/%u", IP_ARGS(fake_network),
                                 config->fake.plen),
        .pairs = xasprintf(IP_FMT"/%u", IP_ARGS(fake_network), 32 - 2 * n),
        .real = xasprintf(IP_FMT"/%u", IP_ARGS(config->real.network),
                          config->real.plen),
    };

    flow_values_init(&b.w, config);
    add_target_flows(&b);
    add_client_flows(&b);
    add_inside_flows(&b);
    if (config->routed) {
        add_routed_flows(&b);
    }
    add_outbound_flows(&b);
    if (config->routed) {
        add_tracked_flows(&b);
    }
    add_delivery_flows(&b);
    error_add_flows(flows, config, &error_tables, b.real, b.pairs);
    flow_values_destroy(&b.w);
    free(b.fake_prefix);
    free(b.pairs);
    free(b.real);
}

/* Returns 'flow', which has no metadata, as one for the network of 'config'
 * only. */
static char *
narrow(const char *flow, const struct flow_config *config)
{
    const char *actions = strstr(flow, " actions=");
    const char *comment = strstr(actions, " # ");
    int n = comment ? comment - actions : strlen(actions);
    char *why = (comment
                 ? xasprintf(" # [%s] %s", config->name, comment + 3) : NULL);
    char *narrowed = xasprintf("%.*s,metadata=%#"PRIx32"%.*s%s",
                               (int) (actions - flow), flow, config->id,
                               n, actions, why ? why : "");

    free(why);
    return narrowed;
}

/* Appends to 'flows' those of the 'n' networks in 'sets': what all have, once;
 * the rest for one network each. */
static void
merge(const struct flow_config *configs, const struct svec sets[], size_t n,
      struct svec *flows)
{
    struct simap counts = SIMAP_INITIALIZER(&counts);
    const char *flow;
    size_t i;

    for (size_t j = 0; j < n; j++) {
        SVEC_FOR_EACH (i, flow, &sets[j]) {
            simap_increase(&counts, flow, 1);
        }
    }
    SVEC_FOR_EACH (i, flow, &sets[0]) {
        if (simap_get(&counts, flow) == n) {
            svec_add(flows, flow);
        }
    }
    for (size_t j = 0; j < n; j++) {
        SVEC_FOR_EACH (i, flow, &sets[j]) {
            if (simap_get(&counts, flow) < n) {
                svec_add_nocopy(flows, narrow(flow, &configs[j]));
            }
        }
    }
    simap_destroy(&counts);
}

/* Appends 'unsorted' to 'flows', in the order of tables. */
static void
append_by_table(const struct svec *unsorted, struct svec *flows)
{
    struct svec tables[MAX(N_TABLES, (int) N_ERROR_TABLES)];
    const char *flow;
    size_t i;

    for (size_t table = 0; table < ARRAY_SIZE(tables); table++) {
        svec_init(&tables[table]);
    }
    SVEC_FOR_EACH (i, flow, unsorted) {
        svec_add(&tables[atoi(strstr(flow, "table=") + strlen("table="))],
                 flow);
    }
    for (size_t table = 0; table < ARRAY_SIZE(tables); table++) {
        svec_append(flows, &tables[table]);
        svec_destroy(&tables[table]);
    }
}

void
subnet_set_build(const struct flow_config *configs, size_t n,
                 struct svec *flows)
{
    struct svec unsorted = SVEC_EMPTY_INITIALIZER;
    struct svec *sets = xcalloc(n, sizeof *sets);

    add_sorting_flows(configs, n, &unsorted);
    add_frame_walls(configs, n, &unsorted);
    add_address_walls(configs, n, &unsorted);
    add_other_flows(configs, n, &unsorted);
    add_last_walls(&unsorted);
    for (size_t i = 0; i < n; i++) {
        svec_init(&sets[i]);
        build_network(&configs[i], &sets[i]);
    }
    merge(configs, sets, n, &unsorted);
    append_by_table(&unsorted, flows);
    svec_destroy(&unsorted);
    for (size_t i = 0; i < n; i++) {
        svec_destroy(&sets[i]);
    }
    free(sets);
}
