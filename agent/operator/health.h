/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_HEALTH_H
#define AGENT_OPERATOR_HEALTH_H 1

/* Health
 * ======
 *
 * "ready", or "degraded: " and the reason, for scripts and people.  "ready" is
 * reported at once.  A reason is reported once it has lasted a second, and at
 * most once a second: most differences are reconciled sooner.
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

/* Takes the reasons, NULL if everything is in sync.  Returns what to report,
 * valid until the next call, or NULL if there is nothing to report yet. */
const char *health_update(struct health *, const char *problems,
                          long long int now);

/* Returns when health_update() may return something else if nothing changes,
 * LLONG_MAX for never. */
long long int health_next(const struct health *);

#endif /* agent/operator/health.h */
