/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-log.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "agent/contacts/contact-sink.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/thread.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(contact_log);

#define EXIT_PATIENCE_SEC 1

struct contact_log {
    struct contact_sink *sink;  /* Writing is the thread's. */
    pthread_t thread;
    struct ovs_mutex mutex;
    pthread_cond_t cond;

    /* Guarded by 'mutex'. */
    struct ds pending;          /* Framed records. */
    uint64_t n_lost;
    bool flush, exiting;
    bool done;                  /* The thread is about to end. */
    bool abandoned;             /* The thread frees the log. */
};

static void
free_log(struct contact_log *log)
{
    ds_destroy(&log->pending);
    ovs_mutex_destroy(&log->mutex);
    xpthread_cond_destroy(&log->cond);
    contact_sink_destroy(log->sink);
    free(log);
}

/* The thread. */

/* Waits, and takes what is to be written.  Returns true if it is the last. */
static bool
take_pending(struct contact_log *log, struct ds *records)
{
    ovs_mutex_lock(&log->mutex);
    while (!log->flush && !log->exiting) {
        ovs_mutex_cond_wait(&log->cond, &log->mutex);
    }

    bool exiting = log->exiting;

    *records = log->pending;
    ds_init(&log->pending);
    log->flush = false;
    ovs_mutex_unlock(&log->mutex);
    return exiting;
}

static void *
run_thread(void *log_)
{
    struct contact_log *log = log_;
    bool exiting, abandoned;

    /* Says early if there is nowhere to write to. */
    contact_sink_write(log->sink, "", 0);
    do {
        struct ds records;

        exiting = take_pending(log, &records);
        size_t lost = contact_sink_write(log->sink, ds_cstr(&records),
                                         records.length);
        ds_destroy(&records);

        ovs_mutex_lock(&log->mutex);
        log->n_lost += lost;
        log->done = exiting;
        abandoned = log->abandoned;
        ovs_mutex_unlock(&log->mutex);
    } while (!exiting);
    if (abandoned) {
        free_log(log);
    }
    return NULL;
}

/* The caller. */

struct contact_log *
contact_log_create(struct contact_sink *sink)
{
    struct contact_log *log = xzalloc(sizeof *log);

    log->sink = sink;
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

/* Leaves the log to its thread, which hangs.  Returns false if it does not any
 * more. */
static bool
abandon(struct contact_log *log)
{
    VLOG_WARN("%s: not written in time", contact_sink_name(log->sink));
    contact_sink_stop(log->sink);
    ovs_mutex_lock(&log->mutex);
    bool done = log->done;
    pthread_t thread = log->thread;

    log->abandoned = !done;
    ovs_mutex_unlock(&log->mutex);
    if (!done) {
        pthread_detach(thread);
    }
    return !done;
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
        if (abandon(log)) {
            return;
        }
        xpthread_join(log->thread, NULL);
    }
    free_log(log);
}

bool
contact_log_has_fields(const struct contact_log *log)
{
    return contact_sink_has_fields(log->sink);
}

const char *
contact_log_name(const struct contact_log *log)
{
    return contact_sink_name(log->sink);
}

void
contact_log_put(struct contact_log *log, const char *line, size_t n,
                const char *fields)
{
    size_t fields_len = fields ? strlen(fields) : 0;

    ovs_mutex_lock(&log->mutex);
    if (log->pending.length + n + fields_len <= CONTACT_LOG_ROOM) {
        contact_sink_frame(log->sink, line, n, fields, &log->pending);
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
