/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_UNIT_H
#define TEST_UNIT_H 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A list of tests, ended by an element without a name. */
extern const struct CMUnitTest address_tests[];
extern const struct CMUnitTest address_plan_tests[];
extern const struct CMUnitTest address_set_tests[];
extern const struct CMUnitTest claims_tests[];
extern const struct CMUnitTest nd_tests[];
extern const struct CMUnitTest conntrack_tests[];
extern const struct CMUnitTest contact_list_tests[];
extern const struct CMUnitTest contact_formats_tests[];
extern const struct CMUnitTest contact_log_tests[];
extern const struct CMUnitTest contact_packet_tests[];
extern const struct CMUnitTest contact_ports_tests[];
extern const struct CMUnitTest contact_record_tests[];
extern const struct CMUnitTest datapath_watch_tests[];
extern const struct CMUnitTest lookup_tests[];
extern const struct CMUnitTest contact_right_tests[];
extern const struct CMUnitTest contact_scope_tests[];
extern const struct CMUnitTest contact_sink_tests[];
extern const struct CMUnitTest contact_table_tests[];
extern const struct CMUnitTest contact_targets_tests[];
extern const struct CMUnitTest drop_count_tests[];
extern const struct CMUnitTest error_flows_tests[];
extern const struct CMUnitTest error_plan_tests[];
extern const struct CMUnitTest error_relay_tests[];
extern const struct CMUnitTest error_translate_tests[];
extern const struct CMUnitTest firewall_tests[];
extern const struct CMUnitTest flow_diff_tests[];
extern const struct CMUnitTest flow_listing_tests[];
extern const struct CMUnitTest flow_networks_tests[];
extern const struct CMUnitTest flow_set_tests[];
extern const struct CMUnitTest flow_sync_tests[];
extern const struct CMUnitTest frag_mode_tests[];
extern const struct CMUnitTest health_tests[];
extern const struct CMUnitTest links_tests[];
extern const struct CMUnitTest links_ipv6_tests[];
extern const struct CMUnitTest listing_tests[];
extern const struct CMUnitTest metrics_tests[];
extern const struct CMUnitTest notify_tests[];
extern const struct CMUnitTest options_tests[];
extern const struct CMUnitTest schedule_tests[];
extern const struct CMUnitTest report_tests[];
extern const struct CMUnitTest restart_watch_tests[];
extern const struct CMUnitTest switch_listings_tests[];
extern const struct CMUnitTest sync_counts_tests[];
extern const struct CMUnitTest tap_tests[];
extern const struct CMUnitTest top_tests[];

#endif /* test/unit.h */
