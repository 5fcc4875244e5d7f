/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_CONN_LIMITS_H
#define AGENT_LOOP_CONN_LIMITS_H 1

/* How many connections routed clients may have
 * =============================================
 *
 * What the options ask openflow/ct-limits.h for, when that compares, and what
 * status says of it.  On the kernel datapath, connections count for the host's
 * own net.netfilter.nf_conntrack_max, too, and once more if the host itself
 * tracks them on their way to the service.  So the networks get at most a
 * quarter of that, in equal parts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn_limits;
struct ct_limit;
struct ds;
struct json;
struct metrics_text;
struct options;

/* For the ovs-vswitchd of this machine. */
struct conn_limits *conn_limits_create(void);
void conn_limits_destroy(struct conn_limits *);

/* Sets what 'options' ask for, on the kernel datapath or the one in userspace.
 * 'options' must stay until the next of these calls.  Or has the zones of
 * 'options' have no limit; or leaves all as it is. */
void conn_limits_set(struct conn_limits *, const struct options *options,
                     bool kernel);
void conn_limits_remove(struct conn_limits *, const struct options *options,
                        bool kernel);
void conn_limits_stop(struct conn_limits *);

/* ovs-vswitchd has been restarted; or somebody wants to know how many
 * connections there are, which are counted at most once a second. */
void conn_limits_changed(struct conn_limits *);
void conn_limits_request_counts(struct conn_limits *);

void conn_limits_run(struct conn_limits *);
void conn_limits_wait(struct conn_limits *);

/* Returns true if the limits were compared, and set or refused. */
bool conn_limits_is_settled(const struct conn_limits *);

/* Returns the number of networks of 'options' that have a limit, and stores
 * the limits into 'zones', which has room for all networks.  'kernel_max' is
 * nf_conntrack_max, 0 if it does not matter. */
size_t conn_limits_get(const struct options *options, uint32_t kernel_max,
                       struct ct_limit *zones);

/* Appends to 's' a line, indented, for each network that has connections, or
 * no limit because ovs-vswitchd refused it. */
void conn_limits_format(const struct conn_limits *,
                        const struct options *options, struct ds *s);

/* Puts "connections" into 'object', with each network that is to have a
 * limit.  What is not known is null. */
void conn_limits_put_json(const struct conn_limits *,
                          const struct options *options,
                          struct json *object);

/* Appends the metrics. */
void conn_limits_put_metrics(const struct conn_limits *,
                             const struct options *options,
                             struct metrics_text *);

#endif /* agent/loop/conn-limits.h */
