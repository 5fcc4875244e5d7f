/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_SERVICE_H
#define AGENT_LOOP_SERVICE_H 1

/* The daemon: runs the agent until it is told to exit, notifies the service
 * manager, serves control commands, and reads its configuration file again on
 * SIGHUP. */

struct agent;
struct askers;
struct ds;
struct options;
struct service;

/* The exit status if the options are invalid, or rows of others are in the way:
 * nothing was changed. */
#define EXIT_BAD_INPUT 2

/* Runs until it is told to exit.  Returns the exit status: EXIT_SUCCESS,
 * EXIT_FAILURE if it cannot start, or EXIT_BAD_INPUT if rows of others are in
 * the way, which a line on standard error explains.
 *
 * 'argc' and 'argv' are the command line that '*options' was parsed from.
 * '*options' changes when a configuration is read; the caller destroys it. */
int service_run(int argc, char *argv[], struct options *options);

/* For the control commands. */

/* Returns the agent, NULL if there is none at the moment: then
 * service_format_removal() appends what is done meanwhile to 's'. */
struct agent *service_agent(const struct service *);
void service_format_removal(const struct service *, struct ds *s);

/* Reads the configuration again.  Returns NULL, with a sentence in 'reply', or
 * the errors, which the caller must free, and nothing has changed. */
char *service_reload(struct service *, struct ds *reply);

void service_exit(struct service *);

/* Returns those whose replies wait for the switch. */
struct askers *service_askers(const struct service *);

#endif /* agent/loop/service.h */
