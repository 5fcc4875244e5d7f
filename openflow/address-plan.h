/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ADDRESS_PLAN_H
#define OPENFLOW_ADDRESS_PLAN_H 1

/* The address plan
 * ================
 *
 * The fake address is the one address that services listen on, written with
 * the length of the fake prefix around it: "10.10.0.1/16".  The real subnet
 * has N host bits, 8 if it is not known.  A client with host part C that asks
 * for a target with host part T is seen by the service as the fake prefix,
 * zeros if there is room, the N bits of C and the N bits of T:
 *
 *     real 192.168.2.0/24, fake 10.10.0.1/16 (N is 8):
 *     client 192.168.2.5 asking for 192.168.2.77 is 10.10.5.77
 *
 *     real 172.16.16.0/20, fake 10.0.0.1/8 (N is 12):
 *     client 172.16.17.5 asking for 172.16.16.77 is 10.16.80.77
 *
 * Everything here is pure. */

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "openvswitch/types.h"

/* Host bits of a real subnet that is not known: the published flow set takes
 * the last byte of each address. */
#define UNKNOWN_HOST_BITS 8
#define UNKNOWN_FAKE_PLEN (32 - 2 * UNKNOWN_HOST_BITS)

struct fake_address {
    ovs_be32 ip;                /* The address, network byte order. */
    unsigned int plen;          /* Length of the fake prefix, in bits. */
};

struct real_subnet {
    ovs_be32 network;           /* Network byte order, host bits 0. */
    unsigned int plen;          /* 0 if the real subnet is not known. */
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

/* Parses 's', the same with the network's address, into '*real'. */
char *real_subnet_parse(const char *s, struct real_subnet *real)
    OVS_WARN_UNUSED_RESULT;

/* Parses 's', an address, or a network's with a prefix length that is not 0,
 * and stores it, as Open vSwitch writes it in flows, into '*prefix', for the
 * caller to free.
 *
 * Returns NULL if successful, otherwise what would be right, as an owned
 * string for the caller to free; '*prefix' is then unchanged. */
char *prefix_parse(const char *s, char **prefix)
    OVS_WARN_UNUSED_RESULT;

/* Checks that 'fake' leaves room for two host parts of 'real', and is apart
 * from it.  Returns NULL if so, otherwise what would be right for 'fake', as
 * an owned string for the caller to free. */
char *address_plan_check(const struct fake_address *fake,
                         const struct real_subnet *real)
    OVS_WARN_UNUSED_RESULT;

/* Returns the fake prefix: 'fake''s address with all host bits 0, in network
 * byte order. */
ovs_be32 fake_address_network(const struct fake_address *fake);

/* Returns the broadcast address of 'real'. */
ovs_be32 real_subnet_broadcast(const struct real_subnet *real);

/* Returns the number of host bits of 'real'. */
unsigned int real_subnet_host_bits(const struct real_subnet *real);

/* Returns true if 'ip' is in 'real', and neither its network address nor its
 * broadcast address. */
bool real_subnet_has_host(const struct real_subnet *real, ovs_be32 ip);

/* Returns how the service sees 'client' asking for 'target', of which only
 * the host parts count. */
ovs_be32 address_plan_join(const struct fake_address *fake,
                           const struct real_subnet *real,
                           ovs_be32 client, ovs_be32 target);

/* Stores into '*client' and '*target' the addresses that 'ip' is made of; the
 * last bytes alone if 'real' is not known.  Returns false if 'ip' is not that
 * of a client and a target: no host of a subnet has a host part of all zeros
 * or all ones.  (If 'real' is not known, a target may.) */
bool address_plan_split(const struct fake_address *fake,
                        const struct real_subnet *real, ovs_be32 ip,
                        ovs_be32 *client, ovs_be32 *target);

#endif /* openflow/address-plan.h */
