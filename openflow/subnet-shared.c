/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-shared.h"

#include <stdlib.h>

#include "openflow/flow-family.h"
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
    const struct flow_family *f = flow_family_of(c);
    struct ds network = DS_EMPTY_INITIALIZER;
    char fake[ADDRESS_STRLEN];

    vlan_put_network(&network, c);
    flow_add(flows, "table=%d, priority=2,%s,in_port=%s,"
             UNTAGGED",dl_src="ETH_ADDR_FMT","
             "dl_dst="ETH_ADDR_FMT",%s=%s actions=%sgoto_table:%d",
             SORT, f->ip, fake_port, ETH_ADDR_ARGS(c->server_mac),
             ETH_ADDR_ARGS(c->client_mac), f->src,
             address_to_string(c->fake.ip, fake), ds_cstr(&network),
             OUT_PROTOCOL);
    ds_destroy(&network);
}

/* Table 0, what else comes from one fake port.  Linux reports the groups that
 * it listens to (RFC 3810), and cannot be told not to. */
static void
add_exit_walls(struct svec *flows, const char *fake_port,
               const struct flow_family *f, struct sset *ports)
{
    char *port = xasprintf("%s %s", f->ip, fake_port);

    if (sset_add(ports, port)) {
        if (f->ipv6) {
            flow_add(flows, "table=%d, priority=2,ipv6,in_port=%s,"
                     "ipv6_dst=ff00::/8 actions=drop # out: multicast", SORT,
                     fake_port);
        } else {
            flow_add(flows, "table=%d, priority=2,arp,in_port=%s "
                     "actions=drop # out: ARP", SORT, fake_port);
        }
    }
    free(port);
    if (sset_add(ports, fake_port)) {
        flow_add(flows, "table=%d, priority=1,in_port=%s "
                 "actions=drop # out: not from the fake address to a client",
                 SORT, fake_port);
    }
}

/* Table 0. */
static void
add_sorting_flows(const struct flow_config *configs, size_t n,
                  struct svec *flows)
{
    struct sset ports = SSET_INITIALIZER(&ports);
    struct flow_values w;

    flow_values_init(&w, &configs[0]);
    vlan_add_sorting_flows(flows, configs, n, w.uplink, IN_TARGET);
    flow_values_destroy(&w);
    for (size_t i = 0; i < n; i++) {
        flow_values_init(&w, &configs[i]);
        add_exit(flows, &configs[i], w.fake_port);
        add_exit_walls(flows, w.fake_port, flow_family_of(&configs[i]),
                       &ports);
        flow_values_destroy(&w);
    }
    sset_destroy(&ports);
    if (!configs[0].shared) {
        flow_add(flows, "table=%d, priority=0 "
                 "actions=drop # from another port", SORT);
    }
}

/* Table 1, IP to and from MAC addresses of no host. */
static void
add_mac_walls(struct svec *flows, const struct flow_family *f)
{
    flow_add(flows, "table=%d, priority=5,%s,"
             "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 "
             "actions=drop # in: to a multicast MAC address", IN_TARGET,
             f->ip);
    flow_add(flows, "table=%d, priority=5,%s,"
             "dl_src=01:00:00:00:00:00/01:00:00:00:00:00 "
             "actions=drop # in: from a multicast MAC address", IN_TARGET,
             f->ip);
    /* No host has it, so a switch sends what is for it to all. */
    flow_add(flows, "table=%d, priority=5,%s,dl_dst="ETH_ADDR_FMT" "
             "actions=drop # in: to no host's MAC address", IN_TARGET, f->ip,
             ETH_ADDR_ARGS(eth_addr_zero));
    flow_add(flows, "table=%d, priority=5,%s,dl_src="ETH_ADDR_FMT" "
             "actions=drop # in: from no host's MAC address", IN_TARGET,
             f->ip, ETH_ADDR_ARGS(eth_addr_zero));
    flow_add(flows, "table=%d, priority=1,%s "
             "actions=drop # in: to elsewhere than the real subnet",
             IN_TARGET, f->ip);
}

/* Table 1. */
static void
add_frame_walls(const struct flow_config *configs, size_t n,
                const struct flow_family *const families[], struct svec *flows)
{
    /* What is only for frames of a VLAN matches no other. */
    for (size_t i = 0; i < n; i++) {
        if (!vlan_is_untagged(&configs[i])) {
            vlan_add_tag_walls(flows, &configs[i], IN_TARGET, 6);
            break;
        }
    }
    for (size_t i = 0; families[i]; i++) {
        add_mac_walls(flows, families[i]);
    }
    flow_add(flows, "table=%d, priority=0 actions=drop # in: %s", IN_TARGET,
             (families[1] ? "neither IPv4 nor IPv6"
              : families[0]->ipv6 ? "not IPv6" : "not IPv4"));
}

/* Table 2, a wall. */
static void
add_source_wall(struct svec *flows, const struct flow_family *f,
                const char *prefix, const char *what)
{
    flow_add(flows, "table=%d, priority=3,%s,%s=%s "
             "actions=drop # in: from %s", IN_CLIENT, f->ip, f->src, prefix,
             what);
}

/* Returns true if a real subnet, or a fake prefix, is of this one. */
static bool
is_in_use(struct address_prefix p, const struct flow_config *configs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct flow_config *c = &configs[i];

        if (address_prefix_overlaps(p, fake_address_prefix(&c->fake))
            || address_prefix_overlaps(p, real_subnet_prefix(&c->real))) {
            return true;
        }
    }
    return false;
}

/* Table 2, sources that the family has for no client.  Examples may be a
 * laboratory's own addresses. */
static void
add_family_walls(const struct flow_config *configs, size_t n,
                 const struct flow_family *f, struct svec *flows)
{
    for (size_t i = 0; f->no_client[i]; i++) {
        add_source_wall(flows, f, f->no_client[i], "no host's address");
    }
    if (f->link_local) {
        add_source_wall(flows, f, f->link_local, "a link-local address");
    }
    for (size_t i = 0;
         i < ARRAY_SIZE(f->documentation) && f->documentation[i].plen; i++) {
        struct address_prefix p = f->documentation[i];
        char text[ADDRESS_STRLEN];

        if (!is_in_use(p, configs, n)) {
            add_source_wall(flows, f, address_prefix_to_string(p, text),
                            "an address of documentation");
        }
    }
}

/* Table 2.  Services would take a client of a fake prefix for a pair, of
 * whichever network. */
static void
add_address_walls(const struct flow_config *configs, size_t n,
                  const struct flow_family *const families[],
                  struct svec *flows)
{
    for (size_t i = 0; families[i]; i++) {
        add_family_walls(configs, n, families[i], flows);
    }
    for (size_t i = 0; i < n; i++) {
        char fake[ADDRESS_STRLEN];

        address_prefix_to_string(fake_address_prefix(&configs[i].fake), fake);
        add_source_wall(flows, flow_family_of(&configs[i]), fake,
                        "the fake prefix");
    }
}

/* Table 3, whose addresses differ in bit 'i'. */
static void
add_other_flow(struct svec *flows, const struct flow_family *f, unsigned int i,
               int client)
{
    struct address one = address_shift_left((struct address) { 0, 1 }, i);
    struct address zero = f->ipv6 ? (struct address) ADDRESS_INIT_MIN
                                  : address_from_u32(0);
    char bit[ADDRESS_STRLEN], none[ADDRESS_STRLEN];

    address_to_string(address_or(zero, one), bit);
    address_to_string(zero, none);
    flow_add(flows, "table=%d, priority=1,%s,%s=%s/%s,%s=%s/%s "
             "actions=goto_table:%d", INSIDE_OTHER, f->ip,
             f->src, client ? bit : none, bit,
             f->dst, client ? none : bit, bit, INSIDE_LEARN);
}

/* Table 3.  OpenFlow cannot compare two fields; but two addresses differ if
 * they do in one of their bits.  Those of the network are the same. */
static void
add_other_flows(const struct flow_config *configs, size_t n,
                const struct flow_family *const families[], struct svec *flows)
{
    for (size_t i = 0; families[i]; i++) {
        unsigned int max_bits = 0;

        for (size_t j = 0; j < n; j++) {
            if (flow_family_of(&configs[j]) == families[i]) {
                max_bits = MAX(max_bits,
                               real_subnet_host_bits(&configs[j].real));
            }
        }
        for (unsigned int bit = 0; bit < max_bits; bit++) {
            add_other_flow(flows, families[i], bit, 0);
            add_other_flow(flows, families[i], bit, 1);
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
    const struct flow_family *families[FLOW_N_FAMILIES + 1];

    flow_families_of(configs, n, families);
    add_sorting_flows(configs, n, flows);
    add_frame_walls(configs, n, families, flows);
    add_address_walls(configs, n, families, flows);
    add_other_flows(configs, n, families, flows);
    add_last_walls(flows);
}
