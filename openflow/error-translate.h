/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_TRANSLATE_H
#define OPENFLOW_ERROR_TRANSLATE_H 1

/* ICMP and ICMPv6 errors between the fake host and clients
 * =========================================================
 *
 * An error quotes the packet that it is about.  Open vSwitch computes the
 * addresses of inside clients and targets, but cannot rewrite those within the
 * quote; so it sends such errors to the agent, which translates them, and
 * gives them back (error-flows.h, error-relay.h).
 *
 * Those about packets of routed clients, which connection tracking translates,
 * are translated here, too, where it does not do that right (error-flows.h):
 * of these, the client's address stays as it is.
 *
 * Pure. */

#include <stddef.h>

struct error_plan;

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
