/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_FORMAT_H
#define NETDEV_NFT_FORMAT_H 1

/* Messages of nf_tables as text
 * =============================
 *
 * A message that makes a table, a chain, a set, a rule or a counter, and the
 * one by which the kernel shows it, are the same line.  Elements of sets, of
 * which a message can have many, are a line each; they come last, sorted.
 *
 * What the kernel alone decides on is left out: handles, positions, numbers of
 * uses, counted packets, and what it adds where something has its usual value.
 * All else is there, known here or not, so that two different objects are
 * different lines.  Pure; the kernel's messages may be anything. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/dynamic-string.h"
#include "svec.h"

struct nlmsghdr;

struct nft_text {
    struct ds lines;
    struct svec elements;       /* Other lines. */
    size_t n_bytes;             /* Of these. */
};

#define NFT_TEXT_INITIALIZER \
    { DS_EMPTY_INITIALIZER, SVEC_EMPTY_INITIALIZER, 0 }

/* Adds the message. */
void nft_text_add(struct nft_text *, const struct nlmsghdr *);

/* Returns how long the text will be. */
size_t nft_text_length(const struct nft_text *);

/* Returns the text, for the caller to free, and frees all else. */
char *nft_text_steal(struct nft_text *);

void nft_text_destroy(struct nft_text *);

/* Returns the name of what a message is about, for the caller to free, if it
 * has one, otherwise NULL. */
char *nft_get_name(const struct nlmsghdr *);

/* Returns true if the message is about 'table', of the family "inet". */
bool nft_is_of_table(const struct nlmsghdr *, const char *table);

/* Returns how many chains, sets, counters and others a message says that its
 * table has. */
uint32_t nft_table_uses(const struct nlmsghdr *);

struct nft_counter {
    uint64_t packets, bytes;
};

/* If the message is about a counter 'name', stores what it counted, and
 * returns true. */
bool nft_get_counter(const struct nlmsghdr *, const char *name,
                     struct nft_counter *);

#endif /* netdev/nft-format.h */
