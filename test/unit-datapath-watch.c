/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <limits.h>

#include "agent/loop/datapath-watch.h"
#include "util.h"

static bool missing;
static int n_asked;

static bool
ask(void)
{
    n_asked++;
    return missing;
}

static void
datapath_watch_asks(void **state OVS_UNUSED)
{
    struct datapath_watch w = DATAPATH_WATCH_INITIALIZER;

    missing = true;
    datapath_watch_run(&w, false, 0, ask);
    assert_true(datapath_watch_next(&w) == LLONG_MAX);

    /* Most often it does not take long. */
    datapath_watch_run(&w, true, 10, ask);
    datapath_watch_run(&w, true, 2009, ask);
    assert_int_equal(n_asked, 0);
    assert_null(datapath_watch_hint(&w));
    assert_int_equal(datapath_watch_next(&w), 2010);
    datapath_watch_run(&w, true, 2010, ask);
    assert_int_equal(n_asked, 1);
    assert_non_null(datapath_watch_hint(&w));

    /* Not in each pass of the loop. */
    datapath_watch_run(&w, true, 2011, ask);
    assert_int_equal(n_asked, 1);
    assert_int_equal(datapath_watch_next(&w), 4010);
    missing = false;
    datapath_watch_run(&w, true, 4010, ask);
    assert_int_equal(n_asked, 2);
    assert_null(datapath_watch_hint(&w));

    missing = true;
    datapath_watch_run(&w, true, 6010, ask);
    assert_non_null(datapath_watch_hint(&w));
    datapath_watch_run(&w, false, 6011, ask);
    assert_null(datapath_watch_hint(&w));
    datapath_watch_run(&w, true, 6012, ask);
    assert_null(datapath_watch_hint(&w));
    assert_int_equal(n_asked, 3);
}

const struct CMUnitTest datapath_watch_tests[] = {
    cmocka_unit_test(datapath_watch_asks),
    { .name = NULL },
};
