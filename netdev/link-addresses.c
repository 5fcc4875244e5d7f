/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/link-addresses.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/ip.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "coverage.h"
#include "netdev/link-reconcile.h"
#include "netdev/netlink.h"
#include "netdev/snapshot.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(link_addresses);
COVERAGE_DEFINE(link_changed);

/* Others can make links wrong as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

/* IPv4 addresses of ours are marked by a label: the device's name and ":pip",
 * as ifconfig(8) wants labels to begin, or if there is no room for that,
 * another one, which the kernel takes as well.  Those of IPv6 have our
 * protocol number (IFA_PROTO), and SNAPSHOT_LABEL in a snapshot. */
#define LABEL_SUFFIX "pip"
#define LONG_NAME_LABEL "pipette-agent"

int
link_log_change(const char *name, const char *what, int error)
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

struct rtnl_addr *
link_get_address(const struct snapshot_device *device, size_t i)
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

int
link_set_inet_conf(struct nl_sock *sock, const struct snapshot_device *device,
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

int
link_delete_address(struct nl_sock *sock, const char *name,
                    struct rtnl_addr *addr)
{
    int error = log_address_change(name, "delete", addr,
                                   rtnl_addr_delete(sock, addr, 0));

    return error == -NLE_NOADDR ? 0 : error;
}

/* Deletes an address of ours.  IPv4 addresses of the same prefix that somebody
 * added later are its secondaries, which the kernel deletes along with it,
 * unless told to make one of them the primary (promote_secondaries in the
 * kernel's ip-sysctl document). */
static int
delete_our_address(struct nl_sock *sock, const struct snapshot_device *device,
                   const char *name, struct rtnl_addr *addr)
{
    uint32_t promote = 1;

    if (rtnl_addr_get_family(addr) == AF_INET) {
        rtnl_link_inet_get_conf(device->link,
                                IPV4_DEVCONF_PROMOTE_SECONDARIES, &promote);
    }
    int error = (promote ? 0
                 : link_set_inet_conf(sock, device,
                                      IPV4_DEVCONF_PROMOTE_SECONDARIES, 1));
    if (error) {
        return link_log_change(name, "promote secondary addresses", error);
    }

    error = link_delete_address(sock, name, addr);
    if (!promote) {
        link_set_inet_conf(sock, device, IPV4_DEVCONF_PROMOTE_SECONDARIES, 0);
    }
    return error;
}

int
link_make_addresses(struct nl_sock *sock, const struct snapshot_device *device,
                    const struct link_want *want)
{
    bool *present = xcalloc(want->n_addresses + 1, sizeof *present);
    char label[IFNAMSIZ];
    int error = 0;

    make_label(want->name, label);
    for (size_t i = 0; i < device->addresses.n && !error; i++) {
        struct rtnl_addr *addr = link_get_address(device, i);
        size_t which = find_address(addr, want);

        present[which] = true;
        if (which == want->n_addresses && is_ours(addr, label)) {
            error = delete_our_address(sock, device, want->name, addr);
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
