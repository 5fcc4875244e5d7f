/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_UNIT_H
#define TEST_UNIT_H 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* How many random inputs a property is tried with.  Under valgrind, each takes
 * some fifty times as long. */
static inline int
n_random(void)
{
    return getenv("PIPETTE_WRAPPER") ? 100 : 2000;
}

/* A list of tests, ended by an element without a name. */
extern const struct CMUnitTest address_plan_tests[];
extern const struct CMUnitTest drop_count_tests[];
extern const struct CMUnitTest flow_diff_tests[];
extern const struct CMUnitTest flow_set_tests[];
extern const struct CMUnitTest flow_sync_tests[];
extern const struct CMUnitTest health_tests[];
extern const struct CMUnitTest notify_tests[];
extern const struct CMUnitTest options_tests[];
extern const struct CMUnitTest schedule_tests[];
extern const struct CMUnitTest socket_watch_tests[];

#endif /* test/unit.h */
