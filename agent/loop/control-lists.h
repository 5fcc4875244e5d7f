/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_CONTROL_LISTS_H
#define AGENT_LOOP_CONTROL_LISTS_H 1

/* Those control commands of pipette-agent(8) that list what the switch has:
 * "claims", "drops", "flows" and "hosts". */

struct service;

/* Registers them for the service. */
void control_lists_register(struct service *);

#endif /* agent/loop/control-lists.h */
