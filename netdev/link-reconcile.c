/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/link-reconcile.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/link-addresses.h"
#include "netdev/netlink.h"
#include "netdev/snapshot.h"
#include "util.h"

/* IPv6 autoconfiguration. */

/* Returns true if the kernel made 'addr' from a router advertisement. */
static bool
is_advertised(struct rtnl_addr *addr)
{
    return rtnl_addr_get_flags(addr) & (IFA_F_MANAGETEMPADDR
                                        | IFA_F_TEMPORARY);
}

/* nl_addr_cmp_prefix() reads beyond an address that says it has a longer
 * prefix. */
static bool
has_prefix(const struct nl_addr *addr)
{
    return addr && nl_addr_get_prefixlen(addr) <= 8 * nl_addr_get_len(addr);
}

/* Returns true if 'route', which the kernel made, leads to the device. */
static bool
is_on_device(struct rtnl_route *route, const struct snapshot_device *device)
{
    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);

    return (nh && rtnl_route_nh_get_ifindex(nh) == device->ifindex
            && rtnl_route_get_type(route) == RTN_UNICAST);
}

/* Returns true if 'route' is the on-link route of an address that came from a
 * router advertisement. */
static bool
is_of_advertised_address(struct rtnl_route *route,
                         const struct snapshot_device *device)
{
    struct nl_addr *dst = rtnl_route_get_dst(route);

    for (size_t i = 0; i < device->addresses.n && has_prefix(dst); i++) {
        struct rtnl_addr *addr = link_get_address(device, i);
        struct nl_addr *local = rtnl_addr_get_local(addr);

        if (rtnl_addr_get_family(addr) == AF_INET6 && is_advertised(addr)
            && has_prefix(local) && !nl_addr_cmp_prefix(dst, local)) {
            return true;
        }
    }
    return false;
}

static int
delete_route(struct nl_sock *sock, const char *name, struct rtnl_route *route)
{
    int error = link_log_change(name, "delete route of a router advertisement",
                                rtnl_route_delete(sock, route, 0));

    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

static int
remove_advertised_routes(struct nl_sock *sock, const struct snapshot *snapshot,
                         const struct snapshot_device *device,
                         const char *name)
{
    const struct netlink_list *ra = &snapshot->ra_routes;
    const struct netlink_list *kernel = &snapshot->ipv6_kernel_routes;
    int error = 0;

    for (size_t i = 0; i < ra->n && !error; i++) {
        struct rtnl_route *route = (struct rtnl_route *) ra->objects[i];

        if (is_on_device(route, device)) {
            error = delete_route(sock, name, route);
        }
    }
    for (size_t i = 0; i < kernel->n && !error; i++) {
        struct rtnl_route *route = (struct rtnl_route *) kernel->objects[i];

        if (is_on_device(route, device)
            && is_of_advertised_address(route, device)) {
            error = delete_route(sock, name, route);
        }
    }
    return error;
}

/* Takes away the addresses that came from router advertisements, and if
 * 'link_local' the link-local ones too. */
static int
remove_ipv6_addresses(struct nl_sock *sock,
                      const struct snapshot_device *device, const char *name,
                      bool link_local)
{
    int error = 0;

    for (size_t i = 0; i < device->addresses.n && !error; i++) {
        struct rtnl_addr *addr = link_get_address(device, i);

        if (rtnl_addr_get_family(addr) == AF_INET6
            && (is_advertised(addr)
                || (link_local
                    && rtnl_addr_get_scope(addr) == RT_SCOPE_LINK))) {
            error = link_delete_address(sock, name, addr);
        }
    }
    return error;
}

static int
set_addr_gen_mode(struct nl_sock *sock, const struct snapshot_device *device,
                  const char *name, uint8_t mode)
{
    struct rtnl_link *change = rtnl_link_alloc();
    char what[32];

    ovs_assert(change);
    int error = rtnl_link_inet6_set_addr_gen_mode(change, mode);
    if (!error) {
        error = rtnl_link_change(sock, device->link, change, 0);
    }
    rtnl_link_put(change);
    snprintf(what, sizeof what, "addr_gen_mode = %u", mode);
    return link_log_change(name, what, error);
}

static int
stop_autoconfiguration(struct nl_sock *sock, const struct snapshot *snapshot,
                       const struct snapshot_device *device,
                       const char *name, uint8_t *former_mode)
{
    bool link_local = false;
    uint8_t mode;
    int error = 0;

    if (rtnl_link_inet6_get_addr_gen_mode(device->link, &mode)) {
        return 0;               /* No IPv6 on this device. */
    }
    if (mode != IN6_ADDR_GEN_MODE_NONE) {
        /* What is link-local now is what the kernel made by itself; once the
         * mode is "none", it is what somebody wanted. */
        link_local = true;
        error = set_addr_gen_mode(sock, device, name, IN6_ADDR_GEN_MODE_NONE);
        if (!error) {
            *former_mode = mode;
        }
    }
    if (!error) {
        error = remove_advertised_routes(sock, snapshot, device, name);
    }
    return error ? error : remove_ipv6_addresses(sock, device, name,
                                                 link_local);
}

/* MAC, MTU and up. */

static int
make_link(struct nl_sock *sock, const struct snapshot_device *device,
          const struct link_want *want)
{
    bool new_mac = (want->mac
                    && !netlink_is_mac(rtnl_link_get_addr(device->link),
                                       want->mac));
    bool new_mtu = want->mtu && device->mtu != want->mtu;
    bool down = !(rtnl_link_get_flags(device->link) & IFF_UP);

    if (!new_mac && !new_mtu && !down) {
        return 0;
    }

    struct rtnl_link *change = rtnl_link_alloc();
    ovs_assert(change);
    rtnl_link_set_flags(change, IFF_UP);
    if (new_mac) {
        struct nl_addr *mac = netlink_mac(want->mac);

        rtnl_link_set_addr(change, mac);
        nl_addr_put(mac);
    }
    if (new_mtu) {
        rtnl_link_set_mtu(change, want->mtu);
    }
    int error = rtnl_link_change(sock, device->link, change, 0);
    rtnl_link_put(change);

    char what[32];
    snprintf(what, sizeof what, "set%s%s%s", down ? " up" : "",
             new_mac ? " MAC" : "", new_mtu ? " MTU" : "");
    return link_log_change(want->name, what, error);
}

int
link_set_mtu(struct nl_sock *sock, const struct snapshot_device *device,
             const struct link_want *want)
{
    struct rtnl_link *change = rtnl_link_alloc();

    ovs_assert(change);
    rtnl_link_set_mtu(change, want->mtu);
    int error = rtnl_link_change(sock, device->link, change, 0);
    rtnl_link_put(change);
    return link_log_change(want->name, "set MTU", error);
}

/* The kernel's reverse path filter takes marks into account (src_valid_mark in
 * the kernel's ip-sysctl document). */
static int
make_src_valid_mark(struct nl_sock *sock, const struct snapshot_device *device,
                    const struct link_want *want)
{
    uint32_t on = 1;

    rtnl_link_inet_get_conf(device->link, IPV4_DEVCONF_SRC_VMARK, &on);
    return (on || !want->src_valid_mark ? 0
            : link_log_change(want->name, "src_valid_mark = 1",
                              link_set_inet_conf(sock, device,
                                                 IPV4_DEVCONF_SRC_VMARK, 1)));
}

bool
link_is_departure(struct nlmsghdr *nlh, const char *name)
{
    const struct ifinfomsg *ifi = nlmsg_data(nlh);

    /* Of AF_BRIDGE, it would only have left a bridge. */
    if (nlh->nlmsg_type != RTM_DELLINK || !nlmsg_valid_hdr(nlh, sizeof *ifi)
        || ifi->ifi_family != AF_UNSPEC) {
        return false;
    }

    struct nlattr *ifname = nlmsg_find_attr(nlh, sizeof *ifi, IFLA_IFNAME);
    return ifname && !nla_strcmp(ifname, name);
}

int
link_reconcile(struct nl_sock *sock, const struct snapshot *snapshot,
               const struct snapshot_device *device,
               const struct link_want *want, uint8_t *former_mode)
{
    if (!device->link) {
        return -NLE_NODEV;
    }
    /* In this order: the device comes up with all that it is to have. */
    int error = stop_autoconfiguration(sock, snapshot, device, want->name,
                                       former_mode);
    if (!error) {
        error = make_src_valid_mark(sock, device, want);
    }
    if (!error) {
        error = link_make_addresses(sock, device, want);
    }
    return error ? error : make_link(sock, device, want);
}

/* Returns the mode that the kernel gives to new devices. */
static uint8_t
get_default_mode(void)
{
    FILE *file = fopen("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "r");
    unsigned int mode = IN6_ADDR_GEN_MODE_EUI64;

    if (file) {
        if (fscanf(file, "%u", &mode) != 1
            || mode > IN6_ADDR_GEN_MODE_RANDOM) {
            mode = IN6_ADDR_GEN_MODE_EUI64;
        }
        fclose(file);
    }
    return mode;
}

static int
restore_mode(struct nl_sock *sock, const struct snapshot_device *device,
             const char *name, uint8_t mode)
{
    uint8_t now;

    if (rtnl_link_inet6_get_addr_gen_mode(device->link, &now)
        || now != IN6_ADDR_GEN_MODE_NONE) {
        return 0;
    }
    if (mode == LINK_MODE_UNKNOWN) {
        mode = get_default_mode();
    }
    int error = set_addr_gen_mode(sock, device, name, mode);
    /* "stable-privacy" needs a secret, which may be gone. */
    return (error && mode != IN6_ADDR_GEN_MODE_EUI64
            ? set_addr_gen_mode(sock, device, name, IN6_ADDR_GEN_MODE_EUI64)
            : error);
}

int
link_release(struct nl_sock *sock, const struct snapshot_device *device,
             const char *name, uint8_t mode)
{
    const struct link_want nothing = { .name = name };

    if (!device->link) {
        return -NLE_NODEV;
    }
    int error = restore_mode(sock, device, name, mode);
    return error ? error : link_make_addresses(sock, device, &nothing);
}

static const char *const modes[] = {
    [IN6_ADDR_GEN_MODE_EUI64] = "eui64",
    [IN6_ADDR_GEN_MODE_NONE] = "none",
    [IN6_ADDR_GEN_MODE_STABLE_PRIVACY] = "stable-privacy",
    [IN6_ADDR_GEN_MODE_RANDOM] = "random",
};

const char *
link_mode_to_string(uint8_t mode)
{
    return mode < ARRAY_SIZE(modes) ? modes[mode] : NULL;
}

uint8_t
link_mode_from_string(const char *s)
{
    for (uint8_t mode = 0; mode < ARRAY_SIZE(modes); mode++) {
        if (s && !strcmp(s, modes[mode])) {
            return mode;
        }
    }
    return LINK_MODE_UNKNOWN;
}
