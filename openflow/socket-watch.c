/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/socket-watch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(socket_watch);

struct socket_watch {
    char *name;                 /* Of the file, in its directory. */
    int fd;                     /* Negative if there is no inotify. */
};

struct socket_watch *
socket_watch_create(const char *file)
{
    struct socket_watch *watch = xzalloc(sizeof *watch);
    char *dir = dir_name(file);

    watch->name = base_name(file);
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0
        || inotify_add_watch(watch->fd, dir, IN_CREATE | IN_MOVED_TO) < 0) {
        VLOG_DBG("%s: cannot watch: %s", dir, ovs_strerror(errno));
    }
    free(dir);
    return watch;
}

void
socket_watch_destroy(struct socket_watch *watch)
{
    if (watch) {
        if (watch->fd >= 0) {
            close(watch->fd);
        }
        free(watch->name);
        free(watch);
    }
}

bool
socket_watch_run(struct socket_watch *watch)
{
    /* Aligned as inotify(7) wants it. */
    char buffer[4096] __attribute__((aligned(8)));
    bool made = false;
    ssize_t n;

    if (watch->fd < 0) {
        return false;
    }
    n = read(watch->fd, buffer, sizeof buffer);
    for (char *p = buffer; n > 0 && p < buffer + n; ) {
        const struct inotify_event *event = ALIGNED_CAST(
            const struct inotify_event *, p);

        /* After an overflow, who knows. */
        made |= (event->mask & IN_Q_OVERFLOW
                 || (event->len && !strcmp(event->name, watch->name)));
        p += sizeof *event + event->len;
    }
    return made;
}

void
socket_watch_wait(struct socket_watch *watch)
{
    if (watch->fd >= 0) {
        poll_fd_wait(watch->fd, POLLIN);
    }
}
