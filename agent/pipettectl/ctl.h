/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_CTL_H
#define AGENT_PIPETTECTL_CTL_H 1

/* What the commands of pipettectl(8) have in common: the instance's control
 * socket, and the terminal. */

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

struct json;
struct jsonrpc;

/* Exit statuses, beside EXIT_SUCCESS. */
#define CTL_FAILED 1            /* The agent refused, or does not answer; what
                                 * is checked is not right. */
#define CTL_BAD_USAGE 2         /* Wrong arguments. */

struct ctl {
    char *socket;               /* The control socket. */
    bool colour;                /* Standard output understands it. */
    size_t width;               /* Of standard output's lines, 0 if it is no
                                 * terminal. */
    struct jsonrpc *client;     /* NULL until the first call. */
};

/* Stores into '*socket', for the caller to free, the control socket of
 * 'instance': the file if it has a slash, otherwise that of the service of that
 * name; if it is NULL, of the only one that there is.  Returns NULL or the
 * error, for the caller to free. */
char *ctl_find_socket(const char *instance, char **socket)
    OVS_WARN_UNUSED_RESULT;

void ctl_init(struct ctl *, char *socket);
void ctl_destroy(struct ctl *);

/* Has the agent run a control command.  Returns NULL and stores the reply into
 * '*reply', or returns the error; the caller must free either.  A connection
 * that is lost is opened again by the next call. */
char *ctl_call(struct ctl *, const char *command, int argc, char *argv[],
               char **reply) OVS_WARN_UNUSED_RESULT;

/* Likewise, with "--format=json" in addition: stores the JSON, which the
 * caller must destroy. */
char *ctl_call_json(struct ctl *, const char *command, int argc, char *argv[],
                    struct json **reply) OVS_WARN_UNUSED_RESULT;

/* Prints the error, frees it, and returns CTL_FAILED. */
int ctl_fail(char *error);

/* A command of pipettectl: 'argv[0]' is its name.  Returns the exit status. */
typedef int ctl_command(struct ctl *, int argc, char *argv[]);

/* Commands, in files of their names. */
ctl_command ctl_top;

/* These need no agent: 'ctl' is only the terminal. */
ctl_command ctl_report;

#endif /* agent/pipettectl/ctl.h */
