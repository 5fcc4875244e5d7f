/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_UNIT_ERROR_LIB_H
#define TEST_UNIT_ERROR_LIB_H 1

/* Frames with ICMP errors of both families, for the tests of what translates
 * them.  All checksums are computed here, byte by byte, and from scratch. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/error-plan.h"

/* A packet, as the fake host or a client sends it. */
struct packet {
    struct address src, dst;    /* Their family is the packet's. */
    uint8_t proto;              /* Of IPv6, 1 stands for ICMPv6. */
    bool no_csum;               /* UDP. */
    uint16_t frag;              /* What an IPv4 header says of fragments. */
    size_t size;                /* Of what follows the headers of IP. */
};

/* An error about it. */
struct icmp {
    struct address src, dst;
    uint8_t type, code;
    uint32_t rest;              /* What follows the checksum. */
    struct packet about;
    size_t quoted;              /* Bytes of what follows those headers. */
};

/* A network, and its addresses: .5 asked .77, .9 is a
 * router. */
struct network {
    struct error_plan plan;
    struct address fake, pair, router_pair, client, router, target;
    struct address far, far_router;     /* A routed client; one on the way. */
};

/* One of IPv4, one of IPv6. */
#define N_NETWORKS 2
extern const struct network networks[N_NETWORKS];

#define IPV4(IP) ADDRESS_INIT_IPV4(IP)
#define IPV6(HI, LO) { UINT64_C(HI), UINT64_C(LO) }

bool is_ipv6(const struct network *);
struct error_plan plan_of(const struct network *, bool outbound);

/* Port unreachable; fragmentation needed, or packet too big, with an MTU of
 * 1300. */
struct icmp from_fake_host(const struct network *);
struct icmp from_router(const struct network *);

/* What these are on the other side. */
struct icmp fake_host_as_target(const struct network *);
struct icmp router_as_pair(const struct network *);

/* Of an IP header, by an address in it. */
size_t header_len(struct address);

/* Writes the frame, which has no padding; returns its size. */
#define MAX_FRAME 2048
size_t put_error(const struct icmp *, uint8_t frame[MAX_FRAME]);

void put_be16(uint8_t *, uint16_t);

/* Stores what 's' says, two digits a byte, with anything between the bytes;
 * returns how many these are. */
size_t parse_hex(const char *s, uint8_t *bytes);

/* Adds 'n' bytes to the sum of RFC 1071, byte by byte; of an odd number, the
 * last is followed by 0.  end_sum() returns the checksum. */
uint32_t add_bytes(uint32_t sum, const uint8_t *, size_t n);
uint16_t end_sum(uint32_t sum);

/* Puts the checksum of the ICMP message of 'size' bytes right, which is sent
 * from 'src' to 'dst'. */
void set_icmp_csum(uint8_t *icmp, size_t size, struct address src,
                   struct address dst);

#endif /* test/unit-error-lib.h */
