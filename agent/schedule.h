/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_SCHEDULE_H
#define AGENT_SCHEDULE_H 1

/* When to look at a room
 * ======================
 *
 * Each room compares what is wanted with what is there when it is told to: as
 * soon as it says that something may have changed, once a minute in any case
 * for what no event told of, and once a second while only somebody else can
 * help.  Whoever makes changes without end is answered SCHEDULE_RATE times a
 * second, after a burst of as many.
 *
 * Pure.  Times are in milliseconds, of any clock that does not go back, the
 * same for all calls. */

#include <stdbool.h>

#define SCHEDULE_RATE 20
#define SCHEDULE_INTERVAL_MSEC 60000
#define SCHEDULE_STUCK_INTERVAL_MSEC 1000

struct schedule {
    long long int last_look;
    long long int full;         /* When a whole burst is possible again. */
};

/* Nothing was looked at yet. */
#define SCHEDULE_INITIALIZER { -SCHEDULE_INTERVAL_MSEC, 0 }

/* Returns true, and counts it as a look, if it is 'now' time to look at a room
 * that wants it or not ('wanted'), and waits for somebody or not ('stuck'). */
bool schedule_look(struct schedule *, long long int now, bool wanted,
                   bool stuck);

/* Returns when schedule_look() will next be true, if nothing changes.  May be
 * past. */
long long int schedule_next(const struct schedule *, bool wanted, bool stuck);

#endif /* agent/schedule.h */
