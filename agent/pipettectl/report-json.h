/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_JSON_H
#define AGENT_PIPETTECTL_REPORT_JSON_H 1

/* Some fields of a JSON object, without a tree: json_from_string() takes 15
 * microseconds a record, this 4.  Pure. */

#include <stdbool.h>
#include <stddef.h>

/* A key of an object.  An object is known by its place; all that is not among
 * the keys is REPORT_JSON_NOWHERE, and so is all in it. */
struct report_json_key {
    int object;                 /* The place of the object that has it. */
    const char *name;           /* NULL ends a list of keys. */
    int place;                  /* Of the value. */
};

#define REPORT_JSON_NOWHERE 0
#define REPORT_JSON_ROOT 1

/* Is called for a string, unescaped, or a number, as it is written, whose
 * place is not REPORT_JSON_NOWHERE.  An array's elements have the array's
 * place. */
typedef void report_json_take(int place, const char *value, size_t n,
                              void *aux);

/* Parses the 'n' bytes of a JSON text (RFC 8259), which must be an object,
 * nested 64 deep at most.  Returns false if it is not, maybe after some
 * calls. */
bool report_json_parse(const char *s, size_t n,
                       const struct report_json_key *keys,
                       report_json_take *take, void *aux);

#endif /* agent/pipettectl/report-json.h */
