/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/link-edit.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdio.h>
#include <sys/socket.h>

#include "netdev/netlink.h"
#include "util.h"

#define LABEL_SUFFIX "pip"      /* Of addresses: marks them as ours. */

/* The kernel's state that one pass over a device needs. */
struct link_state {
    struct nl_sock *sock;
    struct rtnl_link *link;
    int ifindex;
    struct netlink_list addresses;  /* struct rtnl_addr, of this device. */
};

/* Addresses. */

/* A filter for netlink_fetch(). */
static bool
is_on_device(struct nl_object *object, const void *state_)
{
    const struct link_state *state = state_;

    return (rtnl_addr_get_ifindex((struct rtnl_addr *) object)
            == state->ifindex);
}

static bool
is_address(struct rtnl_addr *addr, const struct link_want *want)
{
    return (rtnl_addr_get_family(addr) == AF_INET
            && netlink_is_ip(rtnl_addr_get_local(addr), want->address)
            && rtnl_addr_get_prefixlen(addr) == want->plen);
}

/* Writes into 'label' the label that marks an address of 'want' as ours, or no
 * label if the device's name leaves no room for one: labels begin with the
 * device's name and a colon, as ifconfig(8) wants it. */
static void
make_label(const struct link_want *want, char label[IFNAMSIZ])
{
    int n = snprintf(label, IFNAMSIZ, "%s:%s", want->name, LABEL_SUFFIX);

    if (n >= IFNAMSIZ) {
        label[0] = '\0';
    }
}

/* Returns true if 'addr' has our label: it was wanted, once. */
static bool
is_ours(struct rtnl_addr *addr, const char *label)
{
    const char *s = rtnl_addr_get_label(addr);

    return (rtnl_addr_get_family(addr) == AF_INET && s && label[0]
            && !strcmp(s, label));
}

static int
add_address(const struct link_state *state, const struct link_want *want,
            const char *label)
{
    struct rtnl_addr *addr = rtnl_addr_alloc();
    struct nl_addr *local = netlink_ip(want->address, want->plen);

    ovs_assert(addr);
    rtnl_addr_set_ifindex(addr, state->ifindex);
    rtnl_addr_set_local(addr, local);
    /* The prefix has a route of its own: see route-edit.h. */
    rtnl_addr_set_flags(addr, IFA_F_NOPREFIXROUTE);
    if (label[0]) {
        rtnl_addr_set_label(addr, label);
    }

    int error = rtnl_addr_add(state->sock, addr, 0);
    nl_addr_put(local);
    rtnl_addr_put(addr);
    return error == -NLE_EXIST ? 0 : error;
}

/* Gives the device the address that is wanted, if any, and takes from it what
 * was wanted before.  Addresses of somebody else are left alone. */
static int
make_address(const struct link_state *state, const struct link_want *want)
{
    char label[IFNAMSIZ];
    bool found = !want->address;
    int error = 0;

    make_label(want, label);
    for (size_t i = 0; i < state->addresses.n && !error; i++) {
        struct rtnl_addr *addr
            = (struct rtnl_addr *) state->addresses.objects[i];

        if (is_address(addr, want)) {
            found = true;
        } else if (is_ours(addr, label)) {
            error = rtnl_addr_delete(state->sock, addr, 0);
            error = error == -NLE_NOADDR ? 0 : error;
        }
    }
    return error || found ? error : add_address(state, want, label);
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

/* Returns true if the kernel got 'route' from a router advertisement: its
 * own protocol number says so, or it is the on-link route of an address that
 * came from one. */
static bool
is_advertised_route(struct nl_object *object, const void *state_)
{
    struct rtnl_route *route = (struct rtnl_route *) object;
    const struct link_state *state = state_;
    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);
    struct nl_addr *dst = rtnl_route_get_dst(route);

    if (!nh || rtnl_route_nh_get_ifindex(nh) != state->ifindex
        || rtnl_route_get_type(route) != RTN_UNICAST) {
        return false;
    } else if (rtnl_route_get_protocol(route) == RTPROT_RA) {
        return true;
    } else if (rtnl_route_get_protocol(route) != RTPROT_KERNEL
               || !has_prefix(dst)) {
        return false;
    }

    for (size_t i = 0; i < state->addresses.n; i++) {
        struct rtnl_addr *addr
            = (struct rtnl_addr *) state->addresses.objects[i];
        struct nl_addr *local = rtnl_addr_get_local(addr);

        if (rtnl_addr_get_family(addr) == AF_INET6 && is_advertised(addr)
            && has_prefix(local) && !nl_addr_cmp_prefix(dst, local)) {
            return true;
        }
    }
    return false;
}

static int
remove_advertised_routes(const struct link_state *state, uint8_t protocol)
{
    struct netlink_list routes;
    int error = netlink_fetch_routes(state->sock, AF_INET6, protocol,
                                     is_advertised_route, state, &routes);

    for (size_t i = 0; i < routes.n && !error; i++) {
        error = rtnl_route_delete(state->sock,
                                  (struct rtnl_route *) routes.objects[i], 0);
    }
    netlink_list_destroy(&routes);
    return (error == -NLE_OBJ_NOTFOUND || error == -NLE_AF_NOSUPPORT
            ? 0 : error);
}

/* Takes away the addresses that came from router advertisements, and if
 * 'link_local' the link-local ones too. */
static int
remove_ipv6_addresses(const struct link_state *state, bool link_local)
{
    int error = 0;

    for (size_t i = 0; i < state->addresses.n && !error; i++) {
        struct rtnl_addr *addr
            = (struct rtnl_addr *) state->addresses.objects[i];

        if (rtnl_addr_get_family(addr) == AF_INET6
            && (is_advertised(addr)
                || (link_local
                    && rtnl_addr_get_scope(addr) == RT_SCOPE_LINK))) {
            error = rtnl_addr_delete(state->sock, addr, 0);
        }
    }
    return error == -NLE_NOADDR ? 0 : error;
}

static int
set_addr_gen_mode(const struct link_state *state, uint8_t mode)
{
    struct rtnl_link *change = rtnl_link_alloc();

    ovs_assert(change);
    int error = rtnl_link_inet6_set_addr_gen_mode(change, mode);
    if (!error) {
        error = rtnl_link_change(state->sock, state->link, change, 0);
    }
    rtnl_link_put(change);
    return error;
}

static int
stop_autoconfiguration(const struct link_state *state)
{
    bool link_local = false;
    uint8_t mode;
    int error = 0;

    if (rtnl_link_inet6_get_addr_gen_mode(state->link, &mode)) {
        return 0;               /* No IPv6 on this device. */
    }
    if (mode != IN6_ADDR_GEN_MODE_NONE) {
        /* What is link-local now is what the kernel made by itself; once the
         * mode is "none", it is what somebody wanted. */
        link_local = true;
        error = set_addr_gen_mode(state, IN6_ADDR_GEN_MODE_NONE);
    }
    if (!error) {
        error = remove_advertised_routes(state, RTPROT_RA);
    }
    if (!error) {
        error = remove_advertised_routes(state, RTPROT_KERNEL);
    }
    return error ? error : remove_ipv6_addresses(state, link_local);
}

/* MAC, MTU and up. */

static int
make_link(const struct link_state *state, const struct link_want *want)
{
    bool new_mac = (want->mac
                    && !netlink_is_mac(rtnl_link_get_addr(state->link),
                                       want->mac));
    bool new_mtu = want->mtu && rtnl_link_get_mtu(state->link) != want->mtu;

    if (!new_mac && !new_mtu && rtnl_link_get_flags(state->link) & IFF_UP) {
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
    int error = rtnl_link_change(state->sock, state->link, change, 0);
    rtnl_link_put(change);
    return error;
}

/* Asks the kernel for the device 'name'.  libnl is content with an
 * acknowledgement alone, and rtnl_link_change() with a family would call what
 * is not there. */
static int
get_link(struct nl_sock *sock, const char *name, struct rtnl_link **link)
{
    int error = rtnl_link_get_kernel(sock, 0, name, link);

    if (error == -NLE_OBJ_NOTFOUND || (!error && !*link)) {
        return -NLE_NODEV;
    }
    if (!error && rtnl_link_get_family(*link) != AF_UNSPEC) {
        rtnl_link_put(*link);
        return -NLE_AF_MISMATCH;
    }
    return error;
}

int
link_edit_get_facts(struct nl_sock *sock, const char *name,
                    struct link_facts *facts)
{
    struct rtnl_link *link;
    int error = get_link(sock, name, &link);

    if (error == -NLE_NODEV) {
        *facts = (struct link_facts) { .ifindex = 0 };
        return 0;
    } else if (!error) {
        facts->ifindex = rtnl_link_get_ifindex(link);
        facts->mtu = rtnl_link_get_mtu(link);
        rtnl_link_put(link);
    }
    return error;
}

bool
link_edit_is_departure(struct nlmsghdr *nlh, const char *name)
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

static void
close_state(struct link_state *state)
{
    netlink_list_destroy(&state->addresses);
    rtnl_link_put(state->link);
}

/* Asks the kernel for the device 'name'.  If successful, the caller must
 * release '*state' with close_state(). */
static int
open_state(struct link_state *state, struct nl_sock *sock, const char *name)
{
    *state = (struct link_state) { .sock = sock };

    int error = get_link(sock, name, &state->link);
    if (error) {
        return error;
    }
    state->ifindex = rtnl_link_get_ifindex(state->link);
    error = netlink_fetch(sock, RTM_GETADDR, AF_UNSPEC, is_on_device, state,
                          &state->addresses);
    if (error) {
        close_state(state);
    }
    return error;
}

int
link_edit_make(struct nl_sock *sock, const struct link_want *want)
{
    struct link_state state;
    int error = open_state(&state, sock, want->name);

    if (error) {
        return error;
    }
    /* In this order: the device comes up with all that it is to have. */
    error = stop_autoconfiguration(&state);
    if (!error) {
        error = make_address(&state, want);
    }
    if (!error) {
        error = make_link(&state, want);
    }
    close_state(&state);
    return error;
}

int
link_edit_release(struct nl_sock *sock, const char *name)
{
    const struct link_want nothing = { .name = name };
    struct link_state state;
    int error = open_state(&state, sock, name);
    uint8_t mode;

    if (error) {
        return error;
    }
    if (!rtnl_link_inet6_get_addr_gen_mode(state.link, &mode)
        && mode == IN6_ADDR_GEN_MODE_NONE) {
        error = set_addr_gen_mode(&state, IN6_ADDR_GEN_MODE_EUI64);
    }
    if (!error) {
        error = make_address(&state, &nothing);
    }
    close_state(&state);
    return error;
}
