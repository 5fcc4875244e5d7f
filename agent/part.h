/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PART_H
#define AGENT_PART_H 1

/* What the operator sees of one room: in the log, and in "status". */

#include <stdbool.h>

struct ds;
struct json;

struct part {
    const char *name;
    bool right, stuck;
    char *present;              /* In words. */
    long long int since;        /* Of 'right' and 'stuck': wall clock, ms. */
};

/* 'name' must outlive the part. */
void part_init(struct part *, const char *name);
void part_destroy(struct part *);

/* Takes what a room says of itself, and logs what is new: what is right, what
 * is no longer, and what waits for somebody. */
void part_update(struct part *, bool right, bool stuck, const char *present);

/* Appends to 's' a line: is it right and since when, what is wanted, what is
 * there.  Of flows, 'foreign' are somebody else's. */
void part_format(const struct part *, const char *wanted, unsigned int foreign,
                 struct ds *s);

/* Returns the same as a JSON object. */
struct json *part_to_json(const struct part *, const char *wanted);

#endif /* agent/part.h */
