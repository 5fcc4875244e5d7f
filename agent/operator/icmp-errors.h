/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_ICMP_ERRORS_H
#define AGENT_OPERATOR_ICMP_ERRORS_H 1

/* What became of the ICMP errors that the agent translates, and of the
 * neighbour solicitations that it answers, for "status". */

struct ds;
struct error_relay;
struct json;

/* Appends a line for each, indented, unless there were no errors, or the
 * switch sends no solicitations. */
void icmp_errors_format(const struct error_relay *, struct ds *);

/* Puts "icmp_errors" and "neighbour_solicitations" into 'object' if the flows
 * send any.  What is not known
 * is null. */
void icmp_errors_put_json(const struct error_relay *, struct json *object);

#endif /* agent/operator/icmp-errors.h */
