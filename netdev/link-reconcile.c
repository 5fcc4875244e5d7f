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
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "coverage.h"
#include "netdev/netlink.h"
#include "netdev/snapshot.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(link_reconcile);
COVERAGE_DEFINE(link_changed);

/* Others can make links wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

/* IPv4 addresses of ours are marked by a label: the device's name and ":pip",
 * as ifconfig(8) wants labels to begin, or if there is no room for that,
 * another one, which the kernel takes as well.  Those of IPv6 have our protocol
 * number (IFA_PROTO), and SNAPSHOT_LABEL in a snapshot. */
#define LABEL_SUFFIX "pip"
#define LONG_NAME_LABEL "pipette-agent"

/* Logs a change, for whoever debugs, and returns 'error'. */
static int
log_change(const char *name, const char *what, int error)
{
    COVERAGE_INC(link_changed);
    VLOG_DBG_RL(&rl, "%s: %s%s%s", name, what, error ? ": " : "",
                error ? nl_geterror(error) : "");
    return error;
}

static int
log_address_change(const char *name, const char *verb, struct rtnl_addr *addr,
                   int error)
{
    char buf[64];

    COVERAGE_INC(link_changed);
    VLOG_DBG_RL(&rl, "%s: %s address %s%s%s", name, verb,
                nl_addr2str(rtnl_addr_get_local(addr), buf, sizeof buf),
                error ? ": " : "", error ? nl_geterror(error) : "");
    return error;
}

/* Addresses. */

/* Returns which of the wanted addresses 'addr' is, their number if none. */
static size_t
find_address(struct rtnl_addr *addr, const struct link_want *want)
{
    const struct nl_addr *local = rtnl_addr_get_local(addr);
    int plen = rtnl_addr_get_prefixlen(addr);
    size_t i;

    for (i = 0; i < want->n_addresses; i++) {
        if (netlink_is_ip(local, &want->addresses[i].ip)
            && want->addresses[i].plen == plen) {
            break;
        }
    }
    return i;
}

static struct rtnl_addr *
get_address(const struct snapshot_device *device, size_t i)
{
    return (struct rtnl_addr *) device->addresses.objects[i];
}

static void
make_label(const char *name, char label[IFNAMSIZ])
{
    int n = snprintf(label, IFNAMSIZ, "%s:%s", name, LABEL_SUFFIX);

    if (n >= IFNAMSIZ) {
        ovs_strlcpy(label, LONG_NAME_LABEL, IFNAMSIZ);
    }
}

/* Returns true if 'addr' has our label: it was wanted, once. */
static bool
is_ours(struct rtnl_addr *addr, const char *ipv4_label)
{
    const char *s = rtnl_addr_get_label(addr);

    switch (rtnl_addr_get_family(addr)) {
    case AF_INET:
        return s && !strcmp(s, ipv4_label);
    case AF_INET6:
        return s && !strcmp(s, SNAPSHOT_LABEL);
    default:
        return false;
    }
}

/* Sends a request to add 'addr', with our protocol number. */
static int
send_ipv6_address(struct nl_sock *sock, struct rtnl_addr *addr)
{
    struct nl_msg *msg;
    int error = rtnl_addr_build_add_request(addr, 0, &msg);

    if (!error) {
        ovs_assert(!nla_put_u8(msg, IFA_PROTO, SNAPSHOT_PROTOCOL));
        error = nl_send_sync(sock, msg);
    }
    return error;
}

static int
add_address(struct nl_sock *sock, const struct snapshot_device *device,
            const char *name, const struct link_address *want,
            const char *ipv4_label)
{
    struct rtnl_addr *addr = rtnl_addr_alloc();
    struct nl_addr *local = netlink_ip(&want->ip, want->plen);
    int error;

    ovs_assert(addr);
    rtnl_addr_set_ifindex(addr, device->ifindex);
    rtnl_addr_set_local(addr, local);
    /* The prefix has a route of its own: see route-reconcile.h. */
    if (netlink_family(&want->ip) == AF_INET) {
        rtnl_addr_set_flags(addr, IFA_F_NOPREFIXROUTE);
        rtnl_addr_set_label(addr, ipv4_label);
        error = rtnl_addr_add(sock, addr, 0);
    } else {
        /* Nobody else is behind the fake port, to ask for duplicates. */
        rtnl_addr_set_flags(addr, IFA_F_NOPREFIXROUTE | IFA_F_NODAD);
        error = send_ipv6_address(sock, addr);
    }
    log_address_change(name, "add", addr, error);
    nl_addr_put(local);
    rtnl_addr_put(addr);
    return error == -NLE_EXIST ? 0 : error;
}

/* Sets one of the device's IPV4_DEVCONF_*. */
static int
set_inet_conf(struct nl_sock *sock, const struct snapshot_device *device,
              unsigned int conf, uint32_t value)
{
    struct rtnl_link *change = rtnl_link_alloc();

    ovs_assert(change);
    int error = rtnl_link_inet_set_conf(change, conf, value);
    if (!error) {
        error = rtnl_link_change(sock, device->link, change, 0);
    }
    rtnl_link_put(change);
    return error;
}

/* Deletes an address of ours.  IPv4 addresses of the same prefix that somebody
 * added later are its secondaries, which the kernel deletes along with it,
 * unless told to make one of them the primary (promote_secondaries in the
 * kernel's ip-sysctl document). */
static int
delete_address(struct nl_sock *sock, const struct snapshot_device *device,
               const char *name, struct rtnl_addr *addr)
{
    uint32_t promote = 1;

    if (rtnl_addr_get_family(addr) == AF_INET) {
        rtnl_link_inet_get_conf(device->link,
                                IPV4_DEVCONF_PROMOTE_SECONDARIES, &promote);
    }
    int error = (promote ? 0
                 : set_inet_conf(sock, device,
                                 IPV4_DEVCONF_PROMOTE_SECONDARIES, 1));
    if (error) {
        return log_change(name, "promote secondary addresses", error);
    }

    error = log_address_change(name, "delete", addr,
                               rtnl_addr_delete(sock, addr, 0));
    if (!promote) {
        set_inet_conf(sock, device, IPV4_DEVCONF_PROMOTE_SECONDARIES, 0);
    }
    return error == -NLE_NOADDR ? 0 : error;
}

/* Gives the device the addresses that are wanted, and takes from it what was
 * wanted before.  Addresses of somebody else are left alone. */
static int
make_addresses(struct nl_sock *sock, const struct snapshot_device *device,
               const struct link_want *want)
{
    bool *present = xcalloc(want->n_addresses + 1, sizeof *present);
    char label[IFNAMSIZ];
    int error = 0;

    make_label(want->name, label);
    for (size_t i = 0; i < device->addresses.n && !error; i++) {
        struct rtnl_addr *addr = get_address(device, i);
        size_t which = find_address(addr, want);

        present[which] = true;
        if (which == want->n_addresses && is_ours(addr, label)) {
            error = delete_address(sock, device, want->name, addr);
        }
    }
    for (size_t i = 0; i < want->n_addresses && !error; i++) {
        if (!present[i]) {
            error = add_address(sock, device, want->name,
                                &want->addresses[i], label);
        }
    }
    free(present);
    return error;
}

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
        struct rtnl_addr *addr = get_address(device, i);
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
    int error = log_change(name, "delete route of a router advertisement",
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
        struct rtnl_addr *addr = get_address(device, i);

        if (rtnl_addr_get_family(addr) == AF_INET6
            && (is_advertised(addr)
                || (link_local
                    && rtnl_addr_get_scope(addr) == RT_SCOPE_LINK))) {
            error = log_address_change(name, "delete", addr,
                                       rtnl_addr_delete(sock, addr, 0));
            error = error == -NLE_NOADDR ? 0 : error;
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
    return log_change(name, what, error);
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
    return log_change(want->name, what, error);
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
    return log_change(want->name, "set MTU", error);
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
            : log_change(want->name, "src_valid_mark = 1",
                         set_inet_conf(sock, device, IPV4_DEVCONF_SRC_VMARK,
                                       1)));
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
        error = make_addresses(sock, device, want);
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
    return error ? error : make_addresses(sock, device, &nothing);
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
