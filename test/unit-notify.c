/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/operator/notify.h"
#include "openvswitch/poll-loop.h"
#include "ovs-thread.h"
#include "timeval.h"
#include "util.h"

#define NOT_TODAY 86400000

/* A service manager's socket, which NOTIFY_SOCKET then names. */
static int
open_manager(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The kernel finds an unused abstract name. */
    socklen_t length = sizeof address.sun_family;

    ovsthread_id_init();
    assert_int_equal(bind(fd, (struct sockaddr *) &address, length), 0);
    length = sizeof address;
    assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &length),
                     0);

    int n = length - offsetof(struct sockaddr_un, sun_path);
    char *name = xasprintf("@%.*s", n - 1, address.sun_path + 1);
    setenv("NOTIFY_SOCKET", name, true);
    free(name);
    return fd;
}

/* True if READY=1 is among what has come. */
static bool
heard_ready(int fd)
{
    char message[256];
    ssize_t n;

    while ((n = recv(fd, message, sizeof message - 1, 0)) >= 0) {
        message[n] = '\0';
        if (!strcmp(message, "READY=1")) {
            return true;
        }
    }
    return false;
}

/* Sends as much to 'fd' as the kernel keeps for it. */
static void
fill(int fd)
{
    int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address;
    socklen_t length = sizeof address;

    assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &length),
                     0);
    while (sendto(sock, "x", 1, 0, (struct sockaddr *) &address, length) > 0) {
        continue;
    }
    assert_int_equal(errno, EAGAIN);
    close(sock);
}

/* Runs 'n' whenever it wakes up, until READY=1 has come. */
static void
wait_for_ready(struct notifier *n, int fd, bool ready)
{
    long long int end = time_msec() + 10000;

    while (!heard_ready(fd)) {
        assert_true(time_msec() < end);
        notifier_wait(n);
        poll_timer_wait_until(end);
        poll_block();
        notifier_run(n, ready, "status");
    }
}

static void
notify_ready(void **state OVS_UNUSED)
{
    int fd = open_manager();
    struct notifier *n = notifier_create(NOT_TODAY);

    notifier_run(n, false, "degraded");
    assert_false(heard_ready(fd));
    notifier_run(n, true, "ready");
    assert_true(heard_ready(fd));
    notifier_run(n, true, "ready");
    assert_false(heard_ready(fd));
    notifier_destroy(n);
    close(fd);
}

static void
notify_ready_without(void **state OVS_UNUSED)
{
    int fd = open_manager();
    long long int start = time_msec();
    struct notifier *n = notifier_create(100);

    notifier_run(n, false, "degraded");
    wait_for_ready(n, fd, false);
    assert_true(time_msec() >= start + 100);
    notifier_run(n, true, "ready");
    assert_false(heard_ready(fd));
    notifier_destroy(n);
    close(fd);
}

/* A manager that has much to do is told later. */
static void
notify_ready_again(void **state OVS_UNUSED)
{
    int fd = open_manager();
    struct notifier *n = notifier_create(NOT_TODAY);

    fill(fd);
    notifier_run(n, true, "ready");
    assert_false(heard_ready(fd));
    wait_for_ready(n, fd, true);
    notifier_run(n, true, "ready");
    assert_false(heard_ready(fd));
    notifier_destroy(n);
    close(fd);
}

const struct CMUnitTest notify_tests[] = {
    cmocka_unit_test(notify_ready),
    cmocka_unit_test(notify_ready_again),
    cmocka_unit_test(notify_ready_without),
    { .name = NULL },
};
