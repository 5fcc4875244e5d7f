/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <limits.h>

#include "agent/operator/health.h"
#include "util.h"

#define START 5000

static void
check(struct health *health, const char *problems, long long int now,
      const char *expected)
{
    const char *said = health_update(health, problems, now);

    if (expected) {
        assert_non_null(said);
        assert_string_equal(said, expected);
    } else {
        assert_null(said);
    }
}

static void
health_starts(void **state OVS_UNUSED)
{
    struct health health;

    /* What becomes ready in time has never been degraded. */
    health_init(&health, START);
    check(&health, "x", START, NULL);
    assert_true(health_next(&health) == START + 1000);
    check(&health, "y", START + 999, NULL);
    check(&health, NULL, START + 999, "ready");
    assert_true(health_next(&health) == LLONG_MAX);
    health_destroy(&health);

    health_init(&health, START);
    check(&health, "x", START, NULL);
    check(&health, "x", START + 1000, "degraded: x");
    assert_true(health_next(&health) == LLONG_MAX);
    health_destroy(&health);
}

static void
health_blips(void **state OVS_UNUSED)
{
    struct health health;

    health_init(&health, START);
    check(&health, NULL, START, "ready");
    check(&health, NULL, START + 100000, "ready");
    check(&health, "x", START + 100001, "ready");
    assert_true(health_next(&health) == START + 101000);
    check(&health, "x", START + 100999, "ready");
    check(&health, NULL, START + 101000, "ready");
    assert_true(health_next(&health) == LLONG_MAX);
    check(&health, "x", START + 101999, "ready");
    check(&health, "x", START + 102000, "degraded: x");
    check(&health, NULL, START + 102001, "ready");
    health_destroy(&health);
}

static void
health_other_reason(void **state OVS_UNUSED)
{
    struct health health;

    health_init(&health, START);
    check(&health, "x", START + 1000, "degraded: x");
    check(&health, "y", START + 1001, "degraded: x");
    assert_true(health_next(&health) == START + 2000);
    check(&health, "z", START + 2000, "degraded: z");
    /* And back to what is said already: nothing to say. */
    check(&health, "y", START + 2001, "degraded: z");
    check(&health, "z", START + 2002, "degraded: z");
    assert_true(health_next(&health) == LLONG_MAX);
    health_destroy(&health);
}

const struct CMUnitTest health_tests[] = {
    cmocka_unit_test(health_starts),
    cmocka_unit_test(health_blips),
    cmocka_unit_test(health_other_reason),
    { .name = NULL },
};
