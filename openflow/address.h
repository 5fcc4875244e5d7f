/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ADDRESS_H
#define OPENFLOW_ADDRESS_H 1

/* Fake address arithmetic
 * =======================
 *
 * The fake address is the one address that services listen on, written with
 * the length of the fake prefix around it: "10.10.0.1/16".  A client whose
 * address ends in C and that asks for a target whose address ends in T is
 * seen by the service as the fake prefix followed by the two bytes C and T:
 * client 192.168.2.5 asking for 192.168.2.77 becomes 10.10.5.77.
 *
 * Everything here is pure. */

#include <stdint.h>

#include "compiler.h"
#include "openvswitch/types.h"

/* The one prefix length that the published flow set can work with: two bytes
 * are left for client and target. */
#define FAKE_PREFIX_LEN 16

struct fake_address {
    ovs_be32 ip;                /* The address, network byte order. */
    unsigned int plen;          /* Length of the fake prefix, in bits. */
};

/* Parses 's', "ADDRESS/LENGTH" in dotted-quad and decimal, into '*fake'.
 *
 * The address must be one that a host can have (RFC 1122 section 3.2.1.3: not
 * in 0/8 or 127/8, not multicast, reserved or broadcast) and must be neither
 * the network address nor the broadcast address of its own prefix.
 *
 * Returns NULL if successful, otherwise what would be right, as an owned
 * string for the caller to free; '*fake' is then indeterminate. */
char *fake_address_parse(const char *s, struct fake_address *fake)
    OVS_WARN_UNUSED_RESULT;

/* Returns the fake prefix: 'fake''s address with all host bits 0, in network
 * byte order. */
ovs_be32 fake_address_network(const struct fake_address *fake);

/* Returns true if 'fake' is also what some client and target translate to, so
 * that this one client could not be served for this one target.  It is so
 * unless the client's byte is 0 or 255, which no host of a /24 has.  Stores
 * the two bytes into '*client' and '*target' in either case. */
bool fake_address_is_pair(const struct fake_address *fake,
                          uint8_t *client, uint8_t *target);

#endif /* openflow/address.h */
