/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_SCHEDULE_H
#define AGENT_LOOP_SCHEDULE_H 1

/* When a backend compares
 * =======================
 *
 * A backend compares desired and actual state as soon as it says that
 * something may have changed, once a minute in any case, for changes that no
 * event reported, and once a second while it is blocked.  Endless changes make
 * it compare SCHEDULE_RATE times a second, after a burst of as many.
 *
 * Pure.  Times are in milliseconds, of any clock that does not go back, the
 * same for all calls. */

#include <stdbool.h>

#define SCHEDULE_RATE 20
#define SCHEDULE_INTERVAL_MSEC 60000
#define SCHEDULE_BLOCKED_INTERVAL_MSEC 1000

struct schedule {
    long long int last_look;
    long long int full;         /* When a whole burst is possible again. */
};

/* Nothing was looked at yet. */
#define SCHEDULE_INITIALIZER { -SCHEDULE_INTERVAL_MSEC, 0 }

/* Returns true, and counts it, if a backend that wants to compare ('wanted')
 * or is 'blocked', or neither, is due to compare 'now'. */
bool schedule_look(struct schedule *, long long int now, bool wanted,
                   bool blocked);

/* Returns when schedule_look() will next be true, if nothing changes.  May be
 * past. */
long long int schedule_next(const struct schedule *, bool wanted,
                            bool blocked);

#endif /* agent/loop/schedule.h */
