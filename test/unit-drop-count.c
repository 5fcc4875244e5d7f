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

/* What counts the flows above. */
struct fixture {
    struct drop_count drops;
    struct flow_list flows;
};

static void
create(struct fixture *f)
{
    static const char *const lines[] = {
        FORWARD,
        NOT_IP " # not IPv4",
        PING " # in: protocol not wanted",
        OTHER " # in: to elsewhere",
        SCTP " # in: protocol not wanted",
    };
    struct svec text = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        svec_add(&text, lines[i]);
    }
    f->flows = (struct flow_list) FLOW_LIST_INITIALIZER;
    assert_null(flow_list_parse(&f->flows, &text));
    drop_count_init(&f->drops);
    drop_count_set_flows(&f->drops, &f->flows, &text);
    svec_destroy(&text);
}

static void
destroy(struct fixture *f)
{
    drop_count_destroy(&f->drops);
    flow_list_clear(&f->flows);
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
    struct fixture f;

    create(&f);
    drop_count_begin(&f.drops);
    add(&f.drops, SCTP, 20);
    add(&f.drops, OTHER, UINT64_C(5000000000));
    add(&f.drops, FORWARD, 1000);
    add(&f.drops, PING, 3);
    drop_count_end(&f.drops, 0);
    check(&f.drops, 0,
          "  dropped: 5000000023 packets, counted 0 s ago\n"
          "          23  in: protocol not wanted\n"
          "  5000000000  in: to elsewhere\n");
    destroy(&f);
}

static void
drop_count_when_known(void **state OVS_UNUSED)
{
    struct fixture f;

    create(&f);
    check(&f.drops, 1000, "");
    drop_count_begin(&f.drops);
    add(&f.drops, PING, 3);
    check(&f.drops, 1000, "");
    drop_count_end(&f.drops, 2000);
    check(&f.drops, 61999, "  dropped: 3 packets, counted 59 s ago\n"
          "           3  in: protocol not wanted\n");

    /* While a new count is under way, the former one holds; half of one that
     * was given up is not added to the next. */
    drop_count_begin(&f.drops);
    add(&f.drops, PING, 5);
    check(&f.drops, 62000, "  dropped: 3 packets, counted 60 s ago\n"
          "           3  in: protocol not wanted\n");
    drop_count_begin(&f.drops);
    add(&f.drops, PING, 6);
    drop_count_end(&f.drops, 70000);
    check(&f.drops, 70000, "  dropped: 6 packets, counted 0 s ago\n"
          "           6  in: protocol not wanted\n");

    /* The flow is gone, or was put in anew. */
    drop_count_begin(&f.drops);
    drop_count_end(&f.drops, 80000);
    check(&f.drops, 80000, "  dropped: 0 packets, counted 0 s ago\n");
    destroy(&f);
}

/* Not in the flow set, or not what it says. */
static void
drop_count_unknown_flows(void **state OVS_UNUSED)
{
    struct fixture f;

    create(&f);
    drop_count_begin(&f.drops);
    add(&f.drops, "table=1,priority=4,icmp actions=drop", 1);
    add(&f.drops, "table=2,priority=3,icmp actions=drop", 1);
    add(&f.drops, "table=1,priority=3,udp actions=drop", 1);
    add(&f.drops, "table=1,priority=3,icmp actions=output:1", 1);
    add(&f.drops, PING, UINT64_MAX);
    drop_count_end(&f.drops, 0);
    check(&f.drops, 0, "  dropped: 0 packets, counted 0 s ago\n");
    destroy(&f);
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
    struct fixture f;

    create(&f);
    check_json(&f.drops, 0, "{\"dropped\":[],\"dropped_seconds_ago\":null}");
    drop_count_begin(&f.drops);
    add(&f.drops, SCTP, 20);
    add(&f.drops, PING, 3);
    drop_count_end(&f.drops, 1000);
    check_json(&f.drops, 3000, "{\"dropped\":["
               "{\"packets\":0,\"reason\":\"not IPv4\"},"
               "{\"packets\":23,\"reason\":\"in: protocol not wanted\"},"
               "{\"packets\":0,\"reason\":\"in: to elsewhere\"}],"
               "\"dropped_seconds_ago\":2}");
    destroy(&f);
}

const struct CMUnitTest drop_count_tests[] = {
    cmocka_unit_test(drop_count_by_reason),
    cmocka_unit_test(drop_count_when_known),
    cmocka_unit_test(drop_count_unknown_flows),
    cmocka_unit_test(drop_count_json),
    { .name = NULL },
};
