/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_ARGS_H
#define AGENT_PIPETTECTL_ARGS_H 1

/* Arguments of commands.  Those that pipettectl(8) does not take itself are
 * the agent's, which checks them. */

#include <stdbool.h>

struct ctl;

/* Returns the value of the last "--NAME VALUE" or "--NAME=VALUE" from
 * 'argv[1]' on, NULL if there is none. */
const char *args_find(int argc, char *argv[], const char *name);

/* The same, and takes all of these out of 'argv'; '*argc' is what is left.
 * "--NAME" without a value stays, for the agent to refuse. */
const char *args_take(int *argc, char *argv[], const char *name);

/* Takes each "--NAME" out of 'argv'.  Returns true if it was there. */
bool args_take_flag(int *argc, char *argv[], const char *name);

/* Has the agent run 'command' with the arguments from 'argv[1]' on, and prints
 * the reply as it is, with a newline at its end.  Returns the exit status. */
int args_pass(struct ctl *, const char *command, int argc, char *argv[]);

#endif /* agent/pipettectl/args.h */
