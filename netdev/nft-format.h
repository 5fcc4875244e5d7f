/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_FORMAT_H
#define NETDEV_NFT_FORMAT_H 1

/* Messages of nf_tables as text
 * =============================
 *
 * A message that makes a table, a chain, a rule or a counter, and the one by
 * which the kernel shows it, are the same line.  What the kernel alone decides
 * on is left out: handles, positions, numbers of uses, counted packets, and
 * what it adds where something has its usual value.  All else is there, known
 * here or not, so that two different objects are different lines.  Pure; the
 * kernel's messages may be anything. */

#include <stdbool.h>
#include <stdint.h>

struct ds;
struct nlmsghdr;

/* Appends the line. */
void nft_format(const struct nlmsghdr *, struct ds *);

/* Returns true if the message is about 'table', of the family "inet". */
bool nft_is_of_table(const struct nlmsghdr *, const char *table);

/* Returns how many chains, counters and others a message says that its table
 * has. */
uint32_t nft_table_uses(const struct nlmsghdr *);

struct nft_counter {
    uint64_t packets, bytes;
};

/* If the message is about a counter 'name', stores what it counted, and
 * returns true. */
bool nft_get_counter(const struct nlmsghdr *, const char *name,
                     struct nft_counter *);

#endif /* netdev/nft-format.h */
