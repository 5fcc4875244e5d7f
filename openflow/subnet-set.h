/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SUBNET_SET_H
#define OPENFLOW_SUBNET_SET_H 1

/* The flow set for real subnets that are known
 * ============================================
 *
 *     table 0    what a frame is, by its port and VLAN tag
 *     table 1    inbound: is it for the real subnet, of a protocol wanted?
 *     table 2    inbound: what kind of client asks?
 *     table 3    inside client: is it another than the target?
 *     table 4    inside client: learns the MAC addresses of both
 *     table 5    inside client: rewrites addresses, to the fake port
 *     table 6    routed client: learns the target's MAC address; is the
 *                client known?
 *     table 7    routed client: learns its MAC address
 *     table 8    routed client: connection tracking puts the fake address in
 *                place of the target's
 *     table 9    outbound: of a protocol wanted?
 *     table 10   outbound: to an inside client: rewrites addresses; to a
 *                routed one: connection tracking puts the target's back
 *     table 11   outbound: answers to routed clients
 *     table 12   outbound: to the uplink, if both MAC addresses are known
 *     table 13   learned: MAC addresses and VLANs of inside clients
 *     table 14   learned: the same of routed clients (of their router)
 *     table 15   learned: MAC addresses of targets
 *     table 16   learned, for a second: there is no room in table 14
 *     table 17   routed client, from table 8: to the fake port
 *     table 18   and up to 25, and 28: who asks for claimed addresses
 *                (claim-set.h)
 *     table 26   and 27: ICMP errors (error-flows.h)
 *     table 29   after table 4, in a large subnet: is there room?
 *     table 30   after table 6, the same
 *     table 31   learned, for a second: there is no room in table 13 or 15
 *
 * What is dropped is counted by a drop flow a reason, whose comment is the
 * reason.
 *
 * Addresses of inside clients are computed both ways (address-plan.h), so that
 * only MAC addresses are learned: one flow a client, one a target.  Packets of
 * both directions hit it, and it goes when --timeout has passed without any.
 * At the limit, who is known goes on, whoever else comes is dropped.  A subnet
 * of more than 16 host bits is large: of its clients and of its targets,
 * 65,536 are learned.  A smaller one has room for all of its hosts.
 *
 * This is for IPv4 and for IPv6: a network is of one family, and its flows are
 * in the words of that (flow-family.h).  The walls of what is no network's are
 * there for each family that a network is of.  A network of each family may be
 * on one VLAN: there, table 0 tells frames by their protocol.
 *
 * Networks that have names share the tables.  Table 0 writes the number of a
 * packet's network, by its VLAN or its fake address, into the metadata.  What
 * is learned matches that, so that it is of one network.  So do the other
 * flows of a network, but for those that are the same in all networks.
 *
 * Register 0 holds the client's address, register 1 the target's, both as they
 * are on the uplink; of IPv6, registers 12 to 15, and 10 and 11.  Bits 0 and 1
 * of register 2 say that the MAC addresses of client and target are known, bit
 * 2 that no more clients are allowed, bit 3 that no more hosts are learned,
 * bit 7 that it is an ICMP error.
 * Register 4 holds the VLAN that a packet came in on, register 5 the one that
 * its client was last heard on: answers go there.
 *
 * No flow looks at ports, so that Open vSwitch's cache has one entry a client,
 * target and direction, and later IP fragments are served like the first; the
 * exceptions are ICMP's types (frag-mode.h) and the drop of packets that end
 * before their ports.  Later fragments of IPv6 have no protocol for Open
 * vSwitch: those of any pass, which is nothing to a host that got no first
 * one.  Nor does it tell extension headers from what is behind them: these are
 * the firewall's concern.  Packets of routed clients pass connection tracking,
 * which puts fragments together. */

#include <stddef.h>

struct flow_config;
struct svec;

/* Appends the flow set for the 'n' networks in 'configs', whose real subnets
 * are known, to 'flows'; see flow_set_build(). */
void subnet_set_build(const struct flow_config *configs, size_t n,
                      struct svec *flows);

#endif /* openflow/subnet-set.h */
