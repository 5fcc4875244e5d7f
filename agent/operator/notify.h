/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_NOTIFY_H
#define AGENT_OPERATOR_NOTIFY_H 1

/* Notifying the service manager
 * ==============================
 *
 * The protocol of sd_notify(3), for a unit with Type=notify: READY=1 once,
 * STATUS= in words when they change, and WATCHDOG=1 twice in the time that
 * WatchdogSec= gives.  Without $NOTIFY_SOCKET, nothing is sent.
 *
 * Call notifier_run() and notifier_wait() in each pass of the poll loop, so
 * that the watchdog fires when the loop hangs. */

#include <stdbool.h>

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and unsets them.
 *
 * READY=1 is sent after 'patience' milliseconds at the latest.  Otherwise an
 * uplink that is not plugged in would delay the boot, and the manager would
 * take the agent for one that failed to start. */
struct notifier *notifier_create(unsigned int patience);
void notifier_destroy(struct notifier *);

/* Sends what has changed: 'ready', and 'status', one line of text. */
void notifier_run(struct notifier *, bool ready, const char *status);
void notifier_wait(const struct notifier *);

#endif /* agent/operator/notify.h */
