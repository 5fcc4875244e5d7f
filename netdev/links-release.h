/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_RELEASE_H
#define NETDEV_LINKS_RELEASE_H 1

/* Taking away what was added to devices, and setting back what was changed.
 * For links.c.  What cannot be done is logged; the socket is another one
 * then (netlink_reopen()). */

#include <stddef.h>

struct links_config;
struct links_devices;
struct nl_sock;

/* Releases the devices from 'first' to 'last', and their networks. */
void links_release_devices(struct nl_sock **, const struct links_config *,
                           const struct links_devices *, size_t first,
                           size_t last);

/* Releases those of 'devices' that 'fresh' does not have. */
void links_release_missing(struct nl_sock **, const struct links_config *,
                           const struct links_devices *devices,
                           const struct links_devices *fresh);

/* Releases the rules and tables of all networks, unless there is a fake
 * port. */
void links_release_routes(struct nl_sock **, const struct links_config *,
                          const struct links_devices *);

#endif /* netdev/links-release.h */
