/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINK_EDIT_H
#define NETDEV_LINK_EDIT_H 1

/* Reading and editing one network device
 * ======================================
 *
 * Functions of a netlink socket, for links.c.  They keep nothing: each asks
 * the kernel anew and sends what differs.
 *
 * All return 0 or a negative libnl error (NLE_*, see nl_geterror()). */

#include <stdbool.h>

#include "openvswitch/types.h"

struct nl_cache;
struct nl_sock;
struct nlmsghdr;

struct link_want {
    const char *name;
    const struct eth_addr *mac; /* NULL to leave it. */
    ovs_be32 address;           /* 0 for none. */
    unsigned int plen;          /* Prefix length of 'address'. */
    unsigned int mtu;           /* Bytes; 0 to leave it. */
};

/* What identifies a device, and what others follow. */
struct link_facts {
    unsigned int ifindex;       /* 0 if there is no device. */
    unsigned int mtu;           /* Bytes. */
};

/* Makes the device 'want->name' as wanted: no IPv6 autoconfiguration, MAC,
 * MTU, address, up.  Returns -NLE_NODEV if there is no such device. */
int link_edit_make(struct nl_sock *, const struct link_want *);

/* Stores into '*facts' what is to be known of device 'name', all zeros if
 * there is no such device.  Leaves them alone if it fails. */
int link_edit_get_facts(struct nl_sock *, const char *name,
                        struct link_facts *facts);

/* Returns true if the netlink message 'nlh' says that device 'name' has left:
 * it was deleted, or taken to another network namespace, from where it may
 * come back with the same index. */
bool link_edit_is_departure(struct nlmsghdr *nlh, const char *name);

/* Takes our address from device 'name', and lets the kernel make IPv6
 * addresses for it again. */
int link_edit_release(struct nl_sock *, const char *name);

#endif /* netdev/link-edit.h */
