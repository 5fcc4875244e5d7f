/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_SET_H
#define OPENFLOW_FLOW_SET_H 1

/* The flow set
 * ============
 *
 * What the bridge must do, as text: a configuration and two port numbers in,
 * one line a flow out, in the syntax that ovs-ofctl(8) takes for "add-flows".
 * Those that drop, and only those, end in a comment ("# why", or "# [NETWORK]
 * why"): the reason that their packets are counted by (drop-count.h).  Pure:
 * no switch, no clock, no state.
 *
 * There are two sets: that for real subnets that are known (subnet-set.h), of
 * any number of networks, and the published one, of one:
 *
 *     table 0   sorts what comes in: from the uplink to table 1, from the
 *               fake port to table 2, everything else is dropped
 *     table 1   uplink to fake port: rewrites, and learns for each client
 *               and target how to do it without learning next time (table 1)
 *               and how to rewrite the answers (table 2)
 *     table 2   fake port to uplink: what was learned, and, of IPv4, ARP for
 *               any address of the fake prefix
 *
 * How many flows tables 1 and 2 may learn is not the flows' concern: Open
 * vSwitch limits that by itself (flow-limits.h).
 *
 * With one VLAN, the published set takes any VLAN for it.  With several, or on
 * an access port, only frames of these get in.  Answers go to the VLAN that
 * the client was last heard on: so with several, nothing is learned for table
 * 1, because who is known there teaches nothing. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address-plan.h"
#include "openflow/claim-set.h"
#include "openvswitch/types.h"

struct svec;

/* Cookie of each flow in the set. */
#define FLOW_COOKIE UINT64_C(0x7069706574746500)    /* "pipette\0" */

/* The upper half of the cookie of each learned flow.  The lower half depends
 * on all that a learned flow has from the configuration, timeouts aside: flows
 * learned under another configuration can be told by their cookie. */
#define LEARNED_COOKIE (UINT64_C(0x7069706c) << 32) /* "pipl" */
#define LEARNED_COOKIE_MASK (UINT64_C(0xffffffff) << 32)

enum { FLOW_TCP = 1, FLOW_UDP = 2, FLOW_ICMP = 4 };

struct flow_port {
    const char *name;           /* To write instead of the number, or NULL. */
    uint16_t number;            /* OpenFlow port number, host byte order. */
};

/* What the set needs to know of one network. */
struct flow_config {
    const char *name;           /* Of the network, NULL if it has none. */
    uint32_t id;                /* That tells it from others, if it has. */
    struct flow_port uplink;
    struct flow_port fake_port;
    struct fake_address fake;
    struct real_subnet real;    /* Decides which of the sets it is. */
    struct eth_addr server_mac; /* The fake port's own. */
    struct eth_addr client_mac; /* Every client's, as services see it. */
    const unsigned long *vlans; /* Of the uplink: a bitmap of 1 to 4094, or
                                 * only of 0, for frames without a tag. */
    const struct svec *ignored_clients; /* Each as "ADDRESS[/LENGTH]". */
    uint16_t timeout;           /* Of learned flows, in seconds, not 0. */

    /* If the real subnet is known. */
    unsigned int protocols;     /* FLOW_TCP and so on. */
    bool routed;                /* Serve clients outside of it, too. */
    uint32_t max_clients;       /* Of these, at a time. */
    uint16_t ct_zone;           /* Connection tracking zone for these. */
    bool errors_by_agent;       /* Connection tracking does not translate
                                 * errors about their packets right: of IPv6,
                                 * on the userspace datapath
                                 * (error-flows.h). */
    struct claim_config claims; /* Addresses that ARP is answered for. */

    /* The bridge has ports and flows of others.  Then the set has no flow for
     * packets from other ports, and leaves table 0's flow of priority 0 that
     * matches everything, as Open vSwitch adds it to bridges in fail mode
     * "standalone". */
    bool shared;
};

/* Appends the flow set for the 'n' networks in 'configs' to 'flows', which the
 * caller has initialized and destroys.  'uplink' and 'shared' are the same in
 * all.  If there is more than one, each has a name, an 'id' of its own, and a
 * real subnet that is known; and no VLAN, fake address or zone is that of two.
 *
 * Where a configuration names a port, matches and output actions use the name
 * (quoted as ovs-ofctl wants it, the number if it takes none); registers
 * always hold the number. */
void flow_set_build(const struct flow_config *configs, size_t n,
                    struct svec *flows);

#endif /* openflow/flow-set.h */
