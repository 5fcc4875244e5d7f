/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_LIMITS_H
#define AGENT_LOOP_LIMITS_H 1

/* The limits of the tables that the published flow set learns for: what
 * openflow/ computes and ovsdb/ writes, and what status says of them. */

#include "ovsdb/bridge-rows.h"

struct ds;
struct json;
struct options;
struct switch_conn;

/* Returns the limits that 'options' ask for, none with a known subnet. */
struct bridge_limits limits_get(const struct options *options);

/* Appends to 's' an indented line for each table that has a limit: how many
 * flows it has, as counted last, and may have. */
void limits_format(const struct options *, const struct switch_conn *,
                   struct ds *s);

/* Adds the same to 'object'. */
void limits_put_json(const struct options *, const struct switch_conn *,
                     struct json *object);

#endif /* agent/loop/limits.h */
