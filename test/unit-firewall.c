/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/firewall-table.h"
#include "netdev/firewall.h"
#include "netdev/nft-format.h"
#include "netdev/nft-message.h"
#include "openvswitch/dynamic-string.h"
#include "random.h"
#include "util.h"

/* The lines of a table. */

/* Marks are in the byte order of the machine. */
#ifdef WORDS_BIGENDIAN
#define M(HIGH, LOW) "{ 0x" LOW HIGH " }"
#else
#define M(HIGH, LOW) "{ 0x" HIGH LOW " }"
#endif
#define ZERO M("0000", "0000")
#define MASK M("0003", "0000")
#define KEPT M("fffc", "ffff")
#define MARK1 M("0001", "0000")
#define MARK3 M("0003", "0000")

#define TO " to=1 key="
#define CMP(OP, DATA) " [ cmp from=1 op=" OP " data=" DATA " ]"
#define AND_XOR(MASK, XOR) \
    " [ bitwise from=1 to=1 len=4 mask=" MASK " xor=" XOR " ]"

#define IN(NAME) " [ meta" TO "iifname ]" CMP("eq", "{ \"" NAME "\" }")
#define NOT_OUT(NAME) " [ meta" TO "oifname ]" CMP("neq", "{ \"" NAME "\" }")
#define ELSEWHERE(NAME) NOT_OUT(NAME) NOT_OUT("lo")
#define IPV4 " [ meta" TO "nfproto ]" CMP("eq", "{ 0x02 }")
#define FROM(IP) IPV4 " [ payload to=1 base=network offset=12 len=4 ]" \
    CMP("eq", "{ 0x" IP " }")
#define UNREACHABLE IPV4 " [ meta" TO "l4proto ]" CMP("eq", "{ 0x01 }") \
    " [ payload to=1 base=transport offset=0 len=1 ]" CMP("eq", "{ 0x03 }")
#define DIRECTION(DIR) " [ ct" TO "direction ]" CMP("eq", "{ 0x0" DIR " }")
#define ORIGINAL DIRECTION("0")
#define DNAT " [ ct" TO "status ]" AND_XOR(M("2000", "0000"), ZERO) \
    CMP("neq", ZERO)
#define ASKED(IP) ORIGINAL DNAT " [ ct" TO "daddr dir=0 ]" \
    CMP("eq", "{ 0x" IP " }")
#define ANSWER(MARK) DIRECTION("1") " [ ct" TO "mark ]" AND_XOR(MASK, ZERO) \
    CMP("eq", MARK)
#define SET(WHAT, MARK) " [ " WHAT TO "mark ]" AND_XOR(KEPT, MARK) \
    " [ " WHAT " key=mark from=1 ]"
#define VERDICT(CODE) " [ immediate to=0 data={ { verdict=" CODE " } } ]"

#define WALL(IP, NAME) "rule chain=wall" FROM(IP) ELSEWHERE(NAME) \
    " [ objref type=1 name=wall ]" VERDICT("0") "\n"
#define MARK_IN(NAME, MARK) \
    "rule chain=mark-in" IN(NAME) ORIGINAL SET("ct", MARK) "\n" \
    "rule chain=mark-in" IN(NAME) ORIGINAL DNAT SET("meta", MARK) "\n" \
    "rule chain=mark-in" ANSWER(MARK) SET("meta", MARK) "\n"
#define MARK_OUT(IP, MARK) "rule chain=mark-out" FROM(IP) ASKED(IP) \
    SET("ct", MARK) SET("meta", MARK) "\n" \
    "rule chain=mark-out" FROM(IP) VERDICT("-5") "\n"
#define ERROR_OUT(MARK) "rule chain=mark-out" UNREACHABLE ANSWER(MARK) \
    SET("meta", MARK) "\n"
#define HOST_OUT(IP, NAME) "rule chain=host-out" FROM(IP) ELSEWHERE(NAME) \
    ASKED(IP) " [ masq ]\n"

#define TABLE "table\nobject name=wall type=1\n"
#define WALL_CHAIN \
    "chain name=wall hook={ number=4 priority=150 } policy=1 type=filter\n"

static void
check_table(const struct firewall_config *config, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    firewall_table_format(config, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

/* One port has two addresses; each port has a mark. */
static void
firewall_several_ports(void **state OVS_UNUSED)
{
    const struct firewall_port ports[] = {
        { "fake0", htonl(0x0a0a0001), 0x100 },
        { "fake0", htonl(0x0a0b0001), 0x100 },
        { "fake1", htonl(0x0a0c0001), 0x300 },
    };
    struct firewall_config config = {
        .bridge = "br.0", .mark_mask = 0x300,
        .ports = ports, .n_ports = ARRAY_SIZE(ports),
    };
    char *name = firewall_table_name(&config);

    assert_string_equal(name, "pipette-br.0");
    free(name);
    check_table(&config,
        TABLE
        "chain name=mark-in hook={ number=0 priority=-90 } policy=1 "
        "type=filter\n"
        "chain name=mark-out hook={ number=3 priority=-90 } policy=1 "
        "type=route\n"
        "chain name=host-out hook={ number=4 priority=90 } policy=1 "
        "type=nat\n"
        WALL_CHAIN
        MARK_IN("fake0", MARK1)
        MARK_IN("fake1", MARK3)
        MARK_OUT("0a0a0001", MARK1)
        MARK_OUT("0a0b0001", MARK1)
        MARK_OUT("0a0c0001", MARK3)
        ERROR_OUT(MARK1)
        ERROR_OUT(MARK3)
        HOST_OUT("0a0a0001", "fake0")
        HOST_OUT("0a0b0001", "fake0")
        HOST_OUT("0a0c0001", "fake1")
        WALL("0a0a0001", "fake0")
        WALL("0a0b0001", "fake0")
        WALL("0a0c0001", "fake1"));

    config.mark_mask = 0;
    config.n_ports = 1;
    check_table(&config, TABLE WALL_CHAIN WALL("0a0a0001", "fake0"));
}

/* What the kernel says. */

static void
check_line(struct nl_msg *msg, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    nft_format(nlmsg_hdr(msg), &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
    nlmsg_free(msg);
}

/* Starts a rule with the start of a "bitwise". */
static struct nl_msg *
start_bitwise(struct nlattr *nests[3])
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWRULE, 0, "table");

    nft_put_u64(msg, NFTA_RULE_HANDLE, 7);
    nft_put_u64(msg, NFTA_RULE_POSITION, 6);
    nests[0] = nft_start(msg, NFTA_RULE_EXPRESSIONS);
    nests[1] = nft_start(msg, NFTA_LIST_ELEM);
    nft_put_string(msg, NFTA_EXPR_NAME, "bitwise");
    nests[2] = nft_start(msg, NFTA_EXPR_DATA);
    nft_put_u32(msg, NFTA_BITWISE_LEN, 4);
    return msg;
}

static struct nl_msg *
end_bitwise(struct nl_msg *msg, struct nlattr *nests[3])
{
    for (int i = 2; i >= 0; i--) {
        nft_end(msg, nests[i]);
    }
    nft_put_string(msg, NFTA_RULE_CHAIN, "chain");
    return msg;
}

/* The order of attributes and what the kernel adds make no difference, all
 * else does. */
static void
firewall_lines(void **state OVS_UNUSED)
{
    struct nlattr *nests[3];
    struct nl_msg *msg = start_bitwise(nests);

    nft_put_u32(msg, NFTA_BITWISE_OP, 0);
    nft_put_u32(msg, NFTA_BITWISE_SREG, 1);
    check_line(end_bitwise(msg, nests),
               "rule chain=chain [ bitwise from=1 len=4 ]\n");

    msg = start_bitwise(nests);
    nft_put_u32(msg, NFTA_BITWISE_OP, 1);
    nft_put_string(msg, 77, "x");
    nft_put_string(msg, NFTA_BITWISE_SREG, "x");
    nft_put_u32(msg, NFTA_BITWISE_LEN, 5);
    check_line(end_bitwise(msg, nests),
               "rule chain=chain [ bitwise from=0x7800 len=4 len=5 op=1 "
               "77=0x7800 ]\n");

    msg = nft_message(NFT_MSG_NEWTABLE, 0, "table");
    nft_put_u32(msg, NFTA_TABLE_FLAGS, 0);
    nft_put_u32(msg, NFTA_TABLE_USE, 9);
    assert_int_equal(nft_table_uses(nlmsg_hdr(msg)), 9);
    check_line(msg, "table\n");

    msg = nft_message(NFT_MSG_NEWTABLE, 0, "table");
    nft_put_u32(msg, NFTA_TABLE_FLAGS, NFT_TABLE_F_DORMANT);
    nft_put_string(msg, NFTA_TABLE_USERDATA, "");
    assert_int_equal(nft_table_uses(nlmsg_hdr(msg)), 0);
    check_line(msg, "table flags=1 6=0x00\n");

    msg = nft_message(NFT_MSG_NEWCHAIN, 0, "table");
    nft_put_string(msg, NFTA_CHAIN_NAME, "no word]");
    nft_put_u32(msg, NFTA_CHAIN_FLAGS, 1);
    nft_put_u32(msg, NFTA_CHAIN_USE, 3);
    check_line(msg, "chain name=0x6e6f20776f72645d00\n");

    check_line(nft_message(NFT_MSG_NEWGEN, 0, "table"), "message 2575\n");
}

static void
firewall_tables(void **state OVS_UNUSED)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWRULE, 0, "table");
    struct nlmsghdr *nlh = nlmsg_hdr(msg);
    struct nfgenmsg *header = nlmsg_data(nlh);

    assert_true(nft_is_of_table(nlh, "table"));
    assert_false(nft_is_of_table(nlh, "tabl"));
    assert_false(nft_is_of_table(nlh, "table0"));
    header->nfgen_family = AF_INET;
    assert_false(nft_is_of_table(nlh, "table"));
    header->nfgen_family = NFPROTO_INET;
    nlh->nlmsg_type = NFNL_SUBSYS_IPSET << 8 | NFT_MSG_NEWRULE;
    assert_false(nft_is_of_table(nlh, "table"));
    nlmsg_free(msg);
}

static struct nl_msg *
counter(const char *name, int type, int packets_attr)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWOBJ, 0, "table");

    nft_put_string(msg, NFTA_OBJ_NAME, name);
    nft_put_u32(msg, NFTA_OBJ_TYPE, type);

    struct nlattr *data = nft_start(msg, NFTA_OBJ_DATA);
    nft_put_u64(msg, packets_attr, UINT64_MAX);
    nft_put_u64(msg, NFTA_COUNTER_BYTES, 7);
    nft_end(msg, data);
    return msg;
}

static void
firewall_counts(void **state OVS_UNUSED)
{
    struct nl_msg *others[] = {
        counter("wall2", NFT_OBJECT_COUNTER, NFTA_COUNTER_PACKETS),
        counter("wall", NFT_OBJECT_QUOTA, NFTA_COUNTER_PACKETS),
        counter("wall", NFT_OBJECT_COUNTER, NFTA_COUNTER_PAD),
        nft_message(NFT_MSG_NEWOBJ, 0, "table"),
        nft_message(NFT_MSG_NEWRULE, 0, "table"),
    };
    struct nl_msg *msg = counter("wall", NFT_OBJECT_COUNTER,
                                 NFTA_COUNTER_PACKETS);
    struct nft_counter count = { 1, 2 };

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_false(nft_get_counter(nlmsg_hdr(others[i]), "wall", &count));
        assert_true(count.packets == 1 && count.bytes == 2);
        nlmsg_free(others[i]);
    }
    assert_true(nft_get_counter(nlmsg_hdr(msg), "wall", &count));
    assert_true(count.packets == UINT64_MAX && count.bytes == 7);
    check_line(msg, "object name=wall type=1\n");
}

/* Anything, in a block of its own so that valgrind sees where it ends. */
static void
read_garbage(const struct nlmsghdr *good, size_t size, int changes)
{
    struct nlmsghdr *nlh = xmemdup(good, MAX(size, sizeof *nlh));
    struct nft_counter count;
    struct ds s = DS_EMPTY_INITIALIZER;

    nlh->nlmsg_len = size;
    for (int i = 0; i < changes && size > sizeof *nlh; i++) {
        uint8_t *payload = nlmsg_data(nlh);

        payload[random_range(size - sizeof *nlh)] = random_uint8();
    }
    nft_format(nlh, &s);
    nft_is_of_table(nlh, "pipette-br0");
    nft_table_uses(nlh);
    nft_get_counter(nlh, FIREWALL_COUNTER, &count);
    ds_destroy(&s);
    free(nlh);
}

static void
garble(struct nl_msg *msg, void *aux OVS_UNUSED)
{
    const struct nlmsghdr *nlh = nlmsg_hdr(msg);

    for (size_t size = sizeof *nlh; size < nlh->nlmsg_len; size++) {
        read_garbage(nlh, size, 0);
        read_garbage(nlh, size, 1);
    }
    for (int i = 0; i < 100; i++) {
        read_garbage(nlh, nlh->nlmsg_len, 1 + i % 5);
    }
    nlmsg_free(msg);
}

static void
firewall_garbage(void **state OVS_UNUSED)
{
    const struct firewall_port port = { "fake0", htonl(0x0a0a0001), 0x100 };
    const struct firewall_config config = {
        .bridge = "br0", .mark_mask = 0x100, .ports = &port, .n_ports = 1,
    };
    const struct nft_counter count = { 1, 2 };

    random_set_seed(1);
    firewall_table_build(&config, &count, garble, NULL);
}

const struct CMUnitTest firewall_tests[] = {
    cmocka_unit_test(firewall_several_ports),
    cmocka_unit_test(firewall_lines),
    cmocka_unit_test(firewall_tables),
    cmocka_unit_test(firewall_counts),
    cmocka_unit_test(firewall_garbage),
    { .name = NULL },
};
