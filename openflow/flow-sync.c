/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-sync.h"

#include <limits.h>
#include <stdlib.h>

#include "coverage.h"
#include "openflow/claims.h"
#include "openflow/conntrack-flush.h"
#include "openflow/flow-bundle.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-monitor.h"
#include "openflow/flow-stats.h"
#include "openflow/learned-check.h"
#include "openflow/side-requests.h"
#include "openflow/sync-counts.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "simap.h"
#include "svec.h"
#include "util.h"

COVERAGE_DEFINE(flow_sync_look);

#define REPLY_TIMEOUT_MSEC 10000        /* Until we give up a connection. */

enum sync_state {
    S_DISCONNECTED,

    /* There is something to look at: a new connection, or other flows.  Next
     * we ask for the flows with our cookie. */
    S_LOOK,

    /* Waiting for these flows, in one reply or several. */
    S_DUMP,

    /* Waiting to know if flows were learned with another configuration: only
     * at the first look at a connection or with a flow set.  Then, or right
     * after S_DUMP, we compare. */
    S_CHECK,

    /* There is nothing to change, but a mode was set whose refusal would come
     * before the reply to a barrier request. */
    S_CONFIRM,

    /* The changes are staged: see flow-bundle.h. */
    S_STAGE,

    /* Waiting for the reply to the commit, or its error. */
    S_COMMIT,

    /* The switch has the flows.  The flow monitor may have news. */
    S_SETTLED,

    /* The switch refused a flow, so it has none of the changes.  It would
     * probably do so again: as in S_SETTLED, we wait to be told to look. */
    S_REFUSED
};

struct flow_sync {
    enum sync_state state;
    bool in_sync;               /* No difference known. */
    bool settled;               /* The switch has had 'wanted' once. */
    bool refused;               /* The last changes were, */
    bool full;                  /* because a table had no room. */
    bool news;                  /* Look again. */
    const char *failure;        /* Of the connection, or NULL. */
    long long int deadline;     /* While a reply is awaited. */
    struct ovs_list outbox;     /* Of struct ofpbuf: messages to send. */

    bool have_flows;            /* Those below, maybe none. */
    struct svec text;           /* What 'wanted' was parsed from, but for
                                 * table 18, which 'claims' has. */
    struct claims claims;
    struct flow_list wanted;
    struct flow_list present;   /* S_DUMP, S_CHECK: received so far. */
    struct flow_bundle bundle;  /* Has changes from S_STAGE on, unless done. */
    ovs_be32 xid;               /* Of the request whose reply moves us on. */

    struct learned_check learned;
    struct sync_counts counts;

    struct side_requests side;
    long long int last_look;
    uint64_t n_added, n_deleted;        /* Since it was settled. */

    struct ds present_words;
};

static void OVS_PRINTF_FORMAT(2, 3)
say(struct flow_sync *sync, const char *format, ...)
{
    va_list args;

    ds_clear(&sync->present_words);
    va_start(args, format);
    ds_put_format_valist(&sync->present_words, format, args);
    va_end(args);
}

struct flow_sync *
flow_sync_create(void)
{
    struct flow_sync *sync = xzalloc(sizeof *sync);

    ovs_list_init(&sync->outbox);
    svec_init(&sync->text);
    flow_bundle_init(&sync->bundle);
    side_requests_init(&sync->side);
    learned_check_init(&sync->learned);
    sync_counts_init(&sync->counts);
    claims_init(&sync->claims);
    ds_init(&sync->present_words);
    say(sync, "not connected");
    return sync;
}

/* Forgets what was under way, but for what is to be sent. */
static void
forget(struct flow_sync *sync, enum sync_state state)
{
    flow_bundle_clear(&sync->bundle);
    flow_list_clear(&sync->present);
    learned_check_clear(&sync->learned);
    sync->learned.wanted = true;
    sync_counts_restart(&sync->counts);
    claims_restart(&sync->claims);
    sync->in_sync = sync->refused = sync->full = false;
    sync->failure = NULL;
    sync->state = state;
}

/* Forgets what was under way. */
static void
restart(struct flow_sync *sync, enum sync_state state)
{
    ofpbuf_list_delete(&sync->outbox);
    forget(sync, state);
}

void
flow_sync_destroy(struct flow_sync *sync)
{
    if (sync) {
        restart(sync, S_DISCONNECTED);
        svec_destroy(&sync->text);
        flow_list_clear(&sync->wanted);
        side_requests_destroy(&sync->side);
        learned_check_destroy(&sync->learned);
        sync_counts_destroy(&sync->counts);
        claims_destroy(&sync->claims);
        ds_destroy(&sync->present_words);
        free(sync);
    }
}

/* Parses what is wanted now.  The flow set is ours: an error is a bug. */
static void
parse_wanted(struct flow_sync *sync)
{
    struct svec with_claims = SVEC_EMPTY_INITIALIZER;
    const struct svec *flows = &sync->text;

    if (sync->claims.n) {
        claims_build(&sync->claims, &sync->text, &with_claims);
        flows = &with_claims;
    }
    flow_list_clear(&sync->wanted);
    char *error = flow_list_parse(&sync->wanted, flows);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    error_relay_adapt(&sync->side.errors, &sync->wanted);
    drop_count_set_flows(&sync->counts.drops, &sync->wanted, flows);
    svec_destroy(&with_claims);
}

void
flow_sync_set_claims(struct flow_sync *sync, const struct flow_config *configs,
                     size_t n)
{
    claims_set(&sync->claims, configs, n);
}

void
flow_sync_revoke_claims(struct flow_sync *sync)
{
    claims_revoke(&sync->claims);
    sync->news |= sync->claims.changed;
}

const struct claims *
flow_sync_claims(const struct flow_sync *sync)
{
    return &sync->claims;
}

void
flow_sync_set_flows(struct flow_sync *sync, const struct svec *flows)
{
    if (sync->have_flows && svec_equal(&sync->text, flows)
        && !sync->claims.changed) {
        sync_counts_restart(&sync->counts);
        return;
    }
    sync->have_flows = true;
    sync->settled = false;
    svec_destroy(&sync->text);
    svec_clone(&sync->text, flows);
    parse_wanted(sync);
    if (sync->state != S_DISCONNECTED) {
        restart(sync, S_LOOK);
        side_requests_monitor(&sync->side, &sync->wanted, &sync->outbox);
        say(sync, "waiting to compare the flows");
    }
}

void
flow_sync_restore_frags(struct flow_sync *sync, const char *mode)
{
    free(sync->side.restore_frags);
    sync->side.restore_frags = nullable_xstrdup(mode);
}

const char *
flow_sync_former_frags(const struct flow_sync *sync)
{
    return sync->side.former_frags;
}

static void
send_msg(struct flow_sync *sync, struct ofpbuf *msg)
{
    ovs_list_push_back(&sync->outbox, &msg->list_node);
}

struct ofpbuf *
flow_sync_send(struct flow_sync *sync)
{
    if (ovs_list_is_empty(&sync->outbox)) {
        return NULL;
    }

    struct ofpbuf *msg = ofpbuf_from_list(ovs_list_pop_front(&sync->outbox));
    ofpmsg_update_length(msg);
    return msg;
}

void
flow_sync_connect(struct flow_sync *sync)
{
    restart(sync, S_LOOK);
    claims_connect(&sync->claims);
    side_requests_restart(&sync->side);
    parse_wanted(sync);         /* This switch may have meters. */
    /* First, so that nothing is missed between this and the dump. */
    side_requests_monitor(&sync->side, &sync->wanted, &sync->outbox);
    say(sync, "connected");
}

void
flow_sync_disconnect(struct flow_sync *sync)
{
    restart(sync, S_DISCONNECTED);
    say(sync, "not connected");
}

static bool
is_resting(const struct flow_sync *sync)
{
    return sync->state == S_SETTLED || sync->state == S_REFUSED;
}

static bool
awaits_reply(const struct flow_sync *sync)
{
    return (sync->state == S_DUMP || sync->state == S_CHECK
            || sync->state == S_CONFIRM || sync->state == S_STAGE
            || sync->state == S_COMMIT);
}

bool
flow_sync_wants_look(const struct flow_sync *sync)
{
    return sync->state == S_LOOK || (is_resting(sync) && sync->news);
}

void
flow_sync_look(struct flow_sync *sync, long long int now)
{
    if (sync->state != S_LOOK && !is_resting(sync)) {
        return;
    }
    COVERAGE_INC(flow_sync_look);
    flow_bundle_clear(&sync->bundle);
    flow_list_clear(&sync->present);
    sync->news = false;
    sync->last_look = now;
    side_requests_look(&sync->side, &sync->wanted, &sync->outbox);
    sync_counts_begin_look(&sync->counts);
    claims_begin_dump(&sync->claims);
    send_msg(sync, flow_stats_encode_dump(FLOW_STATS_OWN, &sync->xid));
    if (sync->learned.wanted) {
        learned_check_begin(&sync->learned, &sync->outbox);
    }
    sync->state = S_DUMP;
    sync->deadline = now + REPLY_TIMEOUT_MSEC;
    if (!sync->in_sync && !sync->refused) {
        say(sync, "reading the flows");
    }
}

/* The switch has the flows, or never had others. */
static void
settle(struct flow_sync *sync)
{
    const char *frags_error = sync->side.frags_error;
    const char *monitor_error = sync->side.monitor_error;
    bool was_in_sync = sync->in_sync;

    sync->state = S_SETTLED;
    sync->in_sync = !frags_error;
    sync->settled = true;
    sync->refused = frags_error;
    sync->full = false;
    if (frags_error) {
        say(sync, "%"PRIuSIZE" flows, but the switch refused a mode for IP "
            "fragments: %s", sync->wanted.n, frags_error);
    } else if (!was_in_sync) {
        say(sync, "%"PRIuSIZE" flows, sent %"PRIuSIZE" changes",
            sync->wanted.n, sync->bundle.changes.n);
        if (monitor_error) {
            ds_put_format(&sync->present_words, "; the switch refused the "
                          "flow monitor (%s), looking every %d seconds",
                          monitor_error, FLOW_SYNC_POLL_MSEC / 1000);
        }
    }
    flow_bundle_clear(&sync->bundle);
}

/* The switch has committed the changes. */
static void
count_repairs(struct flow_sync *sync)
{
    const struct flow_list *changes = &sync->bundle.changes;

    for (size_t i = 0; i < changes->n && sync->settled; i++) {
        if (changes->fms[i].command == OFPFC_ADD) {
            sync->n_added++;
        } else {
            sync->n_deleted++;
        }
    }
}

/* What is wanted has changed by time alone.  What is being counted is not
 * waited for: the look counts, too. */
static void
change_wanted(struct flow_sync *sync)
{
    parse_wanted(sync);
    sync_counts_begin_look(&sync->counts);
    sync->news = true;
    sync->in_sync = sync->settled = false;
}

static void
send_changes(struct flow_sync *sync)
{
    const struct cookie_set *stale = &sync->learned.stale;
    struct flow_bundle *bundle = &sync->bundle;

    flow_bundle_clear(bundle);
    flow_list_diff(&sync->wanted, &sync->present, stale, &bundle->changes);
    conntrack_flush_stale(&sync->wanted, &sync->present, stale,
                          &bundle->with_commit);
    flow_list_clear(&sync->present);
    learned_check_clear(&sync->learned);
    if (bundle->changes.n) {
        sync->in_sync = false;
        sync->xid = flow_bundle_stage(bundle, &sync->outbox);
        sync->state = S_STAGE;
        if (!sync->refused) {
            say(sync, "changing %"PRIuSIZE" flows", bundle->changes.n);
        }
    } else if (side_requests_want_barrier(&sync->side)) {
        struct ofpbuf *msg = ofputil_encode_barrier_request(FLOW_SYNC_VERSION);

        sync->xid = ((const struct ofp_header *) msg->data)->xid;
        send_msg(sync, msg);
        sync->state = S_CONFIRM;
    } else {
        settle(sync);
    }
}

/* The flows are there; the check of learned ones may be, too. */
static void
end_dump(struct flow_sync *sync)
{
    if (sync->learned.under_way) {
        sync->state = S_CHECK;
    } else {
        send_changes(sync);
    }
}

static void
end_check(struct flow_sync *sync)
{
    if (sync->state == S_CHECK && !sync->learned.under_way) {
        send_changes(sync);
    }
}

/* What the new flows make wrong goes right behind the commit: no reply is
 * waited for, after which nothing would tell any more. */
static void
commit(struct flow_sync *sync)
{
    side_requests_note_flushes(&sync->side, &sync->bundle.with_commit);
    sync->xid = flow_bundle_commit(&sync->bundle, &sync->outbox);
    sync->state = S_COMMIT;
}

/* In S_DUMP the flows are compared, too. */
static void
handle_dump_reply(struct flow_sync *sync, struct ofpbuf *msg,
                  long long int now)
{
    const struct ofp_header *oh = msg->data;
    bool more = ofpmp_more(oh);
    struct ofpbuf ofpacts;
    int retval;

    ofpbuf_init(&ofpacts, 0);
    for (;;) {
        struct ofputil_flow_stats stats;

        retval = ofputil_decode_flow_stats_reply(&stats, msg, true, &ofpacts);
        if (retval) {
            break;
        }
        if (sync->state == S_DUMP) {
            flow_list_add_stats(&sync->present, &stats);
        }
        drop_count_add(&sync->counts.drops, &stats);
        claims_take_flow(&sync->claims, &stats, now);
    }
    ofpbuf_uninit(&ofpacts);

    if (retval != EOF) {
        sync->failure = "cannot decode the switch's flows";
    } else if (!more) {
        drop_count_end(&sync->counts.drops, now);
        sync->counts.under_way = false;
        if (claims_end_dump(&sync->claims, sync->state == S_DUMP)) {
            sync->settled = false;
            parse_wanted(sync);
        }
        if (sync->state == S_DUMP) {
            end_dump(sync);
        }
    }
}

static void
refuse(struct flow_sync *sync, bool full)
{
    if (sync->state == S_STAGE) {
        flow_bundle_discard(&sync->bundle, &sync->outbox);
    }
    sync->in_sync = false;
    sync->refused = sync->learned.wanted = true;
    sync->full = full;
    sync->state = S_REFUSED;
}

/* The switch has no meter: its flows are to be others than those that it would
 * refuse. */
static void
do_without_meter(struct flow_sync *sync)
{
    if (sync->state == S_STAGE) {
        flow_bundle_discard(&sync->bundle, &sync->outbox);
    }
    forget(sync, S_LOOK);
    parse_wanted(sync);
}

/* Returns true if the error is about what goes along with the flows. */
static bool
take_side_error(struct flow_sync *sync, ovs_be32 xid, const char *name)
{
    const char *meter_error = sync->side.errors.meter_error;

    if (!side_requests_take_error(&sync->side, xid, name, &sync->outbox)) {
        return false;
    }
    if (sync->side.errors.meter_error != meter_error) {
        do_without_meter(sync);
    }
    return true;
}

/* Takes an error.  What follows from the first (the commit fails because one
 * of its changes did) and what is about a request that no longer matters says
 * nothing new. */
static void
handle_error(struct flow_sync *sync, const struct ofp_header *oh)
{
    enum ofperr error = ofperr_decode_msg(oh, NULL);
    const char *name = ofperr_to_string(error);

    if (take_side_error(sync, oh->xid, name)
        || sync_counts_take_error(&sync->counts, oh->xid)
        || claims_take_error(&sync->claims, oh->xid)
        || !awaits_reply(sync)) {
        return;
    }

    const struct ofputil_flow_mod *fm = flow_bundle_find(&sync->bundle,
                                                         oh->xid);
    if (fm) {
        char *flow = flow_mod_to_string(fm);

        say(sync, "the switch refused the flow \"%s\": %s", flow, name);
        free(flow);
        refuse(sync, error == OFPERR_OFPFMFC_TABLE_FULL);
    } else if (sync->xid == oh->xid
               || learned_check_has_xid(&sync->learned, oh->xid)
               || flow_bundle_is_open_request(&sync->bundle, oh->xid)) {
        say(sync, "the switch refused a request: %s", name);
        refuse(sync, false);
    }
}

static void
handle_aggregate(struct flow_sync *sync, const struct ofp_header *oh)
{
    if (learned_check_take_count(&sync->learned, oh, &sync->wanted,
                                 &sync->outbox)) {
        end_check(sync);
    } else {
        sync_counts_take_reply(&sync->counts, oh);
    }
}

void
flow_sync_receive(struct flow_sync *sync, struct ofpbuf *msg,
                  long long int now)
{
    const struct ofp_header *oh = msg->data;
    bool awaited = oh->xid == sync->xid;
    enum ofptype type;

    if (ofptype_decode(&type, oh)) {
        return;
    }
    switch ((int) type) {
    case OFPTYPE_ECHO_REQUEST:
        send_msg(sync, ofputil_encode_echo_reply(oh));
        break;

    case OFPTYPE_ERROR:
        handle_error(sync, oh);
        break;

    case OFPTYPE_GET_CONFIG_REPLY:
        side_requests_take_config(&sync->side, oh, &sync->outbox);
        break;

    case OFPTYPE_FLOW_STATS_REPLY:
        if (sync->state == S_DUMP ? awaited
            : sync_counts_awaits(&sync->counts, oh)) {
            handle_dump_reply(sync, msg, now);
        } else if (claims_take_owners(&sync->claims, msg, now)) {
            /* It is awaited by nothing else. */
        } else if (learned_check_take_dump(&sync->learned, msg,
                                           &sync->wanted)) {
            end_check(sync);
        }
        break;

    case OFPTYPE_FLOW_MONITOR_STATS_REPLY:
        sync->news |= flow_monitor_is_news(msg);
        break;

    case OFPTYPE_PORT_STATUS:
        sync->news |= claims_take_port_status(&sync->claims, oh);
        break;

    case OFPTYPE_AGGREGATE_STATS_REPLY:
        handle_aggregate(sync, oh);
        break;

    case OFPTYPE_PACKET_IN:
        error_relay_take_packet(&sync->side.errors, oh, &sync->outbox);
        break;

    case OFPTYPE_METER_CONFIG_STATS_REPLY:
        error_relay_take_meters(&sync->side.errors, msg, &sync->outbox);
        break;

    case OFPTYPE_METER_STATS_REPLY:
        error_relay_take_count(&sync->side.errors, msg);
        break;

    case OFPTYPE_TABLE_STATS_REPLY:
        sync_counts_take_tables(&sync->counts, msg);
        break;

    case OFPTYPE_BARRIER_REPLY:
        if (sync->state == S_STAGE && awaited) {
            commit(sync);
        } else if (sync->state == S_CONFIRM && awaited) {
            settle(sync);
        }
        break;

    case OFPTYPE_BUNDLE_CONTROL:
        if (sync->state == S_COMMIT && awaited) {
            /* A count made before says nothing of these flows. */
            sync_counts_restart(&sync->counts);
            count_repairs(sync);
            settle(sync);
        }
        break;
    }
    flow_sync_run(sync, now);
}

/* Returns when to look because nothing tells of changes, LLONG_MAX if
 * something does. */
static long long int
next_poll(const struct flow_sync *sync)
{
    return (is_resting(sync) && sync->side.monitor_error && !sync->news
            ? sync->last_look + FLOW_SYNC_POLL_MSEC : LLONG_MAX);
}

void
flow_sync_run(struct flow_sync *sync, long long int now)
{
    if (is_resting(sync) && now >= sync_counts_next(&sync->counts)) {
        sync_counts_run(&sync->counts, now, &sync->outbox);
        error_relay_count(&sync->side.errors, &sync->outbox);
    }
    if (sync->state == S_SETTLED && !sync->news) {
        claims_settled(&sync->claims, now);
        if (claims_run(&sync->claims, now, &sync->outbox)) {
            change_wanted(sync);
        }
    }
    if (now >= next_poll(sync)) {
        sync->news = true;
    }
}

/* Returns when claims have something to do. */
static long long int
next_claims(const struct flow_sync *sync)
{
    return (sync->state == S_SETTLED && !sync->news
            ? claims_next(&sync->claims) : LLONG_MAX);
}

long long int
flow_sync_next(const struct flow_sync *sync)
{
    long long int counts = sync_counts_next(&sync->counts);

    return (awaits_reply(sync) ? sync->deadline
            : !is_resting(sync) ? LLONG_MAX
            : MIN(MIN(counts, next_poll(sync)), next_claims(sync)));
}

const char *
flow_sync_failure(const struct flow_sync *sync, long long int now)
{
    return (sync->failure ? sync->failure
            : awaits_reply(sync) && now >= sync->deadline
            ? "no reply in 10 seconds" : NULL);
}

bool
flow_sync_is_in_sync(const struct flow_sync *sync)
{
    return sync->in_sync;
}

bool
flow_sync_is_blocked(const struct flow_sync *sync)
{
    return sync->refused;
}

bool
flow_sync_is_full(const struct flow_sync *sync)
{
    return sync->full;
}

void
flow_sync_set_wants_tables(struct flow_sync *sync, bool wants_tables)
{
    sync->counts.wants_tables = wants_tables;
}

const struct table_use *
flow_sync_table_use(const struct flow_sync *sync)
{
    return &sync->counts.tables;
}

unsigned int
flow_sync_foreign(const struct flow_sync *sync)
{
    return sync->counts.foreign;
}

bool
flow_sync_foreign_is_known(const struct flow_sync *sync)
{
    return sync->counts.foreign_is_known;
}

void
flow_sync_get_figures(const struct flow_sync *sync,
                      struct flow_figures *figures)
{
    *figures = (struct flow_figures) {
        .wanted = sync->wanted.n,
        .known = sync->counts.foreign_is_known,
        .learned = sync->counts.learned,
        .foreign = sync->counts.foreign,
        .added = sync->n_added,
        .deleted = sync->n_deleted,
    };
}

const struct drop_count *
flow_sync_drops(const struct flow_sync *sync)
{
    return &sync->counts.drops;
}

const struct error_relay *
flow_sync_errors(const struct flow_sync *sync)
{
    return &sync->side.errors;
}

void
flow_sync_request_counts(struct flow_sync *sync)
{
    sync_counts_request(&sync->counts);
    claims_request(&sync->claims);
}

void
flow_sync_format_flows(const struct flow_sync *sync, struct ds *s)
{
    flow_list_format(&sync->wanted, false, s);
}

void
flow_sync_format_changes(const struct flow_sync *sync, struct ds *s)
{
    flow_list_format(&sync->bundle.changes, true, s);
}

void
flow_sync_get_memory_usage(const struct flow_sync *sync, struct simap *usage)
{
    simap_increase(usage, "flows", sync->wanted.n);
    simap_increase(usage, "flow-changes", sync->bundle.changes.n);
}

void
flow_sync_format_wanted(const struct flow_sync *sync, struct ds *s)
{
    ds_put_format(s, "%"PRIuSIZE" flows", sync->wanted.n);
}

const char *
flow_sync_present(const struct flow_sync *sync)
{
    return ds_cstr_ro(&sync->present_words);
}
