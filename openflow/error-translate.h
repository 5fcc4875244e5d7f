/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_TRANSLATE_H
#define OPENFLOW_ERROR_TRANSLATE_H 1

/* ICMP and ICMPv6 errors between the fake host and inside clients
 * ================================================================
 *
 * An error quotes the packet that it is about.  Open vSwitch computes the
 * addresses of inside clients and targets, but cannot rewrite those within the
 * quote; so it sends such errors to the agent, which translates them, and
 * gives them back (error-flows.h, error-relay.h).
 *
 * What the agent has to know of a network comes with the packet, from the
 * flow that sent it.  So it is what was in force then, whatever is by now.
 *
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address-plan.h"

struct ds;

struct error_plan {
    bool outbound;              /* From the fake host. */
    uint32_t network;           /* In the metadata; 0 if it has no name. */
    struct fake_address fake;
    struct real_subnet real;
};

/* Appends 'plan' as it is written in "userdata=" of ovs-actions(7). */
void error_plan_put(const struct error_plan *plan, struct ds *);

/* Takes the 'n' bytes of 'userdata' for what error_plan_put() wrote.  Returns
 * false if that cannot be. */
bool error_plan_parse(const void *userdata, size_t n, struct error_plan *plan);

/* Translates the Ethernet frame of 'size' bytes, without a VLAN tag: the
 * addresses in its IP header, and in the quoted one, and the checksums of
 * both, of the ICMP message, and of what is quoted, if that is within the
 * quote: of a TCP segment, a UDP datagram, or an ICMPv6 message (RFC 3022
 * section 4.3, RFC 5508 section 4, RFC 4443 section 2.3).  Everything else
 * stays as it is, the MTU of "packet too big", too.
 *
 * Returns the size of the frame without padding, or 0 if it is not such an
 * error, or not whole, or not about what the sender may speak of: then the
 * frame must be dropped.  That goes for IP options and extension headers, too,
 * which may hold addresses, and extensions of ICMP (RFC 4884).  The one
 * extension header that may be quoted is that of fragments. */
size_t error_translate(const struct error_plan *plan, void *frame,
                       size_t size);

#endif /* openflow/error-translate.h */
