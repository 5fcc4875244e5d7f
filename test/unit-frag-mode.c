/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/sync-peer.h"

#include "openflow/error-relay.h"
#include "openflow/flow-sync.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-switch.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

#define COOKIE "cookie=0x7069706574746500,"

/* The one count of learned flows, of a set that learns none. */
static void
reply_checks_of_none(struct peer *peer, long long int now)
{
    keep(&peer->checks[0], ofpbuf_clone(peer->counts[0]));
    reply_checks(peer, (int[]) { 0 }, 1, now);
}

/* The switch is asked for its mode at each look, if a flow looks into
 * fragments. */
static void
frag_mode_is_asked_for(void **state OVS_UNUSED)
{
    static const struct {
        const char *flow, *expected;
    } cases[] = {
        { COOKIE "table=0,icmp,icmp_type=8 actions=1", "config dump" },
        { COOKIE "table=0,icmp,icmp_code=1 actions=1", "config dump" },
        { COOKIE "table=0,tcp,tcp_src=7 actions=1", "config dump" },
        { COOKIE "table=0,udp,udp_dst=7,nw_frag=first actions=1",
          "config dump" },
        { COOKIE "table=0,tcp,tcp_dst=7,nw_frag=no actions=1", "dump" },
        { COOKIE "table=0,icmp,nw_frag=later actions=1", "dump" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct peer peer = connect_peer(cases[i].flow);

        for (int look = 0; look < 2; look++) {
            flow_sync_look(peer.sync, 0);
            char *expected = xasprintf("%s%s", cases[i].expected,
                                       look ? "" : " count");
            expect(&peer, expected);
            free(expected);
            reply_checks_of_none(&peer, 0);
            reply_dump(&peer, cases[i].flow, 0);
            assert_true(flow_sync_is_in_sync(peer.sync));
            expect(&peer, look ? "" : "count count count count");
        }
        disconnect_peer(&peer);
    }
}

#define FLOW_PING COOKIE "table=0,icmp,icmp_type=8 actions=1"
#define FLOW_ERROR COOKIE "table=10 actions=meter:28777,controller(id=28777)"

/* The mode is set only if it is another one, and what it was is known. */
static void
frag_mode_set_and_restored(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_PING);
    struct svec none = SVEC_EMPTY_INITIALIZER;

    flow_sync_look(peer.sync, 0);
    expect(&peer, "config dump count");
    reply_config(&peer, "nx-match", 0);
    expect(&peer, "");
    assert_null(flow_sync_former_frags(peer.sync));
    /* Nobody asked for a second reply. */
    reply_config(&peer, "drop", 0);
    expect(&peer, "");

    reply_checks_of_none(&peer, 0);
    reply_dump(&peer, FLOW_PING, 0);
    expect(&peer, "count count count count");
    flow_sync_look(peer.sync, 0);
    expect(&peer, "config dump");
    reply_config(&peer, "drop", 0);
    expect(&peer, "fragments");
    assert_string_equal(flow_sync_former_frags(peer.sync), "drop");
    struct ofputil_switch_config config;
    assert_int_equal(ofputil_decode_set_config(peer.fragments->data, &config),
                     0);
    assert_int_equal(config.frag, OFPUTIL_FRAG_NX_MATCH);
    assert_int_equal(config.miss_send_len, 7);

    /* It is set back only if that is asked for. */
    flow_sync_set_flows(peer.sync, &none);
    expect(&peer, "monitor");
    begin_look(&peer, 0);
    reply_dump(&peer, NULL, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
    flow_sync_restore_frags(peer.sync, flow_sync_former_frags(peer.sync));
    flow_sync_look(peer.sync, 0);
    expect(&peer, "config dump");
    reply_config(&peer, "nx-match", 0);
    expect(&peer, "fragments");
    assert_int_equal(ofputil_decode_set_config(peer.fragments->data, &config),
                     0);
    assert_int_equal(config.frag, OFPUTIL_FRAG_DROP);

    /* The flows do not need it. */
    reply_dump(&peer, NULL, 0);
    expect(&peer, "barrier");
    reply_error(&peer, peer.fragments);
    reply_barrier(&peer, 0);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_is_blocked(peer.sync));
    disconnect_peer(&peer);
}

static void
frag_mode_refused(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_PING);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "config dump count");
    reply_config(&peer, "normal", 0);
    expect(&peer, "fragments");
    reply_error(&peer, peer.fragments);
    reply_checks_of_none(&peer, 0);
    reply_dump(&peer, NULL, 0);
    expect(&peer, "open add barrier");
    reply_barrier(&peer, 0);
    expect(&peer, "commit");
    reply_ctrl(&peer, 0);
    /* The flows are there, but do not do what they should. */
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_true(flow_sync_is_blocked(peer.sync));
    assert_string_equal(flow_sync_present(peer.sync), "1 flows, but the "
                        "switch refused a mode for IP fragments: "
                        "OFPBAC_BAD_TYPE");

    flow_sync_look(peer.sync, 1000);
    expect(&peer, "count count count count config dump");
    reply_config(&peer, "normal", 1000);
    expect(&peer, "fragments");
    reply_dump(&peer, FLOW_PING, 1000);
    expect(&peer, "barrier");
    reply_barrier(&peer, 1000);
    assert_true(flow_sync_is_in_sync(peer.sync));
    assert_false(flow_sync_is_blocked(peer.sync));
    disconnect_peer(&peer);
}

/* A refusal comes after the flows, if these are there already. */
static void
frag_mode_refused_late(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_PING);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "config dump count");
    reply_config(&peer, "normal", 0);
    expect(&peer, "fragments");
    reply_checks_of_none(&peer, 0);
    reply_dump(&peer, FLOW_PING, 0);
    expect(&peer, "barrier");
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_non_null(flow_sync_failure(peer.sync, 10000));
    reply_error(&peer, peer.fragments);
    reply_barrier(&peer, 0);
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_true(flow_sync_is_blocked(peer.sync));
    disconnect_peer(&peer);
}

/* A switch that does not tell its mode may not have the one that is needed. */
static void
frag_mode_untold(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_PING);

    flow_sync_look(peer.sync, 0);
    expect(&peer, "config dump count");
    reply_error(&peer, peer.config);
    reply_checks_of_none(&peer, 0);
    reply_dump(&peer, FLOW_PING, 0);
    assert_false(flow_sync_is_in_sync(peer.sync));
    assert_true(flow_sync_is_blocked(peer.sync));
    disconnect_peer(&peer);
}

/* The same request has the switch send ICMP errors, in any mode. */
static void
frag_mode_stays_for_errors(void **state OVS_UNUSED)
{
    struct peer peer = connect_peer(FLOW_ERROR);
    struct ofputil_switch_config config;

    flow_sync_look(peer.sync, 0);
    expect(&peer, "listen listen listen config dump count");
    reply_config(&peer, "drop", 0);
    expect(&peer, "fragments");
    assert_int_equal(ofputil_decode_set_config(peer.fragments->data, &config),
                     0);
    assert_int_equal(config.frag, OFPUTIL_FRAG_DROP);
    assert_int_equal(config.miss_send_len, ERROR_MISS_SEND_LEN);
    assert_null(flow_sync_former_frags(peer.sync));
    disconnect_peer(&peer);
}

const struct CMUnitTest frag_mode_tests[] = {
    cmocka_unit_test(frag_mode_is_asked_for),
    cmocka_unit_test(frag_mode_set_and_restored),
    cmocka_unit_test(frag_mode_refused),
    cmocka_unit_test(frag_mode_refused_late),
    cmocka_unit_test(frag_mode_untold),
    cmocka_unit_test(frag_mode_stays_for_errors),
    { .name = NULL },
};
