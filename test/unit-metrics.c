/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <unistd.h>

#include "agent/operator/component.h"
#include "agent/operator/metrics-text.h"
#include "agent/operator/process.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"

static void
metrics_text_groups(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct metrics_text m = METRICS_TEXT_INITIALIZER(&s);

    metrics_begin(&m, METRICS_COUNTER, "a_total", "Of a.");
    metrics_put(&m, 0, NULL);
    metrics_begin(&m, METRICS_GAUGE, "unknown", "Has no sample.");
    metrics_begin(&m, METRICS_GAUGE, "b", "Of b.");
    metrics_put(&m, UINT64_MAX, "x", "1", NULL);
    metrics_put(&m, 2, "x", "2", "y", "z", NULL);
    assert_string_equal(ds_cstr(&s),
                        "# HELP a_total Of a.\n"
                        "# TYPE a_total counter\n"
                        "a_total 0\n"
                        "# HELP b Of b.\n"
                        "# TYPE b gauge\n"
                        "b{x=\"1\"} 18446744073709551615\n"
                        "b{x=\"2\",y=\"z\"} 2\n");
    ds_destroy(&s);
}

static void
metrics_text_seconds(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct metrics_text m = METRICS_TEXT_INITIALIZER(&s);

    metrics_begin(&m, METRICS_COUNTER, "a_seconds_total", "Of a.");
    metrics_put_msec(&m, 0, "n", "0", NULL);
    metrics_put_msec(&m, 7, "n", "1", NULL);
    metrics_put_msec(&m, 1795866977586, "n", "2", NULL);
    assert_string_equal(ds_cstr(&s),
                        "# HELP a_seconds_total Of a.\n"
                        "# TYPE a_seconds_total counter\n"
                        "a_seconds_total{n=\"0\"} 0.000\n"
                        "a_seconds_total{n=\"1\"} 0.007\n"
                        "a_seconds_total{n=\"2\"} 1795866977.586\n");
    ds_destroy(&s);
}

/* Whatever a value has, it stays within its line and its quotes. */
static void
metrics_text_escapes(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct metrics_text m = METRICS_TEXT_INITIALIZER(&s);

    metrics_begin(&m, METRICS_GAUGE, "a", "\"C:\\\"\nb 1");
    metrics_put(&m, 1, "x", "\"} 2\nb{\\", "none", "", "y", "é", NULL);
    metrics_put(&m, 2, "x", "", NULL);
    assert_string_equal(ds_cstr(&s),
                        "# HELP a \"C:\\\\\"\\nb 1\n"
                        "# TYPE a gauge\n"
                        "a{x=\"\\\"} 2\\nb{\\\\\",y=\"é\"} 1\n"
                        "a 2\n");
    ds_destroy(&s);
}

/* The state holds for so many seconds by now. */
static void
pass(struct component *c, int seconds)
{
    c->entered -= seconds * 1000LL;
}

static int
seconds(const struct component *c, enum component_state state)
{
    return component_msec(c, state) / 1000;
}

static void
metrics_component_states(void **state OVS_UNUSED)
{
    struct component c;

    component_init(&c, "x");
    pass(&c, 100);
    component_update(&c, false, true, "a");
    pass(&c, 20);
    component_update(&c, true, false, "b");
    pass(&c, 3000);
    component_update(&c, true, false, "c");
    pass(&c, 4);
    assert_int_equal(seconds(&c, COMPONENT_RECONCILING), 100);
    assert_int_equal(seconds(&c, COMPONENT_BLOCKED), 20);
    assert_int_equal(seconds(&c, COMPONENT_IN_SYNC), 3004);
    assert_int_equal(c.n_lost, 0);
    component_update(&c, false, false, "d");
    pass(&c, 1);
    component_update(&c, false, true, "e");
    assert_int_equal(c.n_lost, 1);
    assert_int_equal(seconds(&c, COMPONENT_RECONCILING), 101);
    assert_int_equal(seconds(&c, COMPONENT_BLOCKED), 20);
    assert_int_equal(seconds(&c, COMPONENT_IN_SYNC), 3004);
    component_destroy(&c);
}

static void
metrics_of_process(void **state OVS_UNUSED)
{
    struct process_figures before, after;
    int fd = dup(0);

    assert_true(fd >= 0);
    process_get_figures(&before);
    close(fd);
    process_get_figures(&after);
    assert_int_equal(after.n_fds, before.n_fds - 1);
    assert_true(before.resident_bytes > 100000);
    assert_true(after.cpu_msec >= before.cpu_msec);
    assert_int_equal(after.start_msec, before.start_msec);
    /* The start of the machine is known in seconds. */
    assert_true(before.start_msec / 1000 <= time_wall() + 1
                && before.start_msec / 1000 + 60 >= time_wall());
}

const struct CMUnitTest metrics_tests[] = {
    cmocka_unit_test(metrics_text_groups),
    cmocka_unit_test(metrics_text_seconds),
    cmocka_unit_test(metrics_text_escapes),
    cmocka_unit_test(metrics_component_states),
    cmocka_unit_test(metrics_of_process),
    { .name = NULL },
};
