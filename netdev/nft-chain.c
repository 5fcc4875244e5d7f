/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nft-chain.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

static const struct nlattr *
find_attr(const struct nlmsghdr *nlh, int type)
{
    return nlmsg_find_attr(CONST_CAST(struct nlmsghdr *, nlh),
                           sizeof(struct nfgenmsg), type);
}

static const char *
get_string(const struct nlattr *attr)
{
    return (attr && memchr(nla_data(attr), '\0', nla_len(attr))
            ? nla_data(attr) : "");
}

static uint32_t
get_u32(const struct nlattr *attr, uint32_t otherwise)
{
    return (attr && nla_len(attr) >= (int) sizeof otherwise
            ? ntohl(nla_get_u32(attr)) : otherwise);
}

static uint32_t
get_hook(const struct nlattr *hook)
{
    return get_u32(hook ? nla_find(nla_data(hook), nla_len(hook),
                                   NFTA_HOOK_HOOKNUM) : NULL,
                   NFT_CHAIN_NO_HOOK);
}

bool
nft_chain_parse(const struct nlmsghdr *nlh, struct nft_chain *chain)
{
    if (nlh->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN)
        || !nlmsg_valid_hdr(nlh, sizeof(struct nfgenmsg))) {
        return false;
    }

    const struct nfgenmsg *header = nlmsg_data(nlh);
    *chain = (struct nft_chain) {
        .family = header->nfgen_family,
        .table = get_string(find_attr(nlh, NFTA_CHAIN_TABLE)),
        .name = get_string(find_attr(nlh, NFTA_CHAIN_NAME)),
        .type = get_string(find_attr(nlh, NFTA_CHAIN_TYPE)),
        .hook = get_hook(find_attr(nlh, NFTA_CHAIN_HOOK)),
        .policy = get_u32(find_attr(nlh, NFTA_CHAIN_POLICY), NF_ACCEPT),
        .uses = get_u32(find_attr(nlh, NFTA_CHAIN_USE), 0),
    };
    return true;
}

unsigned int
nft_chain_families(const struct nft_chain *chain)
{
    switch (chain->family) {
    case NFPROTO_IPV4:
        return NFT_IPV4;
    case NFPROTO_IPV6:
        return NFT_IPV6;
    case NFPROTO_INET:
        return NFT_IPV4 | NFT_IPV6;
    default:
        return 0;
    }
}

/* 'tables' is the file of iptables-legacy's tables in use, a line each. */
static bool
file_has_table(const char *tables, const char *table)
{
    FILE *file = fopen(tables, "re");
    char line[64];
    bool found = false;

    if (!file) {
        return false;
    }
    while (!found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        found = !strcmp(line, table);
    }
    fclose(file);
    return found;
}

bool
nft_legacy_has(unsigned int families, const char *table)
{
    return ((families & NFT_IPV4
             && file_has_table("/proc/net/ip_tables_names", table))
            || (families & NFT_IPV6
                && file_has_table("/proc/net/ip6_tables_names", table)));
}
