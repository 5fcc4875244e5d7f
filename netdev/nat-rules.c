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
nat_rules_is_dnat_chain(const struct nlmsghdr *nlh)
{
    struct nft_chain chain;

    return (nft_chain_parse(nlh, &chain)
            && nft_chain_is_for_ipv4(&chain)
            && !strcmp(chain.type, "nat")
            && (chain.hook == NF_INET_PRE_ROUTING
                || chain.hook == NF_INET_LOCAL_OUT));
}

/* Not all kernels say what kind of chain is deleted. */
bool
nat_rules_may_differ(const struct nlmsghdr *nlh)
{
    return (nlh->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELCHAIN)
            || nat_rules_is_dnat_chain(nlh));
}

/* Returns false at the first one: that is enough. */
static bool
take_chain(const struct nlmsghdr *nlh, void *found_)
{
    bool *found = found_;

    *found = nat_rules_is_dnat_chain(nlh);
    return !*found;
}

int
nat_rules_find(bool *found)
{
    int error = -NLE_DUMP_INTR;

    *found = nft_legacy_has("nat");
    for (int i = 0;
         i < NFT_MAX_TRIES && !*found && error == -NLE_DUMP_INTR; i++) {
        error = nft_dump(NFT_MSG_GETCHAIN, NULL, NULL, take_chain, found);
    }
    return *found ? 0 : error;
}
