/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "byte-order.h"
#include "csum.h"
#include "flow.h"
#include "openflow/error-plan.h"
#include "openflow/error-relay.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-set.h"
#include "openflow/flow-sync.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-connection.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-meter.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "svec.h"
#include "test/unit-error-lib.h"
#include "util.h"

/* A relay, and the switch that it talks to. */
struct end {
    struct error_relay relay;
    struct flow_list flows;
    struct ovs_list msgs;       /* Sent. */
    struct ofpbuf *request;     /* The last one for meters. */
    struct ofputil_meter_mod mod;   /* The last change, without bands. */
    struct ofputil_meter_band band;
};

static void
end_init(struct end *end, bool wanted)
{
    *end = (struct end) { .request = NULL };
    error_relay_init(&end->relay);
    ovs_list_init(&end->msgs);
    if (wanted) {
        struct svec flows = SVEC_EMPTY_INITIALIZER;
        char *error;

        svec_add_nocopy(&flows, xasprintf("table=10 actions=meter:%d,"
                                          "controller(id=%d)", ERROR_METER,
                                          ERROR_CONTROLLER));
        error = flow_list_parse(&end->flows, &flows);
        assert_null(error);
        svec_destroy(&flows);
    }
}

static void
end_destroy(struct end *end)
{
    flow_list_clear(&end->flows);
    ofpbuf_delete(end->request);
    assert_true(ovs_list_is_empty(&end->msgs));
}

static const char *
take_mod(struct end *end, const struct ofp_header *oh)
{
    struct ofpbuf bands;

    ofpbuf_init(&bands, 64);
    assert_int_equal(ofputil_decode_meter_mod(oh, &end->mod, &bands), 0);
    assert_int_equal(end->mod.meter.meter_id, ERROR_METER);
    if (end->mod.command != OFPMC13_DELETE) {
        assert_int_equal(end->mod.meter.n_bands, 1);
        end->band = end->mod.meter.bands[0];
    }
    ofpbuf_uninit(&bands);
    return (end->mod.command == OFPMC13_ADD ? "add"
            : end->mod.command == OFPMC13_MODIFY ? "modify" : "delete");
}

static const char *
take(struct end *end, struct ofpbuf *msg)
{
    const struct ofp_header *oh = msg->data;
    enum ofptype type;

    assert_int_equal(ofptype_decode(&type, oh), 0);
    switch ((int) type) {
    case OFPTYPE_SET_CONTROLLER_ID:
        return "id";
    case OFPTYPE_SET_PACKET_IN_FORMAT:
        return "format";
    case OFPTYPE_SET_ASYNC_CONFIG:
        return "async";
    case OFPTYPE_METER_CONFIG_STATS_REQUEST:
    case OFPTYPE_METER_STATS_REQUEST:
        ofpbuf_delete(end->request);
        end->request = ofpbuf_clone(msg);
        return type == OFPTYPE_METER_STATS_REQUEST ? "count" : "meters";
    case OFPTYPE_METER_MOD:
        return take_mod(end, oh);
    case OFPTYPE_PACKET_OUT:
        return "packet";
    }
    fail_msg("unexpected message");
    return NULL;
}

static void
expect(struct end *end, const char *expected)
{
    struct ds names = DS_EMPTY_INITIALIZER;

    while (!ovs_list_is_empty(&end->msgs)) {
        struct ofpbuf *msg = ofpbuf_from_list(
            ovs_list_pop_front(&end->msgs));

        ofpmsg_update_length(msg);
        ds_put_format(&names, "%s%s", names.length ? " " : "",
                      take(end, msg));
        ofpbuf_delete(msg);
    }
    assert_string_equal(ds_cstr(&names), expected);
    ds_destroy(&names);
}

/* A meter as 'change' of the agent's; 0 for as it should be. */
static void
reply_meter(struct end *end, int change)
{
    struct ofputil_meter_band bands[2] = {
        { .type = OFPMBT13_DROP, .rate = ERROR_RATE,
          .burst_size = ERROR_RATE },
    };
    struct ofputil_meter_config meter = {
        .meter_id = ERROR_METER,
        .flags = OFPMF13_PKTPS | OFPMF13_BURST | OFPMF13_STATS,
        .n_bands = 1,
        .bands = bands,
    };
    struct ovs_list replies;

    ofpmp_init(&replies, end->request->data);
    switch (change) {
    case 1: meter.meter_id = 1; break;
    case 2: meter.flags = OFPMF13_KBPS | OFPMF13_BURST; break;
    case 3: meter.n_bands = 0; break;
    case 4: meter.n_bands = 2; bands[1] = bands[0]; break;
    case 5: bands[0].rate++; break;
    case 6: bands[0].burst_size--; break;
    case 7: bands[0].type = OFPMBT13_DSCP_REMARK; break;
    }
    if (change != 8) {
        ofputil_append_meter_config(&replies, &meter);
    }

    struct ofpbuf *reply = ofpbuf_from_list(ovs_list_pop_front(&replies));
    struct ofpbuf received;
    ofpmsg_update_length(reply);
    received = ofpbuf_const_initializer(reply->data, reply->size);
    error_relay_take_meters(&end->relay, &received, &end->msgs);
    ofpbuf_delete(reply);
}

static void
error_relay_listens(void **state OVS_UNUSED)
{
    struct end end;

    end_init(&end, true);
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "id format async meters");
    reply_meter(&end, 0);
    expect(&end, "");
    /* Once on a connection. */
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "meters");
    error_relay_restart(&end.relay);
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "id format async meters");
    end_destroy(&end);

    /* Not for flows that need no agent. */
    end_init(&end, false);
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "meters");
    end_destroy(&end);
}

static void
error_relay_keeps_the_meter(void **state OVS_UNUSED)
{
    struct end end;

    for (int change = 0; change <= 8; change++) {
        bool missing = change == 1 || change == 8;

        end_init(&end, true);
        error_relay_look(&end.relay, &end.flows, &end.msgs);
        expect(&end, "id format async meters");
        reply_meter(&end, change);
        expect(&end, !change ? "" : missing ? "add" : "modify");
        if (change) {
            assert_int_equal(end.mod.meter.flags, OFPMF13_PKTPS
                             | OFPMF13_BURST | OFPMF13_STATS);
            assert_int_equal(end.band.type, OFPMBT13_DROP);
            assert_int_equal(end.band.rate, ERROR_RATE);
            assert_int_equal(end.band.burst_size, ERROR_RATE);
        }
        /* A reply that is not awaited says nothing. */
        reply_meter(&end, 8);
        expect(&end, "");
        end_destroy(&end);

        end_init(&end, false);
        error_relay_look(&end.relay, &end.flows, &end.msgs);
        expect(&end, "meters");
        reply_meter(&end, change);
        expect(&end, missing ? "" : "delete");
        end_destroy(&end);
    }
}

static ovs_be32
request_xid(const struct end *end)
{
    return ((const struct ofp_header *) end->request->data)->xid;
}

static void
error_relay_without_meters(void **state OVS_UNUSED)
{
    struct end end;
    const struct agent_meter *meter = &end.relay.meters[METER_OF_ERRORS];

    end_init(&end, true);
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "id format async meters");
    assert_false(error_relay_take_error(&end.relay,
                                        request_xid(&end) ^ 0x100, "?",
                                        &end.msgs));
    assert_true(error_relay_take_error(&end.relay, request_xid(&end), "?",
                                       &end.msgs));
    expect(&end, "add");
    assert_true(error_relay_take_error(&end.relay, meter->change_xid, "?",
                                       &end.msgs));
    assert_false(error_relay_take_error(&end.relay, 0, "?", &end.msgs));
    assert_string_equal(meter->error, "?");

    /* The flow drops now, and nothing is asked for again, */
    error_relay_adapt(&end.relay, &end.flows);
    assert_int_equal(end.flows.fms[0].ofpacts_len, 0);
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "meters");
    assert_true(error_relay_take_error(&end.relay, request_xid(&end), "?",
                                       &end.msgs));
    expect(&end, "");
    assert_string_equal(meter->error, "?");

    /* but on another connection. */
    error_relay_restart(&end.relay);
    assert_null(meter->error);
    end_destroy(&end);
}

/* A port unreachable of the fake host, 10.10.0.1, about a datagram of
 * 192.168.2.5 to .77. */
static const uint8_t fake[] = {
    0x0e, 0, 0, 0, 0, 0x67, 0x0e, 0, 0, 0, 0, 0x66, 8, 0,
    0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 10, 10, 0, 1, 10, 10, 5, 77,
    3, 3, 0, 0, 0, 0, 0, 0,
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 10, 5, 77, 10, 10, 0, 1,
    1, 2, 0, 9, 0, 8, 0, 0,
};

/* Has the relay take it, of so many bytes, with 'userdata', unless NULL. */
static void
send_packet(struct end *end, const char *userdata, uint64_t cookie,
            size_t max_len)
{
    struct error_plan plan = {
        .outbound = true, .network = 0x1234567,
        .fake = { ADDRESS_INIT_IPV4(0x0a0a0001), 16 },
        .real = { ADDRESS_INIT_IPV4(0xc0a80200), 24 },
    };
    uint8_t frame[sizeof fake], data[64];
    struct ip_header *ip = (struct ip_header *) (frame + ETH_HEADER_LEN);
    struct icmp_header *icmp = (struct icmp_header *) (ip + 1);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ofputil_packet_in_private pin = {
        .base = {
            .packet = frame, .packet_len = sizeof frame,
            .reason = OFPR_ACTION, .cookie = htonll(cookie),
            .userdata = data,
        },
    };

    memcpy(frame, fake, sizeof frame);
    ip->ip_csum = csum(ip, IP_HEADER_LEN);
    icmp->icmp_csum = csum(icmp, 36);
    if (!userdata) {
        error_plan_put(&plan, &s);
        userdata = ds_cstr(&s);
    }
    for (const char *p = userdata; *p; p += 2 + (p[2] == '.')) {
        bool ok;

        data[pin.base.userdata_len++] = hexits_value(p, 2, &ok);
    }
    match_init_catchall(&pin.base.flow_metadata);
    match_set_in_port(&pin.base.flow_metadata, u16_to_ofp(2));

    /* As the switch sends what is more than "max_len". */
    pin.base.packet_len = MIN(max_len, sizeof frame);

    struct ofpbuf *msg = ofputil_encode_packet_in_private(
        &pin, FLOW_SYNC_PROTOCOL, OFPUTIL_PACKET_IN_NXT2);
    ofpmsg_update_length(msg);
    error_relay_take_packet(&end->relay, msg->data, &end->msgs);
    ofpbuf_delete(msg);
    ds_destroy(&s);
}

static void
check_packet_out(struct end *end)
{
    struct ofpbuf *msg = ofpbuf_from_list(ovs_list_front(&end->msgs));
    struct ofputil_packet_out out;
    struct ofpbuf ofpacts;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ofpact_format_params fp = { .s = &s };

    ofpbuf_init(&ofpacts, 64);
    ofpmsg_update_length(msg);
    assert_int_equal(ofputil_decode_packet_out(&out, msg->data, NULL,
                                               &ofpacts), 0);
    assert_int_equal(out.packet_len, sizeof fake);
    assert_int_equal(out.flow_metadata.flow.in_port.ofp_port,
                     OFPP_CONTROLLER);
    assert_memory_equal((const uint8_t *) out.packet + 26,
                        "\xc0\xa8\x02\x4d\xc0\xa8\x02\x05", 8);
    assert_memory_equal((const uint8_t *) out.packet + 54,
                        "\xc0\xa8\x02\x05\xc0\xa8\x02\x4d", 8);
    ofpacts_format(out.ofpacts, out.ofpacts_len, &fp);
    assert_string_equal(ds_cstr(&s),
                        "set_field:0x1234567->metadata,resubmit(,26)");
    ds_destroy(&s);
    ofpbuf_uninit(&ofpacts);
}

static void
error_relay_translates(void **state OVS_UNUSED)
{
    struct end end;

    end_init(&end, true);
    send_packet(&end, NULL, FLOW_COOKIE, SIZE_MAX);
    check_packet_out(&end);
    expect(&end, "packet");
    assert_int_equal(end.relay.translated, 1);
    assert_int_equal(end.relay.refused, 0);

    /* Of somebody else's flow, without what is needed, or not whole. */
    send_packet(&end, NULL, FLOW_COOKIE + 1, SIZE_MAX);
    send_packet(&end, "", FLOW_COOKIE, SIZE_MAX);
    send_packet(&end, "70.69.70.01", FLOW_COOKIE, SIZE_MAX);
    for (size_t i = 1; i < sizeof fake; i++) {
        send_packet(&end, NULL, FLOW_COOKIE, i);
    }
    expect(&end, "");
    assert_int_equal(end.relay.translated, 1);
    assert_int_equal(end.relay.refused, 2 + sizeof fake);
    end_destroy(&end);
}

/* The error of a routed client, fc02::5, who asked fc01::77: only connection
 * tracking knows that. */
static void
error_relay_translates_routed(void **state OVS_UNUSED)
{
    const struct network *net = &networks[1];
    struct error_plan plan = plan_of(net, true);
    struct icmp e = from_fake_host(net);
    uint8_t frame[MAX_FRAME], right[MAX_FRAME], data[64];
    struct ofputil_packet_in_private pin = {
        .base = {
            .packet = frame, .reason = OFPR_ACTION,
            .cookie = htonll(FLOW_COOKIE), .userdata = data,
        },
    };
    struct match *match = &pin.base.flow_metadata;
    struct in6_addr target = address_to_in6(net->target);
    struct in6_addr far = address_to_in6(net->far);
    struct ds s = DS_EMPTY_INITIALIZER;
    struct end end;

    e.dst = e.about.src = net->far;
    pin.base.packet_len = put_error(&e, frame);
    e.src = e.about.dst = net->target;
    put_error(&e, right);
    plan.routed = true;
    error_plan_put(&plan, &s);
    pin.base.userdata_len = parse_hex(ds_cstr(&s), data);
    match_init_catchall(match);
    match_set_dl_type(match, htons(ETH_TYPE_IPV6));
    match_set_ct_state(match, CS_TRACKED | CS_RELATED | CS_REPLY_DIR);
    match_set_ct_nw_proto(match, IPPROTO_UDP);
    match_set_ct_ipv6_src(match, &far);
    match_set_ct_ipv6_dst(match, &target);

    struct ofpbuf *msg = ofputil_encode_packet_in_private(
        &pin, FLOW_SYNC_PROTOCOL, OFPUTIL_PACKET_IN_NXT2);
    ofpmsg_update_length(msg);
    end_init(&end, true);
    error_relay_take_packet(&end.relay, msg->data, &end.msgs);
    assert_int_equal(end.relay.translated, 1);
    ofpbuf_delete(msg);

    struct ofputil_packet_out out;
    struct ofpbuf ofpacts;
    ofpbuf_init(&ofpacts, 64);
    msg = ofpbuf_from_list(ovs_list_front(&end.msgs));
    ofpmsg_update_length(msg);
    assert_int_equal(ofputil_decode_packet_out(&out, msg->data, NULL,
                                               &ofpacts), 0);
    assert_int_equal(out.packet_len, pin.base.packet_len);
    assert_memory_equal(out.packet, right, out.packet_len);
    expect(&end, "packet");
    ofpbuf_uninit(&ofpacts);
    ds_destroy(&s);
    end_destroy(&end);
}

static void
error_relay_counts(void **state OVS_UNUSED)
{
    struct ofputil_meter_band_stats band = { .packet_count = 42 };
    struct ofputil_meter_stats stats = {
        .meter_id = ERROR_METER, .packet_in_count = 50,
        .n_bands = 1, .bands = &band,
    };
    struct ovs_list replies;
    struct end end;

    end_init(&end, true);
    error_relay_count(&end.relay, &end.msgs);
    expect(&end, "");
    error_relay_look(&end.relay, &end.flows, &end.msgs);
    expect(&end, "id format async meters");
    error_relay_count(&end.relay, &end.msgs);
    expect(&end, "count");
    ofpmp_init(&replies, end.request->data);
    ofputil_append_meter_stats(&replies, &stats);

    struct ofpbuf *reply = ofpbuf_from_list(ovs_list_pop_front(&replies));
    struct ofpbuf received;
    ofpmsg_update_length(reply);
    received = ofpbuf_const_initializer(reply->data, reply->size);
    error_relay_take_count(&end.relay, &received);
    assert_true(end.relay.meters[METER_OF_ERRORS].known);
    assert_int_equal(end.relay.meters[METER_OF_ERRORS].limited, 42);
    ofpbuf_delete(reply);
    error_relay_restart(&end.relay);
    assert_false(end.relay.meters[METER_OF_ERRORS].known);
    end_destroy(&end);
}

const struct CMUnitTest error_relay_tests[] = {
    cmocka_unit_test(error_relay_listens),
    cmocka_unit_test(error_relay_keeps_the_meter),
    cmocka_unit_test(error_relay_without_meters),
    cmocka_unit_test(error_relay_translates),
    cmocka_unit_test(error_relay_translates_routed),
    cmocka_unit_test(error_relay_counts),
    { .name = NULL },
};
