/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_WANT_H
#define NETDEV_LINKS_WANT_H 1

/* What devices are to have, as follows from the networks that are on them.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>

struct ds;
struct link_want;
struct links_config;
struct links_devices;
struct route_want;
struct snapshot;

/* Stores into '*want' what fake port 'name' is to have, of IPv6 nothing if it
 * is impossible ('ipv6' is false).  The caller must free its addresses; the
 * rest is valid as long as the configuration and 'name'. */
void links_want_fake_port(const struct links_config *, const char *name,
                          unsigned int mtu, bool ipv6,
                          struct link_want *want);

/* Returns what the networks on the devices from 'first' to 'last' are to have,
 * for the caller to free, and stores their number into '*n'. */
struct route_want *links_want_routes(const struct links_config *,
                                     const struct links_devices *,
                                     const struct snapshot *,
                                     size_t first, size_t last, size_t *n);

/* Appends to 's' what all devices are to have, in words.  An 'mtu' of 0 is not
 * known. */
void links_want_format(const struct links_config *,
                       const struct links_devices *, unsigned int mtu,
                       struct ds *s);

#endif /* netdev/links-want.h */
