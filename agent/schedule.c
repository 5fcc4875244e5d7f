/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/schedule.h"

#include "util.h"

#define PERIOD_MSEC (1000 / SCHEDULE_RATE)      /* A look's share of time. */

bool
schedule_look(struct schedule *s, long long int now, bool wanted, bool stuck)
{
    if (now < schedule_next(s, wanted, stuck)) {
        return false;
    }
    s->last_look = now;
    s->full = MAX(s->full, now) + PERIOD_MSEC;
    return true;
}

long long int
schedule_next(const struct schedule *s, bool wanted, bool stuck)
{
    return (wanted ? s->full - (SCHEDULE_RATE - 1) * PERIOD_MSEC
            : stuck ? s->last_look + SCHEDULE_STUCK_INTERVAL_MSEC
            : s->last_look + SCHEDULE_INTERVAL_MSEC);
}
