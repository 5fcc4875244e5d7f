/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/operator/switch-listings.h"
#include "bitmap.h"
#include "netdev/firewall.h"
#include "openflow/drop-count.h"
#include "openflow/flow-listing.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

/* However many rows a part has, the parts are the whole. */
static void
listing_in_parts(void **state OVS_UNUSED)
{
    static const char *const columns[] = { "name", "number_of" };
    enum { N = 7 };

    for (size_t rows = 0; rows < N; rows++) {
        struct listing *l = listing_create(columns, ARRAY_SIZE(columns));

        for (size_t i = 0; i < rows; i++) {
            listing_add_format(l, "%0*d, %"PRIuSIZE, 1 << i % 3, 0, i);
            listing_add_number(l, i * i * i);
        }
        for (int format = LISTING_TEXT; format <= LISTING_CSV; format++) {
            struct ds whole = DS_EMPTY_INITIALIZER;

            listing_format(l, format, &whole);
            for (size_t n = 1; n < N; n++) {
                struct ds parts = DS_EMPTY_INITIALIZER;
                size_t first = 0;

                do {
                    listing_format_part(l, format, first, n, &parts);
                    first += MIN(n, rows - first);
                } while (first < rows);
                assert_string_equal(ds_cstr(&parts), ds_cstr(&whole));
                ds_destroy(&parts);
            }
            ds_destroy(&whole);
        }
        listing_destroy(l);
    }
}

/* Step by step; what the switch has sent and does not fit is counted, too. */
static void
switch_listing_steps(void **state OVS_UNUSED)
{
    enum { N = 12345 };
    struct options options = { .n_networks = 0 };
    struct flow_listing rows = { .state = LISTING_DONE, .left_out = 2 };
    int steps = 0;

    rows.rows = xcalloc(N, sizeof *rows.rows);
    rows.n = N;
    for (size_t i = 0; i < N; i++) {
        rows.rows[i].packets = UINT64_MAX;
        rows.rows[i].match = xasprintf("reg0=%"PRIuSIZE, i);
        rows.rows[i].actions = xstrdup("drop");
    }
    struct switch_listing *sl = switch_listing_create(&rows, N - 1,
                                                      LISTING_TEXT);
    while (!switch_listing_run(sl, &options)) {
        steps++;
    }
    assert_in_range(steps, 3, 20);
    const char *text = switch_listing_text(sl);
    assert_non_null(strstr(text, "\n3 more left out: see --limit\n"));
    assert_non_null(strstr(text, "own       0         0        -      0    0  "
                           "reg0=12343  drop\n"));
    assert_null(strstr(text, "reg0=12344 "));
    switch_listing_destroy(sl);
    flow_listing_destroy(&rows);
}

/* The flows have the low bits of a target of IPv6, the network the others. */
static void
switch_listing_ipv6(void **state OVS_UNUSED)
{
    struct network network = {
        .name = CONST_CAST(char *, "lab"),
        .vlans = bitmap_allocate(4096),
        .real = { { UINT64_C(0xfc01000000000000), 0 }, 96 },
    };
    struct options options = { .networks = &network, .n_networks = 1 };
    struct flow_row host = {
        .role = HOST_TARGET,
        .network = network_id(&network),
        .address = { 0, 0x77 },
    };
    const struct flow_listing rows = {
        .state = LISTING_DONE, .query = { .hosts = true }, .rows = &host,
        .n = 1
    };
    struct switch_listing *sl = switch_listing_create(&rows, 1, LISTING_CSV);

    assert_true(switch_listing_run(sl, &options));
    assert_non_null(strstr(switch_listing_text(sl), "lab,target,fc01::77,"));
    switch_listing_destroy(sl);
    bitmap_free(network.vlans);
}

static void
check_drops(const struct drop_count *drops, const struct firewall_walls *walls,
            long long int now, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct listing *l = drops_to_listing(drops, walls, now);

    listing_format(l, LISTING_CSV, &s);
    assert_string_equal(ds_cstr(&s), expected);
    listing_destroy(l);
    ds_destroy(&s);
}

#define HEAD "network,reason,packets,bytes,seconds_ago\r\n"

/* What was not counted is not 0. */
static void
drops_listing(void **state OVS_UNUSED)
{
    const char *line = "table=1,priority=3,icmp actions=drop # [lab] in: why";
    const struct firewall_walls none = { .n = 0 }, walls = {
        .walls = { { "wall: of the fake address, leaving by another port",
                     { 3, 180 } },
                   { "in: IPv6 routing header", { 2, 160 } } },
        .n = 2,
    };
    struct flow_list flows = FLOW_LIST_INITIALIZER;
    struct svec text = SVEC_EMPTY_INITIALIZER;
    struct drop_count drops;

    svec_add(&text, line);
    assert_null(flow_list_parse(&flows, &text));
    drop_count_init(&drops);
    drop_count_set_flows(&drops, &flows, &text);
    check_drops(&drops, &none, 0, HEAD "lab,in: why,,,\r\n");

    struct ofputil_flow_stats stats = {
        .table_id = 1, .priority = 3, .packet_count = 5, .byte_count = 300,
    };
    minimatch_expand(&flows.fms[0].match, &stats.match);
    drop_count_begin(&drops);
    drop_count_add(&drops, &stats);
    drop_count_end(&drops, 1000);
    check_drops(&drops, &walls, 4500, HEAD "lab,in: why,5,300,3\r\n"
                ",\"wall: of the fake address, leaving by another port\","
                "3,180,0\r\n"
                ",in: IPv6 routing header,2,160,0\r\n");
    /* The figures stay when the flows are parsed anew. */
    drop_count_set_flows(&drops, &flows, &text);
    check_drops(&drops, &none, 4500, HEAD "lab,in: why,5,300,3\r\n");
    drop_count_destroy(&drops);
    flow_list_clear(&flows);
    svec_destroy(&text);
}

const struct CMUnitTest switch_listings_tests[] = {
    cmocka_unit_test(listing_in_parts),
    cmocka_unit_test(switch_listing_steps),
    cmocka_unit_test(switch_listing_ipv6),
    cmocka_unit_test(drops_listing),
    { .name = NULL },
};
