/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/route-edit.h"

#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <string.h>
#include <sys/socket.h>

#include "byte-order.h"
#include "jhash.h"
#include "netdev/netlink.h"
#include "util.h"

/* In the order to add them: nothing may leave by another way meanwhile. */
enum { PREFIX, UNREACHABLE, DEFAULT, N_ROUTES };

ovs_be32
route_edit_neighbour(ovs_be32 address, unsigned int plen)
{
    ovs_be32 network = address & be32_prefix_mask(plen);
    ovs_be32 neighbour = network | htonl(2);

    return neighbour != address ? neighbour : network | htonl(1);
}

uint32_t
route_edit_table(const char *name)
{
    return ROUTE_EDIT_TABLE | (jhash_bytes(name, strlen(name), 0) & 0xffff);
}

static ovs_be32
neighbour_of(const struct route_want *want)
{
    return route_edit_neighbour(want->address, want->plen);
}

/* Routes. */

/* A route that is wanted.  Its destination is a prefix of 'address'. */
struct route_spec {
    uint32_t table;
    unsigned int plen, metric;
    bool unreachable;
};

/* Stores into 'specs' the routes that are wanted, and returns their number. */
static int
get_specs(const struct route_want *want, struct route_spec specs[N_ROUTES])
{
    uint32_t table = route_edit_table(want->name);

    specs[PREFIX] = (struct route_spec) {
        .table = RT_TABLE_MAIN, .plen = want->plen,
    };
    specs[UNREACHABLE] = (struct route_spec) {
        .table = table, .metric = ROUTE_EDIT_UNREACHABLE_METRIC,
        .unreachable = true,
    };
    specs[DEFAULT] = (struct route_spec) { .table = table };
    return !want->address ? 0 : want->routed_clients ? N_ROUTES : 1;
}

static bool
is_to(struct rtnl_route *route, const struct route_want *want,
      unsigned int plen)
{
    struct nl_addr *dst = rtnl_route_get_dst(route);

    /* libnl has "default" as an address of no length. */
    return (dst && nl_addr_get_prefixlen(dst) == plen
            && (!plen
                || netlink_is_ip(dst,
                                 want->address & be32_prefix_mask(plen))));
}

/* Returns true if 'route' leads to the fake port, and nowhere else. */
static bool
is_on_port(struct rtnl_route *route, const struct route_want *want)
{
    return (want->ifindex && rtnl_route_get_nnexthops(route) == 1
            && (rtnl_route_nh_get_ifindex(rtnl_route_nexthop_n(route, 0))
                == want->ifindex));
}

static bool
is_through_neighbour(struct rtnl_route *route, const struct route_want *want)
{
    if (!is_on_port(route, want)) {
        return false;
    }

    struct rtnl_nexthop *nh = rtnl_route_nexthop_n(route, 0);
    return (netlink_is_ip(rtnl_route_nh_get_gateway(nh), neighbour_of(want))
            && rtnl_route_nh_get_flags(nh) & RTNH_F_ONLINK
            && netlink_is_ip(rtnl_route_get_pref_src(route), want->address));
}

/* Returns true if 'route', which is ours, is the one that 'spec' tells. */
static bool
is_spec(struct rtnl_route *route, const struct route_want *want,
        const struct route_spec *spec)
{
    return (rtnl_route_get_table(route) == spec->table
            && rtnl_route_get_priority(route) == spec->metric
            && !rtnl_route_get_tos(route)
            && is_to(route, want, spec->plen)
            && (spec->unreachable
                ? rtnl_route_get_type(route) == RTN_UNREACHABLE
                : (rtnl_route_get_type(route) == RTN_UNICAST
                   && is_through_neighbour(route, want))));
}

static bool
is_wanted(struct rtnl_route *route, const struct route_want *want)
{
    struct route_spec specs[N_ROUTES];
    int n = get_specs(want, specs);

    for (int i = 0; i < n; i++) {
        if (is_spec(route, want, &specs[i])) {
            return true;
        }
    }
    return false;
}

/* A filter for netlink_fetch_routes(). */
static bool
is_our_route(struct nl_object *object, const void *want_)
{
    struct rtnl_route *route = (struct rtnl_route *) object;
    const struct route_want *want = want_;

    return (rtnl_route_get_family(route) == AF_INET
            && rtnl_route_get_protocol(route) == ROUTE_EDIT_PROTOCOL
            && (rtnl_route_get_table(route) == route_edit_table(want->name)
                || is_on_port(route, want)));
}

/* A filter for netlink_fetch_routes(): those that the kernel made for an
 * address in the fake prefix.  With such a one, each client would be a
 * neighbour. */
static bool
is_kernels_route(struct nl_object *object, const void *want_)
{
    struct rtnl_route *route = (struct rtnl_route *) object;
    const struct route_want *want = want_;

    return (rtnl_route_get_family(route) == AF_INET
            && rtnl_route_get_protocol(route) == RTPROT_KERNEL
            && rtnl_route_get_table(route) == RT_TABLE_MAIN
            && rtnl_route_get_type(route) == RTN_UNICAST
            && is_on_port(route, want)
            && is_to(route, want, want->plen));
}

static int
add_route(struct nl_sock *sock, const struct route_want *want,
          const struct route_spec *spec)
{
    struct rtnl_route *route = rtnl_route_alloc();
    struct nl_addr *dst = netlink_ip(want->address
                                     & be32_prefix_mask(spec->plen),
                                     spec->plen);

    ovs_assert(route);
    rtnl_route_set_family(route, AF_INET);
    rtnl_route_set_dst(route, dst);
    rtnl_route_set_table(route, spec->table);
    rtnl_route_set_protocol(route, ROUTE_EDIT_PROTOCOL);
    rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
    rtnl_route_set_priority(route, spec->metric);
    rtnl_route_set_type(route, RTN_UNREACHABLE);
    if (!spec->unreachable) {
        struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
        struct nl_addr *gateway = netlink_ip(neighbour_of(want), 32);
        struct nl_addr *source = netlink_ip(want->address, 32);

        ovs_assert(nh);
        rtnl_route_set_type(route, RTN_UNICAST);
        rtnl_route_set_pref_src(route, source);
        rtnl_route_nh_set_ifindex(nh, want->ifindex);
        rtnl_route_nh_set_gateway(nh, gateway);
        rtnl_route_nh_set_flags(nh, RTNH_F_ONLINK);
        rtnl_route_add_nexthop(route, nh);
        nl_addr_put(gateway);
        nl_addr_put(source);
    }

    /* Without flags it comes before another to the same prefix, so that there
     * always is one. */
    int error = rtnl_route_add(sock, route, 0);
    nl_addr_put(dst);
    rtnl_route_put(route);
    return error == -NLE_EXIST ? 0 : error;
}

static int
delete_route(struct nl_sock *sock, struct rtnl_route *route)
{
    int error = rtnl_route_delete(sock, route, 0);

    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* Adds the routes that are wanted and missing. */
static int
add_routes(struct nl_sock *sock, const struct route_want *want)
{
    struct route_spec specs[N_ROUTES];
    struct netlink_list ours;
    int n = get_specs(want, specs);
    int error = netlink_fetch_routes(sock, AF_INET, ROUTE_EDIT_PROTOCOL,
                                     is_our_route, want, &ours);

    for (int i = 0; i < n && !error; i++) {
        bool found = false;

        for (size_t j = 0; j < ours.n && !found; j++) {
            found = is_spec((struct rtnl_route *) ours.objects[j], want,
                            &specs[i]);
        }
        error = found ? 0 : add_route(sock, want, &specs[i]);
    }
    netlink_list_destroy(&ours);
    return error;
}

static int
delete_kernels_routes(struct nl_sock *sock, const struct route_want *want)
{
    struct netlink_list routes;
    int error = netlink_fetch_routes(sock, AF_INET, RTPROT_KERNEL,
                                     is_kernels_route, want, &routes);

    for (size_t i = 0; i < routes.n && !error; i++) {
        error = delete_route(sock, (struct rtnl_route *) routes.objects[i]);
    }
    netlink_list_destroy(&routes);
    return error;
}

/* The neighbour. */

/* A filter for netlink_fetch(). */
static bool
is_wanted_neighbour(struct nl_object *object, const void *want_)
{
    struct rtnl_neigh *neigh = (struct rtnl_neigh *) object;
    const struct route_want *want = want_;

    return (rtnl_neigh_get_ifindex(neigh) == want->ifindex
            && netlink_is_ip(rtnl_neigh_get_dst(neigh), neighbour_of(want))
            && rtnl_neigh_get_state(neigh) & NUD_PERMANENT
            && netlink_is_mac(rtnl_neigh_get_lladdr(neigh),
                              want->client_mac));
}

static struct rtnl_neigh *
build_neighbour(int ifindex, struct nl_addr *dst)
{
    struct rtnl_neigh *neigh = rtnl_neigh_alloc();

    ovs_assert(neigh);
    rtnl_neigh_set_ifindex(neigh, ifindex);
    rtnl_neigh_set_dst(neigh, dst);
    rtnl_neigh_set_state(neigh, NUD_PERMANENT);
    return neigh;
}

static int
add_neighbour(struct nl_sock *sock, const struct route_want *want)
{
    struct nl_addr *dst = netlink_ip(neighbour_of(want), 32);
    struct nl_addr *mac = netlink_mac(want->client_mac);
    struct rtnl_neigh *neigh = build_neighbour(want->ifindex, dst);

    rtnl_neigh_set_lladdr(neigh, mac);
    int error = rtnl_neigh_add(sock, neigh, NLM_F_CREATE | NLM_F_REPLACE);
    rtnl_neigh_put(neigh);
    nl_addr_put(mac);
    nl_addr_put(dst);
    return error;
}

static int
make_neighbour(struct nl_sock *sock, const struct route_want *want)
{
    struct netlink_list present;
    int error = netlink_fetch(sock, RTM_GETNEIGH, AF_INET,
                              is_wanted_neighbour, want, &present);

    if (!error && !present.n) {
        error = add_neighbour(sock, want);
    }
    netlink_list_destroy(&present);
    return error;
}

/* Deletes the neighbour that 'route', which is ours and not wanted, goes
 * through, but for the one that is wanted. */
static int
delete_neighbour(struct nl_sock *sock, const struct route_want *want,
                 struct rtnl_route *route)
{
    if (!is_on_port(route, want)) {
        return 0;
    }

    struct nl_addr *gateway = rtnl_route_nh_get_gateway(
        rtnl_route_nexthop_n(route, 0));
    if (!gateway || (want->address
                     && netlink_is_ip(gateway, neighbour_of(want)))) {
        return 0;
    }

    struct rtnl_neigh *neigh = build_neighbour(want->ifindex, gateway);
    int error = rtnl_neigh_delete(sock, neigh, 0);
    rtnl_neigh_put(neigh);
    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

/* The rule. */

static bool
is_from_address(struct rtnl_rule *rule, const struct route_want *want)
{
    struct nl_addr *src = rtnl_rule_get_src(rule);

    return (src && want->address && nl_addr_get_prefixlen(src) == 32
            && netlink_is_ip(src, want->address));
}

/* A filter for netlink_fetch().  A rule from the same address to another
 * table is from when the fake port had another name. */
static bool
is_our_rule(struct nl_object *object, const void *want_)
{
    struct rtnl_rule *rule = (struct rtnl_rule *) object;
    const struct route_want *want = want_;
    uint8_t protocol;

    return (rtnl_rule_get_family(rule) == AF_INET
            && !rtnl_rule_get_protocol(rule, &protocol)
            && protocol == ROUTE_EDIT_PROTOCOL
            && (rtnl_rule_get_table(rule) == route_edit_table(want->name)
                || is_from_address(rule, want)));
}

static bool
is_wanted_rule(struct rtnl_rule *rule, const struct route_want *want)
{
    uint8_t ip_protocol;

    return (want->routed_clients && is_from_address(rule, want)
            && rtnl_rule_get_prio(rule) == ROUTE_EDIT_PRIORITY
            && rtnl_rule_get_table(rule) == route_edit_table(want->name)
            && rtnl_rule_get_action(rule) == FR_ACT_TO_TBL
            /* For all packets. */
            && !rtnl_rule_get_dst(rule) && !rtnl_rule_get_mark(rule)
            && !rtnl_rule_get_iif(rule) && !rtnl_rule_get_oif(rule)
            && !rtnl_rule_get_dsfield(rule)
            && rtnl_rule_get_ipproto(rule, &ip_protocol));
}

static int
add_rule(struct nl_sock *sock, const struct route_want *want)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();
    struct nl_addr *src = netlink_ip(want->address, 32);

    ovs_assert(rule);
    rtnl_rule_set_family(rule, AF_INET);
    rtnl_rule_set_src(rule, src);
    rtnl_rule_set_prio(rule, ROUTE_EDIT_PRIORITY);
    rtnl_rule_set_table(rule, route_edit_table(want->name));
    rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
    rtnl_rule_set_protocol(rule, ROUTE_EDIT_PROTOCOL);

    int error = rtnl_rule_add(sock, rule, NLM_F_EXCL);
    nl_addr_put(src);
    rtnl_rule_put(rule);
    return error == -NLE_EXIST ? 0 : error;
}

static int
clear_rules(struct nl_sock *sock, const struct route_want *want)
{
    struct netlink_list ours;
    int error = netlink_fetch(sock, RTM_GETRULE, AF_INET, is_our_rule, want,
                              &ours);

    for (size_t i = 0; i < ours.n && !error; i++) {
        struct rtnl_rule *rule = (struct rtnl_rule *) ours.objects[i];

        if (!is_wanted_rule(rule, want)) {
            error = rtnl_rule_delete(sock, rule, 0);
        }
    }
    netlink_list_destroy(&ours);
    return error == -NLE_OBJ_NOTFOUND ? 0 : error;
}

static int
make_rule(struct nl_sock *sock, const struct route_want *want)
{
    struct netlink_list ours;
    bool found = false;
    int error = netlink_fetch(sock, RTM_GETRULE, AF_INET, is_our_rule, want,
                              &ours);

    for (size_t i = 0; i < ours.n && !found; i++) {
        found = is_wanted_rule((struct rtnl_rule *) ours.objects[i], want);
    }
    netlink_list_destroy(&ours);
    return error || found ? error : add_rule(sock, want);
}

int
route_edit_clear(struct nl_sock *sock, const struct route_want *want)
{
    struct netlink_list ours;
    /* The rule first: without its table, packets would go elsewhere. */
    int error = clear_rules(sock, want);

    if (error) {
        return error;
    }
    error = netlink_fetch_routes(sock, AF_INET, ROUTE_EDIT_PROTOCOL,
                                 is_our_route, want, &ours);
    for (size_t i = 0; i < ours.n && !error; i++) {
        struct rtnl_route *route = (struct rtnl_route *) ours.objects[i];

        if (!is_wanted(route, want)) {
            error = delete_neighbour(sock, want, route);
            if (!error) {
                error = delete_route(sock, route);
            }
        }
    }
    netlink_list_destroy(&ours);
    return error;
}

int
route_edit_make(struct nl_sock *sock, const struct route_want *want)
{
    /* What goes through the neighbour needs it. */
    int error = make_neighbour(sock, want);

    if (!error) {
        error = add_routes(sock, want);
    }
    if (!error) {
        error = delete_kernels_routes(sock, want);
    }
    return error || !want->routed_clients ? error : make_rule(sock, want);
}

/* Events. */

/* Returns true if the message has, behind a header of 'hdrlen' bytes, the
 * attribute 'type' of 32 bits with this value. */
static bool
has_u32(struct nlmsghdr *nlh, size_t hdrlen, int type, uint32_t value)
{
    struct nlattr *attr = nlmsg_find_attr(nlh, hdrlen, type);

    return (attr && nla_len(attr) >= (int) sizeof value
            && nla_get_u32(attr) == value);
}

static bool
neighbour_concerns(struct nlmsghdr *nlh, const struct route_want *want)
{
    const struct ndmsg *ndm = nlmsg_data(nlh);

    return (nlmsg_valid_hdr(nlh, sizeof *ndm)
            && ndm->ndm_family == AF_INET
            && ndm->ndm_ifindex == want->ifindex
            && has_u32(nlh, sizeof *ndm, NDA_DST,
                       (OVS_FORCE uint32_t) neighbour_of(want)));
}

/* One that took the place of ours shows by its prefix, or its table. */
static bool
route_concerns(struct nlmsghdr *nlh, const struct route_want *want)
{
    const struct rtmsg *rtm = nlmsg_data(nlh);
    ovs_be32 network = want->address & be32_prefix_mask(want->plen);

    if (!nlmsg_valid_hdr(nlh, sizeof *rtm)) {
        return false;
    }
    return (rtm->rtm_family != AF_INET
            || rtm->rtm_protocol == ROUTE_EDIT_PROTOCOL
            || has_u32(nlh, sizeof *rtm, RTA_OIF, want->ifindex)
            || has_u32(nlh, sizeof *rtm, RTA_TABLE,
                       route_edit_table(want->name))
            || (rtm->rtm_dst_len == want->plen
                && has_u32(nlh, sizeof *rtm, RTA_DST,
                           (OVS_FORCE uint32_t) network)));
}

static bool
rule_concerns(struct nlmsghdr *nlh)
{
    const size_t hdrlen = sizeof(struct fib_rule_hdr);
    struct nlattr *protocol = (nlmsg_valid_hdr(nlh, hdrlen)
                               ? nlmsg_find_attr(nlh, hdrlen, FRA_PROTOCOL)
                               : NULL);

    return (protocol && nla_len(protocol) >= 1
            && nla_get_u8(protocol) == ROUTE_EDIT_PROTOCOL);
}

bool
route_edit_concerns(struct nlmsghdr *nlh, const struct route_want *want)
{
    switch (nlh->nlmsg_type) {
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
        return neighbour_concerns(nlh, want);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return route_concerns(nlh, want);
    case RTM_NEWRULE:
    case RTM_DELRULE:
        return rule_concerns(nlh);
    default:
        return true;
    }
}
