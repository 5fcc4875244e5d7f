/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_FEATURES_H
#define NETDEV_FEATURES_H 1

/* Features of network devices
 * ===========================
 *
 * As "ethtool -K" switches them, by ethtool's netlink (Linux 5.8 and later;
 * see the kernel's ethtool-netlink document).  Only those that join packets
 * that come in.  The functions that return int return 0 or a positive errno
 * value. */

#include <stdbool.h>
#include <stdint.h>

struct ds;
struct nlmsghdr;

/* Sets of features are the bits 1 << FEATURE_*. */
enum feature {
    FEATURE_GRO,                /* rx-gro */
    FEATURE_GRO_HW,             /* rx-gro-hw */
    FEATURE_LRO,                /* rx-lro */
    N_FEATURES
};

struct features {
    uint32_t active;            /* On. */
    uint32_t changeable;        /* Can be switched. */
};

/* Asks for the device's features.  Returns ENODEV if there is no such device,
 * ENOENT or EOPNOTSUPP if the kernel does not tell. */
int features_get(const char *device, struct features *);

/* Switches those of 'which' on or off.  The device may leave some as they
 * are. */
int features_set(const char *device, uint32_t which, bool on);

/* Stores into '*features' what a reply to features_get() says.  Pure, and so
 * are the following.  The message may be anything. */
void features_parse(const struct nlmsghdr *, struct features *features);

/* Names, as ethtool(8) shows them, with a comma between two; unknown ones are
 * left out. */
void features_format(uint32_t which, struct ds *);
uint32_t features_from_string(const char *);

#endif /* netdev/features.h */
