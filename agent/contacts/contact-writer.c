/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-writer.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-eve.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-log.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-sink.h"
#include "agent/contacts/contact-table.h"
#include "agent/contacts/contact-zeek.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "util.h"

#define FLUSH_MSEC 1000

/* So that the log has room until then. */
#define FLUSH_BYTES (CONTACT_LOG_ROOM / 8)

struct contact_writer {
    struct contact_observer observer;
    char *hostname;
    struct contact_budget budget;
    struct contact_log *log;
    uint64_t n_lost;            /* By former logs. */
    long long int flush_at;     /* By time_msec(), LLONG_MAX for never. */
    size_t n_unflushed;         /* Bytes. */
};

/* Each appends nothing if the format has no such record. */
static const struct {
    void (*put)(const struct contact *, bool ended,
                const struct contact_observer *, struct ds *);
    void (*put_suppressed)(const struct contact_suppressed *,
                           const struct contact_observer *, struct ds *);
} formats[] = {
    [CONTACT_ECS] = { contact_record_put, contact_record_put_suppressed },
    [CONTACT_EVE] = { contact_eve_put, contact_eve_put_suppressed },
    [CONTACT_ZEEK] = { contact_zeek_put, NULL },
};

static struct contact_log *
create_log(const struct options *options)
{
    return contact_log_create(contact_sink_create(options->contact_log));
}

struct contact_writer *
contact_writer_create(const struct options *options)
{
    struct contact_writer *w = xzalloc(sizeof *w);
    char hostname[256] = "";

    gethostname(hostname, sizeof hostname - 1);
    w->hostname = xstrdup(hostname);
    w->observer = (struct contact_observer) {
        options, w->hostname, PIPETTE_VERSION
    };
    contact_budget_init(&w->budget, options->contact_rate);
    w->log = create_log(options);
    w->flush_at = LLONG_MAX;
    return w;
}

static void
flush_log(struct contact_writer *w)
{
    contact_log_flush(w->log);
    w->n_unflushed = 0;
}

/* 'fields' is as in contact-log.h. */
static void
put_line(struct contact_writer *w, const struct ds *line, const char *fields)
{
    contact_log_put(w->log, line->string, line->length, fields);
    w->n_unflushed += line->length;
    if (w->n_unflushed >= FLUSH_BYTES) {
        flush_log(w);
    }
}

/* A contact_budget_put. */
static void
put_suppressed(const struct contact_suppressed *suppressed, void *w_)
{
    struct contact_writer *w = w_;
    enum contact_format format = w->observer.options->contact_log_format;
    struct ds line = DS_EMPTY_INITIALIZER;

    if (formats[format].put_suppressed) {
        formats[format].put_suppressed(suppressed, &w->observer, &line);
        put_line(w, &line, NULL);
    }
    ds_destroy(&line);
}

/* A second is over. */
static void
flush(struct contact_writer *w)
{
    contact_budget_refill(&w->budget, put_suppressed, w);
    flush_log(w);
    w->flush_at = LLONG_MAX;
}

static void
close_log(struct contact_writer *w)
{
    flush(w);
    w->n_lost += contact_log_lost(w->log);
    contact_log_destroy(w->log);
}

void
contact_writer_destroy(struct contact_writer *w)
{
    if (w) {
        close_log(w);
        contact_budget_destroy(&w->budget);
        free(w->hostname);
        free(w);
    }
}

void
contact_writer_set_options(struct contact_writer *w,
                           const struct options *options)
{
    w->observer.options = options;
    w->budget.rate = options->contact_rate;
    if (strcmp(contact_log_name(w->log), options->contact_log)) {
        close_log(w);
        w->log = create_log(options);
    }
}

static void
put_fields(const struct contact_writer *w, const struct contact *c,
           bool ended, struct ds *fields)
{
    if (contact_log_has_fields(w->log)) {
        contact_journal_fields_put(c, ended, &w->observer, fields);
    }
}

void
contact_writer_put(struct contact_writer *w, struct contact *c, bool ended)
{
    enum contact_format format = w->observer.options->contact_log_format;
    struct ds fields = DS_EMPTY_INITIALIZER;
    struct ds line = DS_EMPTY_INITIALIZER;

    formats[format].put(c, ended, &w->observer, &line);
    if (line.length
        && contact_budget_take(&w->budget, &c->packet.client, c->first)) {
        put_fields(w, c, ended, &fields);
        put_line(w, &line, fields.string);
        c->attempts_told = c->attempts;
        c->answer_told = c->answer;
    }
    ds_destroy(&fields);
    ds_destroy(&line);
    if (w->flush_at == LLONG_MAX) {
        w->flush_at = time_msec() + FLUSH_MSEC;
    }
}

void
contact_writer_run(struct contact_writer *w)
{
    if (time_msec() >= w->flush_at) {
        flush(w);
    }
}

void
contact_writer_wait(const struct contact_writer *w)
{
    if (w->flush_at != LLONG_MAX) {
        poll_timer_wait_until(w->flush_at);
    }
}

uint64_t
contact_writer_suppressed(const struct contact_writer *w)
{
    return w->budget.n_suppressed;
}

uint64_t
contact_writer_lost(struct contact_writer *w)
{
    return w->n_lost + contact_log_lost(w->log);
}
