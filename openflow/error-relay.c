/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-relay.h"

#include <stdlib.h>

#include "byte-order.h"
#include "coverage.h"
#include "openflow/error-translate.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-set.h"
#include "openflow/flow-sync.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/list.h"
#include "openvswitch/meta-flow.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-connection.h"
#include "openvswitch/ofp-meter.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(error_relay);
COVERAGE_DEFINE(icmp_error_translated);
COVERAGE_DEFINE(icmp_error_refused);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

static ovs_be32
push(struct ovs_list *msgs, struct ofpbuf *msg)
{
    ovs_list_push_back(msgs, &msg->list_node);
    return ((const struct ofp_header *) msg->data)->xid;
}

void
error_relay_restart(struct error_relay *relay)
{
    relay->listens = relay->known = false;
    relay->meters_xid = relay->meter_xid = relay->count_xid = 0;
    relay->meter_error = NULL;
}

static bool
uses_meter(const struct ofputil_flow_mod *fm)
{
    return ofpacts_get_meter(fm->ofpacts, fm->ofpacts_len) == ERROR_METER;
}

static bool
any_uses_meter(const struct flow_list *flows)
{
    for (size_t i = 0; i < flows->n; i++) {
        if (uses_meter(&flows->fms[i])) {
            return true;
        }
    }
    return false;
}

void
error_relay_adapt(const struct error_relay *relay, struct flow_list *flows)
{
    for (size_t i = 0; relay->meter_error && i < flows->n; i++) {
        if (uses_meter(&flows->fms[i])) {
            flows->fms[i].ofpacts_len = 0;
        }
    }
}

/* Open vSwitch sends nothing before it also has a "miss send length":
 * side-requests.h. */
static void
listen_for_errors(struct ovs_list *msgs)
{
    struct ofputil_async_cfg async = OFPUTIL_ASYNC_CFG_INIT;
    struct ofpbuf *id = ofpraw_alloc(OFPRAW_NXT_SET_CONTROLLER_ID,
                                     FLOW_SYNC_VERSION, 0);
    struct nx_controller_id *nci = ofpbuf_put_zeros(id, sizeof *nci);

    nci->controller_id = htons(ERROR_CONTROLLER);
    push(msgs, id);
    push(msgs, ofputil_encode_set_packet_in_format(FLOW_SYNC_VERSION,
                                                   OFPUTIL_PACKET_IN_NXT2));
    async.primary[OAM_PACKET_IN] = 1u << OFPR_ACTION;
    push(msgs, ofputil_encode_set_async_config(&async, UINT32_MAX,
                                               FLOW_SYNC_VERSION));
}

void
error_relay_look(struct error_relay *relay, const struct flow_list *flows,
                 struct ovs_list *msgs)
{
    relay->wanted = any_uses_meter(flows);
    relay->meter_xid = 0;
    relay->found = relay->right = false;
    if (relay->wanted && !relay->listens) {
        relay->listens = true;
        listen_for_errors(msgs);
    }
    relay->meters_xid = push(msgs, ofputil_encode_meter_request(
        FLOW_SYNC_VERSION, OFPUTIL_METER_CONFIG, OFPM13_ALL));
}

static void
change_meter(struct error_relay *relay, enum ofp13_meter_mod_command command,
             struct ovs_list *msgs)
{
    struct ofputil_meter_band band = {
        .type = OFPMBT13_DROP, .rate = ERROR_RATE, .burst_size = ERROR_RATE,
    };
    const struct ofputil_meter_mod mod = {
        .command = command,
        .meter = {
            .meter_id = ERROR_METER,
            .flags = OFPMF13_PKTPS | OFPMF13_BURST | OFPMF13_STATS,
            .n_bands = 1,
            .bands = &band,
        },
    };

    VLOG_DBG_RL(&rl, "%s meter %d",
                (command == OFPMC13_ADD ? "add"
                 : command == OFPMC13_MODIFY ? "change" : "delete"),
                ERROR_METER);
    relay->meter_xid = push(msgs, ofputil_encode_meter_mod(FLOW_SYNC_VERSION,
                                                           &mod));
}

static bool
is_right(const struct ofputil_meter_config *meter)
{
    return (meter->flags == (OFPMF13_PKTPS | OFPMF13_BURST | OFPMF13_STATS)
            && meter->n_bands == 1
            && meter->bands[0].type == OFPMBT13_DROP
            && meter->bands[0].rate == ERROR_RATE
            && meter->bands[0].burst_size == ERROR_RATE);
}

static void
end_meters(struct error_relay *relay, struct ovs_list *msgs)
{
    relay->meters_xid = 0;
    if (relay->wanted && !relay->found) {
        change_meter(relay, OFPMC13_ADD, msgs);
    } else if (relay->wanted && !relay->right) {
        change_meter(relay, OFPMC13_MODIFY, msgs);
    } else if (!relay->wanted && relay->found) {
        change_meter(relay, OFPMC13_DELETE, msgs);
    }
}

void
error_relay_take_meters(struct error_relay *relay, struct ofpbuf *reply,
                        struct ovs_list *msgs)
{
    const struct ofp_header *oh = reply->data;
    bool more = ofpmp_more(oh);
    struct ofputil_meter_config meter;
    struct ofpbuf bands;

    if (!relay->meters_xid || oh->xid != relay->meters_xid) {
        return;
    }
    ofpbuf_init(&bands, 64);
    while (!ofputil_decode_meter_config(reply, &meter, &bands)) {
        if (meter.meter_id == ERROR_METER) {
            relay->found = true;
            relay->right = is_right(&meter);
        }
    }
    ofpbuf_uninit(&bands);
    if (!more) {
        end_meters(relay, msgs);
    }
}

static void
take_meter_error(struct error_relay *relay, const char *name)
{
    if (relay->wanted) {
        VLOG_WARN_RL(&rl, "the switch refused the meter of ICMP errors: %s; "
                     "those of inside clients are dropped", name);
        relay->meter_error = name;
    } else {
        VLOG_WARN_RL(&rl, "the switch refused to delete the meter of ICMP "
                     "errors: %s", name);
    }
}

bool
error_relay_take_error(struct error_relay *relay, ovs_be32 xid,
                       const char *name, struct ovs_list *msgs)
{
    if (relay->meters_xid && xid == relay->meters_xid) {
        /* It cannot say what there is; it may take one. */
        end_meters(relay, msgs);
    } else if (relay->meter_xid && xid == relay->meter_xid) {
        take_meter_error(relay, name);
    } else if (relay->count_xid && xid == relay->count_xid) {
        relay->count_xid = 0;
    } else {
        return false;
    }
    return true;
}

static void
put_actions(struct ofpbuf *ofpacts, const struct error_plan *plan)
{
    ovs_be64 network = htonll(plan->network);
    struct ofpact_resubmit *resubmit;

    if (plan->network) {
        ofpact_put_set_field(ofpacts, mf_from_id(MFF_METADATA), &network,
                             NULL);
    }
    resubmit = ofpact_put_RESUBMIT(ofpacts);
    resubmit->in_port = OFPP_IN_PORT;
    resubmit->table_id = ERROR_TRANSLATED;
}

static struct ofpbuf *
encode_packet_out(const struct error_plan *plan, const void *frame,
                  size_t size)
{
    struct ofputil_packet_out out = {
        .packet = frame, .packet_len = size, .buffer_id = UINT32_MAX,
    };
    uint64_t stub[128 / 8];
    struct ofpbuf ofpacts = OFPBUF_STUB_INITIALIZER(stub);

    match_init_catchall(&out.flow_metadata);
    match_set_in_port(&out.flow_metadata, OFPP_CONTROLLER);
    put_actions(&ofpacts, plan);
    out.ofpacts = ofpacts.data;
    out.ofpacts_len = ofpacts.size;

    struct ofpbuf *msg = ofputil_encode_packet_out(&out, FLOW_SYNC_PROTOCOL);
    ofpbuf_uninit(&ofpacts);
    return msg;
}

/* Returns what sends the translated error, or NULL if 'pin' is not one, or not
 * from the agent's own flows. */
static struct ofpbuf *
translate(const struct ofputil_packet_in *pin, size_t total_len)
{
    struct error_plan plan;
    struct ofpbuf *msg = NULL;

    if (pin->cookie == htonll(FLOW_COOKIE) && pin->packet_len == total_len
        && error_plan_parse(pin->userdata, pin->userdata_len, &plan)) {
        void *frame = xmemdup(pin->packet, pin->packet_len);
        size_t size = error_translate(&plan, frame, pin->packet_len);

        if (size) {
            msg = encode_packet_out(&plan, frame, size);
        }
        free(frame);
    }
    return msg;
}

void
error_relay_take_packet(struct error_relay *relay,
                        const struct ofp_header *packet_in,
                        struct ovs_list *msgs)
{
    struct ofputil_packet_in pin;
    size_t total_len;
    uint32_t buffer_id;
    struct ofpbuf continuation;

    if (ofputil_decode_packet_in(packet_in, true, NULL, NULL, &pin,
                                 &total_len, &buffer_id, &continuation)) {
        return;
    }

    struct ofpbuf *msg = translate(&pin, total_len);
    if (msg) {
        COVERAGE_INC(icmp_error_translated);
        relay->translated++;
        push(msgs, msg);
    } else {
        COVERAGE_INC(icmp_error_refused);
        relay->refused++;
    }
}

void
error_relay_count(struct error_relay *relay, struct ovs_list *msgs)
{
    if (relay->wanted) {
        relay->count_xid = push(msgs, ofputil_encode_meter_request(
            FLOW_SYNC_VERSION, OFPUTIL_METER_STATS, ERROR_METER));
    }
}

void
error_relay_take_count(struct error_relay *relay, struct ofpbuf *reply)
{
    const struct ofp_header *oh = reply->data;
    struct ofputil_meter_stats stats;
    struct ofpbuf bands;

    if (!relay->count_xid || oh->xid != relay->count_xid) {
        return;
    }
    relay->count_xid = 0;
    ofpbuf_init(&bands, 64);
    while (!ofputil_decode_meter_stats(reply, &stats, &bands)) {
        if (stats.meter_id == ERROR_METER && stats.n_bands == 1) {
            relay->known = true;
            relay->limited = stats.bands[0].packet_count;
        }
    }
    ofpbuf_uninit(&bands);
}
