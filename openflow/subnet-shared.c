/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-shared.h"

#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/subnet-tables.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "sset.h"
#include "svec.h"
#include "util.h"

/* Table 0, what comes from one network's services. */
static void
add_exit(struct svec *flows, const struct flow_config *c,
         const char *fake_port)
{
    struct ds network = DS_EMPTY_INITIALIZER;
    char fake[ADDRESS_STRLEN];

    vlan_put_network(&network, c);
    flow_add(flows, "table=%d, priority=2,ip,in_port=%s,"
             UNTAGGED",dl_src="ETH_ADDR_FMT","
             "dl_dst="ETH_ADDR_FMT",nw_src=%s actions=%sgoto_table:%d",
             SORT, fake_port, ETH_ADDR_ARGS(c->server_mac),
             ETH_ADDR_ARGS(c->client_mac), address_to_string(c->fake.ip, fake),
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
        char fake[ADDRESS_STRLEN];

        address_prefix_to_string(fake_address_prefix(&configs[i].fake), fake);
        flow_add(flows, "table=%d, priority=3,ip,nw_src=%s "
                 "actions=drop # in: from the fake prefix", IN_CLIENT, fake);
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

void
subnet_shared_build(const struct flow_config *configs, size_t n,
                    struct svec *flows)
{
    add_sorting_flows(configs, n, flows);
    add_frame_walls(configs, n, flows);
    add_address_walls(configs, n, flows);
    add_other_flows(configs, n, flows);
    add_last_walls(flows);
}
