/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SOCKET_WATCH_H
#define OPENFLOW_SOCKET_WATCH_H 1

/* Socket watch
 * ============
 *
 * Says when a unix socket's file is made anew, by inotify(7): its server was
 * restarted, and waiting for the next attempt to connect would be a waste.
 * Where inotify cannot be had, it never says so. */

#include <stdbool.h>

/* Starts to watch for 'file', an absolute file name whose directory exists. */
struct socket_watch *socket_watch_create(const char *file);
void socket_watch_destroy(struct socket_watch *watch);

/* Returns true if the file was made since the last call. */
bool socket_watch_run(struct socket_watch *watch);
void socket_watch_wait(struct socket_watch *watch);

#endif /* openflow/socket-watch.h */
