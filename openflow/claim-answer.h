/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_ANSWER_H
#define OPENFLOW_CLAIM_ANSWER_H 1

/* The answer of the flows of claim-set.h, in the words of ovs-actions(7).
 * Pure. */

struct ds;
struct flow_config;
struct svec;

/* Appends the actions that make an answer of a request, whose target is in the
 * target's register, and send it where that came from; or have the agent do
 * so (nd-answer.h). */
void claim_answer_put(struct ds *, const struct flow_config *);

/* Appends to 'flows' that of table 28, if those actions go on there. */
void claim_answer_add_flows(const struct flow_config *, struct svec *flows);

#endif /* openflow/claim-answer.h */
