/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_IPV6_H
#define NETDEV_LINKS_IPV6_H 1

/* What takes IPv6 from a fake port. */

#include <stdbool.h>

struct ds;
struct links_config;

/* The least MTU that a link must have for IPv6 (RFC 8200 section 5).  Linux
 * takes all that is of IPv6 from a device that has less, and gives it back to
 * one whose MTU grows. */
#define LINKS_IPV6_MIN_MTU 1280

/* Returns true if one of the networks, on fake port 'name' unless that is
 * NULL, is of IPv6. */
bool links_ipv6_is_wanted(const struct links_config *, const char *name);

/* Returns true if such networks on 'name', which is there, cannot have their
 * addresses, and appends why, and what helps, to 's'.  'mtu' is what the fake
 * port is to have, that of the uplink; 0 if it is not known. */
bool links_ipv6_is_impossible(const struct links_config *, const char *name,
                              unsigned int mtu, struct ds *s);

/* Returns true if fake port 'name', with networks of IPv6, has an MTU that is
 * too small, and is to have another that is not: only with that the kernel
 * takes requests for IPv6. */
bool links_ipv6_is_awaited(const struct links_config *, const char *name,
                           unsigned int mtu, unsigned int wanted_mtu);

#endif /* netdev/links-ipv6.h */
