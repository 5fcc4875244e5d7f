/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "openflow/drop-count.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/ofp-flow.h"
#include "svec.h"
#include "util.h"

#define FORWARD "table=0,priority=2,tcp actions=output:1"
#define NOT_IP "table=0,priority=0 actions=drop"
#define PING "table=1,priority=3,icmp actions=drop"
#define SCTP "table=1,priority=2,sctp actions=drop"
#define OTHER "table=1,priority=0 actions=drop"

/* Returns what counts the flows above. */
static struct drop_count
create(void)
{
    static const char *const lines[] = {
        FORWARD,
        NOT_IP " # not IPv4",
        PING " # in: protocol not wanted",
        OTHER " # in: to elsewhere",
        SCTP " # in: protocol not wanted",
    };
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    struct drop_count drops;

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        svec_add(&flows, lines[i]);
    }
    drop_count_init(&drops);
    assert_null(drop_count_set_flows(&drops, &flows));
    svec_destroy(&flows);
    return drops;
}

/* The switch has 'flow', with so many packets. */
static void
add(struct drop_count *drops, const char *flow, uint64_t packets)
{
    struct ofputil_flow_mod fm;

    assert_null(flow_mod_parse(&fm, flow, NULL));
    struct ofputil_flow_stats stats = {
        .table_id = fm.table_id,
        .priority = fm.priority,
        .ofpacts = fm.ofpacts,
        .ofpacts_len = fm.ofpacts_len,
        .packet_count = packets,
    };
    minimatch_expand(&fm.match, &stats.match);
    drop_count_add(drops, &stats);
    minimatch_destroy(&fm.match);
    free(CONST_CAST(struct ofpact *, fm.ofpacts));
}

static void
check(const struct drop_count *drops, long long int now, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    drop_count_format(drops, now, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

/* One line a reason, however many flows, in the flow set's order. */
static void
drop_count_by_reason(void **state OVS_UNUSED)
{
    struct drop_count drops = create();

    drop_count_begin(&drops);
    add(&drops, SCTP, 20);
    add(&drops, OTHER, UINT64_C(5000000000));
    add(&drops, FORWARD, 1000);
    add(&drops, PING, 3);
    drop_count_end(&drops, 0);
    check(&drops, 0,
          "  dropped: 5000000023 packets, counted 0 s ago\n"
          "          23  in: protocol not wanted\n"
          "  5000000000  in: to elsewhere\n");
    drop_count_destroy(&drops);
}

static void
drop_count_when_known(void **state OVS_UNUSED)
{
    struct drop_count drops = create();

    check(&drops, 1000, "");
    drop_count_begin(&drops);
    add(&drops, PING, 3);
    check(&drops, 1000, "");
    drop_count_end(&drops, 2000);
    check(&drops, 61999, "  dropped: 3 packets, counted 59 s ago\n"
          "           3  in: protocol not wanted\n");

    /* While a new count is under way, the former one holds; half of one that
     * was given up is not added to the next. */
    drop_count_begin(&drops);
    add(&drops, PING, 5);
    check(&drops, 62000, "  dropped: 3 packets, counted 60 s ago\n"
          "           3  in: protocol not wanted\n");
    drop_count_begin(&drops);
    add(&drops, PING, 6);
    drop_count_end(&drops, 70000);
    check(&drops, 70000, "  dropped: 6 packets, counted 0 s ago\n"
          "           6  in: protocol not wanted\n");

    /* The flow is gone, or was put in anew. */
    drop_count_begin(&drops);
    drop_count_end(&drops, 80000);
    check(&drops, 80000, "  dropped: 0 packets, counted 0 s ago\n");
    drop_count_destroy(&drops);
}

/* Not in the flow set, or not what it says. */
static void
drop_count_unknown_flows(void **state OVS_UNUSED)
{
    struct drop_count drops = create();

    drop_count_begin(&drops);
    add(&drops, "table=1,priority=4,icmp actions=drop", 1);
    add(&drops, "table=2,priority=3,icmp actions=drop", 1);
    add(&drops, "table=1,priority=3,udp actions=drop", 1);
    add(&drops, "table=1,priority=3,icmp actions=output:1", 1);
    add(&drops, PING, UINT64_MAX);
    drop_count_end(&drops, 0);
    check(&drops, 0, "  dropped: 0 packets, counted 0 s ago\n");
    drop_count_destroy(&drops);
}

static void
check_json(const struct drop_count *drops, long long int now,
           const char *expected)
{
    struct json *json = json_object_create();

    drop_count_put_json(drops, now, json);
    char *s = json_to_string(json, JSSF_SORT);
    assert_string_equal(s, expected);
    free(s);
    json_destroy(json);
}

static void
drop_count_json(void **state OVS_UNUSED)
{
    struct drop_count drops = create();

    check_json(&drops, 0, "{\"dropped\":[],\"dropped_seconds_ago\":null}");
    drop_count_begin(&drops);
    add(&drops, SCTP, 20);
    add(&drops, PING, 3);
    drop_count_end(&drops, 1000);
    check_json(&drops, 3000, "{\"dropped\":["
               "{\"packets\":0,\"reason\":\"not IPv4\"},"
               "{\"packets\":23,\"reason\":\"in: protocol not wanted\"},"
               "{\"packets\":0,\"reason\":\"in: to elsewhere\"}],"
               "\"dropped_seconds_ago\":2}");
    drop_count_destroy(&drops);
}

const struct CMUnitTest drop_count_tests[] = {
    cmocka_unit_test(drop_count_by_reason),
    cmocka_unit_test(drop_count_when_known),
    cmocka_unit_test(drop_count_unknown_flows),
    cmocka_unit_test(drop_count_json),
    { .name = NULL },
};
