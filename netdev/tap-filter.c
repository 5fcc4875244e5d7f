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

/* Words of the program's memory: source and destination are as many words
 * each, from ADDRESSES on. */
enum { PORTS, VLAN, ADDRESSES };

/* Offsets in a frame.  Those of IP are relative to X, which has the size of a
 * tag in the frame. */
enum {
    TYPE = 12,
    TCI = 14,
    TAGGED_TYPE = 16,
    IP_VER_IHL = 14,
    IP_FRAG = 20,
};

/* What differs between the families. */
struct family {
    uint16_t type;              /* Of Ethernet. */
    unsigned int proto, addresses, ports;       /* Offsets, as above. */
    size_t n_words;             /* Of an address: the last ones of in6_addr. */
};

static const struct family families[] = {
    { ETH_TYPE_IPV6, 20, 22, 54, 4 },
    { ETH_TYPE_IP, 23, 26, 34, 1 },
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

/* A tag may be beside the frame or within it.  Two are none of a tuple's. */
static void
put_start(struct ofpbuf *insns, uint16_t type)
{
    const struct sock_filter tagged[] = {
        PASS_UNLESS_EQ(ETH_TYPE_VLAN),
        LOAD_AUX(SKF_AD_VLAN_TAG_PRESENT),
        PASS_UNLESS_EQ(0),
        LOAD(BPF_H, TAGGED_TYPE),
        PASS_UNLESS_EQ(type),
        LOAD(BPF_H, TCI),
        AND(VLAN_VID_MASK),
        STORE(VLAN),
        SET_X(VLAN_HEADER_LEN),
    };
    const struct sock_filter start[] = {
        LOAD_AUX(SKF_AD_VLAN_TAG),
        AND(VLAN_VID_MASK),
        STORE(VLAN),
        SET_X(0),
        LOAD(BPF_H, TYPE),
        IF(BPF_JEQ, type, ARRAY_SIZE(tagged), 0),
    };

    ofpbuf_put(insns, start, sizeof start);
    ofpbuf_put(insns, tagged, sizeof tagged);
}

/* Goes on with what has its ports right after the IP header. */
static void
put_udp(struct ofpbuf *insns, const struct family *f)
{
    const struct sock_filter udp[] = {
        LOAD_IP(BPF_B, f->proto),
        PASS_UNLESS_EQ(IPPROTO_UDP),
    };
    const struct sock_filter whole_ipv4[] = {
        LOAD_IP(BPF_B, IP_VER_IHL),
        PASS_UNLESS_EQ(IP_IHL_VER(5, 4)),
        LOAD_IP(BPF_H, IP_FRAG),
        AND(IP_FRAG_OFF_MASK | IP_MORE_FRAGMENTS),
        PASS_UNLESS_EQ(0),
    };

    ofpbuf_put(insns, udp, sizeof udp);
    if (f->type == ETH_TYPE_IP) {
        ofpbuf_put(insns, whole_ipv4, sizeof whole_ipv4);
    }
}

static void
put_hash(struct ofpbuf *insns, uint32_t word)
{
    const struct sock_filter hash[] = { HASH(word) };

    ofpbuf_put(insns, hash, sizeof hash);
}

/* Leaves a tuple in memory, and its hash in A. */
static void
put_extract(struct ofpbuf *insns, const struct family *f)
{
    const struct sock_filter ports[] = {
        LOAD_IP(BPF_W, f->ports),
        STORE(PORTS),
    };

    for (uint32_t i = 0; i < 2 * f->n_words; i++) {
        const struct sock_filter word[] = {
            LOAD_IP(BPF_W, f->addresses + 4 * i),
            STORE(ADDRESSES + i),
        };

        ofpbuf_put(insns, word, sizeof word);
    }
    ofpbuf_put(insns, ports, sizeof ports);
    for (uint32_t i = 0; i < 2 * f->n_words; i++) {
        put_hash(insns, ADDRESSES + i);
    }
    put_hash(insns, VLAN);
}

static const struct family *
get_family(const struct tap_tuple *t)
{
    return &families[IN6_IS_ADDR_V4MAPPED(&t->src)];
}

/* Returns what put_extract() leaves in a word of memory. */
static uint32_t
get_word(const struct family *f, const struct tap_tuple *t, size_t word)
{
    if (word == PORTS) {
        return (uint32_t) ntohs(t->src_port) << 16 | ntohs(t->dst_port);
    } else if (word == VLAN) {
        return t->vlan;
    }

    size_t i = word - ADDRESSES;
    const struct in6_addr *a = i < f->n_words ? &t->src : &t->dst;
    return ntohl(a->s6_addr32[4 - f->n_words + i % f->n_words]);
}

/* The same as put_extract() does it. */
static uint32_t
hash_tuple(const struct family *f, const struct tap_tuple *t)
{
    uint32_t hash = get_word(f, t, PORTS);

    for (size_t i = 0; i < 2 * f->n_words; i++) {
        hash = hash * HASH_FACTOR ^ get_word(f, t, ADDRESSES + i);
    }
    return hash * HASH_FACTOR ^ t->vlan;
}

static int
compare_hashes(const void *a_, const void *b_)
{
    const struct tap_tuple *a = a_;
    const struct family *f = get_family(a);
    uint32_t hash_a = hash_tuple(f, a), hash_b = hash_tuple(f, b_);

    return hash_a < hash_b ? -1 : hash_a > hash_b;
}

#define NODE_SIZE 2

static size_t
n_checks(const struct family *f)
{
    return ADDRESSES + 2 * f->n_words;
}

static size_t
tree_size(const struct family *f, size_t n)
{
    size_t leaf_size = 2 * n_checks(f) + 2;

    return n * leaf_size + (n - 1) * NODE_SIZE;
}

static void
put_leaf(struct ofpbuf *insns, const struct family *f,
         const struct tap_tuple *t)
{
    const struct sock_filter end[] = { PASS, DROP };
    size_t n = n_checks(f);

    for (size_t word = 0; word < n; word++) {
        size_t left = n - 1 - word;
        const struct sock_filter check[] = {
            LOAD_MEM(word),
            IF(BPF_JEQ, get_word(f, t, word), left ? 0 : 1, 2 * left),
        };

        ofpbuf_put(insns, check, sizeof check);
    }
    ofpbuf_put(insns, end, sizeof end);
}

/* Conditional jumps reach 255 instructions at most, others anything. */
static void
put_tree(struct ofpbuf *insns, const struct family *f,
         const struct tap_tuple *tuples, size_t n)
{
    if (n == 1) {
        put_leaf(insns, f, tuples);
        return;
    }

    size_t half = n / 2;
    const struct sock_filter node[] = {
        IF(BPF_JGE, hash_tuple(f, &tuples[half]), 0, 1),
        JUMP(tree_size(f, half)),
    };

    BUILD_ASSERT(ARRAY_SIZE(node) == NODE_SIZE);
    ofpbuf_put(insns, node, sizeof node);
    put_tree(insns, f, tuples, half);
    put_tree(insns, f, tuples + half, n - half);
}

/* Sorts the tuples, which are all of the family. */
static void
put_family(struct ofpbuf *insns, const struct family *f,
           struct tap_tuple *tuples, size_t n)
{
    size_t begin = insns->size;

    qsort(tuples, n, sizeof *tuples, compare_hashes);
    put_start(insns, f->type);
    put_udp(insns, f);
    put_extract(insns, f);
    put_tree(insns, f, tuples, n);

    struct sock_filter *insn = ofpbuf_at_assert(insns, begin, 0);
    size_t size = (insns->size - begin) / sizeof *insn;
    for (size_t i = 0; i < size; i++) {
        if (insn[i].code == (BPF_JMP | BPF_JA) && insn[i].k == UINT32_MAX) {
            insn[i].k = size - i - 1;
        }
    }
}

void
tap_filter_put_muted(struct ofpbuf *insns, const struct tap_tuple *tuples,
                     size_t n)
{
    struct tap_tuple *own = xmalloc(MAX(n, 1) * sizeof *own);

    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        size_t n_own = 0;

        for (size_t j = 0; j < n; j++) {
            if (get_family(&tuples[j]) == &families[i]) {
                own[n_own++] = tuples[j];
            }
        }
        if (n_own) {
            put_family(insns, &families[i], own, n_own);
        }
    }
    free(own);
}
