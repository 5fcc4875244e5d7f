/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_SOCKET_WATCH_H
#define AGENT_SOCKET_WATCH_H 1

/* Socket watch
 * ============
 *
 * Says when a unix socket's file is made anew, by inotify(7): its server was
 * restarted, and waiting for the next attempt to connect would be a waste.
 * Where inotify cannot be had, it never says so. */

#include <stdbool.h>

/* Starts to watch for 'file', an absolute file name.  Its directory may come
 * and go, too: that it is there again is noticed at the next call of
 * socket_watch_run(), but is no reason to wake up. */
struct socket_watch *socket_watch_create(const char *file);
void socket_watch_destroy(struct socket_watch *watch);

/* Returns true if the file was made since the last call, and once more a
 * little later: a server binds its socket before it listens.  'now' is in
 * milliseconds, of poll_timer_wait_until()'s clock. */
bool socket_watch_run(struct socket_watch *watch, long long int now);
void socket_watch_wait(struct socket_watch *watch);

#endif /* agent/socket-watch.h */
