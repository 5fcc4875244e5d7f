/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_PAIRS_FRAMES_H
#define TEST_PAIRS_FRAMES_H 1

/* The frames of test/pairs.c, which says what the pairs are. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address.h"
#include "packets.h"

/* The addresses of a family. */
struct plan {
    uint16_t eth_type;
    size_t header_len;          /* Of IP, in bytes. */
    size_t src;                 /* Where it has the source's address; */
    size_t address_len;         /* behind that, the destination's. */
    struct address fake, routed;
    struct address real, pairs; /* Host parts 0. */
    unsigned int host_bits;
};
extern const struct plan pairs_ipv4, pairs_ipv6;

enum way { PUBLISHED, KNOWN, PLAIN, KNOWN6 };

struct pair {
    struct address client, target;  /* On the wire. */
    struct eth_addr client_mac, target_mac;
    struct address seen;        /* The client's address for the service. */
    uint16_t port;
};

/* What a datagram holds.  An answer has the client's address and its port, as
 * the service saw them, in front. */
struct question {
    ovs_16aligned_be32 number;
    uint8_t noise[14];
};

#define MAX_ADDRESS_LEN 16
#define MAX_ANSWER (MAX_ADDRESS_LEN + 2 + sizeof(struct question))
#define MAX_IP (IPV6_HEADER_LEN + UDP_HEADER_LEN + MAX_ANSWER)

struct question_frame {
    size_t size;
    struct {
        struct vlan_eth_header eth;
        uint8_t ip[MAX_IP];
    } bytes;
};

/* The kernel hands us the tag apart. */
struct answer_frame {
    struct eth_header eth;
    uint8_t ip[MAX_IP];
};

enum { PAIRS_HOSTS = 254, PAIRS_VLAN = 2 };

/* Returns the addresses of a way's family. */
const struct plan *plan_of(enum way);

/* Returns the pair of that number: client after client asks all targets, as
 * scanners do. */
struct pair pair(enum way, uint32_t number);

/* Returns what is asked by it; 'seed' makes the noise. */
struct question question(uint32_t seed, uint32_t number);

/* Returns the frame that asks it, to the service's 'port'. */
struct question_frame question_frame(enum way, uint32_t seed, uint32_t number,
                                     uint16_t port);

/* Returns what an answer has in front of the question, and writes it. */
size_t put_seen(uint8_t *, struct address seen, uint16_t port);

/* Returns true if the headers of an answer of 'n' bytes are right, but for
 * addresses, ports and checksums. */
bool headers_are_right(const struct plan *, const struct answer_frame *,
                       size_t n);

/* Returns the checksum of the datagram behind an IP header; of one that has a
 * right one, 0. */
uint16_t udp_checksum(const struct plan *, const uint8_t *ip);

uint16_t get_be16(const uint8_t *);

#endif /* test/pairs-frames.h */
