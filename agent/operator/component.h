/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_COMPONENT_H
#define AGENT_OPERATOR_COMPONENT_H 1

/* The state of one backend, as the log and "status" show it. */

#include <stdbool.h>
#include <stdint.h>

struct ds;
struct json;

enum component_state {
    COMPONENT_IN_SYNC,
    COMPONENT_RECONCILING,
    COMPONENT_BLOCKED,
    N_COMPONENT_STATES
};

struct component {
    const char *name;
    bool in_sync, blocked;
    char *present;              /* In words. */
    long long int since;        /* Of the state: wall clock, ms. */

    long long int entered;      /* The same in time_msec(). */
    uint64_t msec[N_COMPONENT_STATES];  /* In each state, before this one. */
    uint64_t n_lost;            /* How often it was in sync, and then not. */
};

/* 'name' must outlive the component. */
void component_init(struct component *, const char *name);
void component_destroy(struct component *);

/* Sets the state, and logs changes: at level INFO when the backend comes into
 * sync or loses it, at WARN when it is blocked, otherwise at DBG. */
void component_update(struct component *, bool in_sync, bool blocked,
                      const char *present);

/* Returns the state's name for programs: "in_sync", ... */
const char *component_state_name(enum component_state);

/* Returns how long the component was in the state, in milliseconds. */
uint64_t component_msec(const struct component *, enum component_state);

/* Appends to 's' a line: the state and since when, what is wanted unless that
 * is NULL, what is present, and the number of 'foreign' flows unless it is
 * 0. */
void component_format(const struct component *, const char *wanted,
                      unsigned int foreign, struct ds *s);

/* Returns the same as a JSON object. */
struct json *component_to_json(const struct component *, const char *wanted);

#endif /* agent/operator/component.h */
