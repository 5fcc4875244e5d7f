/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_REMOVAL_H
#define AGENT_LOOP_REMOVAL_H 1

/* Removal
 * =======
 *
 * Removes what the agent created, and nothing else, in this order: the flows,
 * if the bridge stays (otherwise they are deleted with it); the rows; routes,
 * rules and what else is left on the links; the firewall's table.  Restores
 * what the agent changed.
 *
 * Nothing blocks: call removal_run() and removal_wait() in each pass of a poll
 * loop, until removal_is_done(). */

#include <stdbool.h>

struct ds;
struct options;

/* 'options' must outlive the object.  Returns NULL and logs why if netlink
 * sockets cannot be opened. */
struct removal *removal_create(const struct options *options);
void removal_destroy(struct removal *removal);

void removal_run(struct removal *removal);
void removal_wait(struct removal *removal);

/* Returns true once everything is removed and ovs-vswitchd has applied it. */
bool removal_is_done(const struct removal *removal);

/* Appends to 's', in one line, what was done, or what removal waits for. */
void removal_format(const struct removal *removal, struct ds *s);

#endif /* agent/loop/removal.h */
