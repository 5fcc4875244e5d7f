/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_H
#define NETDEV_LINKS_H 1

/* The links of the fake ports and of the uplink
 * ==============================================
 *
 * Keeps the network devices as they are wanted, over rtnetlink(7): each fake
 * port has the server MAC, the fake addresses of its networks and the uplink's
 * MTU and is up; the uplink is up; none configures IPv6 addresses or routes by
 * itself.  Further addresses that somebody gives them by hand are left alone;
 * one that was a fake address before is known by its label, or of IPv6 by its
 * protocol number, and goes.  Where a fake port cannot have IPv6
 * (links-ipv6.h), this is blocked, but networks of IPv4 are served.
 *
 * The clients of a network are reached through one permanent neighbour that
 * has the client MAC (route-reconcile.h has its address), by one route to the
 * fake prefix.  What route the kernel makes for the fake address is deleted; it
 * makes none if the address is the agent's (IFA_F_NOPREFIXROUTE).  For routed
 * clients, whose own addresses the services see, a rule sends all that comes
 * from the fake address to a table of its own, which has a default route
 * through the same neighbour, and "unreachable" while the fake port is away: so
 * nothing that is sent from the fake address leaves elsewhere.  Marked packets,
 * which are those of containers, have rules of their own (route-reconcile.h),
 * and the fake port has src_valid_mark, so that a strict reverse path filter
 * follows them.
 *
 * Routes and rules have a protocol number of their own, SNAPSHOT_PROTOCOL.
 * Those that have it and are not wanted any more go, and so does the neighbour
 * that they lead to.  Other routes, rules and neighbours are left alone, also
 * where they take precedence; but in the place of the one neighbour, there is
 * no other.
 *
 * IPv6 autoconfiguration has no switch in rtnetlink.  IFLA_INET6_ADDR_GEN_MODE
 * "none" keeps the kernel from making a link-local address, but not from
 * following a router advertisement; what such a one brings (an address that
 * has a lifetime, a route of protocol "ra") is taken away as it comes, before
 * duplicate address detection (RFC 4862 section 5.4) would let it be used.
 *
 * Netlink messages about the devices, their addresses, our neighbours,
 * routes and rules, and IPv6 routes that a router advertisement brings, are a
 * reason to look (events.h).  Each look asks the kernel once (snapshot.h).
 *
 * Requests to the kernel are answered within the call, or given up after
 * NETLINK_TIMEOUT_MSEC; nothing here waits for anybody else.  Call links_run()
 * and links_wait() in each pass of a poll loop. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct ds;

struct links_network {
    const char *fake_port;      /* Networks can have one in common. */
    uint32_t id;                /* That tells it from others, 0 if it is the
                                 * only one. */
    struct eth_addr mac;        /* Of the fake port: the same in all. */
    struct in6_addr address;    /* Of the fake port; that of IPv4 is
                                 * IPv4-mapped, as in netlink.h. */
    unsigned int plen;          /* Its prefix length, as its family has it:
                                 * 30 at most, or 126. */
    struct eth_addr client_mac;
    bool routed_clients;        /* With the rules and their table. */
    uint32_t mark, mark_mask;   /* See firewall.h; a mask of 0 for none. */
};

struct links_config {
    const char *uplink;
    const struct links_network *networks;
    size_t n_networks;          /* 1 or more. */
};

/* Creates the object.  Until links_start(), nothing is touched: the names
 * could be those of devices that have nothing to do with the bridge.
 *
 * Returns NULL, with a line in the log, if netlink sockets cannot be had. */
struct links *links_create(const struct links_config *config);

/* Frees 'links'.  The devices stay as they are. */
void links_destroy(struct links *links);

/* Changes the configuration, as of the next look.  A device that has no place
 * in it any more is released, if links_start() was called; and if one has,
 * that must be called again. */
void links_set_config(struct links *links, const struct links_config *config);

/* From now on the devices are ports of the bridge, to be kept as wanted. */
void links_start(struct links *links);

/* From now on nothing is touched, as before links_start(). */
void links_stop(struct links *links);

void links_run(struct links *links);
void links_wait(struct links *links);

/* True if something changed, or may have, since the last links_look(). */
bool links_wants_look(const struct links *links);

/* Compares the devices with what is wanted, and mends what differs. */
void links_look(struct links *links);

/* Returns the index of the uplink's device, 0 while there is none.  It changes
 * when the device is replaced by another of the same name. */
unsigned int links_uplink_ifindex(const struct links *links);

/* Returns true if the uplink's device left since the last call, even if one is
 * there again, with the same index: one that was in another network namespace
 * meanwhile keeps it.  Also if it may have, because the kernel had more to
 * tell than its buffer holds: to take an uplink out and in again costs some
 * milliseconds, to listen to one that has left, all its traffic. */
bool links_take_uplink_left(struct links *links);

/* Returns the MTU that the fake ports are to have, 0 while it is not known:
 * that of the uplink, as far as they can. */
unsigned int links_fake_port_mtu(const struct links *links);

/* Returns how many requests to change objects of that kind were needed to mend
 * devices that had all been as wanted: somebody changed them, or they went and
 * came back.  What it takes to have them so for the first time is not
 * counted. */
enum links_kind {
    LINKS_LINK,                 /* Up, MAC, MTU, and other settings. */
    LINKS_ADDRESS,
    LINKS_ROUTE,
    LINKS_NEIGHBOUR,
    LINKS_RULE,
    N_LINKS_KINDS
};
uint64_t links_n_repairs(const struct links *links, enum links_kind kind);

/* True if all devices are as wanted. */
bool links_is_in_sync(const struct links *links);

/* True if only others can bring this in sync. */
bool links_is_blocked(const struct links *links);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next links_look()). */
void links_format_wanted(const struct links *links, struct ds *s);
const char *links_present(const struct links *links);

/* Releases the devices: the rules and their tables, and of a fake port that
 * stays, as it was adopted, what was added to it.  IPv6 address generation
 * becomes what it was.  MTU and MAC address of a fake port that stays, and
 * that all are up, are left. */
void links_release(struct links *links);

/* The same of rules and tables only, when somebody else removed the ports.
 * Does nothing while there is a fake port: it could be another bridge's. */
void links_release_orphans(struct links *links);

/* Returns the number of devices, and the name of device 'i': the uplink, then
 * the fake ports, valid until the next links_set_config(). */
size_t links_n_devices(const struct links *links);
const char *links_device(const struct links *links, size_t i);

/* The IPv6 address generation mode that device 'i' had before the agent
 * changed it ("eui64", "none", "stable-privacy" or "random"), NULL if it did
 * not.  An agent that is started later does not know it, but can be told, for
 * links_release(); what is NULL or none of these is ignored. */
const char *links_former_mode(const struct links *links, size_t i);
void links_set_former_mode(struct links *links, size_t i, const char *mode);

#endif /* netdev/links.h */
