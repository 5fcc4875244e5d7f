/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_HEALTH_H
#define AGENT_HEALTH_H 1

/* What others are told of the whole
 * =================================
 *
 * "ready", or "degraded: " and why: for scripts that wait for it and people
 * who look.  "ready" is said at once; something else only when it has been so
 * for a second, and at most once a second: much is mended before anybody could
 * have read of it.
 *
 * Pure.  Times are in milliseconds, of any clock that does not go back, the
 * same for all calls. */

#include <stdbool.h>

#define HEALTH_PATIENCE_MSEC 1000

struct health {
    char *said;                 /* NULL if nothing was. */
    long long int since;        /* When that was last true, or was said. */
    bool pending;               /* There is something else to say. */
};

/* 'now' is the time of the start. */
void health_init(struct health *, long long int now);
void health_destroy(struct health *);

/* Takes what the parts say: 'problems' is NULL if all is right.  Returns what
 * to say, valid until the next call, or NULL as long as there is nothing. */
const char *health_update(struct health *, const char *problems,
                          long long int now);

/* Returns when health_update() may return something else if nothing changes,
 * LLONG_MAX for never. */
long long int health_next(const struct health *);

#endif /* agent/health.h */
