/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_FLOWS_H
#define OPENFLOW_ERROR_FLOWS_H 1

/* ICMP errors, in the flow set for real subnets that are known
 * =============================================================
 *
 * Destination unreachable (with it "port unreachable" and "fragmentation
 * needed"), time exceeded and parameter problem; of ICMPv6, packet too big,
 * too: each quotes the packet that it is about, whose addresses must be
 * translated, too.
 *
 * Those about packets of routed clients, connection tracking translates: it
 * finds the connection by what is quoted.  Inbound their source is any router
 * on the way, and may be a host of the real subnet.  All others between the
 * fake host and the real subnet go to the agent (error-relay.h), at most
 * ERROR_RATE a second, and come back to table ERROR_TRANSLATED: what is in
 * ct(nat(...)) are constants, so that connection tracking cannot compute the
 * addresses of inside clients without a flow for each pair.
 *
 * With "errors_by_agent", the agent translates those about packets of routed
 * clients, too, if connection tracking knows the connection.  That of Open
 * vSwitch's userspace datapath writes into ICMPv6 errors: where the checksum
 * of UDP or TCP would be, if the connection is of that, it updates what is
 * there, as of an MTU or of a quoted address (packet_update_csum128() of
 * lib/packets.c, 3.1.0).
 *
 * Errors teach nothing, and fill no table. */

struct flow_config;
struct svec;

/* Appends the flows for errors of one network.  'real' and 'pairs' are the
 * addresses of the real subnet, and those that are pairs, as "A/L".
 *
 * Of the tables of others, IN_TARGET gets flows of priority 3, OUT_CLIENT of
 * 3 and 4, and the rest of 1. */
void error_add_flows(struct svec *flows, const struct flow_config *,
                     const char *real, const char *pairs);

#endif /* openflow/error-flows.h */
