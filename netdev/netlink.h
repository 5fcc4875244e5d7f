/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NETLINK_H
#define NETDEV_NETLINK_H 1

/* What the files of netdev/ need beside libnl's functions. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_addr;
struct nl_msg;
struct nl_object;
struct nl_sock;
struct nlmsghdr;
struct rtnl_route;

/* Opens an rtnetlink socket for requests, whose replies are waited for at most
 * NETLINK_TIMEOUT_MSEC: after that, a request fails with -NLE_AGAIN.  Returns
 * NULL if that fails. */
#define NETLINK_TIMEOUT_MSEC 1000
struct nl_sock *netlink_open(void);

/* Replaces the socket after a reply that went wrong: part of it may still be
 * unread, and libnl expects the sequence number of a request that nobody will
 * answer.  If that fails, logs why, and the socket stays. */
void netlink_reopen(struct nl_sock **);

/* The same as netlink_open() for another protocol, NETLINK_*. */
struct nl_sock *netlink_open_protocol(int protocol);

/* Some of the kernel's objects of one kind (struct rtnl_route, ...). */
struct netlink_list {
    struct nl_object **objects;
    size_t n, allocated;
};

#define NETLINK_LIST_INITIALIZER { NULL, 0, 0 }

/* A request for a dump.  The kernel sends only what 'header' and the attribute
 * ask for (NETLINK_GET_STRICT_CHK, Linux 4.20 and later; before, and where an
 * attribute is not known, it sends all). */
struct netlink_dump {
    int type;                   /* RTM_GETADDR, ... */
    const void *header;         /* struct ifaddrmsg, ... */
    size_t header_len;
    int attr;                   /* Of 32 bits; 0 for none. */
    uint32_t value;             /* Of the attribute. */
};

/* Sends 'dump', and adds those objects for which 'wanted' returns true to
 * '*list', in the kernel's order.  The caller must begin with
 * NETLINK_LIST_INITIALIZER, and destroy '*list' in any case.
 *
 * Unlike an nl_cache, it has all objects of one address or prefix: a cache
 * takes two routes that differ only in the device for one.
 *
 * Returns 0 or a negative libnl error: -NLE_DUMP_INTR if they changed during
 * each of several tries. */
int netlink_fetch(struct nl_sock *, const struct netlink_dump *dump,
                  bool (*wanted)(struct nl_object *, const void *aux),
                  const void *aux, struct netlink_list *list);

/* The same, and 'note' sees each object that is put into the list, with the
 * message that it was made from: libnl does not know all attributes. */
int netlink_fetch_noting(struct nl_sock *, const struct netlink_dump *dump,
                         bool (*wanted)(struct nl_object *, const void *aux),
                         void (*note)(struct nl_object *, struct nlmsghdr *),
                         const void *aux, struct netlink_list *list);

void netlink_list_destroy(struct netlink_list *);

/* IP addresses of both families are struct in6_addr: that of IPv4 is
 * IPv4-mapped, as RFC 4291 section 2.5.5.2 has it.  No address is
 * in6addr_any. */

/* Returns AF_INET or AF_INET6. */
int netlink_family(const struct in6_addr *ip);

/* Returns how many bits addresses of that family have. */
unsigned int netlink_family_bits(int family);

/* Returns 'ip' with all bits 0 that are behind its first 'plen', as many as
 * prefixes of its family have. */
struct in6_addr netlink_network(const struct in6_addr *ip, unsigned int plen);

/* Returns true if 'addr' is 'ip', of any prefix length. */
bool netlink_is_ip(const struct nl_addr *addr, const struct in6_addr *ip);

/* Returns the IP address that 'addr' is, of any prefix length, in6addr_any if
 * it is none. */
struct in6_addr netlink_get_ip(const struct nl_addr *addr);

/* Returns true if 'addr' is the Ethernet address 'mac'. */
bool netlink_is_mac(const struct nl_addr *addr, const struct eth_addr *mac);

/* Returns the index of the device that 'route' leads to, if it leads to one
 * only, otherwise 0.  One that says "unreachable" leads nowhere, though IPv6
 * shows it with the loopback device. */
int netlink_route_ifindex(struct rtnl_route *route);

/* Each returns a new address, which the caller must nl_addr_put(). */
struct nl_addr *netlink_ip(const struct in6_addr *ip, unsigned int plen);
struct nl_addr *netlink_mac(const struct eth_addr *);

#endif /* netdev/netlink.h */
