/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_NOTIFY_H
#define AGENT_NOTIFY_H 1

/* Telling the service manager
 * ============================
 *
 * The protocol of sd_notify(3), for a unit with Type=notify: READY=1 once,
 * STATUS= in words when they change, and WATCHDOG=1 twice in the time that
 * WatchdogSec= gives.  Without $NOTIFY_SOCKET nothing is told.
 *
 * Call notifier_run() and notifier_wait() in each pass of the poll loop: the
 * watchdog then barks when the loop does not turn. */

#include <stdbool.h>

/* Reads, and takes out of the environment, NOTIFY_SOCKET, WATCHDOG_USEC and
 * WATCHDOG_PID.
 *
 * READY=1 is told after 'patience' milliseconds at the latest: a manager that
 * waits for it, and with it the boot, should not wait for an uplink that is
 * not plugged in, and would take the agent for one that failed to start. */
struct notifier *notifier_create(unsigned int patience);
void notifier_destroy(struct notifier *);

/* Tells what is new: 'ready', and 'status', one line for people. */
void notifier_run(struct notifier *, bool ready, const char *status);
void notifier_wait(const struct notifier *);

#endif /* agent/notify.h */
