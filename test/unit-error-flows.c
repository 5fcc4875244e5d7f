/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include "openflow/error-flows.h"
#include "openflow/flow-set.h"
#include "svec.h"
#include "test/unit-error-lib.h"
#include "util.h"

#define COOKIE "cookie=0x7069706574746500, "
#define AGENT "meter:28777,controller(id=28777,userdata="
#define PLAN_ADDRESSES "fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00.01." \
    "fc.01.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00)"
#define WAY "move:NXM_NX_IPV6_DST[]->NXM_NX_XXREG3[]," \
    "move:NXM_NX_IPV6_SRC[0..63]->NXM_NX_XXREG2[0..63]," \
    "resubmit(,14),resubmit(,15),resubmit(,12)"

/* Those that only a set has where connection tracking does not translate. */
static const char *const by_agent[] = {
    "table=4, priority=1,ipv6,reg2=0x80/0x80 actions=ct(table=27,zone=9)",
    "table=6, priority=1,ipv6,reg2=0x80/0x80 actions=ct(table=27,zone=9)",
    "table=27, priority=2,ct_state=+rel-rpl-inv+trk,ipv6 actions="AGENT
    "70.69.36.00.40.60.01.00."PLAN_ADDRESSES,
    "table=10, priority=3,ipv6,reg2=0x80/0x80 actions=ct(table=11,zone=9)",
    "table=11, priority=1,ct_state=-est+rel+rpl+trk,icmp6,ipv6_src=fc04::1 "
    "actions="AGENT"70.69.36.01.40.60.01.00."PLAN_ADDRESSES,
    "table=26, priority=2,icmp6,ipv6_dst=fc04::1 "
    "actions=set_field:0e:00:00:00:00:67->eth_src,"
    "set_field:0e:00:00:00:00:66->eth_dst,output:2",
    "table=26, priority=0,icmp6,ipv6_src=fc01::/96 actions="WAY,
};

static void
error_flows_by_agent(void **state OVS_UNUSED)
{
    struct flow_config config = {
        .uplink = { .number = 1 }, .fake_port = { .number = 2 },
        .fake = networks[1].plan.fake, .real = networks[1].plan.real,
        .server_mac = ETH_ADDR_C(0e,00,00,00,00,66),
        .client_mac = ETH_ADDR_C(0e,00,00,00,00,67),
        .protocols = FLOW_TCP | FLOW_UDP, .routed = true, .ct_zone = 9,
    };
    struct svec tracked = SVEC_EMPTY_INITIALIZER;
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    size_t n = 0;

    error_add_flows(&tracked, &config, "fc01::/96", "fc04::/64");
    svec_sort(&tracked);
    config.errors_by_agent = true;
    error_add_flows(&flows, &config, "fc01::/96", "fc04::/64");
    for (size_t i = 0; i < flows.n; i++) {
        if (!svec_contains(&tracked, flows.names[i])) {
            assert_true(n < ARRAY_SIZE(by_agent));
            assert_string_equal(flows.names[i] + strlen(COOKIE),
                                by_agent[n++]);
        }
    }
    assert_int_equal(n, ARRAY_SIZE(by_agent));

    /* Without routed clients there is nothing to it. */
    svec_clear(&tracked);
    svec_clear(&flows);
    config.routed = false;
    error_add_flows(&flows, &config, "fc01::/96", "fc04::/64");
    config.errors_by_agent = false;
    error_add_flows(&tracked, &config, "fc01::/96", "fc04::/64");
    assert_true(svec_equal(&tracked, &flows));
    svec_destroy(&tracked);
    svec_destroy(&flows);
}

const struct CMUnitTest error_flows_tests[] = {
    cmocka_unit_test(error_flows_by_agent),
    { .name = NULL },
};
