/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/config/options.h"
#include "agent/loop/conn-limits.h"
#include "openflow/ct-limits.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "svec.h"
#include "unixctl.h"
#include "util.h"

/* An ovs-vswitchd: what it has, and what it was asked. */
struct peer {
    char *dir, *pidfile;
    struct unixctl_server *server;
    uint32_t limits[UINT16_MAX + 1];
    bool refuses, is_silent;
    struct svec asked;
};

static struct peer peer;

static void
handle_get(struct unixctl_conn *conn, int argc OVS_UNUSED,
           const char *argv[], void *aux OVS_UNUSED)
{
    struct ds reply = DS_EMPTY_INITIALIZER;
    const char *p = argv[2] + strlen("zone");

    svec_add_nocopy(&peer.asked, xasprintf("get %s %s", argv[1], argv[2]));
    if (peer.is_silent) {
        return;
    }
    ds_put_cstr(&reply, "default limit=0");
    while (*p) {
        int zone = strtol(p + 1, CONST_CAST(char **, &p), 10);

        ds_put_format(&reply, "\nzone=%d,limit=%"PRIu32",count=%d", zone,
                      peer.limits[zone], zone + 1);
    }
    ds_put_char(&reply, '\n');
    unixctl_command_reply(conn, ds_cstr(&reply));
    ds_destroy(&reply);
}

static void
handle_set(struct unixctl_conn *conn, int argc, const char *argv[],
           void *aux OVS_UNUSED)
{
    for (int i = 2; i < argc; i++) {
        unsigned int zone, limit;

        svec_add_nocopy(&peer.asked, xasprintf("set %s", argv[i]));
        assert_true(ovs_scan(argv[i], "zone=%u,limit=%u", &zone, &limit));
        if (!peer.refuses) {
            peer.limits[zone] = limit;
        }
    }
    if (peer.refuses) {
        unixctl_command_reply_error(conn, "ovs-vswitchd: failed to set "
                                    "conntrack limit\nmore");
    } else {
        unixctl_command_reply(conn, NULL);
    }
}

static void
handle_delete(struct unixctl_conn *conn, int argc OVS_UNUSED,
              const char *argv[], void *aux OVS_UNUSED)
{
    const char *p = argv[2] + strlen("zone");

    svec_add_nocopy(&peer.asked, xasprintf("del %s", argv[2]));
    while (*p) {
        peer.limits[strtol(p + 1, CONST_CAST(char **, &p), 10)] = 0;
    }
    unixctl_command_reply(conn, NULL);
}

static void
start_peer(void)
{
    char *name = xasprintf("%s/ovs-vswitchd.%d.ctl", peer.dir, 4711);
    FILE *file = fopen(peer.pidfile, "w");

    memset(peer.limits, 0, sizeof peer.limits);
    assert_non_null(file);
    fputs("4711\n", file);
    fclose(file);
    assert_int_equal(unixctl_server_create(name, &peer.server), 0);
    free(name);
}

static void
stop_peer(void)
{
    unixctl_server_destroy(peer.server);
    peer.server = NULL;
}

static int
set_up(void **state OVS_UNUSED)
{
    char dir[] = "/tmp/ct-limits-XXXXXX";

    peer = (struct peer) { .asked = SVEC_EMPTY_INITIALIZER };
    if (!mkdtemp(dir)) {
        return -1;
    }
    peer.dir = xstrdup(dir);
    peer.pidfile = xasprintf("%s/ovs-vswitchd.pid", dir);
    unixctl_command_register("dpctl/ct-get-limits", "", 0, INT_MAX,
                             handle_get, NULL);
    unixctl_command_register("dpctl/ct-set-limits", "", 0, INT_MAX,
                             handle_set, NULL);
    unixctl_command_register("dpctl/ct-del-limits", "", 0, INT_MAX,
                             handle_delete, NULL);
    start_peer();
    return 0;
}

static int
tear_down(void **state OVS_UNUSED)
{
    if (peer.server) {
        stop_peer();
    }
    unlink(peer.pidfile);
    rmdir(peer.dir);
    free(peer.dir);
    free(peer.pidfile);
    svec_destroy(&peer.asked);
    return 0;
}

/* Runs both until a look that is wanted, or goes on, has ended, or a silent
 * peer was asked. */
static void
settle(struct ct_limits *limits)
{
    while (!ct_limits_is_settled(limits)) {
        if (ct_limits_wants_look(limits)) {
            ct_limits_look(limits);
        }
        ct_limits_run(limits);
        if (peer.server) {
            unixctl_server_run(peer.server);
            unixctl_server_wait(peer.server);
        }
        if (peer.is_silent && peer.asked.n) {
            return;
        }
        ct_limits_wait(limits);
        if (!ct_limits_is_settled(limits)) {
            poll_block();
        }
    }
}

/* Asserts that the peer was asked so, with commas between, since the last
 * time. */
static void
assert_asked(const char *expected)
{
    char *asked = svec_join(&peer.asked, ", ", "");

    assert_string_equal(asked, expected);
    free(asked);
    svec_clear(&peer.asked);
}

static void
set(struct ct_limits *limits, const char *datapath, uint32_t limit_7,
    uint32_t limit_9)
{
    const struct ct_limit zones[] = {
        { .zone = 7, .limit = limit_7 }, { .zone = 9, .limit = limit_9 }
    };

    ct_limits_set(limits, datapath, zones, !!limit_7 + !!limit_9);
    settle(limits);
}

static void
ct_limits_are_set(void **state OVS_UNUSED)
{
    struct ct_limits *limits = ct_limits_create(peer.dir);

    settle(limits);
    assert_asked("");
    set(limits, "netdev@x", 100, 200);
    assert_asked("get netdev@x zone=7,9, set zone=7,limit=100, "
                 "set zone=9,limit=200, get netdev@x zone=7,9");
    assert_null(ct_limits_error(limits));
    assert_int_equal(ct_limits_get(limits, 7)->limit, 100);
    assert_int_equal(ct_limits_get(limits, 7)->count, 8);
    assert_int_equal(ct_limits_get(limits, 9)->limit, 200);
    assert_null(ct_limits_get(limits, 8));

    /* The same is no change, and a look changes nothing. */
    set(limits, "netdev@x", 100, 200);
    assert_asked("");
    ct_limits_look(limits);
    settle(limits);
    assert_asked("get netdev@x zone=7,9");

    /* Only what differs is set. */
    set(limits, "netdev@x", 100, 300);
    assert_asked("get netdev@x zone=7,9, set zone=9,limit=300, "
                 "get netdev@x zone=7,9");

    /* A zone that is no more named has none, and is then not asked for. */
    set(limits, "netdev@x", 50, 0);
    assert_asked("get netdev@x zone=7,9, set zone=7,limit=50, del zone=9, "
                 "get netdev@x zone=7,9");
    set(limits, "netdev@x", 50, 0);
    ct_limits_look(limits);
    settle(limits);
    assert_asked("get netdev@x zone=7");
    ct_limits_destroy(limits);
    assert_int_equal(peer.limits[7], 50);
}

/* Another ovs-vswitchd, or another person. */
static void
ct_limits_are_restored(void **state OVS_UNUSED)
{
    struct ct_limits *limits = ct_limits_create(peer.dir);

    set(limits, "netdev@x", 100, 0);
    stop_peer();
    ct_limits_changed(limits);
    settle(limits);
    assert_string_equal(ct_limits_error(limits), "ovs-vswitchd's control "
                        "socket: No such file or directory");
    assert_null(ct_limits_get(limits, 7));
    unlink(peer.pidfile);
    ct_limits_changed(limits);
    settle(limits);
    assert_non_null(ct_limits_error(limits));

    svec_clear(&peer.asked);
    start_peer();
    ct_limits_changed(limits);
    settle(limits);
    assert_asked("get netdev@x zone=7, set zone=7,limit=100, "
                 "get netdev@x zone=7");
    assert_null(ct_limits_error(limits));

    peer.limits[7] = 5;
    ct_limits_look(limits);
    settle(limits);
    assert_int_equal(peer.limits[7], 100);

    /* It ends while it is asked. */
    svec_clear(&peer.asked);
    peer.is_silent = true;
    ct_limits_look(limits);
    settle(limits);
    assert_asked("get netdev@x zone=7");
    assert_false(ct_limits_is_settled(limits));
    stop_peer();
    settle(limits);
    assert_string_equal(ct_limits_error(limits),
                        "ovs-vswitchd does not answer");

    /* Or another one is there, and this look is not waited for. */
    start_peer();
    ct_limits_changed(limits);
    settle(limits);
    assert_asked("get netdev@x zone=7");
    peer.is_silent = false;
    ct_limits_changed(limits);
    settle(limits);
    assert_int_equal(peer.limits[7], 100);
    ct_limits_destroy(limits);
}

static void
ct_limits_are_refused(void **state OVS_UNUSED)
{
    struct ct_limits *limits = ct_limits_create(peer.dir);

    peer.refuses = true;
    set(limits, "system@x", 100, 0);
    assert_string_equal(ct_limits_error(limits), "ovs-vswitchd: "
                        "ovs-vswitchd: failed to set conntrack limit");
    assert_null(ct_limits_get(limits, 7));
    peer.refuses = false;
    ct_limits_changed(limits);
    settle(limits);
    assert_null(ct_limits_error(limits));

    /* Nothing is desired any more, and all stays. */
    svec_clear(&peer.asked);
    ct_limits_set(limits, NULL, NULL, 0);
    ct_limits_changed(limits);
    ct_limits_look(limits);
    settle(limits);
    assert_asked("");
    assert_int_equal(peer.limits[7], 100);
    ct_limits_destroy(limits);
}

static void
ct_limits_replies(void **state OVS_UNUSED)
{
    struct ct_limit zones[] = { { .zone = 7 }, { .zone = 65535 } };

    assert_true(ct_limits_parse("default limit=0\n"
                                "zone=65535,limit=4294967295,count=3\n"
                                "zone=8,limit=1,count=1\n"
                                "zone=7,limit=0,count=0\n", zones, 2));
    assert_int_equal(zones[1].limit, UINT32_MAX);
    assert_int_equal(zones[1].count, 3);
    assert_int_equal(zones[0].limit, 0);

    assert_true(ct_limits_parse("", zones, 0));
    assert_false(ct_limits_parse("", zones, 1));
    assert_false(ct_limits_parse("zone=7,limit=1,count=1", zones, 1));
    assert_false(ct_limits_parse("\nzone=7,limit=1", zones, 1));
    assert_false(ct_limits_parse("\nzone=x,limit=1,count=1\n\n", zones, 1));
}

/* What the networks get of what the kernel has. */
static void
conn_limits_of_options(void **state OVS_UNUSED)
{
    struct network networks[3];
    const struct options options = {
        .networks = networks, .n_networks = ARRAY_SIZE(networks)
    };
    struct ct_limit zones[3];

    for (size_t i = 0; i < ARRAY_SIZE(networks); i++) {
        networks[i] = (struct network) {
            .real = { .plen = 24 }, .routed = true, .ct_zone = 5 + i,
            .max_connections = 1000 * i,
        };
    }
    assert_int_equal(conn_limits_get(&options, 0, zones), 2);
    assert_int_equal(zones[0].zone, 6);
    assert_int_equal(zones[0].limit, 1000);
    assert_int_equal(zones[1].zone, 7);
    assert_int_equal(zones[1].limit, 2000);

    assert_int_equal(conn_limits_get(&options, 12000, zones), 2);
    assert_int_equal(zones[0].limit, 1000);
    assert_int_equal(zones[1].limit, 1500);
    assert_int_equal(conn_limits_get(&options, 1, zones), 2);
    assert_int_equal(zones[0].limit, 1);

    networks[1].routed = false;
    networks[2].real.plen = 0;
    assert_int_equal(conn_limits_get(&options, 6000, zones), 0);
}

const struct CMUnitTest ct_limits_tests[] = {
    cmocka_unit_test_setup_teardown(ct_limits_are_set, set_up, tear_down),
    cmocka_unit_test_setup_teardown(ct_limits_are_restored, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(ct_limits_are_refused, set_up,
                                    tear_down),
    cmocka_unit_test(ct_limits_replies),
    cmocka_unit_test(conn_limits_of_options),
    { .name = NULL },
};
