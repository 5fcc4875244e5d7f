/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "coverage.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(netlink_requests);
COVERAGE_DEFINE(netlink_object);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

/* Somebody may change what is asked for without end. */
#define MAX_TRIES 5

struct nl_sock *
netlink_open(void)
{
    return netlink_open_protocol(NETLINK_ROUTE);
}

struct nl_sock *
netlink_open_protocol(int protocol)
{
    const struct timeval timeout = {
        .tv_sec = NETLINK_TIMEOUT_MSEC / 1000,
        .tv_usec = NETLINK_TIMEOUT_MSEC % 1000 * 1000,
    };
    struct nl_sock *sock = nl_socket_alloc();

    if (sock && nl_connect(sock, protocol)) {
        nl_socket_free(sock);
        return NULL;
    }
    if (sock) {
        setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVTIMEO, &timeout,
                   sizeof timeout);
    }
    return sock;
}

void
netlink_reopen(struct nl_sock **sockp)
{
    struct nl_sock *sock = netlink_open();

    if (!sock) {
        VLOG_WARN_RL(&rl, "cannot open a netlink socket: %s",
                     ovs_strerror(errno));
        return;
    }
    nl_socket_free(*sockp);
    *sockp = sock;
}

struct fetch {
    const struct netlink_dump *dump;
    bool (*wanted)(struct nl_object *, const void *aux);
    void (*note)(struct nl_object *, struct nlmsghdr *);    /* Or NULL. */
    const void *aux;
    struct netlink_list *list;
    struct nlmsghdr *nlh;       /* What is parsed. */
};

static void
take_object(struct nl_object *object, void *fetch_)
{
    const struct fetch *fetch = fetch_;
    struct netlink_list *list = fetch->list;

    COVERAGE_INC(netlink_object);
    if (fetch->wanted(object, fetch->aux)) {
        if (list->n >= list->allocated) {
            list->objects = x2nrealloc(list->objects, &list->allocated,
                                       sizeof *list->objects);
        }
        nl_object_get(object);
        list->objects[list->n++] = object;
        if (fetch->note) {
            fetch->note(object, fetch->nlh);
        }
    }
}

static int
take_message(struct nl_msg *msg, void *fetch_)
{
    struct fetch *fetch = fetch_;

    /* libnl would make an object of another kind.  In rtnetlink, RTM_NEW... is
     * RTM_GET... - 2. */
    if (nlmsg_hdr(msg)->nlmsg_type
        != fetch->dump->type - (RTM_GETROUTE - RTM_NEWROUTE)) {
        return -NLE_MSGTYPE_NOSUPPORT;
    }

    fetch->nlh = nlmsg_hdr(msg);
    int error = nl_msg_parse(msg, take_object, fetch);
    return error < 0 ? error : NL_OK;
}

/* Takes away all but the first 'n'. */
static void
truncate_list(struct netlink_list *list, size_t n)
{
    while (list->n > n) {
        nl_object_put(list->objects[--list->n]);
    }
}

/* Lets the kernel choose what a dump has by what the request says, or not: it
 * would refuse other requests of libnl. */
static void
set_strict(struct nl_sock *sock, int strict)
{
    setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK,
               &strict, sizeof strict);
}

static int
send_request(struct nl_sock *sock, const struct netlink_dump *dump)
{
    struct nl_msg *msg = nlmsg_alloc_simple(dump->type, NLM_F_DUMP);

    ovs_assert(msg);
    ovs_assert(!nlmsg_append(msg, CONST_CAST(void *, dump->header),
                             dump->header_len, NLMSG_ALIGNTO));
    if (dump->attr) {
        ovs_assert(!nla_put_u32(msg, dump->attr, dump->value));
    }
    set_strict(sock, true);
    int error = nl_send_auto(sock, msg);
    set_strict(sock, false);
    nlmsg_free(msg);
    return error;
}

static int
fetch_once(struct nl_sock *sock, struct fetch *fetch)
{
    int error = send_request(sock, fetch->dump);

    if (error < 0) {
        return error;
    }

    struct nl_cb *original = nl_socket_get_cb(sock);
    struct nl_cb *cb = nl_cb_clone(original);

    ovs_assert(cb);
    nl_cb_put(original);
    nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, take_message, fetch);
    error = nl_recvmsgs(sock, cb);
    nl_cb_put(cb);
    return error;
}

int
netlink_fetch_noting(struct nl_sock *sock, const struct netlink_dump *dump,
                     bool (*wanted)(struct nl_object *, const void *aux),
                     void (*note)(struct nl_object *, struct nlmsghdr *),
                     const void *aux, struct netlink_list *list)
{
    struct fetch fetch = {
        .dump = dump, .wanted = wanted, .note = note, .aux = aux, .list = list
    };
    size_t before = list->n;
    int error = -NLE_DUMP_INTR;

    for (int i = 0; i < MAX_TRIES && error == -NLE_DUMP_INTR; i++) {
        /* What changed meanwhile may be missing, or there twice. */
        truncate_list(list, before);
        error = fetch_once(sock, &fetch);
    }
    return error;
}

int
netlink_fetch(struct nl_sock *sock, const struct netlink_dump *dump,
              bool (*wanted)(struct nl_object *, const void *aux),
              const void *aux, struct netlink_list *list)
{
    return netlink_fetch_noting(sock, dump, wanted, NULL, aux, list);
}

void
netlink_list_destroy(struct netlink_list *list)
{
    truncate_list(list, 0);
    free(list->objects);
    *list = (struct netlink_list) NETLINK_LIST_INITIALIZER;
}

static bool
is_bytes(const struct nl_addr *addr, const void *bytes, size_t n)
{
    return (addr && nl_addr_get_len(addr) == n
            && !memcmp(nl_addr_get_binary_addr(addr), bytes, n));
}

int
netlink_family(const struct in6_addr *ip)
{
    return IN6_IS_ADDR_V4MAPPED(ip) ? AF_INET : AF_INET6;
}

unsigned int
netlink_family_bits(int family)
{
    return family == AF_INET ? 32 : 128;
}

struct in6_addr
netlink_network(const struct in6_addr *ip, unsigned int plen)
{
    unsigned int bits = netlink_family_bits(netlink_family(ip));
    const struct in6_addr mask = ipv6_create_mask(128 - bits + plen);

    return ipv6_addr_bitand(ip, &mask);
}

struct in6_addr
netlink_get_ip(const struct nl_addr *addr)
{
    int family = addr ? nl_addr_get_family(addr) : AF_UNSPEC;
    const void *bytes = addr ? nl_addr_get_binary_addr(addr) : NULL;
    struct in6_addr ip = in6addr_any;

    if (family == AF_INET && nl_addr_get_len(addr) == sizeof(ovs_be32)) {
        ovs_be32 ip4 = get_unaligned_be32(bytes);

        ip = ip4 ? in6_addr_mapped_ipv4(ip4) : in6addr_any;
    } else if (family == AF_INET6 && nl_addr_get_len(addr) == sizeof ip) {
        memcpy(&ip, bytes, sizeof ip);
        /* Of no address that is one of IPv4 here. */
        ip = IN6_IS_ADDR_V4MAPPED(&ip) ? in6addr_any : ip;
    }
    return ip;
}

bool
netlink_is_ip(const struct nl_addr *addr, const struct in6_addr *ip)
{
    const struct in6_addr found = netlink_get_ip(addr);

    return ipv6_addr_is_set(ip) && ipv6_addr_equals(&found, ip);
}

bool
netlink_is_mac(const struct nl_addr *addr, const struct eth_addr *mac)
{
    return is_bytes(addr, mac, sizeof *mac);
}

int
netlink_route_ifindex(struct rtnl_route *route)
{
    return (rtnl_route_get_nnexthops(route) == 1
            && rtnl_route_get_type(route) != RTN_UNREACHABLE
            ? rtnl_route_nh_get_ifindex(rtnl_route_nexthop_n(route, 0)) : 0);
}

struct nl_addr *
netlink_ip(const struct in6_addr *ip, unsigned int plen)
{
    const uint8_t *bytes = ip->s6_addr;
    int family = netlink_family(ip);
    size_t n = netlink_family_bits(family) / 8;
    /* That of IPv4 is at the end. */
    struct nl_addr *addr = nl_addr_build(family, bytes + sizeof *ip - n, n);

    ovs_assert(addr);
    nl_addr_set_prefixlen(addr, plen);
    return addr;
}

struct nl_addr *
netlink_mac(const struct eth_addr *mac)
{
    struct nl_addr *addr = nl_addr_build(AF_LLC, mac, sizeof *mac);

    ovs_assert(addr);
    return addr;
}
