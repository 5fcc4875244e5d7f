/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/sync-state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "openflow/conntrack-flush.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

void
sync_say(struct flow_sync *sync, const char *format, ...)
{
    va_list args;

    ds_clear(&sync->present_words);
    va_start(args, format);
    ds_put_format_valist(&sync->present_words, format, args);
    va_end(args);
}

void
sync_send(struct flow_sync *sync, struct ofpbuf *msg)
{
    ovs_list_push_back(&sync->outbox, &msg->list_node);
}

/* Forgets what was under way, but for what is to be sent. */
void
sync_forget(struct flow_sync *sync, enum sync_state state)
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

/* Parses what is wanted now.  The flow set is ours: an error is a bug. */
void
sync_parse_wanted(struct flow_sync *sync)
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

bool
sync_awaits_reply(const struct flow_sync *sync)
{
    return (sync->state == S_DUMP || sync->state == S_CHECK
            || sync->state == S_CONFIRM || sync->state == S_STAGE
            || sync->state == S_COMMIT);
}

/* The switch has the flows, or never had others. */
void
sync_settle(struct flow_sync *sync)
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
        sync_say(sync, "%"PRIuSIZE" flows, but the switch refused a mode for "
                 "IP fragments: %s", sync->wanted.n, frags_error);
    } else if (!was_in_sync) {
        sync_say(sync, "%"PRIuSIZE" flows, sent %"PRIuSIZE" changes",
                 sync->wanted.n, sync->bundle.changes.n);
        if (monitor_error) {
            ds_put_format(&sync->present_words, "; the switch refused the "
                          "flow monitor (%s), looking every %d seconds",
                          monitor_error, FLOW_SYNC_POLL_MSEC / 1000);
        }
    }
    flow_bundle_clear(&sync->bundle);
}

void
sync_count_repairs(struct flow_sync *sync)
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
void
sync_change_wanted(struct flow_sync *sync)
{
    sync_parse_wanted(sync);
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
            sync_say(sync, "changing %"PRIuSIZE" flows", bundle->changes.n);
        }
    } else if (side_requests_want_barrier(&sync->side)) {
        struct ofpbuf *msg = ofputil_encode_barrier_request(FLOW_SYNC_VERSION);

        sync->xid = ((const struct ofp_header *) msg->data)->xid;
        sync_send(sync, msg);
        sync->state = S_CONFIRM;
    } else {
        sync_settle(sync);
    }
}

/* The flows are there; the check of learned ones may be, too. */
void
sync_end_dump(struct flow_sync *sync)
{
    if (sync->learned.under_way) {
        sync->state = S_CHECK;
    } else {
        send_changes(sync);
    }
}

void
sync_end_check(struct flow_sync *sync)
{
    if (sync->state == S_CHECK && !sync->learned.under_way) {
        send_changes(sync);
    }
}

/* What the new flows make wrong goes right behind the commit: no reply is
 * waited for, after which nothing would tell any more. */
void
sync_commit(struct flow_sync *sync)
{
    side_requests_note_flushes(&sync->side, &sync->bundle.with_commit);
    sync->xid = flow_bundle_commit(&sync->bundle, &sync->outbox);
    sync->state = S_COMMIT;
}

void
sync_refuse(struct flow_sync *sync, bool full)
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
void
sync_do_without_meter(struct flow_sync *sync)
{
    if (sync->state == S_STAGE) {
        flow_bundle_discard(&sync->bundle, &sync->outbox);
    }
    sync_forget(sync, S_LOOK);
    sync_parse_wanted(sync);
}
