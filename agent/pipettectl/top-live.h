/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_LIVE_H
#define AGENT_PIPETTECTL_TOP_LIVE_H 1

/* "pipettectl top" in full screen. */

#include <stdbool.h>

struct top_state;

/* Shows 'state', and what the agent at 'socket' says, until a key ends it or
 * the terminal is gone.  Returns the exit status. */
int top_live(const char *socket, bool colour, struct top_state *state);

#endif /* agent/pipettectl/top-live.h */
