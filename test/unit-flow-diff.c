/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "byte-order.h"
#include "openflow/conntrack-flush.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-index.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-ct.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

/* Returns the flows in 'lines', which are separated by newlines. */
static struct flow_list
parse(const char *lines)
{
    struct flow_list list = FLOW_LIST_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    char *copy = xstrdup(lines), *save = NULL;
    for (char *line = strtok_r(copy, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        svec_add(&flows, line);
    }
    free(copy);

    char *error = flow_list_parse(&list, &flows);
    if (error) {
        fail_msg("%s", error);
    }
    svec_destroy(&flows);
    return list;
}

static const char *
command_name(uint16_t command)
{
    return (command == OFPFC_ADD ? "add"
            : command == OFPFC_DELETE_STRICT ? "delete"
            : command == OFPFC_DELETE ? "delete all"
            : "?");
}

/* Checks that the flows 'present' become 'wanted' by the commands
 * 'expected', one a line. */
static void
check_diff(const char *wanted_, const char *present_, const char *expected)
{
    struct flow_list wanted = parse(wanted_);
    struct flow_list present = parse(present_);
    struct flow_list changes = FLOW_LIST_INITIALIZER;
    struct svec lines = SVEC_EMPTY_INITIALIZER;

    flow_list_diff(&wanted, &present, NULL, &changes);
    for (size_t i = 0; i < changes.n; i++) {
        char *flow = flow_mod_to_string(&changes.fms[i]);

        svec_add_nocopy(&lines,
                        xasprintf("%s: %s",
                                  command_name(changes.fms[i].command),
                                  flow));
        free(flow);
    }
    char *s = svec_join(&lines, "\n", "");
    assert_string_equal(s, expected);

    free(s);
    svec_destroy(&lines);
    flow_list_clear(&wanted);
    flow_list_clear(&present);
    flow_list_clear(&changes);
}

#define A "cookie=0x1,table=0,priority=1,in_port=1 actions=output:2\n"
#define B "cookie=0x1,table=1,priority=1,tcp actions=drop\n"

static void
flow_diff_same(void **state OVS_UNUSED)
{
    check_diff(A B, A B, "");
    check_diff(A B, B A, "");
    check_diff("", "", "");
}

static void
flow_diff_add_and_delete(void **state OVS_UNUSED)
{
    check_diff(A B, A,
               "add: cookie=0x1, table=1, priority=1,tcp actions=drop");
    check_diff(A, A B,
               "delete: cookie=0x1/-1, table=1, priority=1,tcp");
    check_diff("", A,
               "delete: cookie=0x1/-1, table=0, priority=1,in_port=1");
}

/* Each thing that tells two flows with the same match apart. */
static void
flow_diff_replace(void **state OVS_UNUSED)
{
    static const char *const present[] = {
        "cookie=0x1,table=0,priority=1,in_port=1 actions=output:3\n",
        "cookie=0x2,table=0,priority=1,in_port=1 actions=output:2\n",
        "cookie=0x1,table=0,priority=1,idle_timeout=9,in_port=1 "
            "actions=output:2\n",
        "cookie=0x1,table=0,priority=1,hard_timeout=9,in_port=1 "
            "actions=output:2\n",
        "cookie=0x1,table=0,priority=1,importance=9,in_port=1 "
            "actions=output:2\n",
        "cookie=0x1,table=0,priority=1,send_flow_rem,in_port=1 "
            "actions=output:2\n",
    };

    for (size_t i = 0; i < ARRAY_SIZE(present); i++) {
        check_diff(A, present[i],
                   "add: cookie=0x1, priority=1,in_port=1 actions=output:2");
    }
}

/* Each thing that makes it another flow. */
static void
flow_diff_other_flow(void **state OVS_UNUSED)
{
    check_diff(A, "cookie=0x1,table=0,priority=2,in_port=1 actions=output:2\n",
               "delete: cookie=0x1/-1, table=0, priority=2,in_port=1\n"
               "add: cookie=0x1, priority=1,in_port=1 actions=output:2");
    check_diff(A, "cookie=0x1,table=3,priority=1,in_port=1 actions=output:2\n",
               "delete: cookie=0x1/-1, table=3, priority=1,in_port=1\n"
               "add: cookie=0x1, priority=1,in_port=1 actions=output:2");
}

#define LEARN(COOKIE, TIMEOUT) \
    "cookie=0x1,table=1,priority=1,tcp actions=learn(table=1,cookie=" COOKIE \
    ",idle_timeout=" TIMEOUT ",eth_type=0x800,NXM_OF_IP_SRC[],output:reg1[0..15])\n"
#define LEARN_UDP(COOKIE) \
    "cookie=0x1,table=1,priority=1,udp actions=learn(table=1,cookie=" COOKIE \
    ",eth_type=0x800,NXM_OF_IP_SRC[],output:reg1[0..15])\n"

/* What was learned under another cookie goes, once for all flows that learn
 * with it; what is still learned stays. */
static void
flow_diff_learned(void **state OVS_UNUSED)
{
    check_diff(LEARN("0xb", "5"), LEARN("0xa", "5"),
               "delete all: cookie=0xa/-1\n"
               "add: cookie=0x1, table=1, priority=1,tcp "
               "actions=learn(table=1,idle_timeout=5,cookie=0xb,"
               "eth_type=0x800,NXM_OF_IP_SRC[],output:NXM_NX_REG1[0..15])");
    check_diff("", LEARN("0xa", "5") LEARN_UDP("0xa"),
               "delete: cookie=0x1/-1, table=1, priority=1,tcp\n"
               "delete: cookie=0x1/-1, table=1, priority=1,udp\n"
               "delete all: cookie=0xa/-1");
    check_diff(LEARN("0xa", "6"), LEARN("0xa", "5"),
               "add: cookie=0x1, table=1, priority=1,tcp "
               "actions=learn(table=1,idle_timeout=6,cookie=0xa,"
               "eth_type=0x800,NXM_OF_IP_SRC[],output:NXM_NX_REG1[0..15])");
    check_diff(LEARN_UDP("0xa"), LEARN("0xa", "5") LEARN_UDP("0xa"),
               "delete: cookie=0x1/-1, table=1, priority=1,tcp");
    check_diff("", LEARN_UDP("0"),
               "delete: cookie=0x1/-1, table=1, priority=1,udp");
}

/* Milliseconds of CPU so far. */
static double
cpu_ms(void)
{
    return clock() * 1000.0 / CLOCKS_PER_SEC;
}

/* Of large tables, each flow is not compared with each: it takes less than to
 * parse them. */
static void
flow_diff_large(void **state OVS_UNUSED)
{
    struct flow_list wanted = FLOW_LIST_INITIALIZER;
    struct flow_list present = FLOW_LIST_INITIALIZER;
    struct flow_list changes = FLOW_LIST_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    for (int i = 0; i < 4096; i++) {
        svec_add_nocopy(&flows, xasprintf(
                            "cookie=0x1,table=1,ip,nw_src=10.0.%d.%d,"
                            "actions=learn(table=2,cookie=%#x,eth_type=0x800,"
                            "NXM_OF_IP_SRC[])", i / 256, i % 256, i + 1));
    }
    double start = cpu_ms();
    assert_null(flow_list_parse(&wanted, &flows));
    double parsed = cpu_ms();
    svec_sort(&flows);
    assert_null(flow_list_parse(&present, &flows));
    double start_diff = cpu_ms();
    flow_list_diff(&wanted, &present, NULL, &changes);
    double diffed = cpu_ms();
    assert_int_equal(changes.n, 0);
    print_message("parse %.0f ms, diff %.0f ms\n", parsed - start,
                  diffed - start_diff);
    assert_true(diffed - start_diff < 4 * (parsed - start));

    flow_list_clear(&wanted);
    flow_list_clear(&present);
    svec_destroy(&flows);
}

static void
flow_diff_parse_error(void **state OVS_UNUSED)
{
    struct flow_list list = FLOW_LIST_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;

    svec_add(&flows, "table=0 actions=drop");
    svec_add(&flows, "table=0 actions=nonsense");
    char *error = flow_list_parse(&list, &flows);
    assert_non_null(error);
    assert_non_null(strstr(error, "table=0 actions=nonsense: "));
    assert_int_equal(list.n, 1);
    free(error);
    flow_list_clear(&list);
    svec_destroy(&flows);
}

#define NAT(ZONE, ADDRESS) "cookie=0x1,table=8,priority=1,ip " \
    "actions=ct(commit,table=17,zone=" ZONE ",nat(dst=" ADDRESS "))\n"
#define NAT6(ZONE, ADDRESS) "cookie=0x1,table=8,priority=1,ipv6 " \
    "actions=ct(commit,table=17,zone=" ZONE ",nat(dst=" ADDRESS "))\n"
#define UN_NAT "cookie=0x1,table=9,priority=1,ip actions=ct(zone=2,nat)\n"
#define SOURCE_NAT "cookie=0x1,table=9,priority=2,ip " \
    "actions=ct(commit,zone=2,nat(src=192.0.2.1))\n"

/* Checks which connections are to be forgotten when the flows 'present' become
 * 'wanted', and there are flows that were learned with 'cookie', unless that
 * is 0. */
static void
check_flush_learned(const char *wanted_, const char *present_, uint64_t cookie,
                    const char *expected)
{
    struct cookie_set stale = COOKIE_SET_INITIALIZER(&stale);
    struct flow_list wanted = parse(wanted_);
    struct flow_list present = parse(present_);
    struct ovs_list msgs = OVS_LIST_INITIALIZER(&msgs);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ofpbuf *msg;

    if (cookie) {
        cookie_set_add(&stale, htonll(cookie));
    }
    conntrack_flush_stale(&wanted, &present, &stale, &msgs);
    cookie_set_destroy(&stale);
    LIST_FOR_EACH_POP (msg, list_node, &msgs) {
        struct ofp_ct_match match = { .ip_proto = 0 };
        bool with_zone;
        uint16_t zone;

        ofpmsg_update_length(msg);
        assert_int_equal(ofp_ct_match_decode(&match, &with_zone, &zone,
                                             msg->data), 0);
        assert_true(with_zone);
        ds_put_format(&s, "zone=%"PRIu16" ", zone);
        ofp_ct_match_format(&s, &match);
        ds_put_char(&s, '\n');
        ofpbuf_delete(msg);
    }
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
    flow_list_clear(&wanted);
    flow_list_clear(&present);
}

static void
check_flush(const char *wanted, const char *present, const char *expected)
{
    check_flush_learned(wanted, present, 0, expected);
}

static void
conntrack_flush_stale_translations(void **state OVS_UNUSED)
{
    /* Whose answers come from 10.10.0.1. */
    static const char stale[] = "zone=2 "
        "'ct_nw_src=::,ct_nw_dst=::,ct_tp_src=0,ct_tp_dst=0,ct_nw_proto=0' "
        "'ct_nw_src=10.10.0.1,ct_nw_dst=::,ct_tp_src=0,ct_tp_dst=0'\n";

    check_flush(NAT("2", "10.10.0.1"), NAT("2", "10.10.0.1"), "");
    check_flush(NAT("2", "10.10.0.1"), A UN_NAT SOURCE_NAT, "");
    check_flush(NAT("2", "10.10.0.1"),
                   NAT("NXM_NX_REG0[0..15]", "10.11.0.1"), "");
    check_flush(NAT("2", "10.11.0.1"), A UN_NAT NAT("2", "10.10.0.1"),
                   stale);
    check_flush(NAT("3", "10.10.0.1"), NAT("2", "10.10.0.1"), stale);
    check_flush("", NAT("2", "10.10.0.1"), stale);
}

/* One network of each family can have the same zone. */
static void
conntrack_flush_stale_ipv6(void **state OVS_UNUSED)
{
    static const char stale[] = "zone=2 "
        "'ct_ipv6_src=::,ct_ipv6_dst=::,ct_tp_src=0,ct_tp_dst=0,"
        "ct_nw_proto=0' "
        "'ct_ipv6_src=fc04::1,ct_ipv6_dst=::,ct_tp_src=0,ct_tp_dst=0'\n";

    check_flush(NAT6("2", "fc04::1"), NAT6("2", "fc04::1"), "");
    check_flush(NAT6("2", "fc04::2"), NAT6("2", "fc04::1"), stale);
    check_flush(NAT6("2", "fc05::1"), NAT6("2", "fc04::1"), stale);
    check_flush(NAT("2", "10.10.0.1"),
                NAT("2", "10.10.0.1") NAT6("2", "fc04::1"), stale);
    check_flush(NAT6("3", "fc04::1"), NAT6("2", "fc04::1"), stale);
}

/* All connections are, if nothing tells what they were translated to: not for
 * what a flow that is there has learned. */
static void
conntrack_flush_stale_unknown(void **state OVS_UNUSED)
{
    static const char all[] = "zone=2 "
        "'ct_ipv6_src=::,ct_ipv6_dst=::,ct_tp_src=0,ct_tp_dst=0,"
        "ct_nw_proto=0' "
        "'ct_ipv6_src=::,ct_ipv6_dst=::,ct_tp_src=0,ct_tp_dst=0'\n";
    static const char present[] = NAT("2", "10.10.0.1")
        "cookie=0x1,table=2,priority=1,ip "
        "actions=learn(table=3,cookie=0x7,NXM_OF_ETH_SRC[])\n";

    check_flush_learned(NAT("2", "10.10.0.1"), present, 7, "");
    check_flush_learned(NAT("2", "10.10.0.1"), present, 8, all);
    check_flush_learned(NAT("2", "10.10.0.1"), "", 7, all);
}

const struct CMUnitTest flow_diff_tests[] = {
    cmocka_unit_test(flow_diff_same),
    cmocka_unit_test(flow_diff_add_and_delete),
    cmocka_unit_test(flow_diff_replace),
    cmocka_unit_test(flow_diff_other_flow),
    cmocka_unit_test(flow_diff_learned),
    cmocka_unit_test(flow_diff_large),
    cmocka_unit_test(flow_diff_parse_error),
    cmocka_unit_test(conntrack_flush_stale_translations),
    cmocka_unit_test(conntrack_flush_stale_ipv6),
    cmocka_unit_test(conntrack_flush_stale_unknown),
    { .name = NULL },
};
