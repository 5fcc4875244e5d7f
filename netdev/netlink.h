/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NETLINK_H
#define NETDEV_NETLINK_H 1

/* What link-edit.c and route-edit.c need beside libnl's functions. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_addr;
struct nl_object;
struct nl_sock;

/* Some of the kernel's objects of one kind (struct rtnl_route, ...). */
struct netlink_list {
    struct nl_object **objects;
    size_t n, allocated;
};

#define NETLINK_LIST_INITIALIZER { NULL, 0, 0 }

/* Asks the kernel for all objects of one kind, by a request of 'type'
 * (RTM_GETADDR, ...) for 'family', and puts those for which 'wanted' returns
 * true into '*list', in the kernel's order.  The caller must destroy '*list'
 * in any case.
 *
 * Unlike an nl_cache, it has all objects of one address or prefix: a cache
 * takes two routes that differ only in the device for one.
 *
 * Returns 0 or a negative libnl error: -NLE_DUMP_INTR if they changed during
 * each of several tries. */
int netlink_fetch(struct nl_sock *, int type, int family,
                  bool (*wanted)(struct nl_object *, const void *aux),
                  const void *aux, struct netlink_list *list);

/* The same of routes, of one protocol number (RTPROT_*): a router may have a
 * million of another.  Linux before 4.20 sends all, so 'wanted' must look at
 * the protocol, too. */
int netlink_fetch_routes(struct nl_sock *, int family, uint8_t protocol,
                         bool (*wanted)(struct nl_object *, const void *aux),
                         const void *aux, struct netlink_list *list);

void netlink_list_destroy(struct netlink_list *);

/* Returns true if 'addr' is the IPv4 address 'ip', of any prefix length. */
bool netlink_is_ip(const struct nl_addr *addr, ovs_be32 ip);

/* Returns true if 'addr' is the Ethernet address 'mac'. */
bool netlink_is_mac(const struct nl_addr *addr, const struct eth_addr *mac);

/* Each returns a new address, which the caller must nl_addr_put(). */
struct nl_addr *netlink_ip(ovs_be32 ip, unsigned int plen);
struct nl_addr *netlink_mac(const struct eth_addr *);

#endif /* netdev/netlink.h */
