/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/firewall-table.h"
#include "netdev/firewall.h"
#include "netdev/input-chains.h"
#include "netdev/nft-chain.h"
#include "netdev/nft-message.h"
#include "packets.h"
#include "random.h"
#include "util.h"

struct chain {
    uint8_t family;
    const char *table, *name, *type;
    uint32_t hook, policy, uses;
};

static struct nl_msg *
message(const struct chain *c)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWCHAIN, 0, c->table);
    struct nfgenmsg *header = nlmsg_data(nlmsg_hdr(msg));

    header->nfgen_family = c->family;
    nft_put_string(msg, NFTA_CHAIN_NAME, c->name);
    if (c->type) {
        struct nlattr *hook = nft_start(msg, NFTA_CHAIN_HOOK);

        nft_put_u32(msg, NFTA_HOOK_HOOKNUM, c->hook);
        nft_put_u32(msg, NFTA_HOOK_PRIORITY, 0);
        nft_end(msg, hook);
        nft_put_u32(msg, NFTA_CHAIN_POLICY, c->policy);
        nft_put_string(msg, NFTA_CHAIN_TYPE, c->type);
    }
    nft_put_u32(msg, NFTA_CHAIN_USE, c->uses);
    return msg;
}

static void
take(const struct chain *c, char name[INPUT_CHAIN_SIZE], bool concerns)
{
    struct nl_msg *msg = message(c);

    assert_true(input_chains_may_differ(nlmsg_hdr(msg), NFT_IPV4) == concerns);
    input_chains_take(nlmsg_hdr(msg), NFT_IPV4, name);
    nlmsg_free(msg);
}

#define INPUT "filter", NF_INET_LOCAL_IN

/* The first with rules, but rather one whose policy is to drop. */
static void
input_chains_choose(void **state OVS_UNUSED)
{
    static const struct chain others[] = {
        { NFPROTO_IPV6, "filter", "INPUT", INPUT, NF_DROP, 1 },
        { NFPROTO_INET, "t", "c", "filter", NF_INET_FORWARD, NF_DROP, 1 },
        { NFPROTO_INET, "t", "c", "nat", NF_INET_LOCAL_IN, NF_DROP, 1 },
        { NFPROTO_INET, "t", "c", NULL, 0, NF_DROP, 1 },
        { NFPROTO_INET, "pipette-br1", "come", INPUT, NF_DROP, 1 },
    };
    static const struct chain quiet
        = { NFPROTO_IPV4, "filter", "INPUT", INPUT, NF_ACCEPT, 0 };
    static const struct chain accepts
        = { NFPROTO_INET, "fire\twalld", "filter_INPUT", INPUT, NF_ACCEPT, 7 };
    static const struct chain drops
        = { NFPROTO_IPV4, "filter", "INPUT", INPUT, NF_DROP, 0 };
    char name[INPUT_CHAIN_SIZE] = "";

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        take(&others[i], name, false);
        assert_string_equal(name, "");
    }
    take(&quiet, name, true);
    assert_string_equal(name, "");
    take(&accepts, name, true);
    assert_string_equal(name, "inet fire?walld filter_INPUT");
    take(&drops, name, true);
    assert_string_equal(name, "ip filter INPUT, policy drop");
    take(&accepts, name, true);
    assert_string_equal(name, "ip filter INPUT, policy drop");

    struct nl_msg *deletion = nft_message(NFT_MSG_DELCHAIN, 0, "filter");
    struct nl_msg *rule = nft_message(NFT_MSG_NEWRULE, 0, "filter");
    assert_true(input_chains_may_differ(nlmsg_hdr(deletion), NFT_IPV4));
    assert_false(input_chains_may_differ(nlmsg_hdr(rule), NFT_IPV4));
    nlmsg_free(deletion);
    nlmsg_free(rule);
}

/* Anything, in a block of its own so that valgrind sees where it ends. */
static void
read_garbage(const struct nlmsghdr *good, size_t size, int changes)
{
    struct nlmsghdr *nlh = xmemdup(good, MAX(size, sizeof *nlh));
    char name[INPUT_CHAIN_SIZE] = "";

    nlh->nlmsg_len = size;
    for (int i = 0; i < changes && size > sizeof *nlh; i++) {
        uint8_t *payload = nlmsg_data(nlh);

        payload[random_range(size - sizeof *nlh)] = random_uint8();
    }
    input_chains_take(nlh, NFT_IPV4, name);
    assert_true(strlen(name) < sizeof name);
    free(nlh);
}

static void
input_chains_garbage(void **state OVS_UNUSED)
{
    char longest[200];
    const struct chain c = {
        NFPROTO_INET, longest, longest, INPUT, NF_DROP, 1
    };

    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';

    struct nl_msg *msg = message(&c);
    const struct nlmsghdr *nlh = nlmsg_hdr(msg);
    for (size_t size = sizeof *nlh; size <= nlh->nlmsg_len; size++) {
        read_garbage(nlh, size, 0);
        read_garbage(nlh, size, 1);
    }
    for (int i = 0; i < 1000; i++) {
        read_garbage(nlh, nlh->nlmsg_len, 1 + i % 5);
    }
    nlmsg_free(msg);
}

/* The lines of the agent's table that are for this. */
static void
input_chains_counters(void **state OVS_UNUSED)
{
    static const char *const lines[] = {
        "object name=come type=1\nobject name=let-in type=1\n",
        "chain name=come hook={ number=1 priority=-2147483648 } policy=1 "
        "type=filter\n"
        "chain name=let-in hook={ number=1 priority=2147483647 } policy=1 "
        "type=filter\n",
        "rule chain=come [ meta to=1 key=nfproto ] "
        "[ cmp from=1 op=eq data={ 0x02 } ] "
        "[ payload to=1 base=network offset=16 len=4 ] "
        "[ meta to=9 key=iifname ] [ lookup set=ways from=1 ] "
        "[ objref type=1 name=come ]\n",
    };
    const struct firewall_port port = {
        "fake0", in6_addr_mapped_ipv4(htonl(0x0a0a0001)), 0x100
    };
    struct firewall_config config = {
        .bridge = "br0", .ports = &port, .n_ports = 1,
    };
    char *without = firewall_table_format(&config);

    assert_null(strstr(without, "let-in"));
    free(without);
    config.count_input = true;

    char *with = firewall_table_format(&config);
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        assert_non_null(strstr(with, lines[i]));
    }
    free(with);
}

const struct CMUnitTest input_chains_tests[] = {
    cmocka_unit_test(input_chains_choose),
    cmocka_unit_test(input_chains_garbage),
    cmocka_unit_test(input_chains_counters),
    { .name = NULL },
};
