/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contacts.h"

#include <limits.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-busy.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-ports.h"
#include "agent/contacts/contact-right.h"
#include "agent/contacts/contact-scope.h"
#include "agent/contacts/contact-table.h"
#include "agent/contacts/contact-writer.h"
#include "coverage.h"
#include "netdev/tap.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

COVERAGE_DEFINE(contacts_postponed);

VLOG_DEFINE_THIS_MODULE(contacts);

/* In so many bytes each: at most 32 MB. */
#define MAX_CONTACTS 100000
#define MAX_DENIED 10000
BUILD_ASSERT_DECL(sizeof(struct contact) <= 300);

/* Likewise: at most 12 MB. */
#define MAX_PORTS 100000
BUILD_ASSERT_DECL(sizeof(struct contact_port) <= 112);

/* By then, most answers have come. */
#define ANSWER_MSEC 1000

/* The tap has a ring for each direction, so that an answer may be shown before
 * what it is to: answers wait so long. */
#define HOLD_MSEC (2 * TAP_COLLECT_MSEC)
#define MAX_HELD 65536

struct held {
    struct ovs_list list_node;
    struct contact_packet packet;
    uint32_t network;
    long long int msec;
};

/* In a pass of the loop, some 50 ms.  The tap shows no more new contacts. */
#define RECORDS_BURST 2000

struct contacts {
    const struct options *options;
    struct contact_scope *scope;
    struct contact_table table;
    struct contact_table denied;        /* If these are to be recorded. */
    struct contact_ports ports;
    struct contact_writer *writer;
    struct tap *tap;
    int ifindex;
    struct contact_busy busy[2];        /* Received, sent. */

    struct ovs_list held;       /* Contains "struct held"s. */
    size_t n_held;

    struct tap_counts former;   /* Of former taps. */
};

/* What it shows depends on all of the networks. */
static void
open_tap(struct contacts *contacts)
{
    struct ds received = DS_EMPTY_INITIALIZER;
    struct ds sent = DS_EMPTY_INITIALIZER;

    contact_scope_format_filter(contacts->scope, false, &received);
    contact_scope_format_filter(contacts->scope, true, &sent);
    contacts->tap = tap_create(contacts->options->uplink, ds_cstr(&received),
                               ds_cstr(&sent));
    for (size_t i = 0; i < ARRAY_SIZE(contacts->busy); i++) {
        contact_busy_init(&contacts->busy[i]);
    }
    ds_destroy(&received);
    ds_destroy(&sent);
}

static const char no_right[] = "it needs CAP_NET_RAW, which the agent gives "
    "up if it is started without contacts: restart the service";

struct contacts *
contacts_create(const struct options *options)
{
    if (!options->contact_log || options->mode != MODE_DAEMON) {
        return NULL;
    }

    if (!contact_right_have()) {
        VLOG_WARN("no contacts: %s", no_right);
    }

    struct contacts *contacts = xzalloc(sizeof *contacts);
    long long int window = options->contact_window * 1000LL;

    contacts->options = options;
    contacts->scope = contact_scope_create(options);
    contact_table_init(&contacts->table, MAX_CONTACTS, window);
    contact_table_init(&contacts->denied, MAX_DENIED, window);
    contact_ports_init(&contacts->ports, MAX_PORTS);
    contacts->writer = contact_writer_create(options);
    open_tap(contacts);
    ovs_list_init(&contacts->held);
    return contacts;
}

/* A contact is recorded once it had time to be answered, and once more at the
 * end of its window if there is more to tell by then.  Returns false if there
 * is more to record at this time. */
static bool
record(struct contacts *contacts, long long int now)
{
    struct contact *c;
    size_t n = 0;

    while (n < RECORDS_BURST
           && (c = contact_table_next_begun(&contacts->table,
                                            now - ANSWER_MSEC))) {
        contact_writer_put(contacts->writer, c, false);
        n++;
    }
    while (n < RECORDS_BURST
           && (c = contact_table_next_ended(&contacts->table, now))) {
        if (c->attempts != c->attempts_told || c->answer != c->answer_told) {
            contact_writer_put(contacts->writer, c, true);
            n++;
        }
    }
    while (n < RECORDS_BURST
           && (c = contact_table_next_begun(&contacts->denied, now))) {
        contact_writer_put(contacts->writer, c, false);
        n++;
    }
    return n < RECORDS_BURST;
}

/* Frames. */

/* Takes an answer.  Its network may be gone by now. */
static void
take_answer(struct contacts *contacts, const struct held *held)
{
    const struct network *network = contact_network(contacts->options,
                                                    held->network);

    contact_table_take(&contacts->table, held->network, &held->packet,
                       held->msec);
    if (network) {
        contact_ports_take(&contacts->ports, network, &held->packet,
                           held->msec);
    }
}

/* Takes the answers of 'until' or earlier, and those of a future that the clock
 * was set back from. */
static void
take_held(struct contacts *contacts, long long int until)
{
    struct held *held;

    LIST_FOR_EACH_SAFE (held, list_node, &contacts->held) {
        if (held->msec > until && held->msec - until <= 2 * HOLD_MSEC
            && contacts->n_held < MAX_HELD) {
            break;
        }
        take_answer(contacts, held);
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

/* Closes the tap and takes what it has. */
static void
close_tap(struct contacts *contacts)
{
    struct tap_counts counts;

    tap_get_counts(contacts->tap, &counts);
    contacts->former.taken += counts.taken;
    contacts->former.missed += counts.missed;
    tap_destroy(contacts->tap);
    contacts->tap = NULL;
}

void
contacts_destroy(struct contacts *contacts)
{
    if (contacts) {
        close_tap(contacts);
        take_held(contacts, LLONG_MAX);
        while (!record(contacts, LLONG_MAX / 2)) {
            continue;
        }
        contact_writer_destroy(contacts->writer);
        contact_table_destroy(&contacts->table);
        contact_table_destroy(&contacts->denied);
        contact_ports_destroy(&contacts->ports);
        contact_scope_destroy(contacts->scope);
        free(contacts);
    }
}

void
contacts_set_options(struct contacts *contacts, const struct options *options)
{
    long long int window = options->contact_window * 1000LL;

    contacts->options = options;
    contact_scope_destroy(contacts->scope);
    contacts->scope = contact_scope_create(options);
    contacts->table.window = contacts->denied.window = window;
    contact_writer_set_options(contacts->writer, options);
    close_tap(contacts);
    open_tap(contacts);
    tap_set_device(contacts->tap, contacts->ifindex);
}

void
contacts_set_uplink(struct contacts *contacts, int ifindex)
{
    contacts->ifindex = ifindex;
    tap_set_device(contacts->tap, ifindex);
}

/* Takes what the switch drops. */
static void
deny(struct contacts *contacts, const struct contact_packet *packet,
     uint32_t network, enum contact_denial denial, long long int msec)
{
    contact_table_count_denied(&contacts->table, network, denial);
    if (contacts->options->contact_denied && packet->answer == ANSWER_NONE) {
        struct contact *c = contact_table_take(&contacts->denied, network,
                                               packet, msec);

        c->denial = denial;
    }
}

/* A tap_take. */
static void
take(const void *frame, size_t captured, size_t size, bool sent,
     long long int msec, void *contacts_)
{
    struct contacts *contacts = contacts_;
    struct contact_packet packet;
    const struct network *network;
    enum contact_denial denial;

    if (!contact_packet_parse(frame, captured, size, sent, &packet)) {
        return;
    }
    contact_busy_take(&contacts->busy[sent], &packet, time_msec());
    network = contact_scope_find(contacts->scope, &packet, &denial);
    if (!network) {
        return;
    }
    if (denial) {
        deny(contacts, &packet, network_id(network), denial, msec);
    } else if (packet.answer != ANSWER_NONE) {
        hold(contacts, &packet, network_id(network), msec);
    } else {
        contact_table_take(&contacts->table, network_id(network), &packet,
                           msec);
        contact_ports_take(&contacts->ports, network, &packet, msec);
    }
}

static void
mute_busy(struct contacts *contacts)
{
    for (size_t sent = 0; sent < ARRAY_SIZE(contacts->busy); sent++) {
        struct contact_busy *b = &contacts->busy[sent];

        if (contact_busy_run(b, time_msec())) {
            contact_busy_limit(b, tap_mute(contacts->tap, sent, b->muted,
                                           b->n_muted));
        }
    }
}

void
contacts_run(struct contacts *contacts)
{
    tap_run(contacts->tap, take, contacts);
    mute_busy(contacts);
    take_held(contacts, time_wall_msec() - HOLD_MSEC);
    if (!record(contacts, time_wall_msec())) {
        COVERAGE_INC(contacts_postponed);
    }
    contact_writer_run(contacts->writer);
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
    long long int denied = contact_table_oldest_begun(&contacts->denied);

    tap_wait(contacts->tap);
    for (size_t i = 0; i < ARRAY_SIZE(contacts->busy); i++) {
        poll_timer_wait_until(contact_busy_when(&contacts->busy[i]));
    }
    if (begun != LLONG_MAX) {
        wait_until_wall(begun + ANSWER_MSEC);
    }
    if (ended != LLONG_MAX) {
        wait_until_wall(ended + contacts->table.window);
    }
    if (denied != LLONG_MAX) {
        wait_until_wall(denied);
    }
    if (contacts->n_held) {
        poll_timer_wait(HOLD_MSEC);
    }
    contact_writer_wait(contacts->writer);
}

/* For the operator. */

void
contacts_get_counts(const struct contacts *contacts,
                    struct contacts_counts *counts)
{
    struct tap_counts tap;

    tap_get_counts(contacts->tap, &tap);
    *counts = (struct contacts_counts) {
        .taken = contacts->former.taken + tap.taken,
        .missed = contacts->former.missed + tap.missed,
        .evicted = contacts->table.n_evicted,
        .suppressed = contact_writer_suppressed(contacts->writer),
        .lost = contact_writer_lost(contacts->writer),
    };
}

const struct contact_table *
contacts_table(const struct contacts *contacts)
{
    return &contacts->table;
}

const struct contact_ports *
contacts_ports(const struct contacts *contacts)
{
    return &contacts->ports;
}

const char *
contacts_error(const struct contacts *contacts)
{
    return contact_right_have() ? tap_error(contacts->tap) : no_right;
}

const struct options *
contacts_options(const struct contacts *contacts)
{
    return contacts->options;
}
