/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/schedule.h"

#include "util.h"

#define PERIOD_MSEC (1000 / SCHEDULE_RATE)      /* A look's share of time. */

bool
schedule_look(struct schedule *s, long long int now, bool wanted, bool blocked)
{
    if (now < schedule_next(s, wanted, blocked)) {
        return false;
    }
    s->last_look = now;
    s->full = MAX(s->full, now) + PERIOD_MSEC;
    return true;
}

long long int
schedule_next(const struct schedule *s, bool wanted, bool blocked)
{
    return (wanted ? s->full - (SCHEDULE_RATE - 1) * PERIOD_MSEC
            : blocked ? s->last_look + SCHEDULE_BLOCKED_INTERVAL_MSEC
            : s->last_look + SCHEDULE_INTERVAL_MSEC);
}
