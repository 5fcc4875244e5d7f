/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_UPLINK_USE_H
#define NETDEV_UPLINK_USE_H 1

/* Is the uplink used by somebody else?  Pure. */

#include <stdbool.h>

struct ds;
struct snapshot_device;

/* Appends to 's' that the device 'name' has an address, which says that
 * somebody else configures it, such as a DHCP client, and returns true.
 * Returns false if it has none.
 *
 * The agent gives the uplink no address, and takes away what IPv6
 * autoconfiguration does.  So any IPv4 address counts, and an IPv6 address of
 * more than the link's scope that has no lifetime. */
bool uplink_use_format(const struct snapshot_device *, const char *name,
                       struct ds *s);

#endif /* netdev/uplink-use.h */
