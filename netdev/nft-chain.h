/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_CHAIN_H
#define NETDEV_NFT_CHAIN_H 1

/* What a message of nf_tables says of a chain.  Pure; the message may be
 * anything. */

#include <stdbool.h>
#include <stdint.h>

struct nlmsghdr;

#define NFT_CHAIN_NO_HOOK UINT32_MAX

/* The names are in the message, or "" if it does not say them. */
struct nft_chain {
    uint8_t family;             /* NFPROTO_*. */
    const char *table, *name;
    const char *type;           /* "filter", "nat", ...; of a base chain. */
    uint32_t hook;              /* NF_INET_*, or NFT_CHAIN_NO_HOOK. */
    uint32_t policy;            /* NF_*; NF_ACCEPT if it does not say. */
    uint32_t uses;              /* Its rules, and jumps to it. */
};

/* Returns true, and stores it into '*chain', if the message is about a chain
 * that is there. */
bool nft_chain_parse(const struct nlmsghdr *, struct nft_chain *chain);

/* Families, as bits. */
#define NFT_IPV4 (1 << 0)
#define NFT_IPV6 (1 << 1)

/* Returns of which families packets come to the chain: it may be both. */
unsigned int nft_chain_families(const struct nft_chain *);

/* Returns true if iptables-legacy, which does not use nf_tables, has 'table',
 * such as "nat", of one of 'families' in use.  Not pure. */
bool nft_legacy_has(unsigned int families, const char *table);

#endif /* netdev/nft-chain.h */
