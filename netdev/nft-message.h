/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_MESSAGE_H
#define NETDEV_NFT_MESSAGE_H 1

/* Messages to nf_tables
 * =====================
 *
 * Builds netlink messages of nfnetlink, of the family "inet", and the
 * expressions of a rule.  Each expression has what it reads or tests in
 * register 1.  Pure. */

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
 * NFT_MSG_*. */
struct nl_msg *nft_message(int type, int flags, const char *table);

/* The message that starts a transaction, and the one that ends it. */
struct nl_msg *nft_batch_message(int type);

/* Attributes.  Numbers of nf_tables are in network byte order. */
void nft_put_u32(struct nl_msg *, int attr, uint32_t value);
void nft_put_u64(struct nl_msg *, int attr, uint64_t value);
void nft_put_string(struct nl_msg *, int attr, const char *value);
struct nlattr *nft_start(struct nl_msg *, int attr);
void nft_end(struct nl_msg *, struct nlattr *);

/* Expressions, within NFTA_RULE_EXPRESSIONS. */

/* 'key' is NFT_META_*. */
void nft_load_meta(struct nl_msg *, uint32_t key);
void nft_store_meta(struct nl_msg *, uint32_t key);

/* 'key' is NFT_CT_*, 'dir' IP_CT_DIR_* where the key has one, otherwise -1. */
void nft_load_ct(struct nl_msg *, uint32_t key, int dir);
void nft_store_ct(struct nl_msg *, uint32_t key);

/* 'base' is NFT_PAYLOAD_*. */
void nft_load_payload(struct nl_msg *, uint32_t base, uint32_t offset,
                      uint32_t len);

/* The register becomes (register & mask) ^ xor, in host byte order. */
void nft_mask(struct nl_msg *, uint32_t mask, uint32_t xor);

/* The rule goes on if the register is 'op' (NFT_CMP_*) 'data'. */
void nft_compare(struct nl_msg *, uint32_t op, const void *data, size_t);
void nft_compare_u8(struct nl_msg *, uint32_t op, uint8_t value);
void nft_compare_u32(struct nl_msg *, uint32_t op, uint32_t value);
void nft_compare_ip(struct nl_msg *, uint32_t op, ovs_be32 value);
void nft_compare_name(struct nl_msg *, uint32_t op, const char *interface);

/* 'code' is NF_* or NFT_*. */
void nft_verdict(struct nl_msg *, int code);
void nft_masquerade(struct nl_msg *);
void nft_count(struct nl_msg *, const char *counter);

#endif /* netdev/nft-message.h */
