/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-sync.h"

#include <limits.h>
#include <stdlib.h>

#include "coverage.h"
#include "openflow/flow-stats.h"
#include "openflow/sync-state.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "simap.h"
#include "svec.h"
#include "util.h"

COVERAGE_DEFINE(flow_sync_look);

#define REPLY_TIMEOUT_MSEC 10000        /* Until we give up a connection. */

struct flow_sync *
flow_sync_create(void)
{
    struct flow_sync *sync = xzalloc(sizeof *sync);

    ovs_list_init(&sync->outbox);
    svec_init(&sync->text);
    flow_bundle_init(&sync->bundle);
    side_requests_init(&sync->side);
    flow_listing_init(&sync->listing);
    learned_check_init(&sync->learned);
    sync_counts_init(&sync->counts);
    claims_init(&sync->claims);
    ds_init(&sync->present_words);
    sync_say(sync, "not connected");
    return sync;
}

/* Forgets what was under way. */
static void
restart(struct flow_sync *sync, enum sync_state state)
{
    ofpbuf_list_delete(&sync->outbox);
    flow_listing_restart(&sync->listing);
    sync_forget(sync, state);
}

void
flow_sync_destroy(struct flow_sync *sync)
{
    if (sync) {
        restart(sync, S_DISCONNECTED);
        svec_destroy(&sync->text);
        flow_list_clear(&sync->wanted);
        side_requests_destroy(&sync->side);
        flow_listing_destroy(&sync->listing);
        learned_check_destroy(&sync->learned);
        sync_counts_destroy(&sync->counts);
        claims_destroy(&sync->claims);
        ds_destroy(&sync->present_words);
        free(sync);
    }
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
    sync_parse_wanted(sync);
    if (sync->state != S_DISCONNECTED) {
        restart(sync, S_LOOK);
        side_requests_monitor(&sync->side, &sync->wanted, &sync->outbox);
        sync_say(sync, "waiting to compare the flows");
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
    sync_parse_wanted(sync);    /* This switch may have meters. */
    /* First, so that nothing is missed between this and the dump. */
    side_requests_monitor(&sync->side, &sync->wanted, &sync->outbox);
    sync_say(sync, "connected");
}

void
flow_sync_disconnect(struct flow_sync *sync)
{
    restart(sync, S_DISCONNECTED);
    flow_listing_fail(&sync->listing, "no answer from the switch");
    sync_say(sync, "not connected");
}

static bool
is_resting(const struct flow_sync *sync)
{
    return sync->state == S_SETTLED || sync->state == S_REFUSED;
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
    sync_send(sync, flow_stats_encode_dump(FLOW_STATS_OWN, &sync->xid));
    if (sync->learned.wanted) {
        learned_check_begin(&sync->learned, &sync->outbox);
    }
    sync->state = S_DUMP;
    sync->deadline = now + REPLY_TIMEOUT_MSEC;
    if (!sync->in_sync && !sync->refused) {
        sync_say(sync, "reading the flows");
    }
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
    flow_listing_run(&sync->listing, &sync->outbox);
    if (is_resting(sync) && now >= sync_counts_next(&sync->counts)) {
        sync_counts_run(&sync->counts, now, &sync->outbox);
        error_relay_count(&sync->side.errors, &sync->outbox);
    }
    if (sync->state == S_SETTLED && !sync->news) {
        claims_settled(&sync->claims, now);
        if (claims_run(&sync->claims, now, &sync->outbox)) {
            sync_change_wanted(sync);
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

    return (sync->listing.state == LISTING_WANTED ? LLONG_MIN
            : sync_awaits_reply(sync) ? sync->deadline
            : !is_resting(sync) ? LLONG_MAX
            : MIN(MIN(counts, next_poll(sync)), next_claims(sync)));
}

const char *
flow_sync_failure(const struct flow_sync *sync, long long int now)
{
    return (sync->failure ? sync->failure
            : sync_awaits_reply(sync) && now >= sync->deadline
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
flow_sync_list(struct flow_sync *sync, const struct flow_query *query)
{
    flow_listing_begin(&sync->listing, query);
    if (sync->state == S_DISCONNECTED) {
        flow_listing_fail(&sync->listing,
                          "no answer from the switch: not connected");
    }
}

void
flow_sync_end_list(struct flow_sync *sync)
{
    flow_listing_cancel(&sync->listing);
}

const struct flow_listing *
flow_sync_listing(const struct flow_sync *sync)
{
    return &sync->listing;
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
    simap_increase(usage, "flows-listed", sync->listing.n);
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
