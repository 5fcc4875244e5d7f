/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include "openflow/error-plan.h"
#include "openvswitch/dynamic-string.h"
#include "test/unit-error-lib.h"
#include "util.h"

/* Returns what 's', as in "userdata=", says. */
static bool
parse_plan(const char *s, struct error_plan *plan)
{
    uint8_t bytes[64];

    return error_plan_parse(bytes, parse_hex(s, bytes), plan);
}

static void
error_plan_there_and_back(void **state OVS_UNUSED)
{
    static const char *const texts[N_NETWORKS] = {
        "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.36.01.40.60.00.00."
        "fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00.01."
        "fc.01.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.07",
    };
    struct error_plan plan;

    for (size_t i = 0; i < N_NETWORKS; i++) {
        struct error_plan outbound = plan_of(&networks[i], true);
        struct ds s = DS_EMPTY_INITIALIZER;

        error_plan_put(&outbound, &s);
        assert_string_equal(ds_cstr(&s), texts[i]);
        assert_true(parse_plan(ds_cstr(&s), &plan));
        assert_true(plan.outbound);
        assert_int_equal(plan.network, 7);
        assert_true(address_equals(plan.fake.ip, outbound.fake.ip));
        assert_int_equal(plan.fake.plen, outbound.fake.plen);
        assert_true(address_equals(plan.real.network, outbound.real.network));
        assert_int_equal(plan.real.plen, outbound.real.plen);
        assert_false(plan.routed);
        ds_destroy(&s);
    }
    assert_true(parse_plan("70.69.70.00.10.18.01.00.0a.0a.00.01.c0.a8.02.00."
                           "00.00.00.07", &plan));
    assert_true(plan.routed && !plan.outbound);
    assert_true(address_is_min(plan.target));
}

static void
error_plan_refuses(void **state OVS_UNUSED)
{
    static const char *const others[] = {
        "", "70", "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00",
        "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07.00",
        "70.69.71.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.36.01.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.02.10.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.11.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.18.02.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.00.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.00.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.01.00.00.0a.0a.00.01.80.00.00.00.00.00.00.07",
        "70.69.70.01.10.ff.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.ff.18.00.00.0a.0a.00.01.c0.a8.02.00.00.00.00.07",
        "70.69.70.01.10.18.00.00.0a.0a.00.01.c0.a8.02.01.00.00.00.07",
        "70.69.70.01.10.18.00.00.0a.0a.00.01.0a.0a.02.00.00.00.00.07",
    };
    struct error_plan plan;

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_false(parse_plan(others[i], &plan));
    }
    assert_false(error_plan_parse(NULL, 0, &plan));
}

/* What begins with HEAD is that of fc04::1 and fc01::, network 7. */
#define IPV6_PLAN(HEAD) \
    HEAD ".00.00.fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00.01." \
    "fc.01.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.07"

static void
error_plan_refuses_ipv6(void **state OVS_UNUSED)
{
    static const char *const others[] = {
        IPV6_PLAN("70.69.70.01.40.60"), IPV6_PLAN("70.69.36.02.40.60"),
        IPV6_PLAN("70.69.36.01.41.60"), IPV6_PLAN("70.69.36.01.00.60"),
        IPV6_PLAN("70.69.36.01.ff.60"), IPV6_PLAN("70.69.36.01.40.00"),
        IPV6_PLAN("70.69.36.01.40.40"), IPV6_PLAN("70.69.36.01.40.7f"),
        IPV6_PLAN("70.69.36.01.40.80"), IPV6_PLAN("70.69.36.01.40.ff"),
        IPV6_PLAN("70.69.36.01.40.60") ".00",
        /* A host bit that is not 0; in the fake prefix. */
        "70.69.36.01.40.60.00.00.fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00."
        "01.fc.01.00.00.00.00.00.00.00.00.00.00.80.00.00.00.00.00.00.07",
        "70.69.36.01.40.60.00.00.fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00."
        "01.fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.00.07",
        /* IPv4-mapped. */
        "70.69.36.01.10.78.00.00.00.00.00.00.00.00.00.00.00.00.ff.ff.0a.0a.00."
        "01.00.00.00.00.00.00.00.00.00.00.ff.ff.c0.a8.02.00.00.00.00.07",
        "70.69.36.01.40.78.00.00.fc.04.00.00.00.00.00.00.00.00.00.00.00.00.00."
        "01.00.00.00.00.00.00.00.00.00.00.ff.ff.c0.a8.02.00.00.00.00.07",
    };
    struct error_plan plan;

    assert_true(parse_plan(IPV6_PLAN("70.69.36.01.40.60"), &plan));
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_false(parse_plan(others[i], &plan));
    }
}

const struct CMUnitTest error_plan_tests[] = {
    cmocka_unit_test(error_plan_there_and_back),
    cmocka_unit_test(error_plan_refuses),
    cmocka_unit_test(error_plan_refuses_ipv6),
    { .name = NULL },
};
