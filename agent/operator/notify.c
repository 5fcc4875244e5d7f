/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/notify.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(notify);

#define RETRY_MSEC 200          /* Until a message is sent again. */

struct notifier {
    int fd;                     /* Negative without a service manager. */
    struct sockaddr_un address;
    socklen_t address_len;

    bool sent_ready;
    long long int ready_at;     /* At the latest, or when to try again. */
    char *sent_status;          /* NULL for none yet. */
    long long int interval;     /* Of WATCHDOG=1, in ms, or 0. */
    long long int next_watchdog;
};

/* A name that begins with '@' is in the abstract namespace, see unix(7). */
static bool
set_address(struct notifier *n, const char *name)
{
    size_t length = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || !name[1]
        || length >= sizeof n->address.sun_path) {
        VLOG_WARN("NOTIFY_SOCKET=%s: not a unix socket", name);
        return false;
    }
    n->address.sun_family = AF_UNIX;
    memcpy(n->address.sun_path, name, length);
    if (name[0] == '@') {
        n->address.sun_path[0] = '\0';
    }
    n->address_len = offsetof(struct sockaddr_un, sun_path) + length;
    return true;
}

/* Returns half the time of the watchdog in ms, 0 if there is none or it is for
 * another process. */
static long long int
watchdog_interval(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    long long int interval = 0;

    if (!usec || !str_to_llong(usec, 10, &interval) || interval < 0
        || (pid && atoll(pid) != getpid())) {
        return 0;
    }
    return MIN(MAX(interval / 2000, 1), INT_MAX);
}

struct notifier *
notifier_create(unsigned int patience)
{
    struct notifier *n = xzalloc(sizeof *n);
    const char *name = getenv("NOTIFY_SOCKET");

    n->fd = -1;
    if (name && set_address(n, name)) {
        n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        n->ready_at = time_msec() + patience;
        n->interval = watchdog_interval();
        n->next_watchdog = time_msec();
    }
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return n;
}

void
notifier_destroy(struct notifier *n)
{
    if (n) {
        if (n->fd >= 0) {
            close(n->fd);
        }
        free(n->sent_status);
        free(n);
    }
}

/* Returns true if the message was sent.  It is no error if it was not: the
 * service manager may not be listening. */
static bool
send_message(const struct notifier *n, const char *message)
{
    if (sendto(n->fd, message, strlen(message), MSG_NOSIGNAL,
               (const struct sockaddr *) &n->address, n->address_len) < 0) {
        VLOG_DBG("%s: not sent: %s", message, ovs_strerror(errno));
        return false;
    }
    return true;
}

void
notifier_run(struct notifier *n, bool ready, const char *status)
{
    if (n->fd < 0) {
        return;
    }
    if (!n->sent_status || strcmp(n->sent_status, status)) {
        char *message = xasprintf("STATUS=%s", status);

        if (send_message(n, message)) {
            free(n->sent_status);
            n->sent_status = xstrdup(status);
        }
        free(message);
    }
    if (!n->sent_ready && (ready || time_msec() >= n->ready_at)) {
        n->sent_ready = send_message(n, "READY=1");
        n->ready_at = time_msec() + RETRY_MSEC;
    }
    if (n->interval && time_msec() >= n->next_watchdog) {
        bool sent = send_message(n, "WATCHDOG=1");

        n->next_watchdog = time_msec() + (sent ? n->interval : RETRY_MSEC);
    }
}

void
notifier_wait(const struct notifier *n)
{
    if (n->fd < 0) {
        return;
    }
    if (!n->sent_ready) {
        poll_timer_wait_until(n->ready_at);
    }
    if (n->interval) {
        poll_timer_wait_until(n->next_watchdog);
    }
}
