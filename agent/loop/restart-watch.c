/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/restart-watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(restart_watch);

/* A socket's file is there before its server listens. */
#define SECOND_CHANCE_MSEC 20

struct restart_watch {
    char *dir, *name;           /* Of the file. */
    int fd;                     /* Negative if there is no inotify. */
    int wd;                     /* Negative while there is no directory. */
    long long int again;        /* When to report once more, or LLONG_MAX. */
};

/* Returns true if the directory is watched from now on. */
static bool
watch_dir(struct restart_watch *watch)
{
    watch->wd = inotify_add_watch(watch->fd, watch->dir,
                                  IN_CREATE | IN_MOVED_TO);
    return watch->wd >= 0;
}

struct restart_watch *
restart_watch_create(const char *file)
{
    struct restart_watch *watch = xzalloc(sizeof *watch);

    watch->dir = dir_name(file);
    watch->name = base_name(file);
    watch->again = LLONG_MAX;
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0 || !watch_dir(watch)) {
        VLOG_DBG("%s: cannot watch: %s", watch->dir, ovs_strerror(errno));
    }
    return watch;
}

void
restart_watch_destroy(struct restart_watch *watch)
{
    if (watch) {
        if (watch->fd >= 0) {
            close(watch->fd);
        }
        free(watch->dir);
        free(watch->name);
        free(watch);
    }
}

/* Reads the pending events.  Returns true if the file has been created. */
static bool
was_created(struct restart_watch *watch)
{
    /* Aligned as inotify(7) requires. */
    char buffer[4096] __attribute__((aligned(8)));
    bool created = false;
    ssize_t n;

    if (watch->fd < 0) {
        return false;
    }
    n = read(watch->fd, buffer, sizeof buffer);
    for (char *p = buffer; n > 0 && p < buffer + n; ) {
        const struct inotify_event *event = ALIGNED_CAST(
            const struct inotify_event *, p);

        if (event->mask & IN_IGNORED && event->wd == watch->wd) {
            watch->wd = -1;     /* The directory is gone. */
        }
        /* After an overflow, the event may be lost. */
        created |= (event->mask & IN_Q_OVERFLOW
                    || (event->len && !strcmp(event->name, watch->name)));
        p += sizeof *event + event->len;
    }
    /* A directory that is back may have the file already. */
    return created || (watch->wd < 0 && watch_dir(watch));
}

bool
restart_watch_run(struct restart_watch *watch, long long int now)
{
    if (was_created(watch)) {
        watch->again = now + SECOND_CHANCE_MSEC;
        return true;
    } else if (now >= watch->again) {
        watch->again = LLONG_MAX;
        return true;
    }
    return false;
}

void
restart_watch_wait(struct restart_watch *watch)
{
    if (watch->fd >= 0) {
        poll_fd_wait(watch->fd, POLLIN);
    }
    if (watch->again != LLONG_MAX) {
        poll_timer_wait_until(watch->again);
    }
}
