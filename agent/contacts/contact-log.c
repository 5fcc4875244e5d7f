/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/thread.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(contact_log);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 1);

#define FILE_MODE 0640
#define EXIT_PATIENCE_SEC 1

struct contact_log {
    char *file_name;
    pthread_t thread;
    struct ovs_mutex mutex;
    pthread_cond_t cond;

    /* Guarded by 'mutex'. */
    struct ds pending;          /* Lines. */
    uint64_t n_lost;
    bool flush, exiting;

    /* Of the thread. */
    int fd;                     /* -1 if closed. */
    bool cut;                   /* The last line has no end. */
};

/* The thread. */

static void
open_file(struct contact_log *log)
{
    log->fd = open(log->file_name,
                   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
                   FILE_MODE);
    if (log->fd < 0) {
        VLOG_WARN_RL(&rl, "%s: %s", log->file_name, ovs_strerror(errno));
    }
}

static void
close_file(struct contact_log *log)
{
    if (log->fd >= 0) {
        close(log->fd);
        log->fd = -1;
    }
    log->cut = false;
}

/* Opens the file that has the name now. */
static void
follow_name(struct contact_log *log)
{
    struct stat named, opened;

    if (log->fd < 0 || stat(log->file_name, &named)
        || fstat(log->fd, &opened) || named.st_ino != opened.st_ino
        || named.st_dev != opened.st_dev) {
        close_file(log);
        open_file(log);
    }
}

static size_t
count_lines(const char *s, size_t n)
{
    size_t lines = 0;

    for (size_t i = 0; i < n; i++) {
        lines += s[i] == '\n';
    }
    return lines;
}

/* Returns how many bytes of 's' were written. */
static size_t
write_bytes(struct contact_log *log, const char *s, size_t n)
{
    size_t written = 0;

    while (written < n && log->fd >= 0) {
        ssize_t retval = write(log->fd, s + written, n - written);

        if (retval > 0) {
            written += retval;
        } else if (!retval || errno != EINTR) {
            VLOG_WARN_RL(&rl, "%s: %s", log->file_name,
                         ovs_strerror(retval ? errno : ENOSPC));
            break;
        }
    }
    return written;
}

/* Removes the last 'n' bytes, the begin of a line.  Returns true if
 * successful: not all files can be cut. */
static bool
take_back(struct contact_log *log, size_t n)
{
    struct stat s;

    return (!fstat(log->fd, &s) && s.st_size >= n
            && !ftruncate(log->fd, s.st_size - n));
}

/* Returns how many bytes at the end of 's' are no whole line. */
static size_t
count_rest(const char *s, size_t n)
{
    const char *newline = memrchr(s, '\n', n);

    return newline ? s + n - newline - 1 : n;
}

/* Returns how many lines were lost.  One that the end of the disk cuts off is
 * one of them; what comes later begins a new line. */
static size_t
write_lines(struct contact_log *log, const struct ds *lines)
{
    size_t written = 0;

    if (log->cut && lines->length) {
        log->cut = !write_bytes(log, "\n", 1);
    }
    if (!log->cut) {
        written = write_bytes(log, lines->string, lines->length);

        size_t rest = written ? count_rest(lines->string, written) : 0;
        log->cut = rest && !take_back(log, rest);
    }
    return count_lines(lines->string + written, lines->length - written);
}

static void *
run_thread(void *log_)
{
    struct contact_log *log = log_;
    bool exiting;

    open_file(log);
    do {
        ovs_mutex_lock(&log->mutex);
        while (!log->flush && !log->exiting) {
            ovs_mutex_cond_wait(&log->cond, &log->mutex);
        }

        struct ds lines = log->pending;

        exiting = log->exiting;
        ds_init(&log->pending);
        log->flush = false;
        ovs_mutex_unlock(&log->mutex);

        follow_name(log);
        size_t lost = write_lines(log, &lines);
        ds_destroy(&lines);

        ovs_mutex_lock(&log->mutex);
        log->n_lost += lost;
        ovs_mutex_unlock(&log->mutex);
    } while (!exiting);
    close_file(log);
    return NULL;
}

/* The caller. */

struct contact_log *
contact_log_create(const char *file_name)
{
    struct contact_log *log = xzalloc(sizeof *log);

    log->file_name = xstrdup(file_name);
    log->fd = -1;
    ovs_mutex_init(&log->mutex);
    xpthread_cond_init(&log->cond, NULL);
    ds_init(&log->pending);
    log->thread = ovs_thread_create("contact_log", run_thread, log);
    return log;
}

/* Wakes the thread to do 'what'. */
static void
wake(struct contact_log *log, bool *what)
{
    ovs_mutex_lock(&log->mutex);
    *what = true;
    xpthread_cond_signal(&log->cond);
    ovs_mutex_unlock(&log->mutex);
}

void
contact_log_destroy(struct contact_log *log)
{
    struct timespec end;

    if (!log) {
        return;
    }
    wake(log, &log->exiting);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += EXIT_PATIENCE_SEC;
    if (pthread_timedjoin_np(log->thread, NULL, &end)) {
        /* The disk hangs.  The thread has what it needs until it is done. */
        VLOG_WARN("%s: not written in time", log->file_name);
        return;
    }
    ds_destroy(&log->pending);
    ovs_mutex_destroy(&log->mutex);
    xpthread_cond_destroy(&log->cond);
    free(log->file_name);
    free(log);
}

const char *
contact_log_name(const struct contact_log *log)
{
    return log->file_name;
}

void
contact_log_put(struct contact_log *log, const char *line, size_t n)
{
    ovs_mutex_lock(&log->mutex);
    if (log->pending.length + n <= CONTACT_LOG_ROOM) {
        ds_put_buffer(&log->pending, line, n);
    } else {
        log->n_lost++;
    }
    ovs_mutex_unlock(&log->mutex);
}

void
contact_log_flush(struct contact_log *log)
{
    wake(log, &log->flush);
}

uint64_t
contact_log_lost(struct contact_log *log)
{
    ovs_mutex_lock(&log->mutex);
    uint64_t n = log->n_lost;
    ovs_mutex_unlock(&log->mutex);
    return n;
}
