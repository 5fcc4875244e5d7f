/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/features.h"

#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/genetlink.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

static const char *const names[N_FEATURES] = {
    [FEATURE_GRO] = "rx-gro",
    [FEATURE_GRO_HW] = "rx-gro-hw",
    [FEATURE_LRO] = "rx-lro",
};

/* Messages. */

static struct nlattr *
start(struct nl_msg *msg, int attr)
{
    struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | attr);

    ovs_assert(nest);
    return nest;
}

static struct nl_msg *
message(int family, int command, const char *device)
{
    struct nl_msg *msg = genetlink_message(family, command);
    struct nlattr *header = start(msg, ETHTOOL_A_FEATURES_HEADER);

    ovs_assert(!nla_put_string(msg, ETHTOOL_A_HEADER_DEV_NAME, device));
    ovs_assert(!nla_put_u32(msg, ETHTOOL_A_HEADER_FLAGS,
                            ETHTOOL_FLAG_OMIT_REPLY));
    nla_nest_end(msg, header);
    return msg;
}

/* A set of bits that has a mask: those that are named become 'on', the others
 * stay as they are. */
static void
put_wanted(struct nl_msg *msg, uint32_t which, bool on)
{
    struct nlattr *set = start(msg, ETHTOOL_A_FEATURES_WANTED);
    struct nlattr *bits = start(msg, ETHTOOL_A_BITSET_BITS);

    for (int i = 0; i < N_FEATURES; i++) {
        if (which & UINT32_C(1) << i) {
            struct nlattr *bit = start(msg, ETHTOOL_A_BITSET_BITS_BIT);

            ovs_assert(!nla_put_string(msg, ETHTOOL_A_BITSET_BIT_NAME,
                                       names[i]));
            if (on) {
                ovs_assert(!nla_put_flag(msg, ETHTOOL_A_BITSET_BIT_VALUE));
            }
            nla_nest_end(msg, bit);
        }
    }
    nla_nest_end(msg, bits);
    nla_nest_end(msg, set);
}

/* Returns the feature that 'bit' names, in a set. */
static uint32_t
parse_bit(struct nlattr *bit)
{
    struct nlattr *name = nla_find(nla_data(bit), nla_len(bit),
                                   ETHTOOL_A_BITSET_BIT_NAME);

    for (int i = 0; i < N_FEATURES && name; i++) {
        if (!nla_strcmp(name, names[i])) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

/* A set of bits without a mask has those that are on. */
static uint32_t
parse_set(const struct nlmsghdr *nlh, int attr)
{
    struct nlattr *set = nlmsg_find_attr(CONST_CAST(struct nlmsghdr *, nlh),
                                         GENL_HDRLEN, attr);
    struct nlattr *bits = (set ? nla_find(nla_data(set), nla_len(set),
                                          ETHTOOL_A_BITSET_BITS) : NULL);
    uint32_t which = 0;
    struct nlattr *bit;
    int left;

    if (bits) {
        nla_for_each_nested (bit, bits, left) {
            which |= parse_bit(bit);
        }
    }
    return which;
}

void
features_parse(const struct nlmsghdr *nlh, struct features *features)
{
    *features = (struct features) { 0, 0 };
    if (nlmsg_valid_hdr(nlh, GENL_HDRLEN)) {
        features->active = parse_set(nlh, ETHTOOL_A_FEATURES_ACTIVE);
        features->changeable = parse_set(nlh, ETHTOOL_A_FEATURES_HW);
    }
}

/* Requests. */

static int
take_features(struct nl_msg *msg, void *features)
{
    features_parse(nlmsg_hdr(msg), features);
    return NL_STOP;
}

int
features_get(const char *device, struct features *features)
{
    int family;
    int error = genetlink_find(ETHTOOL_GENL_NAME, &family);

    return (error ? error
            : genetlink_send(message(family, ETHTOOL_MSG_FEATURES_GET, device),
                             take_features, features));
}

int
features_set(const char *device, uint32_t which, bool on)
{
    int family;
    int error = genetlink_find(ETHTOOL_GENL_NAME, &family);

    if (error) {
        return error;
    }

    struct nl_msg *msg = message(family, ETHTOOL_MSG_FEATURES_SET, device);
    put_wanted(msg, which, on);
    return genetlink_send(msg, NULL, NULL);
}

/* Names. */

void
features_format(uint32_t which, struct ds *s)
{
    for (int i = 0; i < N_FEATURES; i++) {
        if (which & UINT32_C(1) << i) {
            ds_put_format(s, "%s%s", which & ((UINT32_C(1) << i) - 1)
                          ? "," : "", names[i]);
        }
    }
}

uint32_t
features_from_string(const char *s)
{
    char *copy = xstrdup(s), *save_ptr = NULL;
    uint32_t which = 0;

    for (char *name = strtok_r(copy, ",", &save_ptr); name;
         name = strtok_r(NULL, ",", &save_ptr)) {
        for (int i = 0; i < N_FEATURES; i++) {
            if (!strcmp(name, names[i])) {
                which |= UINT32_C(1) << i;
            }
        }
    }
    free(copy);
    return which;
}
