/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-relay.h"

#include <stdlib.h>

#include "byte-order.h"
#include "coverage.h"
#include "dp-packet.h"
#include "openflow/claim-request.h"
#include "openflow/error-plan.h"
#include "openflow/error-translate.h"
#include "openflow/flow-set.h"
#include "openflow/flow-sync.h"
#include "openflow/nd-answer.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/list.h"
#include "openvswitch/meta-flow.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-connection.h"
#include "openvswitch/ofp-meter.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

COVERAGE_DEFINE(icmp_error_translated);
COVERAGE_DEFINE(icmp_error_refused);
COVERAGE_DEFINE(nd_answered);

static ovs_be32
push(struct ovs_list *msgs, struct ofpbuf *msg)
{
    ovs_list_push_back(msgs, &msg->list_node);
    return ((const struct ofp_header *) msg->data)->xid;
}

void
error_relay_init(struct error_relay *relay)
{
    *relay = (struct error_relay) {
        .meters = {
            [METER_OF_ERRORS] = {
                .id = ERROR_METER, .rate = ERROR_RATE,
                .what = "ICMP errors",
                .without = "those of inside clients are dropped",
            },
            [METER_OF_ND] = {
                .id = ND_METER, .rate = ND_RATE,
                .what = "neighbour solicitations",
                .without = "nobody answers for claimed addresses",
            },
        },
    };
}

void
error_relay_restart(struct error_relay *relay)
{
    relay->listens = false;
    relay->meters_xid = 0;
    for (int i = 0; i < N_AGENT_METERS; i++) {
        agent_meter_restart(&relay->meters[i]);
    }
}

void
error_relay_adapt(const struct error_relay *relay, struct flow_list *flows)
{
    for (int i = 0; i < N_AGENT_METERS; i++) {
        agent_meter_adapt(&relay->meters[i], flows);
    }
}

bool
error_relay_is_wanted(const struct error_relay *relay)
{
    return (relay->meters[METER_OF_ERRORS].wanted
            || relay->meters[METER_OF_ND].wanted);
}

/* Open vSwitch sends nothing before it also has a "miss send length":
 * side-requests.h. */
static void
listen_for_packets(struct ovs_list *msgs)
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
    for (int i = 0; i < N_AGENT_METERS; i++) {
        agent_meter_look(&relay->meters[i], flows);
    }
    if (error_relay_is_wanted(relay) && !relay->listens) {
        relay->listens = true;
        listen_for_packets(msgs);
    }
    relay->meters_xid = push(msgs, ofputil_encode_meter_request(
        FLOW_SYNC_VERSION, OFPUTIL_METER_CONFIG, OFPM13_ALL));
}

static void
end_meters(struct error_relay *relay, struct ovs_list *msgs)
{
    relay->meters_xid = 0;
    for (int i = 0; i < N_AGENT_METERS; i++) {
        agent_meter_end(&relay->meters[i], msgs);
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
        for (int i = 0; i < N_AGENT_METERS; i++) {
            agent_meter_take(&relay->meters[i], &meter);
        }
    }
    ofpbuf_uninit(&bands);
    if (!more) {
        end_meters(relay, msgs);
    }
}

bool
error_relay_take_error(struct error_relay *relay, ovs_be32 xid,
                       const char *name, struct ovs_list *msgs)
{
    if (relay->meters_xid && xid == relay->meters_xid) {
        /* It cannot say what there is; it may take one. */
        end_meters(relay, msgs);
        return true;
    }
    for (int i = 0; i < N_AGENT_METERS; i++) {
        if (agent_meter_take_error(&relay->meters[i], xid, name)) {
            return true;
        }
    }
    return false;
}

unsigned int
error_relay_refused_meters(const struct error_relay *relay)
{
    unsigned int n = 0;

    for (int i = 0; i < N_AGENT_METERS; i++) {
        n += relay->meters[i].error != NULL;
    }
    return n;
}

bool
error_relay_changes_meter(const struct error_relay *relay)
{
    return (relay->meters[METER_OF_ERRORS].change_xid
            || relay->meters[METER_OF_ND].change_xid);
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

/* Returns what sends the translated error, or NULL if 'pin' is not one. */
static struct ofpbuf *
translate(const struct ofputil_packet_in *pin, struct error_plan *plan)
{
    void *frame = xmemdup(pin->packet, pin->packet_len);

    plan->target = address_from_in6(&pin->flow_metadata.flow.ct_ipv6_dst);
    size_t size = error_translate(plan, frame, pin->packet_len);
    struct ofpbuf *msg = size ? encode_packet_out(plan, frame, size) : NULL;

    free(frame);
    return msg;
}

/* Returns what sends the answer to the port, and on the VLAN, that 'pin' came
 * from, or NULL if it is no question. */
static struct ofpbuf *
answer(const struct ofputil_packet_in *pin, const struct nd_plan *plan)
{
    const struct flow *flow = &pin->flow_metadata.flow;
    struct dp_packet packet;
    struct ofpbuf *msg = NULL;

    dp_packet_init(&packet, 0);
    if (nd_answer_compose(plan, pin->packet, pin->packet_len, &packet)) {
        msg = claim_request_encode_packet(
            &packet, ofp_to_u16(flow->in_port.ofp_port),
            flow->regs[4] & VLAN_VID_MASK);
    }
    dp_packet_uninit(&packet);
    return msg;
}

static void
note_error(struct error_relay *relay, bool translated)
{
    if (translated) {
        COVERAGE_INC(icmp_error_translated);
        relay->translated++;
    } else {
        COVERAGE_INC(icmp_error_refused);
        relay->refused++;
    }
}

/* What is not from the agent's own flows, or not whole, counts as an error
 * that is refused. */
void
error_relay_take_packet(struct error_relay *relay,
                        const struct ofp_header *packet_in,
                        struct ovs_list *msgs)
{
    struct ofputil_packet_in pin;
    size_t total_len;
    uint32_t buffer_id;
    struct ofpbuf continuation;
    struct error_plan plan;
    struct nd_plan nd;
    struct ofpbuf *msg = NULL;

    if (ofputil_decode_packet_in(packet_in, true, NULL, NULL, &pin,
                                 &total_len, &buffer_id, &continuation)) {
        return;
    }
    bool ours = (pin.cookie == htonll(FLOW_COOKIE)
                 && pin.packet_len == total_len);
    if (ours && nd_plan_parse(pin.userdata, pin.userdata_len, &nd)) {
        msg = answer(&pin, &nd);
        if (msg) {
            COVERAGE_INC(nd_answered);
        }
        relay->answered += msg != NULL;
        relay->unanswered += !msg;
    } else {
        if (ours && error_plan_parse(pin.userdata, pin.userdata_len, &plan)) {
            msg = translate(&pin, &plan);
        }
        note_error(relay, msg);
    }
    if (msg) {
        push(msgs, msg);
    }
}

void
error_relay_count(struct error_relay *relay, struct ovs_list *msgs)
{
    for (int i = 0; i < N_AGENT_METERS; i++) {
        agent_meter_count(&relay->meters[i], msgs);
    }
}

void
error_relay_take_count(struct error_relay *relay, struct ofpbuf *reply)
{
    for (int i = 0; i < N_AGENT_METERS; i++) {
        if (agent_meter_take_count(&relay->meters[i], reply)) {
            return;
        }
    }
}
