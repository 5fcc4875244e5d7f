/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/nat-rules.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "netdev/nft-socket.h"
#include "util.h"


static bool
is_of_type(const struct nlmsghdr *nlh, int type)
{
    return nlh->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | type);
}

/* Returns which families the table of 'nlh' is for. */
static unsigned int
get_families(const struct nlmsghdr *nlh)
{
    const struct nfgenmsg *header = nlmsg_data(nlh);

    switch (header->nfgen_family) {
    case NFPROTO_IPV4:
        return NAT_RULES_IPV4;
    case NFPROTO_IPV6:
        return NAT_RULES_IPV6;
    case NFPROTO_INET:
        return NAT_RULES_IPV4 | NAT_RULES_IPV6;
    default:
        return 0;
    }
}

static const struct nlattr *
find_attr(const struct nlmsghdr *nlh, int type)
{
    return nlmsg_find_attr(CONST_CAST(struct nlmsghdr *, nlh),
                           sizeof(struct nfgenmsg), type);
}

static bool
is_nat(const struct nlattr *type)
{
    return (type && nla_len(type) == sizeof "nat"
            && !memcmp(nla_data(type), "nat", sizeof "nat"));
}

static bool
is_on_the_way_in(const struct nlattr *hook)
{
    const struct nlattr *num
        = hook ? nla_find(nla_data(hook), nla_len(hook), NFTA_HOOK_HOOKNUM)
               : NULL;

    if (!num || nla_len(num) < (int) sizeof(uint32_t)) {
        return false;
    }

    uint32_t hooknum = ntohl(nla_get_u32(num));
    return (hooknum == NF_INET_PRE_ROUTING || hooknum == NF_INET_LOCAL_OUT);
}

bool
nat_rules_is_dnat_chain(const struct nlmsghdr *nlh, unsigned int families)
{
    return (is_of_type(nlh, NFT_MSG_NEWCHAIN)
            && nlmsg_valid_hdr(nlh, sizeof(struct nfgenmsg))
            && get_families(nlh) & families
            && is_nat(find_attr(nlh, NFTA_CHAIN_TYPE))
            && is_on_the_way_in(find_attr(nlh, NFTA_CHAIN_HOOK)));
}

/* Not all kernels say what kind of chain is deleted. */
bool
nat_rules_may_differ(const struct nlmsghdr *nlh, unsigned int families)
{
    return (is_of_type(nlh, NFT_MSG_DELCHAIN)
            || nat_rules_is_dnat_chain(nlh, families));
}

/* 'tables' is the file of iptables-legacy's tables in use, a line each. */
static bool
find_legacy(const char *tables)
{
    FILE *file = fopen(tables, "re");
    char line[64];
    bool found = false;

    if (!file) {
        return false;
    }
    while (!found && fgets(line, sizeof line, file)) {
        found = !strcmp(line, "nat\n");
    }
    fclose(file);
    return found;
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
        .found = ((families & NAT_RULES_IPV4
                   && find_legacy("/proc/net/ip_tables_names"))
                  || (families & NAT_RULES_IPV6
                      && find_legacy("/proc/net/ip6_tables_names"))),
    };
    int error = -NLE_DUMP_INTR;

    for (int i = 0; i < NFT_MAX_TRIES && !search.found
         && error == -NLE_DUMP_INTR; i++) {
        error = nft_dump(NFT_MSG_GETCHAIN, NULL, NULL, take_chain, &search);
    }
    *found = search.found;
    return search.found ? 0 : error;
}
