/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_REMOVAL_H
#define AGENT_REMOVAL_H 1

/* Removal
 * =======
 *
 * Takes away what the agent created, and only that, in this order: the flows,
 * if the bridge was adopted (one that the agent created takes its flows
 * along); the rows; the way to clients, and what else is left on the links.
 * Rows that were adopted stay as they are, without the agent's mark.
 *
 * Nothing blocks: call removal_run() and removal_wait() in each pass of a poll
 * loop, until removal_is_done(). */

#include <stdbool.h>

struct ds;
struct options;

/* 'options' must outlive the object.  Returns NULL, with a line in the log, if
 * it cannot work at all. */
struct removal *removal_create(const struct options *options);
void removal_destroy(struct removal *removal);

void removal_run(struct removal *removal);
void removal_wait(struct removal *removal);

/* True if nothing is left to do, and ovs-vswitchd has applied it all. */
bool removal_is_done(const struct removal *removal);

/* Appends to 's', in one line, what was done, or what is still waited for. */
void removal_format(const struct removal *removal, struct ds *s);

#endif /* agent/removal.h */
