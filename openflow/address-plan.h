/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ADDRESS_PLAN_H
#define OPENFLOW_ADDRESS_PLAN_H 1

/* The address plan
 * ================
 *
 * The fake address is the one address that services listen on, written with
 * the length of the fake prefix around it: "10.10.0.1/16".  The real subnet
 * has N host bits; 8 if it is not known, of IPv6 32.  A client with host part
 * C that asks for a target with host part T is seen by the service as the fake
 * prefix, zeros if there is room, the N bits of C and the N bits of T:
 *
 *     real 192.168.2.0/24, fake 10.10.0.1/16 (N is 8):
 *     client 192.168.2.5 asking for 192.168.2.77 is 10.10.5.77
 *
 *     real 172.16.16.0/20, fake 10.0.0.1/8 (N is 12):
 *     client 172.16.17.5 asking for 172.16.16.77 is 10.16.80.77
 *
 *     real fc01::/96, fake fc04::1/64 (N is 32):
 *     client fc01::5 asking for fc01::77 is fc04::5:0:77
 *
 *     real fc01::/120, fake fc04::1/112 (N is 8):
 *     client fc01::5 asking for fc01::77 is fc04::577
 *
 * A network is of one family: that of its fake address, which its real subnet
 * has, too.
 *
 * No host has a host part of all zeros or all ones.  Of IPv4 these are the
 * network's address and the broadcast address; of IPv6 that of all routers on
 * the subnet (RFC 4291 section 2.6.1), and the last of those that are reserved
 * for subnet anycast (RFC 2526).  The others of the latter are like any: they
 * would be half of a /120.
 *
 * Everything here is pure. */

#include <stdbool.h>

#include "compiler.h"
#include "openflow/address.h"

struct fake_address {
    struct address ip;
    unsigned int plen;          /* Length of the fake prefix, as written. */
};

struct real_subnet {
    struct address network;     /* Host bits 0. */
    unsigned int plen;          /* As written; 0 if it is not known. */
};

/* Parses 's', "ADDRESS/LENGTH", into '*fake'.
 *
 * The address must be one that a host can have (RFC 1122 section 3.2.1.3: not
 * in 0/8 or 127/8, not multicast, reserved or broadcast; RFC 4291 section 2:
 * not unspecified, loopback, IPv4-compatible, IPv4-mapped, link-local,
 * site-local or multicast) and its host part, beside the fake prefix, must be
 * one that a host has.
 *
 * Returns NULL if successful, otherwise what would be right, as an owned
 * string for the caller to free; '*fake' is then indeterminate. */
char *fake_address_parse(const char *s, struct fake_address *fake)
    OVS_WARN_UNUSED_RESULT;

/* Parses 's', the same with the network's address, into '*real'. */
char *real_subnet_parse(const char *s, struct real_subnet *real)
    OVS_WARN_UNUSED_RESULT;

/* Parses 's', an address, or a network's with a prefix length that is not 0,
 * into '*prefix'.
 *
 * Returns NULL if successful, otherwise what would be right, as an owned
 * string for the caller to free; '*prefix' is then unchanged. */
char *prefix_parse(const char *s, struct address_prefix *prefix)
    OVS_WARN_UNUSED_RESULT;

/* Returns true if a host can have 'address': fake_address_parse() says which
 * ones no host has. */
bool address_is_host(struct address address);

/* Returns what a list of these must be, for the caller to free. */
char *prefixes_expected(bool ipv4);

/* Checks that both are of one family, and that 'fake' leaves room for two host
 * parts of 'real', and is apart from it.  Returns NULL if so, otherwise what
 * would be right for 'fake', as an owned string for the caller to free. */
char *address_plan_check(const struct fake_address *fake,
                         const struct real_subnet *real)
    OVS_WARN_UNUSED_RESULT;

/* Returns true if the fake address, and all of its network, is IPv4. */
bool fake_address_is_ipv4(const struct fake_address *);

/* Returns the fake prefix; its network: 'fake''s address with all host bits
 * 0. */
struct address_prefix fake_address_prefix(const struct fake_address *fake);
struct address fake_address_network(const struct fake_address *fake);

/* Returns the fake addresses of pairs: the fake prefix, or the part of it that
 * two host parts need. */
struct address_prefix address_plan_pairs(const struct fake_address *fake,
                                         const struct real_subnet *real);

/* Returns the real subnet, which must be known, as a prefix. */
struct address_prefix real_subnet_prefix(const struct real_subnet *);

/* Returns the last address of 'real', of which all host bits are 1: of IPv4
 * the broadcast address. */
struct address real_subnet_last(const struct real_subnet *real);

/* Returns the number of host bits of 'real'; if it is not known, those that
 * the published flow set takes for addresses of the family of 'fake'. */
unsigned int address_plan_host_bits(const struct fake_address *fake,
                                    const struct real_subnet *real);

/* The same of one that is known. */
unsigned int real_subnet_host_bits(const struct real_subnet *real);

/* Returns true if 'ip' is in 'real', and neither its first address nor its
 * last one. */
bool real_subnet_has_host(const struct real_subnet *real, struct address ip);

/* Returns how the service sees 'client' asking for 'target', of which only
 * the host parts count. */
struct address address_plan_join(const struct fake_address *fake,
                                 const struct real_subnet *real,
                                 struct address client, struct address target);

/* Stores into '*client' and '*target' the addresses that 'ip' is made of; if
 * 'real' is not known, the host parts alone, in the family of 'fake'.  Returns
 * false if 'ip' is not that of a client and a target: no host of a subnet has
 * a host part of all zeros or all ones.  (If 'real' is not known, a target
 * may.) */
bool address_plan_split(const struct fake_address *fake,
                        const struct real_subnet *real, struct address ip,
                        struct address *client, struct address *target);

#endif /* openflow/address-plan.h */
