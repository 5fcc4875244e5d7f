/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/input-chains.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "netdev/firewall-table.h"
#include "netdev/nft-chain.h"
#include "netdev/nft-socket.h"
#include "util.h"

#define DROPS ", policy drop"

/* Deletions do not say what is deleted. */
static bool
is_deletion(const struct nlmsghdr *nlh)
{
    return nlh->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELCHAIN);
}

static bool
is_input(const struct nft_chain *chain, unsigned int families)
{
    return (nft_chain_families(chain) & families
            && chain->hook == NF_INET_LOCAL_IN
            && !strcmp(chain->type, "filter")
            && strncmp(chain->table, FIREWALL_TABLE_PREFIX,
                       strlen(FIREWALL_TABLE_PREFIX)));
}

/* Names of others can have any bytes. */
static void
replace_odd_bytes(char *s)
{
    for (; *s; s++) {
        if (*s < ' ' || *s > '~') {
            *s = '?';
        }
    }
}

void
input_chains_take(const struct nlmsghdr *nlh, unsigned int families,
                  char name[INPUT_CHAIN_SIZE])
{
    struct nft_chain chain;

    if (!nft_chain_parse(nlh, &chain) || !is_input(&chain, families)) {
        return;
    }

    bool drops = chain.policy == NF_DROP;
    if ((drops && !strstr(name, DROPS)) || (chain.uses && !name[0])) {
        snprintf(name, INPUT_CHAIN_SIZE, "%s %.48s %.48s%s",
                 (chain.family == NFPROTO_INET ? "inet"
                  : chain.family == NFPROTO_IPV6 ? "ip6" : "ip"), chain.table,
                 chain.name, drops ? DROPS : "");
        replace_odd_bytes(name);
    }
}

bool
input_chains_may_differ(const struct nlmsghdr *nlh, unsigned int families)
{
    struct nft_chain chain;

    return (is_deletion(nlh)
            || (nft_chain_parse(nlh, &chain) && is_input(&chain, families)));
}

struct search {
    unsigned int families;
    char *name;
};

static bool
take_chain(const struct nlmsghdr *nlh, void *search_)
{
    struct search *search = search_;

    input_chains_take(nlh, search->families, search->name);
    return true;
}

int
input_chains_find(unsigned int families, char name[INPUT_CHAIN_SIZE])
{
    struct search search = { families, name };
    int error = -NLE_DUMP_INTR;

    for (int i = 0; i < NFT_MAX_TRIES && error == -NLE_DUMP_INTR; i++) {
        name[0] = '\0';
        error = nft_dump(NFT_MSG_GETCHAIN, NULL, NULL, take_chain, &search);
    }
    if (!name[0] && nft_legacy_has(families, "filter")) {
        ovs_strlcpy(name, "filter INPUT of iptables-legacy",
                    INPUT_CHAIN_SIZE);
    }
    return error;
}
