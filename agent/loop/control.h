/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_CONTROL_H
#define AGENT_LOOP_CONTROL_H 1

/* The control commands of pipette-agent(8). */

#include <stdbool.h>

struct service;
struct unixctl_server;

/* Opens the control socket 'path', by default as ovs-appctl(8) expects it, and
 * serves commands for the service, which must outlive '*server'.  Returns false
 * and logs why if it cannot be opened. */
bool control_open(const char *path, struct service *,
                  struct unixctl_server **server);

#endif /* agent/loop/control.h */
