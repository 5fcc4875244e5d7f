/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H 1

/* The agent
 * =========
 *
 * Puts the three rooms together: rows (ovsdb/), links (netdev/) and flows
 * (openflow/).  What one learns for another, the port numbers, passes through
 * here.  Nothing blocks: call agent_run() and agent_wait() in each pass of a
 * poll loop. */

#include <stdbool.h>

struct ds;
struct json;
struct options;
struct svec;

/* Creates the agent and starts to connect.  'options' must outlive it.
 * Returns NULL, with a line in the log, if it cannot work at all. */
struct agent *agent_create(const struct options *options);

/* Frees 'agent'.  All that it made stays. */
void agent_destroy(struct agent *agent);

/* Gives back, of the links, what the agent set on the uplink, the fake port,
 * or both: another one is to take over.  To be destroyed next. */
void agent_give_back(struct agent *agent, bool uplink, bool fake_port);

void agent_run(struct agent *agent);
void agent_wait(struct agent *agent);

/* True if rows, links and flows are as wanted. */
bool agent_is_ready(const struct agent *agent);

/* True if they are, and the bridge's row says so to others. */
bool agent_shows_ready(const struct agent *agent);

/* True once the agent has seen the database: if it is refused anything, it
 * knows. */
bool agent_has_looked(const struct agent *agent);

/* Returns NULL, or what stands in the agent's way and is somebody else's, if
 * it has never been ready.  Nothing was touched then. */
const char *agent_refusal(const struct agent *agent);

/* Somebody asks for the status: what it counts is counted anew, for whoever
 * asks next. */
void agent_want_counts(struct agent *agent);

/* Appends to 's' one line a part: is it right and since when, what is wanted,
 * what is there.  Indented lines after that of the flows say what they
 * dropped. */
void agent_format_status(const struct agent *agent, struct ds *s);

/* Returns the same as a JSON object, for the caller to destroy. */
struct json *agent_status_to_json(const struct agent *agent);

/* Appends to 's', in one line, what the parts that are not right say, or
 * "ready". */
void agent_format_problems(const struct agent *agent, struct ds *s);

/* Appends to 'flows' the flow set for 'options', with names for ports where
 * flow syntax allows it and the port numbers that the agent asks for. */
void agent_build_flows(const struct options *options, struct svec *flows);

#endif /* agent/agent.h */
