/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_HINTS_H
#define AGENT_LOOP_HINTS_H 1

/* What keeps clients from being answered although all is in sync, and what
 * helps, a line each: see host-watch.h and offloads.h. */

#include <stdbool.h>

#include "agent/loop/host-watch.h"
#include "svec.h"

struct backends;
struct ds;
struct json;
struct options;

struct hints {
    struct host_watch watch;
    struct svec lines;
};

#define HINTS_INITIALIZER { HOST_WATCH_INITIALIZER, SVEC_EMPTY_INITIALIZER }
void hints_destroy(struct hints *);

/* Finds them, and logs new ones, if that is due 'now'.  There are none unless
 * 'active': only then are the bridge and its uplink the agent's. */
void hints_run(struct hints *, const struct backends *, const struct options *,
               bool active, long long int now);

/* Returns when hints_run() will next do something, LLONG_MAX for never. */
long long int hints_next(const struct hints *, bool active);

/* Appends to 's' an indented line each. */
void hints_format(const struct hints *, struct ds *s);

/* Puts an array of them into 'object', if there are any. */
void hints_put_json(const struct hints *, struct json *object);

/* The same for what others' host firewall dropped of what came for the fake
 * addresses, as of now, if there is one: an indented line, an object. */
void hints_format_input(const struct firewall *, struct ds *s);
void hints_put_json_input(const struct firewall *, struct json *object);

#endif /* agent/loop/hints.h */
