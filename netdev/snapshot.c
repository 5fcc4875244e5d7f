/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/snapshot.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "openvswitch/compiler.h"
#include "util.h"

/* Devices. */

/* Asks the kernel for the device 'name'.  libnl is content with an
 * acknowledgement alone, and rtnl_link_change() with a family would call what
 * is not there. */
static int
get_link(struct nl_sock *sock, const char *name, struct rtnl_link **link)
{
    int error = rtnl_link_get_kernel(sock, 0, name, link);

    if (error == -NLE_NODEV || error == -NLE_OBJ_NOTFOUND
        || (!error && !*link)) {
        *link = NULL;
        return 0;
    }
    if (!error && rtnl_link_get_family(*link) != AF_UNSPEC) {
        rtnl_link_put(*link);
        error = -NLE_AF_MISMATCH;
    }
    if (error) {
        *link = NULL;
    }
    return error;
}

static int
take_device(struct nl_sock *sock, const char *name,
            struct snapshot_device *device)
{
    int error = get_link(sock, name, &device->link);

    if (device->link) {
        device->ifindex = rtnl_link_get_ifindex(device->link);
        device->mtu = rtnl_link_get_mtu(device->link);
    }
    return error;
}

int
snapshot_take_devices(struct nl_sock *sock, const char *const names[],
                      size_t n, struct snapshot *snapshot)
{
    int error = 0;

    snapshot->devices = xcalloc(n, sizeof *snapshot->devices);
    snapshot->n_devices = n;
    for (size_t i = 0; i < n && !error; i++) {
        error = take_device(sock, names[i], &snapshot->devices[i]);
    }
    return error;
}

/* Of the devices from 'first' on. */
static bool
has_device(const struct snapshot *snapshot, size_t first, int ifindex)
{
    for (size_t i = first; i < snapshot->n_devices; i++) {
        if (ifindex && snapshot->devices[i].ifindex == ifindex) {
            return true;
        }
    }
    return false;
}

bool
snapshot_has_device(const struct snapshot *snapshot, int ifindex)
{
    return has_device(snapshot, 0, ifindex);
}

bool
snapshot_has_fake_port(const struct snapshot *snapshot, int ifindex)
{
    return has_device(snapshot, 1, ifindex);
}

bool
snapshot_has_fake_ports(const struct snapshot *snapshot)
{
    for (size_t i = 1; i < snapshot->n_devices; i++) {
        if (snapshot->devices[i].ifindex) {
            return true;
        }
    }
    return false;
}

/* Addresses. */

/* A filter for netlink_fetch(). */
static bool
is_on_device(struct nl_object *object, const void *device_)
{
    const struct snapshot_device *device = device_;

    return (rtnl_addr_get_ifindex((struct rtnl_addr *) object)
            == device->ifindex);
}

/* Of type netlink_fetch_noting()'s 'note'. */
static void
note_protocol(struct nl_object *object, struct nlmsghdr *nlh)
{
    struct rtnl_addr *addr = (struct rtnl_addr *) object;
    struct nlattr *attr = nlmsg_find_attr(nlh, sizeof(struct ifaddrmsg),
                                          IFA_PROTO);

    if (rtnl_addr_get_family(addr) == AF_INET6 && attr
        && nla_len(attr) == sizeof(uint8_t)
        && nla_get_u8(attr) == SNAPSHOT_PROTOCOL) {
        ovs_assert(!rtnl_addr_set_label(addr, SNAPSHOT_LABEL));
    }
}

static int
take_addresses(struct nl_sock *sock, struct snapshot_device *device)
{
    const struct ifaddrmsg header = { .ifa_index = device->ifindex };
    const struct netlink_dump dump = {
        .type = RTM_GETADDR, .header = &header, .header_len = sizeof header,
    };

    return (device->ifindex
            ? netlink_fetch_noting(sock, &dump, is_on_device, note_protocol,
                                   device, &device->addresses)
            : 0);
}

/* Routes. */

/* Asks for the routes of 'protocol' in 'table' (0 for all tables).  A table
 * comes with its first route, IPv6 with its module. */
static int
take_routes(struct nl_sock *sock, int family, uint8_t protocol, uint32_t table,
            bool (*wanted)(struct nl_object *, const void *snapshot),
            const struct snapshot *snapshot, struct netlink_list *list)
{
    const struct rtmsg header = {
        .rtm_family = family, .rtm_protocol = protocol,
    };
    const struct netlink_dump dump = {
        .type = RTM_GETROUTE, .header = &header, .header_len = sizeof header,
        .attr = table ? RTA_TABLE : 0, .value = table,
    };
    int error = netlink_fetch(sock, &dump, wanted, snapshot, list);

    return (error == -NLE_OBJ_NOTFOUND || error == -NLE_AF_NOSUPPORT
            ? 0 : error);
}

/* Filters for netlink_fetch(). */

static bool
is_ours(struct nl_object *object, const void *snapshot OVS_UNUSED)
{
    struct rtnl_route *route = (struct rtnl_route *) object;
    int family = rtnl_route_get_family(route);

    return ((family == AF_INET || family == AF_INET6)
            && rtnl_route_get_protocol(route) == SNAPSHOT_PROTOCOL);
}

static bool
is_kernels(struct nl_object *object, const void *snapshot_)
{
    struct rtnl_route *route = (struct rtnl_route *) object;
    const struct snapshot *snapshot = snapshot_;

    return (rtnl_route_get_family(route) == AF_INET
            && rtnl_route_get_protocol(route) == RTPROT_KERNEL
            && rtnl_route_get_table(route) == RT_TABLE_MAIN
            && snapshot_has_fake_port(snapshot,
                                      netlink_route_ifindex(route)));
}

static bool
is_ipv6_kernels(struct nl_object *object, const void *snapshot_)
{
    struct rtnl_route *route = (struct rtnl_route *) object;
    const struct snapshot *snapshot = snapshot_;
    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);

    return (rtnl_route_get_family(route) == AF_INET6
            && (rtnl_route_get_protocol(route) == RTPROT_RA
                || rtnl_route_get_protocol(route) == RTPROT_KERNEL)
            && nh
            && snapshot_has_device(snapshot, rtnl_route_nh_get_ifindex(nh)));
}

static int
take_our_routes(struct nl_sock *sock, int family, struct snapshot *snapshot)
{
    return take_routes(sock, family, SNAPSHOT_PROTOCOL, 0, is_ours, snapshot,
                       &snapshot->routes);
}

static int
take_ipv4_routes(struct nl_sock *sock, struct snapshot *snapshot)
{
    int error = take_our_routes(sock, AF_INET, snapshot);

    return (error || !snapshot_has_fake_ports(snapshot) ? error
            : take_routes(sock, AF_INET, RTPROT_KERNEL, RT_TABLE_MAIN,
                          is_kernels, snapshot, &snapshot->kernel_routes));
}

static int
take_kernel_ipv6_routes(struct nl_sock *sock, struct snapshot *snapshot)
{
    int error = take_routes(sock, AF_INET6, RTPROT_RA, RT_TABLE_MAIN,
                            is_ipv6_kernels, snapshot, &snapshot->ra_routes);

    return (error ? error
            : take_routes(sock, AF_INET6, RTPROT_KERNEL, RT_TABLE_MAIN,
                          is_ipv6_kernels, snapshot,
                          &snapshot->ipv6_kernel_routes));
}

/* Neighbours and rules. */

static bool
is_any(struct nl_object *object OVS_UNUSED, const void *aux OVS_UNUSED)
{
    return true;
}

static int
take_neighbours(struct nl_sock *sock, int family,
                struct snapshot_device *device)
{
    const struct ndmsg header = { .ndm_family = family };
    const struct netlink_dump dump = {
        .type = RTM_GETNEIGH, .header = &header, .header_len = sizeof header,
        .attr = NDA_IFINDEX, .value = device->ifindex,
    };

    return (device->ifindex
            ? netlink_fetch(sock, &dump, is_any, NULL, &device->neighbours)
            : 0);
}

static int
take_rules(struct nl_sock *sock, int family, struct snapshot *snapshot)
{
    const struct fib_rule_hdr header = { .family = family };
    const struct netlink_dump dump = {
        .type = RTM_GETRULE, .header = &header, .header_len = sizeof header,
    };

    int error = netlink_fetch(sock, &dump, is_any, NULL, &snapshot->rules);

    /* IPv6 comes with its module. */
    return error == -NLE_AF_NOSUPPORT ? 0 : error;
}

/* Neighbours of the fake ports, and rules. */
static int
take_neighbours_and_rules(struct nl_sock *sock, int family,
                          struct snapshot *snapshot)
{
    int error = 0;

    for (size_t i = 1; i < snapshot->n_devices && !error; i++) {
        error = take_neighbours(sock, family, &snapshot->devices[i]);
    }
    return error ? error : take_rules(sock, family, snapshot);
}

int
snapshot_take_rest(struct nl_sock *sock, unsigned int ipv6,
                   struct snapshot *snapshot)
{
    int error = 0;

    for (size_t i = 0; i < snapshot->n_devices && !error; i++) {
        error = take_addresses(sock, &snapshot->devices[i]);
    }
    if (!error && ipv6 & SNAPSHOT_IPV6_KERNEL) {
        error = take_kernel_ipv6_routes(sock, snapshot);
    }
    if (!error) {
        error = take_ipv4_routes(sock, snapshot);
    }
    if (!error) {
        error = take_neighbours_and_rules(sock, AF_INET, snapshot);
    }
    if (!error && ipv6 & SNAPSHOT_IPV6_OURS) {
        error = take_our_routes(sock, AF_INET6, snapshot);
        if (!error) {
            error = take_neighbours_and_rules(sock, AF_INET6, snapshot);
        }
    }
    return error;
}

static void
destroy_device(struct snapshot_device *device)
{
    netlink_list_destroy(&device->addresses);
    netlink_list_destroy(&device->neighbours);
    if (device->link) {
        rtnl_link_put(device->link);
    }
}

void
snapshot_destroy(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_devices; i++) {
        destroy_device(&snapshot->devices[i]);
    }
    free(snapshot->devices);
    netlink_list_destroy(&snapshot->routes);
    netlink_list_destroy(&snapshot->kernel_routes);
    netlink_list_destroy(&snapshot->ra_routes);
    netlink_list_destroy(&snapshot->ipv6_kernel_routes);
    netlink_list_destroy(&snapshot->rules);
}
