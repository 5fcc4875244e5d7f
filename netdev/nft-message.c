/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nft-message.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "byte-order.h"
#include "util.h"

static struct nl_msg *
start_message(int type, int flags, const struct nfgenmsg *header)
{
    struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

    ovs_assert(msg);
    ovs_assert(!nlmsg_append(msg, CONST_CAST(void *, header), sizeof *header,
                             NLMSG_ALIGNTO));
    return msg;
}

struct nl_msg *
nft_message(int type, int flags, const char *table)
{
    const struct nfgenmsg header = {
        .nfgen_family = table ? NFPROTO_INET : NFPROTO_UNSPEC,
    };
    struct nl_msg *msg = start_message(NFNL_SUBSYS_NFTABLES << 8 | type,
                                       flags, &header);

    if (table) {
        nft_put_string(msg, NFT_TABLE_ATTR, table);
    }
    return msg;
}

struct nl_msg *
nft_batch_message(int type)
{
    const struct nfgenmsg header = {
        .nfgen_family = AF_UNSPEC, .res_id = htons(NFNL_SUBSYS_NFTABLES),
    };

    return start_message(type, 0, &header);
}

void
nft_put_u32(struct nl_msg *msg, int attr, uint32_t value)
{
    ovs_assert(!nla_put_u32(msg, attr, htonl(value)));
}

void
nft_put_u64(struct nl_msg *msg, int attr, uint64_t value)
{
    ovs_assert(!nla_put_u64(msg, attr, htonll(value)));
}

void
nft_put_string(struct nl_msg *msg, int attr, const char *value)
{
    ovs_assert(!nla_put_string(msg, attr, value));
}

void
nft_put_bytes(struct nl_msg *msg, int attr, const void *data, size_t n)
{
    ovs_assert(!nla_put(msg, attr, n, data));
}

struct nlattr *
nft_start(struct nl_msg *msg, int attr)
{
    struct nlattr *nest = nla_nest_start(msg, attr);

    ovs_assert(nest);
    return nest;
}

void
nft_end(struct nl_msg *msg, struct nlattr *nest)
{
    ovs_assert(!nla_nest_end(msg, nest));
}

void
nft_put_value(struct nl_msg *msg, int attr, const void *data, size_t n)
{
    struct nlattr *nest = nft_start(msg, attr);

    nft_put_bytes(msg, NFTA_DATA_VALUE, data, n);
    nft_end(msg, nest);
}

void
nft_put_verdict(struct nl_msg *msg, int attr, int code, const char *chain)
{
    struct nlattr *data = nft_start(msg, attr);
    struct nlattr *verdict = nft_start(msg, NFTA_DATA_VERDICT);

    nft_put_u32(msg, NFTA_VERDICT_CODE, code);
    if (chain) {
        nft_put_string(msg, NFTA_VERDICT_CHAIN, chain);
    }
    nft_end(msg, verdict);
    nft_end(msg, data);
}

/* Expressions. */

struct expression {
    struct nlattr *element, *data;
};

static struct expression
start_expression(struct nl_msg *msg, const char *name)
{
    struct expression e;

    e.element = nft_start(msg, NFTA_LIST_ELEM);
    nft_put_string(msg, NFTA_EXPR_NAME, name);
    e.data = nft_start(msg, NFTA_EXPR_DATA);
    return e;
}

static void
end_expression(struct nl_msg *msg, struct expression e)
{
    nft_end(msg, e.data);
    nft_end(msg, e.element);
}

static void
put_meta(struct nl_msg *msg, uint32_t key, int register_attr, uint32_t reg)
{
    struct expression e = start_expression(msg, "meta");

    nft_put_u32(msg, NFTA_META_KEY, key);
    nft_put_u32(msg, register_attr, reg);
    end_expression(msg, e);
}

void
nft_load_meta(struct nl_msg *msg, uint32_t key, uint32_t reg)
{
    put_meta(msg, key, NFTA_META_DREG, reg);
}

void
nft_store_meta(struct nl_msg *msg, uint32_t key)
{
    put_meta(msg, key, NFTA_META_SREG, NFT_FIRST);
}

static void
put_ct(struct nl_msg *msg, uint32_t key, int dir, int register_attr,
       uint32_t reg)
{
    struct expression e = start_expression(msg, "ct");

    nft_put_u32(msg, NFTA_CT_KEY, key);
    nft_put_u32(msg, register_attr, reg);
    if (dir >= 0) {
        ovs_assert(!nla_put_u8(msg, NFTA_CT_DIRECTION, dir));
    }
    end_expression(msg, e);
}

void
nft_load_ct(struct nl_msg *msg, uint32_t key, int dir, uint32_t reg)
{
    put_ct(msg, key, dir, NFTA_CT_DREG, reg);
}

void
nft_store_ct(struct nl_msg *msg, uint32_t key)
{
    put_ct(msg, key, -1, NFTA_CT_SREG, NFT_FIRST);
}

void
nft_load_payload(struct nl_msg *msg, uint32_t base, uint32_t offset,
                 uint32_t len)
{
    struct expression e = start_expression(msg, "payload");

    nft_put_u32(msg, NFTA_PAYLOAD_DREG, NFT_FIRST);
    nft_put_u32(msg, NFTA_PAYLOAD_BASE, base);
    nft_put_u32(msg, NFTA_PAYLOAD_OFFSET, offset);
    nft_put_u32(msg, NFTA_PAYLOAD_LEN, len);
    end_expression(msg, e);
}

static void
load_extension(struct nl_msg *msg, uint8_t type, uint32_t offset,
               uint32_t len, uint32_t flags)
{
    struct expression e = start_expression(msg, "exthdr");

    nft_put_u32(msg, NFTA_EXTHDR_DREG, NFT_FIRST);
    ovs_assert(!nla_put_u8(msg, NFTA_EXTHDR_TYPE, type));
    nft_put_u32(msg, NFTA_EXTHDR_OFFSET, offset);
    nft_put_u32(msg, NFTA_EXTHDR_LEN, len);
    nft_put_u32(msg, NFTA_EXTHDR_FLAGS, flags);
    nft_put_u32(msg, NFTA_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
    end_expression(msg, e);
}

void
nft_load_has_extension(struct nl_msg *msg, uint8_t type)
{
    load_extension(msg, type, 0, sizeof(uint8_t), NFT_EXTHDR_F_PRESENT);
}

void
nft_load_extension(struct nl_msg *msg, uint8_t type, uint32_t offset,
                   uint32_t len)
{
    load_extension(msg, type, offset, len, 0);
}

static void
mask(struct nl_msg *msg, const void *mask_, const void *xor, size_t n)
{
    struct expression e = start_expression(msg, "bitwise");

    nft_put_u32(msg, NFTA_BITWISE_SREG, NFT_FIRST);
    nft_put_u32(msg, NFTA_BITWISE_DREG, NFT_FIRST);
    nft_put_u32(msg, NFTA_BITWISE_LEN, n);
    nft_put_value(msg, NFTA_BITWISE_MASK, mask_, n);
    nft_put_value(msg, NFTA_BITWISE_XOR, xor, n);
    end_expression(msg, e);
}

void
nft_mask(struct nl_msg *msg, uint32_t mask_, uint32_t xor)
{
    mask(msg, &mask_, &xor, sizeof mask_);
}

void
nft_mask_u8(struct nl_msg *msg, uint8_t mask_)
{
    const uint8_t none = 0;

    mask(msg, &mask_, &none, sizeof mask_);
}

void
nft_mask_be16(struct nl_msg *msg, ovs_be16 mask_)
{
    const ovs_be16 none = 0;

    mask(msg, &mask_, &none, sizeof mask_);
}

void
nft_compare(struct nl_msg *msg, uint32_t op, const void *data, size_t n)
{
    struct expression e = start_expression(msg, "cmp");

    nft_put_u32(msg, NFTA_CMP_SREG, NFT_FIRST);
    nft_put_u32(msg, NFTA_CMP_OP, op);
    nft_put_value(msg, NFTA_CMP_DATA, data, n);
    end_expression(msg, e);
}

void
nft_compare_u8(struct nl_msg *msg, uint32_t op, uint8_t value)
{
    nft_compare(msg, op, &value, sizeof value);
}

void
nft_compare_u32(struct nl_msg *msg, uint32_t op, uint32_t value)
{
    nft_compare(msg, op, &value, sizeof value);
}

void
nft_compare_name(struct nl_msg *msg, uint32_t op, const char *interface)
{
    char name[IFNAMSIZ] = "";

    ovs_strlcpy(name, interface, sizeof name);
    nft_compare(msg, op, name, sizeof name);
}

/* Looks the register up in 'set'; 'attr' says how. */
static void
put_lookup(struct nl_msg *msg, const char *set, int attr, uint32_t value)
{
    struct expression e = start_expression(msg, "lookup");

    nft_put_string(msg, NFTA_LOOKUP_SET, set);
    nft_put_u32(msg, NFTA_LOOKUP_SREG, NFT_FIRST);
    nft_put_u32(msg, attr, value);
    end_expression(msg, e);
}

void
nft_lookup(struct nl_msg *msg, const char *set, uint32_t flags)
{
    put_lookup(msg, set, NFTA_LOOKUP_FLAGS, flags);
}

void
nft_lookup_verdict(struct nl_msg *msg, const char *map)
{
    put_lookup(msg, map, NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
}

void
nft_verdict(struct nl_msg *msg, int code)
{
    struct expression e = start_expression(msg, "immediate");

    nft_put_u32(msg, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    nft_put_verdict(msg, NFTA_IMMEDIATE_DATA, code, NULL);
    end_expression(msg, e);
}

void
nft_masquerade(struct nl_msg *msg)
{
    end_expression(msg, start_expression(msg, "masq"));
}

void
nft_count(struct nl_msg *msg, const char *counter)
{
    struct expression e = start_expression(msg, "objref");

    nft_put_u32(msg, NFTA_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
    nft_put_string(msg, NFTA_OBJREF_IMM_NAME, counter);
    end_expression(msg, e);
}
