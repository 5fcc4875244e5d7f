/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include "agent/loop/schedule.h"
#include "util.h"

#define START 1234567

static void
schedule_wanted(void **state OVS_UNUSED)
{
    struct schedule s = SCHEDULE_INITIALIZER;

    /* Nothing was looked at: look, wanted or not. */
    assert_true(schedule_look(&s, START, false, false));
    assert_false(schedule_look(&s, START, false, false));
    assert_true(schedule_look(&s, START, true, false));
    assert_false(schedule_look(&s, START + 1, false, false));
}

static void
schedule_interval(void **state OVS_UNUSED)
{
    struct schedule s = SCHEDULE_INITIALIZER;

    assert_true(schedule_look(&s, START, true, false));
    assert_false(schedule_look(&s, START + 59999, false, false));
    assert_true(schedule_look(&s, START + 60000, false, false));
    /* The minute begins anew with each look. */
    assert_true(schedule_look(&s, START + 70000, true, false));
    assert_false(schedule_look(&s, START + 120000, false, false));
    assert_true(schedule_look(&s, START + 130000, false, false));
}

static void
schedule_stuck(void **state OVS_UNUSED)
{
    struct schedule s = SCHEDULE_INITIALIZER;

    assert_true(schedule_look(&s, START, true, false));
    assert_false(schedule_look(&s, START + 999, false, true));
    assert_true(schedule_look(&s, START + 1000, false, true));
    assert_false(schedule_look(&s, START + 1001, false, true));
    /* It became right: there is time. */
    assert_false(schedule_look(&s, START + 3000, false, false));
}

/* Returns the looks of 'msec' milliseconds from 'start', a try in each. */
static int
count_looks(struct schedule *s, long long int start, int msec)
{
    int n = 0;

    for (int i = 0; i < msec; i++) {
        n += schedule_look(s, start + i, true, false);
    }
    return n;
}

static void
schedule_rate(void **state OVS_UNUSED)
{
    struct schedule s = SCHEDULE_INITIALIZER;
    int burst = 0;

    while (schedule_look(&s, START, true, false)) {
        burst++;
    }
    assert_int_equal(burst, SCHEDULE_RATE);
    assert_int_equal(count_looks(&s, START + 1, 10000), 10 * SCHEDULE_RATE);

    /* Not even the minute's look goes beyond it; and after a second of quiet
     * there is a burst again. */
    assert_false(schedule_look(&s, START + 10001, false, true));
    assert_int_equal(count_looks(&s, START + 12000, 1), 1);
    assert_int_equal(count_looks(&s, START + 12001, 1000),
                     2 * SCHEDULE_RATE - 1);
}

/* schedule_next() is the first moment at which schedule_look() is true. */
static void
schedule_next_is_first(void **state OVS_UNUSED)
{
    struct schedule s = SCHEDULE_INITIALIZER;
    long long int now = START;

    for (int i = 0; i < 1000; i++) {
        bool wanted = i % 7 < 5, blocked = i % 3 == 0;
        long long int next = schedule_next(&s, wanted, blocked);

        if (next > now) {
            assert_false(schedule_look(&s, next - 1, wanted, blocked));
            now = next;
        }
        assert_true(schedule_look(&s, now, wanted, blocked));
    }
}

const struct CMUnitTest schedule_tests[] = {
    cmocka_unit_test(schedule_wanted),
    cmocka_unit_test(schedule_interval),
    cmocka_unit_test(schedule_stuck),
    cmocka_unit_test(schedule_rate),
    cmocka_unit_test(schedule_next_is_first),
    { .name = NULL },
};
