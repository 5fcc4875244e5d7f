/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_ASKERS_H
#define AGENT_LOOP_ASKERS_H 1

/* Who waits for what the switch has
 * ==================================
 *
 * Control commands whose reply is a dump of the switch.  Nobody waits for the
 * switch but they: each gets the dump, or an error after
 * ASKERS_PATIENCE_MSEC at most.  All who ask for the same share one dump, also
 * one that is under way.  Many rows are formatted step by step. */

#include "agent/operator/listing.h"

struct agent;
struct askers;
struct flow_query;
struct options;
struct unixctl_conn;

#define ASKERS_PATIENCE_MSEC 5000

/* How many may wait. */
#define ASKERS_MAX 100

struct askers *askers_create(void);

/* Has all who wait get an error. */
void askers_destroy(struct askers *);

/* 'conn' gets the answer to 'query'.  To be called from within its command; it
 * gets a reply now or later. */
void askers_add(struct askers *, struct unixctl_conn *conn,
                const struct flow_query *query, enum listing_format);

/* Asks the switch, and replies.  'agent' is NULL if there is none at the
 * moment. */
void askers_run(struct askers *, struct agent *agent);
void askers_wait(const struct askers *);

#endif /* agent/loop/askers.h */
