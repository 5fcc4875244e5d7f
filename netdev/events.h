/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_EVENTS_H
#define NETDEV_EVENTS_H 1

/* Which of the kernel's messages are a reason to look: a router has thousands
 * a second that are none.  Pure. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct nlmsghdr;

/* What messages are compared with. */
struct events_device {
    const char *name;
    int ifindex;                /* As seen last, 0 if there was none. */
};
struct events_prefix {
    struct in6_addr neighbour;  /* Address of our neighbour. */
    struct in6_addr network;    /* Fake prefix, */
    unsigned int plen;          /* and its length, as its family has it. */
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
    EVENTS_LOOK_IPV6            /* At what else there may be of IPv6, too. */
};

/* Returns what an rtnetlink message is a reason for. */
enum events_reason events_classify(struct nlmsghdr *,
                                   const struct events_of *);

#endif /* netdev/events.h */
