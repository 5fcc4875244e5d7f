/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_CONNTRACK_H
#define NETDEV_CONNTRACK_H 1

/* The kernel's connection tracking
 * =================================
 *
 * On the kernel's datapath, Open vSwitch tracks the connections of routed
 * clients there.  The answers of such a connection are from the fake address
 * to the client, and with these addresses, the ports and the zone the kernel
 * finds it at once, however many there are.  (On the userspace datapath, Open
 * vSwitch has connection tracking of its own, and the kernel knows of
 * none.) */

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

struct conntrack_query {
    uint16_t zone;
    uint8_t protocol;           /* IPPROTO_TCP, IPPROTO_UDP. */

    /* Both of one family.  IPv4: mapped (RFC 4291). */
    struct in6_addr service;    /* The fake address. */
    uint16_t service_port;
    struct in6_addr client;     /* As the service sees it. */
    uint16_t client_port;
    struct in6_addr target;     /* Out: what the client asked for, likewise;
                                 * all zeros if there is no such
                                 * connection. */
};

/* Finds the targets of the 'n' queries.  The kernel answers within the call:
 * each costs some microseconds.
 *
 * Returns 0, or an errno value if it cannot be asked: EPERM without
 * CAP_NET_ADMIN, EOPNOTSUPP without nf_conntrack_netlink.  Then no target was
 * found. */
int conntrack_find(struct conntrack_query *queries, size_t n);

#endif /* netdev/conntrack.h */
