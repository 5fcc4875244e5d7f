/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ADDRESS_H
#define OPENFLOW_ADDRESS_H 1

/* Addresses of both families
 * ===========================
 *
 * An address is a number of 128 bits.  That of IPv4 is the IPv4-mapped one, as
 * RFC 4291 section 2.5.5.2 has it (::ffff:0:0/96), so that what is computed
 * here is the same for both; IPv6 has no use of its own for these, and none
 * that is written so is taken.  Pure. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "openvswitch/types.h"

struct ds;

#define ADDRESS_BITS 128
#define ADDRESS_MAPPED_PLEN 96  /* Of ::ffff:0:0/96. */

struct address {
    uint64_t hi, lo;            /* Host byte order. */
};

/* Initializers: the IPv4 address 'IP', which is in host byte order; the lowest
 * and the highest address there is. */
#define ADDRESS_INIT_IPV4(IP) { 0, UINT64_C(0xffff00000000) | (IP) }
#define ADDRESS_INIT_MIN { 0, 0 }
#define ADDRESS_INIT_MAX { UINT64_MAX, UINT64_MAX }

static inline struct address
address_from_u32(uint32_t ip)
{
    return (struct address) ADDRESS_INIT_IPV4(ip);
}

/* Returns the IPv4 address 'a' in host byte order. */
static inline uint32_t
address_to_u32(struct address a)
{
    return a.lo;
}

static inline bool
address_is_ipv4(struct address a)
{
    return !a.hi && a.lo >> 32 == 0xffff;
}

/* "IPv4" or "IPv6". */
const char *address_family_name(bool ipv4);

/* Those of packets and of the kernel are in network byte order. */
struct address address_from_ip(ovs_be32);
ovs_be32 address_to_ip(struct address);
struct address address_from_in6(const struct in6_addr *);
struct in6_addr address_to_in6(struct address);

/* The same of 'n' bytes, of which IPv4 has 4 and IPv6 16. */
struct address address_from_bytes(const void *, size_t n);
void address_to_bytes(struct address, void *, size_t n);

/* Returns less than 0, 0, or more than 0. */
static inline int
address_compare(struct address a, struct address b)
{
    return (a.hi != b.hi ? (a.hi < b.hi ? -1 : 1)
            : (a.lo > b.lo) - (a.lo < b.lo));
}

static inline bool
address_equals(struct address a, struct address b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

/* Bit by bit. */
static inline struct address
address_and(struct address a, struct address b)
{
    return (struct address) { a.hi & b.hi, a.lo & b.lo };
}

static inline struct address
address_or(struct address a, struct address b)
{
    return (struct address) { a.hi | b.hi, a.lo | b.lo };
}

static inline struct address
address_not(struct address a)
{
    return (struct address) { ~a.hi, ~a.lo };
}

/* By 'n' bits, 0 to 128.  C shifts a number by less than it has bits. */
static inline struct address
address_shift_left(struct address a, unsigned int n)
{
    return (n >= 128 ? (struct address) ADDRESS_INIT_MIN
            : n >= 64 ? (struct address) { a.lo << (n - 64), 0 }
            : n ? (struct address) { a.hi << n | a.lo >> (64 - n), a.lo << n }
            : a);
}

static inline struct address
address_shift_right(struct address a, unsigned int n)
{
    return (n >= 128 ? (struct address) ADDRESS_INIT_MIN
            : n >= 64 ? (struct address) { 0, a.hi >> (n - 64) }
            : n ? (struct address) { a.hi >> n, a.lo >> n | a.hi << (64 - n) }
            : a);
}

/* Returns the address after or before 'a': after the highest, the lowest. */
static inline struct address
address_next(struct address a)
{
    return (struct address) { a.hi + (a.lo == UINT64_MAX), a.lo + 1 };
}

static inline struct address
address_previous(struct address a)
{
    return (struct address) { a.hi - !a.lo, a.lo - 1 };
}

static inline bool
address_is_min(struct address a)
{
    return !a.hi && !a.lo;
}

static inline bool
address_is_max(struct address a)
{
    return a.hi == UINT64_MAX && a.lo == UINT64_MAX;
}

uint32_t address_hash(struct address, uint32_t basis);

/* A network of addresses. */
struct address_prefix {
    struct address network;     /* Host bits 0. */
    unsigned int plen;          /* 0 to 128, of IPv4 96 more than there. */
};

/* Returns an address of which the first 'plen' bits are 1, the others 0. */
static inline struct address
address_mask(unsigned int plen)
{
    return address_shift_left((struct address) ADDRESS_INIT_MAX,
                              ADDRESS_BITS - plen);
}

/* Returns the prefix of 'a' of 'plen' bits: of IPv4, 0 to 32. */
static inline struct address_prefix
address_prefix_of(struct address a, unsigned int plen)
{
    unsigned int whole = plen + (address_is_ipv4(a) ? ADDRESS_MAPPED_PLEN : 0);

    return (struct address_prefix) {
        address_and(a, address_mask(whole)), whole
    };
}

/* Returns the length as it is written, of IPv4 0 to 32. */
unsigned int address_prefix_plen(struct address_prefix);

static inline bool
address_prefix_contains(struct address_prefix p, struct address a)
{
    return address_equals(address_and(a, address_mask(p.plen)), p.network);
}

/* Returns true if one of them is in the other. */
bool address_prefix_overlaps(struct address_prefix, struct address_prefix);

/* Parses 's': IPv4 in dotted-quad, IPv6 as in RFC 4291 section 2.2, without a
 * zone index (RFC 4007 section 11).  None that is IPv4-mapped.  Returns false
 * if it is not an address. */
bool address_parse(const char *s, struct address *)
    OVS_WARN_UNUSED_RESULT;

/* The same for 'n' bytes of it. */
bool address_parse_n(const char *s, size_t n, struct address *)
    OVS_WARN_UNUSED_RESULT;

/* Returns what would be right for 's', "ADDRESS", "ADDRESS-ADDRESS",
 * "ADDRESS/LENGTH", "ADDRESS,ADDRESS" or "[ADDRESS]:PORT", if it has a zone
 * index or an address that is IPv4-mapped, for the caller to free; otherwise
 * NULL. */
char *address_refuse(const char *s)
    OVS_WARN_UNUSED_RESULT;

/* Returns true if 's', whether it is an address or not, is meant to be one of
 * IPv6. */
bool address_looks_like_ipv6(const char *s);

/* Writes 'a' as text: IPv6 as in RFC 5952. */
#define ADDRESS_STRLEN (INET6_ADDRSTRLEN + 4)   /* With "/128", too. */
const char *address_to_string(struct address a, char s[ADDRESS_STRLEN]);
const char *address_prefix_to_string(struct address_prefix,
                                     char s[ADDRESS_STRLEN]);

/* Appends it to 's'; of a prefix, "ADDRESS/LENGTH". */
void address_format(struct address, struct ds *s);
void address_prefix_format(struct address_prefix, struct ds *s);

#endif /* openflow/address.h */
