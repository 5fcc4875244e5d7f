/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nat-rules.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <string.h>

#include "netdev/nft-chain.h"
#include "netdev/nft-socket.h"
#include "util.h"

bool
nat_rules_is_dnat_chain(const struct nlmsghdr *nlh, unsigned int families)
{
    struct nft_chain chain;

    return (nft_chain_parse(nlh, &chain)
            && nft_chain_families(&chain) & families
            && !strcmp(chain.type, "nat")
            && (chain.hook == NF_INET_PRE_ROUTING
                || chain.hook == NF_INET_LOCAL_OUT));
}

/* Not all kernels say what kind of chain is deleted. */
bool
nat_rules_may_differ(const struct nlmsghdr *nlh, unsigned int families)
{
    return (nlh->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELCHAIN)
            || nat_rules_is_dnat_chain(nlh, families));
}

struct search {
    unsigned int families;
    bool found;
};

/* Returns false at the first one: that is enough. */
static bool
take_chain(const struct nlmsghdr *nlh, void *search_)
{
    struct search *search = search_;

    search->found = nat_rules_is_dnat_chain(nlh, search->families);
    return !search->found;
}

int
nat_rules_find(unsigned int families, bool *found)
{
    struct search search = {
        .families = families,
        .found = nft_legacy_has(families, "nat"),
    };
    int error = -NLE_DUMP_INTR;

    for (int i = 0; i < NFT_MAX_TRIES && !search.found
         && error == -NLE_DUMP_INTR; i++) {
        error = nft_dump(NFT_MSG_GETCHAIN, NULL, NULL, take_chain, &search);
    }
    *found = search.found;
    return search.found ? 0 : error;
}
