/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-sync.h"

#include <errno.h>
#include <stdlib.h>

#include "openflow/sync-state.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"

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
            sync_parse_wanted(sync);
        }
        if (sync->state == S_DUMP) {
            sync_end_dump(sync);
        }
    }
}

/* Returns true if the error is about what goes along with the flows. */
static bool
take_side_error(struct flow_sync *sync, ovs_be32 xid, const char *name)
{
    unsigned int n = error_relay_refused_meters(&sync->side.errors);

    if (!side_requests_take_error(&sync->side, xid, name, &sync->outbox)) {
        return false;
    }
    if (error_relay_refused_meters(&sync->side.errors) != n) {
        sync_do_without_meter(sync);
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
        || flow_listing_take_error(&sync->listing, oh->xid, name)
        || !sync_awaits_reply(sync)) {
        return;
    }

    const struct ofputil_flow_mod *fm = flow_bundle_find(&sync->bundle,
                                                         oh->xid);
    if (fm) {
        char *flow = flow_mod_to_string(fm);

        sync_say(sync, "the switch refused the flow \"%s\": %s", flow, name);
        free(flow);
        sync_refuse(sync, error == OFPERR_OFPFMFC_TABLE_FULL);
    } else if (sync->xid == oh->xid
               || learned_check_has_xid(&sync->learned, oh->xid)
               || flow_bundle_is_open_request(&sync->bundle, oh->xid)) {
        sync_say(sync, "the switch refused a request: %s", name);
        sync_refuse(sync, false);
    }
}

static void
handle_aggregate(struct flow_sync *sync, const struct ofp_header *oh)
{
    if (learned_check_take_count(&sync->learned, oh, &sync->wanted,
                                 &sync->outbox)) {
        sync_end_check(sync);
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
        sync_send(sync, ofputil_encode_echo_reply(oh));
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
        } else if (claims_take_owners(&sync->claims, msg, now)
                   || flow_listing_take(&sync->listing, msg)) {
            /* It is awaited by nothing else. */
        } else if (learned_check_take_dump(&sync->learned, msg,
                                           &sync->wanted)) {
            sync_end_check(sync);
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
            sync_commit(sync);
        } else if (sync->state == S_CONFIRM && awaited) {
            sync_settle(sync);
        }
        break;

    case OFPTYPE_BUNDLE_CONTROL:
        if (sync->state == S_COMMIT && awaited) {
            /* A count made before says nothing of these flows. */
            sync_counts_restart(&sync->counts);
            sync_count_repairs(sync);
            sync_settle(sync);
        }
        break;
    }
    flow_sync_run(sync, now);
}
