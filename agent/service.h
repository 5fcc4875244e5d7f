/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_SERVICE_H
#define AGENT_SERVICE_H 1

/* The daemon: keeps the system right until it is told to exit, tells the
 * service manager how it is, obeys control commands, and reads its
 * configuration file again on SIGHUP. */

struct options;

/* Runs until told to exit, and returns the exit status: EXIT_SUCCESS, or
 * EXIT_FAILURE if it cannot work at all, or 2 if what it was told to look
 * after is somebody else's, which a line on stderr explains.
 *
 * 'argc' and 'argv' are the command line that '*options' was parsed from.
 * '*options' changes when a configuration is read; the caller destroys it. */
int service_run(int argc, char *argv[], struct options *options);

#endif /* agent/service.h */
