/* SPDX-License-Identifier: Apache-2.0 */

/* The linker puts __wrap_features_get() and __wrap_features_set() in the place
 * of the kernel. */

#include <config.h>

#include "test/unit.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/features.h"
#include "netdev/genetlink.h"
#include "netdev/offloads.h"
#include "openvswitch/dynamic-string.h"
#include "random.h"
#include "util.h"

#define GRO (1u << FEATURE_GRO)
#define GRO_HW (1u << FEATURE_GRO_HW)
#define LRO (1u << FEATURE_LRO)

/* Of the one device. */
static struct features device;
static int get_error, set_error, n_sets;

int __wrap_features_get(const char *, struct features *);
int __wrap_features_set(const char *, uint32_t which, bool on);

int
__wrap_features_get(const char *name OVS_UNUSED, struct features *features)
{
    *features = device;
    return get_error;
}

int
__wrap_features_set(const char *name OVS_UNUSED, uint32_t which, bool on)
{
    n_sets++;
    if (!set_error) {
        device.active = on ? device.active | which : device.active & ~which;
    }
    return set_error;
}

static struct offloads *
start(uint32_t active, uint32_t changeable)
{
    struct offloads *o = offloads_create("up0");

    device = (struct features) { active, changeable };
    get_error = set_error = n_sets = 0;
    assert_true(offloads_set_goal(o, OFFLOADS_OFF));
    assert_false(offloads_set_goal(o, OFFLOADS_OFF));
    return o;
}

static void
check_former(const struct offloads *o, const char *expected)
{
    char *former = offloads_former(o);

    assert_string_equal(former, expected);
    free(former);
}

static void
offloads_off_and_back(void **state OVS_UNUSED)
{
    struct offloads *o = start(GRO | LRO, GRO | GRO_HW | LRO);

    check_former(o, "none");
    offloads_look(o, 0);
    assert_int_equal(device.active, 0);
    check_former(o, "rx-gro,rx-lro");
    assert_true(offloads_n_repairs(o) == 0);

    /* An earlier agent had switched off more. */
    offloads_set_former(o, "rx-gro-hw,unknown");
    check_former(o, "rx-gro,rx-gro-hw,rx-lro");
    offloads_set_former(o, "rx-lro");

    device.active = GRO;
    offloads_look(o, 1000);
    assert_int_equal(device.active, 0);
    assert_true(offloads_n_repairs(o) == 1);

    assert_false(offloads_set_goal(o, OFFLOADS_LEAVE));
    device.active = GRO_HW;
    offloads_look(o, 2000);
    assert_int_equal(device.active, GRO_HW);

    /* On the kernel's datapath. */
    assert_true(offloads_set_goal(o, OFFLOADS_RESTORE));
    offloads_look(o, 3000);
    assert_int_equal(device.active, GRO | GRO_HW | LRO);
    check_former(o, "none");
    n_sets = 0;
    offloads_look(o, 4000);
    /* What is noted of it is old. */
    offloads_set_former(o, "rx-gro");
    offloads_look(o, 5000);
    assert_int_equal(n_sets, 0);
    offloads_destroy(o);
}

static void
offloads_other_uplink(void **state OVS_UNUSED)
{
    struct offloads *o = start(GRO, GRO);

    assert_null(offloads_set_uplink(o, "up0"));
    offloads_look(o, 0);
    assert_int_equal(device.active, 0);

    char *former = offloads_set_uplink(o, "up1");
    assert_string_equal(former, "up0");
    free(former);
    assert_int_equal(device.active, GRO);
    check_former(o, "none");
    assert_null(offloads_set_uplink(o, "up2"));
    offloads_destroy(o);
}

static void
offloads_stay_on(void **state OVS_UNUSED)
{
    struct offloads *o = start(GRO | LRO, GRO);

    offloads_look(o, 0);
    assert_int_equal(device.active, LRO);
    offloads_look(o, 1000);
    assert_string_equal(offloads_hint(o), "rx-lro at up0: the device cannot "
                        "switch it off, and the userspace datapath drops the "
                        "packets that it joins");
    device.active = GRO;
    set_error = EPERM;
    offloads_look(o, 2000);
    assert_non_null(strstr(offloads_hint(o), "rx-gro at up0: it cannot be "
                           "switched off (Operation not permitted), "));
    set_error = 0;
    offloads_look(o, 3000);
    assert_null(offloads_hint(o));

    /* Without an uplink, or ethtool's netlink, there is nothing to say. */
    get_error = ENODEV;
    offloads_look(o, 4000);
    assert_null(offloads_hint(o));
    offloads_destroy(o);
}

static void
offloads_give_in(void **state OVS_UNUSED)
{
    struct offloads *o = start(0, GRO);

    offloads_look(o, 0);
    for (int i = 0; i < 2 * OFFLOADS_TRIES; i++) {
        device.active = GRO;
        offloads_look(o, 1000 + i);
    }
    assert_int_equal(n_sets, OFFLOADS_TRIES);
    assert_int_equal(device.active, GRO);
    assert_non_null(strstr(offloads_hint(o), "again and again"));
    offloads_look(o, 999 + OFFLOADS_PATIENCE_MSEC);
    assert_int_equal(device.active, GRO);
    offloads_look(o, 1000 + OFFLOADS_PATIENCE_MSEC);
    assert_int_equal(device.active, 0);
    assert_null(offloads_hint(o));
    offloads_destroy(o);
}

/* What the kernel says. */

static struct nlattr *
nest(struct nl_msg *msg, int attr)
{
    struct nlattr *n = nla_nest_start(msg, attr);

    assert_non_null(n);
    return n;
}

static void
put_set(struct nl_msg *msg, int attr, const char *const names[], size_t n)
{
    struct nlattr *set = nest(msg, attr);

    nla_put_flag(msg, ETHTOOL_A_BITSET_NOMASK);
    nla_put_u32(msg, ETHTOOL_A_BITSET_SIZE, 64);

    struct nlattr *bits = nest(msg, ETHTOOL_A_BITSET_BITS);
    for (size_t i = 0; i < n; i++) {
        struct nlattr *bit = nest(msg, ETHTOOL_A_BITSET_BITS_BIT);

        nla_put_u32(msg, ETHTOOL_A_BITSET_BIT_INDEX, i);
        nla_put_string(msg, ETHTOOL_A_BITSET_BIT_NAME, names[i]);
        nla_nest_end(msg, bit);
    }
    nla_nest_end(msg, bits);
    nla_nest_end(msg, set);
}

/* In a block of its own so that valgrind sees where it ends. */
static void
read_garbage(const struct nlmsghdr *good, size_t size, int changes)
{
    struct nlmsghdr *nlh = xmemdup(good, MAX(size, sizeof *nlh));
    struct features features;

    nlh->nlmsg_len = size;
    for (int i = 0; i < changes && size > sizeof *nlh; i++) {
        uint8_t *payload = nlmsg_data(nlh);

        payload[random_range(size - sizeof *nlh)] = random_uint8();
    }
    features_parse(nlh, &features);
    free(nlh);
}

static void
offloads_features(void **state OVS_UNUSED)
{
    static const char *const hw[] = { "tx-tcp", "rx-gro", "rx-lro" };
    static const char *const active[] = { "rx-gro-list", "rx-lro", "rx-gro-h",
                                          "rx-gro-hw" };
    struct nl_msg *msg = genetlink_message(GENL_ID_CTRL,
                                           ETHTOOL_MSG_FEATURES_GET_REPLY);
    const struct nlmsghdr *nlh = nlmsg_hdr(msg);
    struct features features = { 1, 1 };

    features_parse(nlh, &features);
    assert_int_equal(features.active | features.changeable, 0);
    put_set(msg, ETHTOOL_A_FEATURES_HW, hw, ARRAY_SIZE(hw));
    put_set(msg, ETHTOOL_A_FEATURES_ACTIVE, active, ARRAY_SIZE(active));
    features_parse(nlh, &features);
    assert_int_equal(features.active, LRO | GRO_HW);
    assert_int_equal(features.changeable, GRO | LRO);
    for (size_t size = sizeof *nlh; size < nlh->nlmsg_len; size++) {
        read_garbage(nlh, size, 0);
        read_garbage(nlh, size, 1);
    }
    for (int i = 0; i < 1000; i++) {
        read_garbage(nlh, nlh->nlmsg_len, 1 + i % 5);
    }
    nlmsg_free(msg);
}

const struct CMUnitTest offloads_tests[] = {
    cmocka_unit_test(offloads_off_and_back),
    cmocka_unit_test(offloads_other_uplink),
    cmocka_unit_test(offloads_stay_on),
    cmocka_unit_test(offloads_give_in),
    cmocka_unit_test(offloads_features),
    { .name = NULL },
};
