/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_H
#define NETDEV_LINKS_H 1

/* The links of the fake port and of the uplink
 * =============================================
 *
 * Keeps the two network devices as they are wanted, over rtnetlink(7): the
 * fake port has the server MAC and the fake address and is up; the uplink is
 * up; neither configures IPv6 addresses or routes by itself.  Further
 * addresses that somebody gives them by hand are left alone; one that was the
 * fake address before is known by its label, and goes.
 *
 * IPv6 autoconfiguration has no switch in rtnetlink.  IFLA_INET6_ADDR_GEN_MODE
 * "none" keeps the kernel from making a link-local address, but not from
 * following a router advertisement; what such a one brings (an address that
 * has a lifetime, a route of protocol "ra") is taken away as it comes, before
 * duplicate address detection (RFC 4862 section 5.4) would let it be used.
 *
 * Each netlink message about a device or an address is a reason to look, and
 * so is a minute without one.  Somebody who changes things all the time is
 * answered 20 times a second.
 *
 * Requests to the kernel are answered within the call; nothing here waits for
 * anybody else.  Call links_run() and links_wait() in each pass of a poll
 * loop. */

#include <stdbool.h>

#include "openvswitch/types.h"

struct ds;

struct links_config {
    const char *uplink;
    const char *fake_port;
    struct eth_addr mac;        /* Of the fake port. */
    ovs_be32 address;           /* Of the fake port. */
    unsigned int plen;          /* Its prefix length. */
};

/* Creates the object.  'config' and what it points to must outlive it.  Until
 * links_start(), nothing is touched: the names could be those of devices that
 * have nothing to do with the bridge.
 *
 * Returns NULL, with a line in the log, if netlink sockets cannot be had. */
struct links *links_create(const struct links_config *config);

/* Frees 'links'.  The devices stay as they are. */
void links_destroy(struct links *links);

/* From now on the devices are ports of the bridge, to be kept as wanted. */
void links_start(struct links *links);

/* From now on nothing is touched, as before links_start(). */
void links_stop(struct links *links);

void links_run(struct links *links);
void links_wait(struct links *links);

/* Returns the index of the uplink's device, 0 while there is none.  It changes
 * when the device is replaced by another of the same name. */
unsigned int links_uplink_ifindex(const struct links *links);

/* True if both devices are as wanted. */
bool links_is_right(const struct links *links);

/* True if this cannot become right without somebody else's doing. */
bool links_is_stuck(const struct links *links);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next links_run()). */
void links_format_wanted(const struct links *links, struct ds *s);
const char *links_present(const struct links *links);

/* Gives the uplink back: from now on the kernel makes IPv6 addresses on it
 * again.  It stays up.  Does nothing if there is no uplink. */
void links_release(struct links *links);

#endif /* netdev/links.h */
