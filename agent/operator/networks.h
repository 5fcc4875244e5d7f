/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_NETWORKS_H
#define AGENT_OPERATOR_NETWORKS_H 1

/* Networks, as the log and "status" show them. */

struct ds;
struct json;
struct network;
struct options;

/* Of a network that has a name, appends to 's' a line, without a newline:
 * name, VLANs, real subnet, fake address and port, zone, and the number that
 * flows tell it by. */
void network_format(const struct options *, const struct network *,
                    struct ds *s);

/* Returns a JSON object with one, by name, for each network. */
struct json *networks_to_json(const struct options *);

/* Logs that all is as configured, and what each network has. */
void networks_log_ready(const struct options *);

/* Warns of a client and a target that have the fake address as their pair. */
void networks_warn_of_pairs(const struct options *);

#endif /* agent/operator/networks.h */
