/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINK_ADDRESSES_H
#define NETDEV_LINK_ADDRESSES_H 1

/* The addresses of one network device, for link-reconcile.c.
 *
 * Functions that change something return 0 or a negative libnl error, and log
 * what they do for whoever debugs. */

#include <stddef.h>
#include <stdint.h>

struct link_want;
struct nl_sock;
struct rtnl_addr;
struct snapshot_device;

/* Gives the device the addresses that are wanted, and takes from it what was
 * wanted before.  Addresses of somebody else are left alone. */
int link_make_addresses(struct nl_sock *, const struct snapshot_device *,
                        const struct link_want *);

/* Returns address 'i' of the device's. */
struct rtnl_addr *link_get_address(const struct snapshot_device *, size_t i);

/* Deletes an address of the device 'name'.  One that is gone is no error. */
int link_delete_address(struct nl_sock *, const char *name,
                        struct rtnl_addr *);

/* Sets one of the device's IPV4_DEVCONF_*.  Logs nothing. */
int link_set_inet_conf(struct nl_sock *, const struct snapshot_device *,
                       unsigned int conf, uint32_t value);

/* Logs and counts a change of the device 'name', and returns 'error'. */
int link_log_change(const char *name, const char *what, int error);

#endif /* netdev/link-addresses.h */
