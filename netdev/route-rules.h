/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_ROUTE_RULES_H
#define NETDEV_ROUTE_RULES_H 1

/* The routing rules of route-reconcile.h, which says what each is for. */

#include <stdbool.h>

struct route_target;
struct routes;

/* Notes which rules each network has of those that it is to have. */
void route_rules_note(struct routes *);

/* Adds those that it lacks. */
int route_rules_add(const struct routes *, const struct route_target *);

/* Deletes the rules that are ours and not wanted, or 'all' that are ours. */
int route_rules_delete(const struct routes *, bool all);

#endif /* netdev/route-rules.h */
