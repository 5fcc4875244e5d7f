/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/firewall-table.h"
#include "netdev/firewall.h"
#include "netdev/nat-rules.h"
#include "netdev/nft-chain.h"
#include "netdev/nft-format.h"
#include "netdev/nft-message.h"
#include "random.h"
#include "util.h"

/* The lines of a table. */

/* Numbers of the machine, not of the network, in hexadecimal. */
#ifdef WORDS_BIGENDIAN
#define HOST(B0, B1, B2, B3) B3 B2 B1 B0
#else
#define HOST(B0, B1, B2, B3) B0 B1 B2 B3
#endif
#define HEX(DIGITS) "{ 0x" DIGITS " }"
#define ZERO HEX("00000000")
#define DNATED HEX(HOST("20", "00", "00", "00"))
#define MASK HEX(HOST("00", "03", "00", "00"))
#define KEPT HEX(HOST("ff", "fc", "ff", "ff"))
#define MARK1 HEX(HOST("00", "01", "00", "00"))
#define MARK3 HEX(HOST("00", "03", "00", "00"))

/* Expressions. */
#define LOAD(WHAT, KEY) " [ " WHAT " to=1 key=" KEY " ]"
#define CMP(OP, DATA) " [ cmp from=1 op=" OP " data=" DATA " ]"
#define AND_XOR(MASK, XOR) \
    " [ bitwise from=1 to=1 len=4 mask=" MASK " xor=" XOR " ]"
#define IN(SET) " [ lookup set=" SET " from=1 ]"
#define NOT_IN(SET) " [ lookup set=" SET " from=1 flags=1 ]"
#define VMAP(MAP) " [ lookup set=" MAP " from=1 to=0 ]"
#define VERDICT(CODE) " [ immediate to=0 data={ verdict=" CODE " } ]"

#define IPV4 LOAD("meta", "nfproto") CMP("eq", HEX("02"))
#define SOURCE " [ payload to=1 base=network offset=12 len=4 ]"
#define FROM IPV4 SOURCE IN("addresses")
#define ELSEWHERE FROM SOURCE " [ meta to=9 key=oifname ]" NOT_IN("ways") \
    LOAD("meta", "oifname") CMP("neq", "{ \"lo\" }")
#define UNREACHABLE IPV4 LOAD("meta", "l4proto") CMP("eq", HEX("01")) \
    " [ payload to=1 base=transport offset=0 len=1 ]" CMP("eq", HEX("03"))
#define ORIGINAL LOAD("ct", "direction") CMP("eq", HEX("00"))
#define REPLY LOAD("ct", "direction") CMP("eq", HEX("01"))
#define DNAT LOAD("ct", "status") AND_XOR(DNATED, ZERO) \
    CMP("neq", ZERO)
#define HEALTH_CHECK ORIGINAL DNAT SOURCE " [ ct to=9 key=daddr dir=0 ]" \
    IN("own")
#define ANSWERS REPLY LOAD("ct", "mark") AND_XOR(MASK, ZERO) VMAP("marks")
#define SET(WHAT, MARK) LOAD(WHAT, "mark") AND_XOR(KEPT, MARK) \
    " [ " WHAT " key=mark from=1 ]"

/* Objects. */
#define START "table\nobject name=wall type=1\n"
#define CHAIN(NAME, HOOK, PRIORITY, TYPE) \
    "chain name=" NAME " hook={ number=" HOOK " priority=" PRIORITY " } " \
    "policy=1 type=" TYPE "\n"
#define WALL_CHAIN CHAIN("wall", "4", "150", "filter")
#define WALL_SETS \
    "set name=addresses type=7 len=4\n" \
    "set name=ways type=489 len=20\n"
#define MAP(NAME, TYPE, LEN) \
    "set name=" NAME " flags=8 type=" TYPE " len=" LEN " data-type=-256"
#define HOST_ORDER " userdata=0x0004" HOST("01", "00", "00", "00")
#define RULE(CHAIN, REST) "rule chain=" CHAIN REST "\n"
#define MARK_RULES(CHAIN, MARK) \
    RULE(CHAIN, ORIGINAL SET("ct", MARK)) \
    RULE(CHAIN, ORIGINAL DNAT SET("meta", MARK)) \
    RULE(CHAIN, REPLY SET("meta", MARK))
#define WALL_RULE_OF(PORTS) RULE("wall", PORTS ELSEWHERE \
    " [ objref type=1 name=wall ]" VERDICT("0"))
#define WALL_RULE WALL_RULE_OF("")
#define WALL_RULE_ONE_PORT \
    WALL_RULE_OF(LOAD("meta", "oifname") CMP("neq", "{ \"fake0\" }"))
#define OPTIONS_CHAIN CHAIN("options", "0", "-300", "filter")
#define OPTIONS_RULE RULE("options", IPV4 \
    " [ payload to=1 base=network offset=0 len=1 ]" \
    " [ bitwise from=1 to=1 len=1 mask=" HEX("0f") " xor=" HEX("00") " ]" \
    CMP("neq", HEX("05")) \
    " [ payload to=1 base=network offset=16 len=4 ]" \
    " [ meta to=9 key=iifname ]" IN("ways") VERDICT("0"))
#define ELEMENT(SET, KEY) "element set=" SET " key=" KEY "\n"
#define FAKE0 "66616b65300000000000000000000000"
#define FAKE1 "66616b65310000000000000000000000"
#define JUMP(SET, KEY, CHAIN) \
    "element set=" SET " key=" KEY " data={ verdict=-3 chain=" CHAIN " }\n"

/* An IPv4 address, IPv4-mapped. */
#define ADDRESS(IP) \
    { .s6_addr = { [10] = 0xff, 0xff, (IP) >> 24, (IP) >> 16 & 255, \
                   (IP) >> 8 & 255, (IP) & 255 } }

/* fc04::1. */
#define ADDRESS6 { .s6_addr = { 0xfc, 0x04, [15] = 1 } }

static void
check_table(const struct firewall_config *config, const char *expected)
{
    char *text = firewall_table_format(config);

    assert_string_equal(text, expected);
    free(text);
}

/* One port has two addresses; each port has a mark. */
static void
firewall_several_ports(void **state OVS_UNUSED)
{
    const struct firewall_port ports[] = {
        { "fake0", ADDRESS(0x0a0a0001), 0x100 },
        { "fake0", ADDRESS(0x0a0b0001), 0x100 },
        { "fake1", ADDRESS(0x0a0c0001), 0x300 },
    };
    struct firewall_config config = {
        .bridge = "br.0", .mark_mask = 0x300,
        .ports = ports, .n_ports = ARRAY_SIZE(ports),
    };
    char *name = firewall_table_name(&config);

    assert_string_equal(name, "pipette-br.0");
    free(name);
    check_table(&config,
        START
        CHAIN("mark-in", "0", "-90", "filter")
        CHAIN("mark-out", "3", "-90", "route")
        CHAIN("host-out", "4", "90", "nat")
        "chain name=mark-0x100\n"
        "chain name=mark-0x300\n"
        WALL_CHAIN
        OPTIONS_CHAIN
        WALL_SETS
        "set name=own type=455 len=8\n"
        MAP("ports", "41", "16") HOST_ORDER "\n"
        MAP("sources", "7", "4") "\n"
        MAP("marks", "19", "4") HOST_ORDER "\n"
        RULE("mark-in", ORIGINAL LOAD("meta", "iifname") VMAP("ports"))
        RULE("mark-in", ANSWERS)
        RULE("mark-out", FROM HEALTH_CHECK SOURCE VMAP("sources"))
        RULE("mark-out", FROM VERDICT("-5"))
        RULE("mark-out", UNREACHABLE ANSWERS)
        RULE("host-out", ELSEWHERE HEALTH_CHECK " [ masq ]")
        MARK_RULES("mark-0x100", MARK1)
        MARK_RULES("mark-0x300", MARK3)
        WALL_RULE
        OPTIONS_RULE
        ELEMENT("addresses", HEX("0a0a0001"))
        ELEMENT("addresses", HEX("0a0b0001"))
        ELEMENT("addresses", HEX("0a0c0001"))
        JUMP("marks", MARK1, "mark-0x100")
        JUMP("marks", MARK3, "mark-0x300")
        ELEMENT("own", HEX("0a0a00010a0a0001"))
        ELEMENT("own", HEX("0a0b00010a0b0001"))
        ELEMENT("own", HEX("0a0c00010a0c0001"))
        JUMP("ports", "{ \"fake0\" }", "mark-0x100")
        JUMP("ports", "{ \"fake1\" }", "mark-0x300")
        JUMP("sources", HEX("0a0a0001"), "mark-0x100")
        JUMP("sources", HEX("0a0b0001"), "mark-0x100")
        JUMP("sources", HEX("0a0c0001"), "mark-0x300")
        ELEMENT("ways", HEX("0a0a0001" FAKE0))
        ELEMENT("ways", HEX("0a0b0001" FAKE0))
        ELEMENT("ways", HEX("0a0c0001" FAKE1)));

    config.mark_mask = 0;
    config.n_ports = 1;
    check_table(&config,
        START
        WALL_CHAIN
        OPTIONS_CHAIN
        WALL_SETS
        WALL_RULE_ONE_PORT
        OPTIONS_RULE
        ELEMENT("addresses", HEX("0a0a0001"))
        ELEMENT("ways", HEX("0a0a0001" FAKE0)));
}

#define IPV6 LOAD("meta", "nfproto") CMP("eq", HEX("0a"))
#define SOURCE6 " [ payload to=1 base=network offset=8 len=16 ]"
#define FROM6 IPV6 SOURCE6 IN("addresses6")
#define ELSEWHERE6 FROM6 SOURCE6 " [ meta to=2 key=oifname ]" \
    NOT_IN("ways6") LOAD("meta", "oifname") CMP("neq", "{ \"lo\" }")
#define HEALTH_CHECK6 ORIGINAL DNAT SOURCE6 \
    " [ ct to=2 key=daddr6 dir=0 ]" IN("own6")
#define ICMP6_ERROR IPV6 LOAD("meta", "l4proto") CMP("eq", HEX("3a")) \
    " [ payload to=1 base=transport offset=0 len=1 ]" CMP("lt", HEX("80"))
#define WALL_RULE6 RULE("wall", \
    LOAD("meta", "oifname") CMP("neq", "{ \"fake0\" }") ELSEWHERE6 \
    " [ objref type=1 name=wall ]" VERDICT("0"))
#define OBJECTS6 \
    "object name=hop-by-hop type=1\n" \
    "object name=routing type=1\n" \
    "object name=destination-options type=1\n" \
    "object name=authentication type=1\n" \
    "object name=atomic-fragment type=1\n"
#define WALL_SETS6 \
    "set name=addresses6 type=8 len=16\n" \
    "set name=ways6 type=553 len=32\n"
#define HEADER_RULE(TYPE, COUNTER) RULE("headers", \
    " [ exthdr to=1 type=" TYPE " offset=0 len=1 flags=1 ]" \
    CMP("eq", HEX("01")) " [ objref type=1 name=" COUNTER " ]" VERDICT("0"))
#define HEADERS_CHAIN CHAIN("headers", "0", "-450", "filter")
#define HEADERS_RULES \
    RULE("headers", LOAD("meta", "nfproto") CMP("neq", HEX("0a")) \
         VERDICT("-5")) \
    RULE("headers", " [ payload to=1 base=network offset=24 len=16 ]" \
         " [ meta to=2 key=iifname ]" NOT_IN("ways6") VERDICT("-5")) \
    HEADER_RULE("0", "hop-by-hop") \
    HEADER_RULE("43", "routing") \
    HEADER_RULE("60", "destination-options") \
    HEADER_RULE("51", "authentication") \
    RULE("headers", " [ exthdr to=1 type=44 offset=2 len=2 ]" \
         " [ bitwise from=1 to=1 len=2 mask=" HEX("fff9") \
         " xor=" HEX("0000") " ]" CMP("eq", HEX("0000")) \
         " [ objref type=1 name=atomic-fragment ]" VERDICT("0"))
#define FC04 "fc040000000000000000000000000001"

/* Both families on one port; then IPv6 alone, without marks. */
static void
firewall_ipv6(void **state OVS_UNUSED)
{
    const struct firewall_port ports[] = {
        { "fake0", ADDRESS6, 0x100 },
        { "fake0", ADDRESS(0x0a0a0001), 0x100 },
    };
    struct firewall_config config = {
        .bridge = "br0", .mark_mask = 0x300,
        .ports = ports, .n_ports = ARRAY_SIZE(ports),
    };

    check_table(&config,
        START OBJECTS6
        CHAIN("mark-in", "0", "-90", "filter")
        CHAIN("mark-out", "3", "-90", "route")
        CHAIN("host-out", "4", "90", "nat")
        "chain name=mark-0x100\n"
        WALL_CHAIN
        OPTIONS_CHAIN
        HEADERS_CHAIN
        WALL_SETS
        "set name=own type=455 len=8\n"
        MAP("ports", "41", "16") HOST_ORDER "\n"
        MAP("sources", "7", "4") "\n"
        MAP("marks", "19", "4") HOST_ORDER "\n"
        WALL_SETS6
        "set name=own6 type=520 len=32\n"
        MAP("sources6", "8", "16") "\n"
        RULE("mark-in", ORIGINAL LOAD("meta", "iifname") VMAP("ports"))
        RULE("mark-in", ANSWERS)
        RULE("mark-out", FROM HEALTH_CHECK SOURCE VMAP("sources"))
        RULE("mark-out", FROM VERDICT("-5"))
        RULE("mark-out", UNREACHABLE ANSWERS)
        RULE("mark-out", FROM6 HEALTH_CHECK6 SOURCE6 VMAP("sources6"))
        RULE("mark-out", FROM6 VERDICT("-5"))
        RULE("mark-out", ICMP6_ERROR ANSWERS)
        RULE("host-out", ELSEWHERE HEALTH_CHECK " [ masq ]")
        RULE("host-out", ELSEWHERE6 HEALTH_CHECK6 " [ masq ]")
        MARK_RULES("mark-0x100", MARK1)
        WALL_RULE_ONE_PORT
        WALL_RULE6
        OPTIONS_RULE
        HEADERS_RULES
        ELEMENT("addresses", HEX("0a0a0001"))
        ELEMENT("addresses6", HEX(FC04))
        JUMP("marks", MARK1, "mark-0x100")
        ELEMENT("own", HEX("0a0a00010a0a0001"))
        ELEMENT("own6", HEX(FC04 FC04))
        JUMP("ports", "{ \"fake0\" }", "mark-0x100")
        JUMP("sources", HEX("0a0a0001"), "mark-0x100")
        JUMP("sources6", HEX(FC04), "mark-0x100")
        ELEMENT("ways", HEX("0a0a0001" FAKE0))
        ELEMENT("ways6", HEX(FC04 FAKE0)));

    config.mark_mask = 0;
    config.n_ports = 1;
    check_table(&config,
        START OBJECTS6
        WALL_CHAIN
        HEADERS_CHAIN
        WALL_SETS6
        WALL_RULE6
        HEADERS_RULES
        ELEMENT("addresses6", HEX(FC04))
        ELEMENT("ways6", HEX(FC04 FAKE0)));
}

/* What the kernel says. */

static void
check_line(struct nl_msg *msg, const char *expected)
{
    struct nft_text text = NFT_TEXT_INITIALIZER;

    nft_text_add(&text, nlmsg_hdr(msg));

    char *s = nft_text_steal(&text);
    assert_string_equal(s, expected);
    free(s);
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
    struct nlattr *nests[3], *nest;
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

    msg = nft_message(NFT_MSG_NEWSET, 0, "table");
    nft_put_string(msg, NFTA_SET_NAME, "set");
    nft_end(msg, nft_start(msg, NFTA_SET_DESC));
    nft_put_string(msg, 19, "hash");
    nft_put_u32(msg, 20, 3);
    check_line(msg, "set name=set\n");

    msg = nft_message(NFT_MSG_NEWSET, 0, "table");
    nest = nft_start(msg, NFTA_SET_DESC);
    nft_put_u32(msg, NFTA_SET_DESC_SIZE, 3);
    nft_end(msg, nest);
    nft_put_u64(msg, NFTA_SET_TIMEOUT, 1);
    check_line(msg, "set desc={ 1=0x00000003 } 11=0x0000000000000001\n");

    check_line(nft_message(NFT_MSG_NEWGEN, 0, "table"), "message 2575\n");
}

static void
put_element(struct nl_msg *msg, uint8_t key, uint32_t flags)
{
    struct nlattr *element = nft_start(msg, NFTA_LIST_ELEM);

    if (flags) {
        nft_put_u32(msg, NFTA_SET_ELEM_FLAGS, flags);
    }
    nft_put_value(msg, NFTA_SET_ELEM_KEY, &key, sizeof key);
    nft_end(msg, element);
}

/* The kernel has its own order of elements, and puts many into a message. */
static void
firewall_elements(void **state OVS_UNUSED)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWSETELEM, 0, "table");

    nft_put_string(msg, NFTA_SET_ELEM_LIST_SET, "set");

    struct nlattr *list = nft_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
    put_element(msg, 2, 0);
    put_element(msg, 1, NFT_SET_ELEM_INTERVAL_END);
    put_element(msg, 0, 0);
    nft_end(msg, list);
    check_line(msg, ELEMENT("set", HEX("00"))
               "element set=set key={ 0x01 } 3=0x00000001\n"
               ELEMENT("set", HEX("02")));

    msg = nft_message(NFT_MSG_NEWSET, 0, "table");
    assert_null(nft_get_name(nlmsg_hdr(msg)));
    nft_put_string(msg, NFTA_SET_NAME, "set");

    char *name = nft_get_name(nlmsg_hdr(msg));
    assert_string_equal(name, "set");
    free(name);
    nlmsg_free(msg);
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
    struct nft_text text = NFT_TEXT_INITIALIZER;

    nlh->nlmsg_len = size;
    for (int i = 0; i < changes && size > sizeof *nlh; i++) {
        uint8_t *payload = nlmsg_data(nlh);

        payload[random_range(size - sizeof *nlh)] = random_uint8();
    }
    nft_text_add(&text, nlh);
    nft_is_of_table(nlh, "pipette-br0");
    nft_table_uses(nlh);
    nat_rules_may_differ(nlh, NFT_IPV4 | NFT_IPV6);
    nft_get_counter(nlh, "wall", &count);
    free(nft_get_name(nlh));
    nft_text_destroy(&text);
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
    const struct firewall_port ports[] = {
        { "fake0", ADDRESS(0x0a0a0001), 0x100 },
        { "fake0", ADDRESS6, 0x100 },
    };
    const struct firewall_config config = {
        .bridge = "br0", .mark_mask = 0x100,
        .ports = ports, .n_ports = ARRAY_SIZE(ports),
    };
    struct nft_named_counter counters[FIREWALL_N_WALLS];

    random_set_seed(1);
    firewall_table_init_counters(counters);
    firewall_table_build(&config, counters, garble, NULL);
}

/* Destination NAT of others. */

struct chain {
    int message;
    uint8_t family;
    const char *type;
    uint32_t hook;
};

static struct nl_msg *
chain_message(struct chain chain)
{
    struct nl_msg *msg = nft_message(chain.message, 0, "other");
    struct nfgenmsg *header = nlmsg_data(nlmsg_hdr(msg));

    header->nfgen_family = chain.family;
    nft_put_string(msg, NFTA_CHAIN_NAME, "chain");
    if (chain.type) {
        struct nlattr *hook = nft_start(msg, NFTA_CHAIN_HOOK);

        nft_put_u32(msg, NFTA_HOOK_HOOKNUM, chain.hook);
        nft_put_u32(msg, NFTA_HOOK_PRIORITY, 0);
        nft_end(msg, hook);
        nft_put_string(msg, NFTA_CHAIN_TYPE, chain.type);
    }
    return msg;
}

static void
check_dnat(struct nl_msg *msg, unsigned int families, bool is_dnat,
           bool may_differ)
{
    assert_int_equal(nat_rules_is_dnat_chain(nlmsg_hdr(msg), families),
                     is_dnat);
    assert_int_equal(nat_rules_may_differ(nlmsg_hdr(msg), families),
                     may_differ);
}

static void
firewall_dnat(void **state OVS_UNUSED)
{
    /* For IPv4; the same for IPv6 where the family is the other. */
    static const struct {
        struct chain chain;
        bool is_dnat, may_differ;
    } cases[] = {
        { { NFT_MSG_NEWCHAIN, NFPROTO_IPV4, "nat", NF_INET_PRE_ROUTING },
          true, true },
        { { NFT_MSG_NEWCHAIN, NFPROTO_INET, "nat", NF_INET_LOCAL_OUT },
          true, true },
        { { NFT_MSG_NEWCHAIN, NFPROTO_IPV4, "nat", NF_INET_POST_ROUTING },
          false, false },
        { { NFT_MSG_NEWCHAIN, NFPROTO_IPV6, "nat", NF_INET_PRE_ROUTING },
          false, false },
        { { NFT_MSG_NEWCHAIN, NFPROTO_IPV4, "filter", NF_INET_PRE_ROUTING },
          false, false },
        { { NFT_MSG_NEWCHAIN, NFPROTO_IPV4, NULL, 0 }, false, false },
        { { NFT_MSG_DELCHAIN, NFPROTO_IPV4, NULL, 0 }, false, true },
        { { NFT_MSG_NEWRULE, NFPROTO_IPV4, NULL, 0 }, false, false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct nl_msg *msg = chain_message(cases[i].chain);

        check_dnat(msg, NFT_IPV4, cases[i].is_dnat,
                   cases[i].may_differ);

        struct nfgenmsg *header = nlmsg_data(nlmsg_hdr(msg));
        header->nfgen_family = (header->nfgen_family == NFPROTO_IPV4
                                ? NFPROTO_IPV6
                                : header->nfgen_family == NFPROTO_IPV6
                                ? NFPROTO_IPV4 : header->nfgen_family);
        check_dnat(msg, NFT_IPV6, cases[i].is_dnat,
                   cases[i].may_differ);
        nlmsg_free(msg);
    }
}

const struct CMUnitTest firewall_tests[] = {
    cmocka_unit_test(firewall_several_ports),
    cmocka_unit_test(firewall_ipv6),
    cmocka_unit_test(firewall_lines),
    cmocka_unit_test(firewall_elements),
    cmocka_unit_test(firewall_tables),
    cmocka_unit_test(firewall_counts),
    cmocka_unit_test(firewall_garbage),
    cmocka_unit_test(firewall_dnat),
    { .name = NULL },
};
