/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_EVENTS_H
#define NETDEV_EVENTS_H 1

/* Which of the kernel's messages are a reason to look: a router has thousands
 * a second that are none.  Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "openvswitch/types.h"

struct nlmsghdr;

/* What messages are compared with. */
struct events_device {
    const char *name;
    int ifindex;                /* As seen last, 0 if there was none. */
};
struct events_prefix {
    ovs_be32 neighbour;         /* Address of our neighbour. */
    ovs_be32 network;           /* Fake prefix, */
    unsigned int plen;          /* and its length. */
};
struct events_of {
    const struct events_device *devices;    /* The uplink, then fake ports. */
    size_t n_devices;
    const struct events_prefix *prefixes;   /* One a network. */
    size_t n_prefixes;
};

enum events_reason {
    EVENTS_NONE,
    EVENTS_LOOK,
    EVENTS_LOOK_IPV6            /* At the IPv6 routes, too. */
};

/* Returns what an rtnetlink message is a reason for. */
enum events_reason events_classify(struct nlmsghdr *,
                                   const struct events_of *);

#endif /* netdev/events.h */
