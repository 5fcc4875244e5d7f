/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_AGENT_H
#define AGENT_LOOP_AGENT_H 1

/* The agent
 * =========
 *
 * Drives the backends: rows (ovsdb/), links and firewall (netdev/) and flows
 * (openflow/).  What one learns for another, such as port numbers, passes
 * through here as a plain value.  Nothing blocks: call agent_run() and
 * agent_wait() in each pass of a poll loop. */

#include <stdbool.h>

struct backends;
struct contacts;
struct ds;
struct json;
struct options;
struct simap;
struct svec;

/* Creates an agent and starts to connect.  'options' must outlive it.  Returns
 * NULL and logs why if netlink sockets cannot be opened. */
struct agent *agent_create(const struct options *options);

/* Changes the desired state of 'agent', which it reconciles from the next
 * agent_run() on.  The agent keeps its connections, the database lock, and its
 * state.  'options' must outlive the agent.  Bridge and database must be the
 * same as before.  The former options are no longer used. */
void agent_set_options(struct agent *agent, const struct options *options);

/* Frees 'agent'.  Everything that it created stays. */
void agent_destroy(struct agent *agent);

void agent_run(struct agent *agent);
void agent_wait(struct agent *agent);

/* Returns true if rows, links and flows are in sync, and the firewall, unless
 * this kernel cannot have it. */
bool agent_is_ready(const struct agent *agent);

/* Returns true if they are, and the bridge's row says so, and all that is
 * claimed was asked for. */
bool agent_shows_ready(const struct agent *agent);

/* Returns true once the agent has seen the database, and so knows whether rows
 * of others are in the way. */
bool agent_has_looked(const struct agent *agent);

/* Returns which rows of others are in the way, if any, and if the agent has
 * never been ready; nothing has been changed then.  Otherwise returns NULL. */
const char *agent_refusal(const struct agent *agent);

/* For control commands: what it works with, and for. */
const struct backends *agent_backends(const struct agent *);
const struct options *agent_options(const struct agent *);

/* Has counts taken again, for the next status. */
void agent_request_counts(struct agent *agent);

/* Appends to 's' a line for each component: its state and since when, what is
 * wanted, and what is present.  The same twice is said once, unless 'verbose':
 * what is wanted is left out of components that are in sync.  Indented lines
 * follow with dropped packets. */
void agent_format_status(const struct agent *agent, bool verbose,
                         struct ds *s);

/* Returns the same as a JSON object, which the caller must destroy. */
struct json *agent_status_to_json(const struct agent *agent);

/* Appends to 's' the agent's metrics: see metrics.h. */
void agent_format_metrics(const struct agent *agent, struct ds *s);

/* Appends to 's' who has the addresses that 'network' claims, or all networks
 * if that is NULL.  Returns false if there is no such network. */
bool agent_format_claims(const struct agent *agent, const char *network,
                         struct ds *s);

/* Returns the contacts on the uplink, NULL if the options want none. */
struct contacts *agent_contacts(const struct agent *agent);

/* Appends to 's', in one line, "ready" if it is, and the state of the
 * components that are not in sync. */
void agent_format_problems(const struct agent *agent, struct ds *s);

/* Appends to 's' the desired flows, or the differences that the last
 * comparison found: see switch-conn.h. */
void agent_format_desired_flows(const struct agent *agent, struct ds *s);
void agent_format_flow_diff(const struct agent *agent, struct ds *s);

/* Adds to 'usage' what memory usage depends on, for memory_report(). */
void agent_get_memory_usage(const struct agent *agent, struct simap *usage);

/* Appends to 'flows' the flow set for 'options', with names for ports where
 * flow syntax allows it and the port numbers that the agent asks for. */
void agent_build_flows(const struct options *options, struct svec *flows);

#endif /* agent/loop/agent.h */
