/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/health.h"

#include <limits.h>
#include <stdlib.h>

#include "util.h"

void
health_init(struct health *health, long long int now)
{
    *health = (struct health) { .since = now };
}

void
health_destroy(struct health *health)
{
    free(health->said);
}

const char *
health_update(struct health *health, const char *problems, long long int now)
{
    char *status = (problems ? xasprintf("degraded: %s", problems)
                    : xstrdup("ready"));
    bool changed = !nullable_string_is_equal(status, health->said);
    bool is_time = !problems || now >= health->since + HEALTH_PATIENCE_MSEC;

    if (changed && is_time) {
        free(health->said);
        health->said = status;
        status = NULL;
    }
    if (!problems || (changed && is_time)) {
        health->since = now;
    }
    health->pending = changed && !is_time;
    free(status);
    return health->said;
}

long long int
health_next(const struct health *health)
{
    return (health->pending ? health->since + HEALTH_PATIENCE_MSEC
            : LLONG_MAX);
}
