/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contacts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-log.h"
#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-scope.h"
#include "agent/contacts/contact-table.h"
#include "netdev/tap.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "util.h"

/* In so many bytes each: at most 32 MB. */
#define MAX_CONTACTS 100000
BUILD_ASSERT_DECL(sizeof(struct contact) <= 300);

/* By then, most answers have come. */
#define ANSWER_MSEC 1000

/* The tap has a ring for each direction, so that an answer may be shown before
 * what it is to: answers wait so long. */
#define HOLD_MSEC 300
#define MAX_HELD 65536

struct held {
    struct ovs_list list_node;
    struct contact_packet packet;
    uint32_t network;
    long long int msec;
};

#define FLUSH_MSEC 1000

struct contacts {
    const struct options *options;
    struct contact_scope *scope;
    struct contact_table table;
    struct contact_log *log;
    struct tap *tap;
    char *hostname;

    struct ovs_list held;       /* Contains "struct held"s. */
    size_t n_held;

    long long int flush_at;     /* By time_msec(). */
    unsigned int budget;        /* Records until then. */
    uint64_t n_denied, n_suppressed;
};

static char *
get_hostname(void)
{
    char name[256] = "";

    gethostname(name, sizeof name - 1);
    return xstrdup(name);
}

static struct tap *
create_tap(const struct options *options, const struct contact_scope *scope)
{
    struct ds received = DS_EMPTY_INITIALIZER;
    struct ds sent = DS_EMPTY_INITIALIZER;
    struct tap *tap;

    contact_scope_format_filter(scope, false, &received);
    contact_scope_format_filter(scope, true, &sent);
    tap = tap_create(options->uplink, ds_cstr(&received), ds_cstr(&sent));
    ds_destroy(&received);
    ds_destroy(&sent);
    return tap;
}

struct contacts *
contacts_create(const struct options *options)
{
    if (!options->contact_log || options->mode != MODE_DAEMON) {
        return NULL;
    }

    struct contacts *contacts = xzalloc(sizeof *contacts);
    contacts->options = options;
    contacts->scope = contact_scope_create(options);
    contact_table_init(&contacts->table, MAX_CONTACTS,
                       options->contact_window * 1000LL);
    contacts->log = contact_log_create(options->contact_log);
    contacts->tap = create_tap(options, contacts->scope);
    contacts->hostname = get_hostname();
    ovs_list_init(&contacts->held);
    contacts->budget = options->contact_rate;
    contacts->flush_at = LLONG_MAX;
    return contacts;
}

static void
put_record(struct contacts *contacts, struct contact *c, bool ended)
{
    const struct contact_observer observer = {
        contacts->options, contacts->hostname, PIPETTE_VERSION
    };
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!contacts->budget) {
        contacts->n_suppressed++;
        return;
    }
    contacts->budget--;
    contact_record_put(c, ended, &observer, &s);
    contact_log_put(contacts->log, s.string, s.length);
    ds_destroy(&s);
    c->attempts_told = c->attempts;
    c->answer_told = c->answer;
}

/* A contact is recorded once it had time to be answered, and once more at the
 * end of its window if there is more to tell by then. */
static void
record(struct contacts *contacts, long long int now)
{
    struct contact *c;

    while ((c = contact_table_next_begun(&contacts->table,
                                         now - ANSWER_MSEC))) {
        put_record(contacts, c, false);
    }
    while ((c = contact_table_next_ended(&contacts->table, now))) {
        if (c->attempts != c->attempts_told || c->answer != c->answer_told) {
            put_record(contacts, c, true);
        }
    }
}

/* Takes the answers of 'until' or earlier. */
static void
take_held(struct contacts *contacts, long long int until)
{
    struct held *held;

    LIST_FOR_EACH_SAFE (held, list_node, &contacts->held) {
        if (held->msec > until && contacts->n_held < MAX_HELD) {
            break;
        }
        contact_table_take(&contacts->table, held->network, &held->packet,
                           held->msec);
        ovs_list_remove(&held->list_node);
        contacts->n_held--;
        free(held);
    }
}

static void
hold(struct contacts *contacts, const struct contact_packet *packet,
     uint32_t network, long long int msec)
{
    struct held *held = xmalloc(sizeof *held);

    *held = (struct held) {
        .packet = *packet, .network = network, .msec = msec
    };
    ovs_list_push_back(&contacts->held, &held->list_node);
    contacts->n_held++;
}

void
contacts_destroy(struct contacts *contacts)
{
    if (contacts) {
        tap_destroy(contacts->tap);
        take_held(contacts, LLONG_MAX);
        record(contacts, LLONG_MAX / 2);
        contact_log_destroy(contacts->log);
        contact_table_destroy(&contacts->table);
        contact_scope_destroy(contacts->scope);
        free(contacts->hostname);
        free(contacts);
    }
}

void
contacts_set_uplink(struct contacts *contacts, int ifindex)
{
    tap_set_device(contacts->tap, ifindex);
}

/* A tap_take. */
static void
take(const void *frame, size_t size, bool sent, long long int msec,
     void *contacts_)
{
    struct contacts *contacts = contacts_;
    struct contact_packet packet;
    const struct network *network;
    const char *denied;

    if (!contact_packet_parse(frame, size, sent, &packet)) {
        return;
    }
    network = contact_scope_find(contacts->scope, &packet, &denied);
    if (!network) {
        return;
    }
    if (denied) {
        contacts->n_denied++;
        return;
    }
    if (packet.answer != ANSWER_NONE) {
        hold(contacts, &packet, network_id(network), msec);
    } else {
        contact_table_take(&contacts->table, network_id(network), &packet,
                           msec);
    }
}

static void
flush(struct contacts *contacts)
{
    if (time_msec() >= contacts->flush_at) {
        contact_log_flush(contacts->log);
        contacts->budget = contacts->options->contact_rate;
        contacts->flush_at = LLONG_MAX;
    }
}

void
contacts_run(struct contacts *contacts)
{
    unsigned int budget = contacts->budget;

    tap_run(contacts->tap, take, contacts);
    take_held(contacts, time_wall_msec() - HOLD_MSEC);
    record(contacts, time_wall_msec());
    if (contacts->budget != budget && contacts->flush_at == LLONG_MAX) {
        contacts->flush_at = time_msec() + FLUSH_MSEC;
    }
    flush(contacts);
}

/* Wakes the poll loop at that time of the wall clock. */
static void
wait_until_wall(long long int msec)
{
    long long int left = msec - time_wall_msec();

    poll_timer_wait_until(time_msec() + MAX(left, 0));
}

void
contacts_wait(struct contacts *contacts)
{
    long long int begun = contact_table_oldest_begun(&contacts->table);
    long long int ended = contact_table_oldest_ended(&contacts->table);

    tap_wait(contacts->tap);
    if (begun != LLONG_MAX) {
        wait_until_wall(begun + ANSWER_MSEC);
    }
    if (ended != LLONG_MAX) {
        wait_until_wall(ended + contacts->table.window);
    }
    if (contacts->n_held) {
        poll_timer_wait(HOLD_MSEC);
    }
    if (contacts->flush_at != LLONG_MAX) {
        poll_timer_wait_until(contacts->flush_at);
    }
}

void
contacts_get_counts(const struct contacts *contacts,
                    struct contacts_counts *counts)
{
    const struct contact_table *table = &contacts->table;
    struct tap_counts tap;

    tap_get_counts(contacts->tap, &tap);
    *counts = (struct contacts_counts) {
        .evicted = table->n_evicted,
        .denied = contacts->n_denied,
        .tapping = !tap_error(contacts->tap),
        .taken = tap.taken,
        .missed = tap.missed,
        .suppressed = contacts->n_suppressed,
        .lost = contact_log_lost(contacts->log),
    };
    for (size_t i = 0; i < N_CONTACT_KINDS; i++) {
        counts->contacts[i] = table->n_contacts[i];
        counts->answered[i] = table->n_answered[i];
    }
}

void
contacts_format_status(struct contacts *contacts, struct ds *s)
{
    const struct contact_table *t = &contacts->table;
    const char *error = tap_error(contacts->tap);
    struct tap_counts counts;

    tap_get_counts(contacts->tap, &counts);
    ds_put_format(s, "  contacts: %s", error ? error : "listening");
    for (size_t i = 0; i < N_CONTACT_KINDS; i++) {
        ds_put_format(s, ", %"PRIu64" %s", t->n_contacts[i],
                      contact_kind_name(i));
    }
    ds_put_format(s, ", %"PRIu64" packets denied, %"PRIu64" missed, "
                  "%"PRIu64" records suppressed, %"PRIu64" lost\n",
                  contacts->n_denied, counts.missed, contacts->n_suppressed,
                  contact_log_lost(contacts->log));
}
