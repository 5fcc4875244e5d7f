/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_NETWORKS_H
#define AGENT_OPERATOR_NETWORKS_H 1

/* Networks that have names, as the log and "status" show them. */

struct ds;
struct json;
struct network;
struct options;

/* Appends to 's' a line, without a newline: name, VLANs, real subnet, fake
 * address and port, zone, and the number that flows tell it by. */
void network_format(const struct options *, const struct network *,
                    struct ds *s);

/* Returns a JSON object with one, by name, for each network. */
struct json *networks_to_json(const struct options *);

#endif /* agent/operator/networks.h */
