/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-set.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/claim-set.h"
#include "openflow/error-flows.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/network-merge.h"
#include "openflow/subnet-shared.h"
#include "openflow/subnet-tables.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* Tables 18 to 25: claim-set.h. */
BUILD_ASSERT_DECL((int) ROUTED_DELIVER + 1 == (int) CLAIM_LIST);
BUILD_ASSERT_DECL((int) ERROR_TRANSLATED == (int) CLAIM_END);
#define N_TABLES N_SUBNET_TABLES

struct builder {
    const struct flow_config *config;
    struct flow_values w;
    struct svec *flows;
    bool claims;                /* The network claims addresses. */
    unsigned int n;             /* Host bits of the real subnet. */
    uint32_t fake_high;         /* The bits of a pair's fake address above */
                                /* the two host parts. */
    uint32_t real_high;         /* Those of a real address above the host
                                 * part. */
    char fake[ADDRESS_STRLEN];
    char fake_prefix[ADDRESS_STRLEN];   /* A/L, as the next two. */
    char pairs[ADDRESS_STRLEN]; /* Fake addresses that are pairs. */
    char real[ADDRESS_STRLEN];
    char first[ADDRESS_STRLEN]; /* Of the real subnet, */
    char last[ADDRESS_STRLEN];  /* which no host has. */
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

/* Table 1. */
static void
add_target_flows(struct builder *b)
{
    const struct eth_addr own[] = {
        b->config->server_mac, b->config->client_mac
    };

    for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
        flow_add(b->flows, "table=%d, priority=5,ip,dl_src="ETH_ADDR_FMT" "
                 "actions=drop # in: from a MAC address of ours", IN_TARGET,
                 ETH_ADDR_ARGS(own[i]));
    }
    flow_add(b->flows, "table=%d, priority=4,ip,nw_dst=%s "
             "actions=drop # in: to the network's address", IN_TARGET,
             b->first);
    flow_add(b->flows, "table=%d, priority=4,ip,nw_dst=%s "
             "actions=drop # in: to the broadcast address", IN_TARGET,
             b->last);
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
                 p->more, b->claims ? CLAIM_IP : IN_CLIENT);
    }
    flow_add(b->flows, "table=%d, priority=2,ip,nw_dst=%s "
             "actions=drop # in: protocol not wanted", IN_TARGET, b->real);
}

/* Table 2. */
static void
add_client_flows(struct builder *b)
{
    flow_add(b->flows, "table=%d, priority=3,ip,nw_src=%s "
             "actions=drop # in: from the network's address", IN_CLIENT,
             b->first);
    flow_add(b->flows, "table=%d, priority=3,ip,nw_src=%s "
             "actions=drop # in: from the broadcast address", IN_CLIENT,
             b->last);
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
    struct ds s = DS_EMPTY_INITIALIZER;

    add_routed_learning_flows(b);
    flow_add(b->flows, "table=%d, priority=1,ip,"BOTH_KNOWN" "
             "actions=ct(commit,table=%d,zone=%"PRIu16",nat(dst=%s))",
             ROUTED_TRACK, ROUTED_DELIVER, b->config->ct_zone, b->fake);
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
             "nw_dst=%s actions=%s", ROUTED_DELIVER, b->fake, ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=drop # in: of no connection", ROUTED_DELIVER);
    ds_destroy(&s);
}

/* Puts the MAC addresses of the packet's addresses in. */
static void
put_macs(struct ds *s, const struct builder *b, int client_macs)
{
    ds_put_format(s, "move:NXM_OF_IP_DST[]->NXM_NX_REG0[],"
                  "move:NXM_OF_IP_SRC[]->NXM_NX_REG1[],"
                  "resubmit(,%d),resubmit(,%d),%sgoto_table:%d",
                  client_macs, TARGET_MACS,
                  b->claims ? CLAIM_LOOK_UP_OWNER : "", OUT_DELIVER);
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
    put_macs(&s, b, INSIDE_MACS);
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

    put_macs(&s, b, ROUTED_MACS);
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
        char *tag = (vlan
                     ? xasprintf("push_vlan:0x8100,set_field:%d->vlan_vid,",
                                 FLOW_VLAN_PRESENT | vlan) : NULL);

        flow_add(b->flows, "table=%d, priority=2,"BOTH_KNOWN",reg5=%#x/0xfff "
                 "actions=%soutput:%s", OUT_DELIVER, vlan, tag ? tag : "",
                 b->w.uplink);
        free(tag);
    }
}

/* Table 1, what else is of use for claims, and table 12: who speaks as an
 * address of which a host has shown that it is its own. */
static void
add_claim_flows(struct builder *b)
{
    const struct claim_mac *mac = &b->config->claims.mac;
    struct ds s = DS_EMPTY_INITIALIZER;

    claim_set_put_mac(&s, "dl_src", mac);
    flow_add(b->flows, "table=%d, priority=5,ip,%s "
             "actions=drop # in: from a MAC address of ours", IN_TARGET,
             ds_cstr(&s));
    claim_set_add_entrances(b->config, IN_TARGET, b->flows);
    flow_add(b->flows, "table=%d, priority=4,ip,"CLAIM_OWNED",%s "
             "actions=drop # out: as a target that has an owner", OUT_DELIVER,
             ds_cstr(&s));
    ds_destroy(&s);
    claim_set_add_flows(b->config, IN_CLIENT, b->flows);
}

/* Appends the flows of a network to 'flows'. */
static void
build_network(const struct flow_config *config, struct svec *flows)
{
    const struct fake_address *fake = &config->fake;
    const struct real_subnet *real = &config->real;
    unsigned int n = real_subnet_host_bits(real);
    struct builder b = {
        .config = config,
        .flows = flows,
        .claims = claim_set_is_wanted(config),
        .n = n,
        .fake_high = address_to_u32(fake_address_network(fake)) >> (2 * n),
        .real_high = address_to_u32(real->network) >> n,
    };

    address_to_string(fake->ip, b.fake);
    address_prefix_to_string(fake_address_prefix(fake), b.fake_prefix);
    address_prefix_to_string(address_plan_pairs(fake, real), b.pairs);
    address_prefix_to_string(real_subnet_prefix(real), b.real);
    address_to_string(real->network, b.first);
    address_to_string(real_subnet_last(real), b.last);
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
    if (b.claims) {
        add_claim_flows(&b);
    }
    error_add_flows(flows, config, b.real, b.pairs);
    flow_values_destroy(&b.w);
}

/* Moves 'unsorted' to 'flows', in the order of tables. */
static void
move_by_table(struct svec *unsorted, struct svec *flows)
{
    struct svec tables[N_TABLES];

    for (int table = 0; table < N_TABLES; table++) {
        svec_init(&tables[table]);
    }
    for (size_t i = 0; i < unsorted->n; i++) {
        char *flow = unsorted->names[i];

        svec_add_nocopy(&tables[atoi(strstr(flow, "table=")
                                     + strlen("table="))], flow);
    }
    for (int table = 0; table < N_TABLES; table++) {
        for (size_t i = 0; i < tables[table].n; i++) {
            svec_add_nocopy(flows, tables[table].names[i]);
        }
        free(tables[table].names);
    }
    unsorted->n = 0;
}

void
subnet_set_build(const struct flow_config *configs, size_t n,
                 struct svec *flows)
{
    struct svec unsorted = SVEC_EMPTY_INITIALIZER;
    struct svec *sets = xcalloc(n, sizeof *sets);

    subnet_shared_build(configs, n, &unsorted);
    for (size_t i = 0; i < n; i++) {
        svec_init(&sets[i]);
        build_network(&configs[i], &sets[i]);
    }
    network_merge(configs, sets, n, &unsorted);
    for (size_t i = 0; i < n; i++) {
        if (claim_set_is_wanted(&configs[i])) {
            const struct claim_list_key key = {
                configs[i].name, configs[i].id, configs[i].vlans
            };

            claim_set_add_list(&key, configs[i].claims.addresses, true,
                               &unsorted);
        }
    }
    move_by_table(&unsorted, flows);
    svec_destroy(&unsorted);
    for (size_t i = 0; i < n; i++) {
        svec_destroy(&sets[i]);
    }
    free(sets);
}
