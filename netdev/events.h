/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_EVENTS_H
#define NETDEV_EVENTS_H 1

/* Which of the kernel's messages are a reason to look: a router has thousands
 * a second that are none.  Pure. */

#include <stdbool.h>

#include "openvswitch/types.h"

struct nlmsghdr;

/* What messages are compared with: devices as they were seen last, index 0 if
 * there was none. */
struct events_of {
    const char *uplink, *fake_port;
    int uplink_ifindex, fake_port_ifindex;
    ovs_be32 neighbour, network;    /* Neighbour's address; fake prefix, */
    unsigned int plen;              /* and its length. */
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
