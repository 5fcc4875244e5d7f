/* SPDX-License-Identifier: Apache-2.0 */

/* unit TEST: runs one test function.
 * unit --list: prints the names of all. */

#include <config.h>

#include "test/unit.h"

#include <stdio.h>
#include <string.h>

#include "util.h"

static const struct CMUnitTest *const groups[] = {
    address_tests,
    address_plan_tests,
    address_set_tests,
    claims_tests,
    nd_tests,
    conntrack_tests,
    contact_list_tests,
    contact_formats_tests,
    contact_log_tests,
    contact_scope_tests,
    contact_sink_tests,
    contact_targets_tests,
    contact_packet_tests,
    contact_table_tests,
    contact_ports_tests,
    lookup_tests,
    datapath_watch_tests,
    contact_right_tests,
    contact_record_tests,
    drop_count_tests,
    error_flows_tests,
    error_plan_tests,
    error_relay_tests,
    error_translate_tests,
    firewall_tests,
    flow_diff_tests,
    flow_listing_tests,
    flow_networks_tests,
    flow_set_tests,
    flow_sync_tests,
    frag_mode_tests,
    health_tests,
    links_tests,
    links_ipv6_tests,
    listing_tests,
    metrics_tests,
    notify_tests,
    options_tests,
    schedule_tests,
    report_tests,
    restart_watch_tests,
    switch_listings_tests,
    sync_counts_tests,
    tap_tests,
    top_tests,
};

int
main(int argc, char *argv[])
{
    bool list = argc == 2 && !strcmp(argv[1], "--list");

    set_program_name(argv[0]);
    if (argc != 2) {
        ovs_fatal(0, "usage: %s TEST | --list", program_name);
    }
    for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
        for (const struct CMUnitTest *t = groups[i]; t->name; t++) {
            if (list) {
                puts(t->name);
            } else if (!strcmp(t->name, argv[1])) {
                const struct CMUnitTest tests[] = { *t };

                return cmocka_run_group_tests(tests, NULL, NULL);
            }
        }
    }
    if (!list) {
        ovs_fatal(0, "%s: no such test", argv[1]);
    }
    return 0;
}
