/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_LOOP_RESTART_WATCH_H
#define AGENT_LOOP_RESTART_WATCH_H 1

/* Restart watch
 * =============
 *
 * Reports that a server was restarted, by inotify(7): its unix socket has been
 * created again.  So a client can connect at once, instead of after its
 * backoff.  Where inotify is not available, it reports nothing. */

#include <stdbool.h>

/* Watches 'file', an absolute file name.  Its directory need not exist, and
 * may be deleted and created again: restart_watch_run() notices that, but it
 * does not wake up the poll loop. */
struct restart_watch *restart_watch_create(const char *file);
void restart_watch_destroy(struct restart_watch *watch);

/* Returns true if the file was created since the last call, and once more a
 * little later, as a server binds its socket before it listens.  'now' is in
 * milliseconds, by the clock of poll_timer_wait_until(). */
bool restart_watch_run(struct restart_watch *watch, long long int now);
void restart_watch_wait(struct restart_watch *watch);

#endif /* agent/loop/restart-watch.h */
