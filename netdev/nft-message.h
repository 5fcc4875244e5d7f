/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_MESSAGE_H
#define NETDEV_NFT_MESSAGE_H 1

/* Messages to nf_tables
 * =====================
 *
 * Builds netlink messages of nfnetlink, of the family "inet", and the
 * expressions of a rule.  Each expression has what it reads or tests in
 * register 1, but for the second part of a concatenation.  Pure. */

#include <linux/netfilter/nf_tables.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_msg;
struct nlattr;

/* The first attribute of each message is the table's name.  The messages below
 * rely on it. */
#define NFT_TABLE_ATTR NFTA_TABLE_NAME

/* Returns a new message, which the caller must nlmsg_free().  'type' is
 * NFT_MSG_*.  Without a table, it asks for what is in all, of all families. */
struct nl_msg *nft_message(int type, int flags, const char *table);

/* The message that starts a transaction, and the one that ends it. */
struct nl_msg *nft_batch_message(int type);

/* Attributes.  Numbers of nf_tables are in network byte order. */
void nft_put_u32(struct nl_msg *, int attr, uint32_t value);
void nft_put_u64(struct nl_msg *, int attr, uint64_t value);
void nft_put_string(struct nl_msg *, int attr, const char *value);
void nft_put_bytes(struct nl_msg *, int attr, const void *, size_t);
struct nlattr *nft_start(struct nl_msg *, int attr);
void nft_end(struct nl_msg *, struct nlattr *);

/* {NFTA_DATA_VALUE}. */
void nft_put_value(struct nl_msg *, int attr, const void *data, size_t);

/* {NFTA_DATA_VERDICT}.  'code' is NF_* or NFT_*, 'chain' that of NFT_JUMP,
 * otherwise NULL. */
void nft_put_verdict(struct nl_msg *, int attr, int code, const char *chain);

/* Expressions, within NFTA_RULE_EXPRESSIONS. */

/* Registers: for the second part, if the first part has 4 bytes, or 16. */
#define NFT_FIRST NFT_REG_1
#define NFT_SECOND NFT_REG32_01
#define NFT_SECOND_BEHIND_16 NFT_REG_2

/* 'key' is NFT_META_*. */
void nft_load_meta(struct nl_msg *, uint32_t key, uint32_t reg);
void nft_store_meta(struct nl_msg *, uint32_t key);

/* 'key' is NFT_CT_*, 'dir' IP_CT_DIR_* where the key has one, otherwise -1. */
void nft_load_ct(struct nl_msg *, uint32_t key, int dir, uint32_t reg);
void nft_store_ct(struct nl_msg *, uint32_t key);

/* 'base' is NFT_PAYLOAD_*. */
void nft_load_payload(struct nl_msg *, uint32_t base, uint32_t offset,
                      uint32_t len);

/* Whether the packet has an IPv6 extension header of that type (IPPROTO_*), 1
 * or 0; and bytes of it.  Without that header, the rule is at its end. */
void nft_load_has_extension(struct nl_msg *, uint8_t type);
void nft_load_extension(struct nl_msg *, uint8_t type, uint32_t offset,
                        uint32_t len);

/* The register becomes (register & mask) ^ xor, in host byte order. */
void nft_mask(struct nl_msg *, uint32_t mask, uint32_t xor);

/* The same with the first byte, or the first two. */
void nft_mask_u8(struct nl_msg *, uint8_t mask);
void nft_mask_be16(struct nl_msg *, ovs_be16 mask);

/* The rule goes on if the register is 'op' (NFT_CMP_*) 'data'. */
void nft_compare(struct nl_msg *, uint32_t op, const void *data, size_t);
void nft_compare_u8(struct nl_msg *, uint32_t op, uint8_t value);
void nft_compare_u32(struct nl_msg *, uint32_t op, uint32_t value);
void nft_compare_name(struct nl_msg *, uint32_t op, const char *interface);

/* The rule goes on if the register is in 'set', or with NFT_LOOKUP_F_INV in
 * 'flags' if it is not. */
void nft_lookup(struct nl_msg *, const char *set, uint32_t flags);

/* The verdict is that of the register in 'map'; if it has none, the rule is at
 * its end. */
void nft_lookup_verdict(struct nl_msg *, const char *map);

/* 'code' is NF_* or NFT_*. */
void nft_verdict(struct nl_msg *, int code);
void nft_masquerade(struct nl_msg *);
void nft_count(struct nl_msg *, const char *counter);

#endif /* netdev/nft-message.h */
