/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_SNAPSHOT_H
#define NETDEV_SNAPSHOT_H 1

/* What the kernel has, as of one look
 * ====================================
 *
 * Each look asks the kernel once for each kind of object, with filters that
 * the kernel applies where it can: a router may have a million routes of
 * others. */

#include <stdbool.h>
#include <stddef.h>

#include "netdev/netlink.h"

struct nl_sock;
struct rtnl_link;

/* The protocol number of the agent's routes and rules, 'p': nobody else's in
 * rtnetlink.h and in iproute2's rt_protos. */
#define SNAPSHOT_PROTOCOL 112

/* Addresses of IPv6 have no label in the kernel, but a protocol number (Linux
 * 5.18 and later), which libnl does not know.  In a snapshot, those that have
 * ours have this label. */
#define SNAPSHOT_LABEL "pipette-agent"

struct snapshot_device {
    struct rtnl_link *link;     /* NULL if there is no such device. */
    int ifindex;                /* 0 if there is no such device. */
    unsigned int mtu;           /* Bytes. */
    struct netlink_list addresses;  /* struct rtnl_addr; see below. */
    struct netlink_list neighbours; /* struct rtnl_neigh; of fake ports. */
};

struct snapshot {
    struct snapshot_device *devices;    /* As asked for: the uplink, then the
                                         * fake ports. */
    size_t n_devices;

    /* struct rtnl_route.  Those of protocol SNAPSHOT_PROTOCOL, and of IPv4
     * those of the main table that the kernel made for addresses of the fake
     * ports.  Of IPv6 those of the devices that the kernel made for router
     * advertisements, and for addresses. */
    struct netlink_list routes, kernel_routes;
    struct netlink_list ra_routes, ipv6_kernel_routes;

    struct netlink_list rules;      /* struct rtnl_rule. */
};

/* Asks for the 'n' devices 'names' only. */
int snapshot_take_devices(struct nl_sock *, const char *const names[],
                          size_t n, struct snapshot *);

/* Asks for all else of IPv4, and of IPv6 for addresses, and for what 'ipv6'
 * says: to find few routes, the kernel goes through all. */
enum {
    SNAPSHOT_IPV6_OURS = 1 << 0,    /* What is of our protocol, and rules and
                                     * neighbours. */
    SNAPSHOT_IPV6_KERNEL = 1 << 1,  /* Routes that the kernel made. */
};
int snapshot_take_rest(struct nl_sock *, unsigned int ipv6,
                       struct snapshot *);

/* Both return 0 or a negative libnl error; what is in the snapshot then must
 * not be used, but for the devices.  The caller must destroy '*snapshot' in
 * any case, and begin with SNAPSHOT_INITIALIZER. */
#define SNAPSHOT_INITIALIZER { .devices = NULL }
void snapshot_destroy(struct snapshot *);

/* Returns true if there is any of the fake ports. */
bool snapshot_has_fake_ports(const struct snapshot *);

/* Returns true if 'ifindex' is that of a device, or of a fake port. */
bool snapshot_has_device(const struct snapshot *, int ifindex);
bool snapshot_has_fake_port(const struct snapshot *, int ifindex);

#endif /* netdev/snapshot.h */
