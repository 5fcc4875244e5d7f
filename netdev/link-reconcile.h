/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINK_RECONCILE_H
#define NETDEV_LINK_RECONCILE_H 1

/* Editing one network device
 * ==========================
 *
 * Functions of a netlink socket and of what the kernel had at this look
 * (snapshot.h), for links.c.  They keep nothing: each compares, and sends what
 * differs.
 *
 * All return 0 or a negative libnl error (NLE_*, see nl_geterror()). */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct nl_sock;
struct nlmsghdr;
struct snapshot;
struct snapshot_device;

/* IPv6 address generation modes, IN6_ADDR_GEN_MODE_*, or not known; as a word
 * as in ip-link(8), or NULL. */
#define LINK_MODE_UNKNOWN UINT8_MAX
const char *link_mode_to_string(uint8_t mode);
uint8_t link_mode_from_string(const char *s);

struct link_address {
    struct in6_addr ip;         /* As in netlink.h. */
    unsigned int plen;          /* Prefix length, as its family has it. */
};

struct link_want {
    const char *name;
    const struct eth_addr *mac; /* NULL to leave it. */
    const struct link_address *addresses;
    size_t n_addresses;
    unsigned int mtu;           /* Bytes; 0 to leave it. */
    bool src_valid_mark;        /* On; false to leave it. */
};

/* Makes the device as wanted: no IPv6 autoconfiguration, MAC, MTU,
 * addresses, up.  '*former_mode' becomes the address generation mode that the
 * device had, if it is changed.  Returns -NLE_NODEV if there is no such device. */
int link_reconcile(struct nl_sock *, const struct snapshot *,
                   const struct snapshot_device *, const struct link_want *,
                   uint8_t *former_mode);

/* Gives the device its MTU alone. */
int link_set_mtu(struct nl_sock *, const struct snapshot_device *,
                 const struct link_want *);

/* Takes our addresses from the device 'name', and sets the IPv6 address
 * generation mode to 'mode', or if that is not known to the kernel's default
 * for new devices.  src_valid_mark stays: without marks it does nothing. */
int link_release(struct nl_sock *, const struct snapshot_device *,
                 const char *name, uint8_t mode);

/* Returns true if the netlink message 'nlh' says that device 'name' has left:
 * it was deleted, or taken to another network namespace, from where it may
 * come back with the same index. */
bool link_is_departure(struct nlmsghdr *nlh, const char *name);

#endif /* netdev/link-reconcile.h */
