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

/* Bounds of a call. */
#define CTL_PATIENCE 10         /* Seconds, unless --timeout is given. */
#define CTL_MAX_REPLY (64 * 1024 * 1024)        /* Bytes, as received. */

struct ctl {
    char *socket;               /* The control socket. */
    bool colour;                /* Standard output understands it. */
    size_t width;               /* Of standard output's lines, 0 if it is no
                                 * terminal. */
    unsigned int patience;      /* How long a call may take, in seconds. */
    struct jsonrpc *client;     /* NULL until the first call. */
};

/* Stores into '*socket', for the caller to free, the control socket of
 * 'instance': the file if it has a slash, otherwise that of the service of
 * that name, or, if it is "pipette-agent", of the agent that was started by
 * hand with --pidfile; if it is NULL, of the only one that there is.  Returns
 * NULL or the error, for the caller to free. */
char *ctl_find_socket(const char *instance, char **socket)
    OVS_WARN_UNUSED_RESULT;

/* Stores into '*file', for the caller to free, the configuration file of the
 * service 'instance', in the same way: if it is NULL, of the only one that has
 * a file, or else of the only one that runs.  Returns NULL or the error, for
 * the caller to free. */
char *ctl_find_config(const char *instance, char **file)
    OVS_WARN_UNUSED_RESULT;

/* Takes ownership of 'socket', NULL for a command that needs no agent. */
void ctl_init(struct ctl *, char *socket);
void ctl_destroy(struct ctl *);

/* Has the agent run a control command.  Returns NULL and stores the reply into
 * '*reply', or returns the error, one line; the caller must free either.  A
 * connection that is lost is opened again by the next call.
 *
 * A call that takes longer than ctl->patience, and a reply that is longer than
 * CTL_MAX_REPLY, are errors. */
char *ctl_call(struct ctl *, const char *command, int argc, char *argv[],
               char **reply) OVS_WARN_UNUSED_RESULT;

/* Likewise, with "--format=json" in addition: stores the JSON, which the
 * caller must destroy. */
char *ctl_call_json(struct ctl *, const char *command, int argc, char *argv[],
                    struct json **reply) OVS_WARN_UNUSED_RESULT;

/* Prints the error, frees it, and returns CTL_FAILED. */
int ctl_fail(char *error);

/* The same, but returns CTL_BAD_USAGE for an error that says what an argument
 * must be. */
int ctl_refuse(char *error);

/* Prints 's' of 'n' bytes on standard output, at once.  Returns EXIT_SUCCESS,
 * or CTL_FAILED after it said why not.  If nobody reads any more, ends the
 * program, as SIGPIPE does. */
int ctl_print(const char *s, size_t n);

/* A command of pipettectl: 'argv[0]' is its name.  Returns the exit status. */
typedef int ctl_command(struct ctl *, int argc, char *argv[]);

/* Commands, in files of their names, or of what they are about. */
ctl_command ctl_check;
ctl_command ctl_claims;
ctl_command ctl_contacts;
ctl_command ctl_drops;
ctl_command ctl_flows;
ctl_command ctl_follow;
ctl_command ctl_hosts;
ctl_command ctl_lookup;
ctl_command ctl_metrics;
ctl_command ctl_status;
ctl_command ctl_top;

/* These need no agent: 'ctl' is only the terminal. */
ctl_command ctl_report;

/* What ctl_check() does with an error, which it frees: says that the agent is
 * not ready. */
int ctl_not_ready(char *error);

/* This one has the --instance, NULL if not given. */
int ctl_translate(const char *instance, int argc, char *argv[]);

#endif /* agent/pipettectl/ctl.h */
