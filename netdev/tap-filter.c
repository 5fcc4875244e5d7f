/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/tap-filter.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <stdlib.h>

#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"

/* Words of the program's memory. */
enum { SRC, DST, PORTS, VLAN };

/* Offsets in a frame.  Those of IP are relative to X, which has the size of a
 * tag in the frame. */
enum {
    TYPE = 12,
    TCI = 14,
    TAGGED_TYPE = 16,
    IP_VER_IHL = 14,
    IP_FRAG = 20,
    IP_PROTO = 23,
    IP_SRC = 26,
    IP_DST = 30,
    UDP_PORTS = 34,
};

#define LOAD(SIZE, OFS) BPF_STMT(BPF_LD | (SIZE) | BPF_ABS, OFS)
#define LOAD_IP(SIZE, OFS) BPF_STMT(BPF_LD | (SIZE) | BPF_IND, OFS)
#define LOAD_AUX(FIELD) LOAD(BPF_W, SKF_AD_OFF + (FIELD))
#define LOAD_MEM(WORD) BPF_STMT(BPF_LD | BPF_MEM, WORD)
#define STORE(WORD) BPF_STMT(BPF_ST, WORD)
#define SET_X(K) BPF_STMT(BPF_LDX | BPF_IMM, K)
#define AND(K) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, K)
#define IF(OP, K, THEN, ELSE) BPF_JUMP(BPF_JMP | (OP) | BPF_K, K, THEN, ELSE)
#define JUMP(K) BPF_STMT(BPF_JMP | BPF_JA, K)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)

/* To the end of what is put here; no other jump is so long. */
#define PASS JUMP(UINT32_MAX)
#define PASS_UNLESS_EQ(K) IF(BPF_JEQ, K, 1, 0), PASS

/* A becomes a hash of itself and the word. */
#define HASH_FACTOR 0x9e3779b1u
#define HASH(WORD)                                              \
    BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, HASH_FACTOR),           \
    BPF_STMT(BPF_LDX | BPF_MEM, WORD),                          \
    BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0)

void
tap_filter_put_direction(struct ofpbuf *insns, bool sent)
{
    const struct sock_filter program[] = {
        LOAD_AUX(SKF_AD_PKTTYPE),
        IF(BPF_JEQ, PACKET_OUTGOING, sent, !sent),
        DROP,
    };

    ofpbuf_put(insns, program, sizeof program);
}

/* Muted tuples. */

/* A tag may be beside the frame or, after this, within it.  Two are none of a
 * tuple's. */
static const struct sock_filter tagged[] = {
    PASS_UNLESS_EQ(ETH_TYPE_VLAN),
    LOAD_AUX(SKF_AD_VLAN_TAG_PRESENT),
    PASS_UNLESS_EQ(0),
    LOAD(BPF_H, TAGGED_TYPE),
    PASS_UNLESS_EQ(ETH_TYPE_IP),
    LOAD(BPF_H, TCI),
    AND(VLAN_VID_MASK),
    STORE(VLAN),
    SET_X(VLAN_HEADER_LEN),
};

static const struct sock_filter start[] = {
    LOAD_AUX(SKF_AD_VLAN_TAG),
    AND(VLAN_VID_MASK),
    STORE(VLAN),
    SET_X(0),
    LOAD(BPF_H, TYPE),
    IF(BPF_JEQ, ETH_TYPE_IP, ARRAY_SIZE(tagged), 0),
};

/* Leaves a tuple in memory, and its hash in A. */
static const struct sock_filter extract[] = {
    LOAD_IP(BPF_B, IP_PROTO),
    PASS_UNLESS_EQ(IPPROTO_UDP),
    LOAD_IP(BPF_B, IP_VER_IHL),
    PASS_UNLESS_EQ(IP_IHL_VER(5, 4)),
    LOAD_IP(BPF_H, IP_FRAG),
    AND(IP_FRAG_OFF_MASK | IP_MORE_FRAGMENTS),
    PASS_UNLESS_EQ(0),
    LOAD_IP(BPF_W, IP_SRC),
    STORE(SRC),
    LOAD_IP(BPF_W, IP_DST),
    STORE(DST),
    LOAD_IP(BPF_W, UDP_PORTS),
    STORE(PORTS),
    HASH(SRC),
    HASH(DST),
    HASH(VLAN),
};

static uint32_t
get_ports(const struct tap_tuple *t)
{
    return (uint32_t) ntohs(t->src_port) << 16 | ntohs(t->dst_port);
}

/* The same as 'extract' does it. */
static uint32_t
hash_tuple(const struct tap_tuple *t)
{
    uint32_t hash = get_ports(t);

    hash = hash * HASH_FACTOR ^ ntohl(t->src);
    hash = hash * HASH_FACTOR ^ ntohl(t->dst);
    return hash * HASH_FACTOR ^ t->vlan;
}

static int
compare_hashes(const void *a_, const void *b_)
{
    uint32_t a = hash_tuple(a_), b = hash_tuple(b_);

    return a < b ? -1 : a > b;
}

#define LEAF_SIZE 10
#define NODE_SIZE 2

static size_t
tree_size(size_t n)
{
    return n * LEAF_SIZE + (n - 1) * NODE_SIZE;
}

static void
put_leaf(struct ofpbuf *insns, const struct tap_tuple *t)
{
    const struct sock_filter leaf[] = {
        LOAD_MEM(SRC),
        IF(BPF_JEQ, ntohl(t->src), 0, 6),
        LOAD_MEM(DST),
        IF(BPF_JEQ, ntohl(t->dst), 0, 4),
        LOAD_MEM(PORTS),
        IF(BPF_JEQ, get_ports(t), 0, 2),
        LOAD_MEM(VLAN),
        IF(BPF_JEQ, t->vlan, 1, 0),
        PASS,
        DROP,
    };

    BUILD_ASSERT(ARRAY_SIZE(leaf) == LEAF_SIZE);
    ofpbuf_put(insns, leaf, sizeof leaf);
}

/* Conditional jumps reach 255 instructions at most, others anything. */
static void
put_tree(struct ofpbuf *insns, const struct tap_tuple *tuples, size_t n)
{
    if (n == 1) {
        put_leaf(insns, tuples);
        return;
    }

    size_t half = n / 2;
    const struct sock_filter node[] = {
        IF(BPF_JGE, hash_tuple(&tuples[half]), 0, 1),
        JUMP(tree_size(half)),
    };

    BUILD_ASSERT(ARRAY_SIZE(node) == NODE_SIZE);
    ofpbuf_put(insns, node, sizeof node);
    put_tree(insns, tuples, half);
    put_tree(insns, tuples + half, n - half);
}

/* Returns how many instructions tap_filter_put_muted() appends. */
static size_t
muted_size(size_t n)
{
    return (n ? ARRAY_SIZE(start) + ARRAY_SIZE(tagged) + ARRAY_SIZE(extract)
            + tree_size(n) : 0);
}

void
tap_filter_put_muted(struct ofpbuf *insns, const struct tap_tuple *tuples,
                     size_t n)
{
    size_t size = muted_size(n);
    struct tap_tuple *sorted;

    if (!n) {
        return;
    }
    sorted = xmemdup(tuples, n * sizeof *tuples);
    qsort(sorted, n, sizeof *sorted, compare_hashes);
    ofpbuf_put(insns, start, sizeof start);
    ofpbuf_put(insns, tagged, sizeof tagged);
    ofpbuf_put(insns, extract, sizeof extract);
    put_tree(insns, sorted, n);
    free(sorted);

    struct sock_filter *insn = (struct sock_filter *) ofpbuf_tail(insns)
        - size;
    for (size_t i = 0; i < size; i++) {
        if (insn[i].code == (BPF_JMP | BPF_JA) && insn[i].k == UINT32_MAX) {
            insn[i].k = size - i - 1;
        }
    }
}
