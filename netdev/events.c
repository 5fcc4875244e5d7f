/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/events.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/netlink.h"
#include "netdev/route-table.h"
#include "netdev/snapshot.h"
#include "packets.h"
#include "util.h"

/* Stores into '*value' the attribute 'type', of 32 bits, behind a header of
 * 'hdrlen' bytes.  Returns false if there is none. */
static bool
get_u32(struct nlmsghdr *nlh, size_t hdrlen, int type, uint32_t *value)
{
    struct nlattr *attr = nlmsg_find_attr(nlh, hdrlen, type);

    if (!attr || nla_len(attr) < (int) sizeof *value) {
        return false;
    }
    *value = nla_get_u32(attr);
    return true;
}

/* Stores into '*ip' the same, an address of that family. */
static bool
get_ip(struct nlmsghdr *nlh, size_t hdrlen, int type, int family,
       struct in6_addr *ip)
{
    struct nlattr *attr = nlmsg_find_attr(nlh, hdrlen, type);
    int size = netlink_family_bits(family) / 8;

    if (!attr || nla_len(attr) < size) {
        return false;
    } else if (family == AF_INET) {
        *ip = in6_addr_mapped_ipv4((OVS_FORCE ovs_be32) nla_get_u32(attr));
    } else {
        memcpy(ip, nla_data(attr), sizeof *ip);
    }
    return true;
}

/* Of the devices from 'first' on. */
static bool
has_device(const struct events_of *of, size_t first, int ifindex)
{
    for (size_t i = first; i < of->n_devices; i++) {
        if (ifindex && of->devices[i].ifindex == ifindex) {
            return true;
        }
    }
    return false;
}

static bool
is_ip(int family)
{
    return family == AF_INET || family == AF_INET6;
}

static bool
is_ours(int ifindex, const struct events_of *of)
{
    return has_device(of, 0, ifindex);
}

static bool
is_name_of_ours(const struct nlattr *name, const struct events_of *of)
{
    for (size_t i = 0; i < of->n_devices; i++) {
        if (!nla_strcmp(name, of->devices[i].name)) {
            return true;
        }
    }
    return false;
}

/* A device of ours is known by its index, or comes by its name, which may be
 * another one's that is renamed. */
static enum events_reason
classify_link(struct nlmsghdr *nlh, const struct events_of *of)
{
    const struct ifinfomsg *ifi = nlmsg_data(nlh);

    if (!nlmsg_valid_hdr(nlh, sizeof *ifi)) {
        return EVENTS_NONE;
    }

    struct nlattr *name = nlmsg_find_attr(nlh, sizeof *ifi, IFLA_IFNAME);
    return (is_ours(ifi->ifi_index, of)
            || (name && is_name_of_ours(name, of))
            ? EVENTS_LOOK_IPV6 : EVENTS_NONE);
}

static enum events_reason
classify_address(struct nlmsghdr *nlh, const struct events_of *of)
{
    const struct ifaddrmsg *ifa = nlmsg_data(nlh);

    return (!nlmsg_valid_hdr(nlh, sizeof *ifa) || !is_ours(ifa->ifa_index, of)
            ? EVENTS_NONE
            : ifa->ifa_family == AF_INET6 ? EVENTS_LOOK_IPV6 : EVENTS_LOOK);
}

static enum events_reason
classify_neighbour(struct nlmsghdr *nlh, const struct events_of *of)
{
    const struct ndmsg *ndm = nlmsg_data(nlh);
    struct in6_addr dst;

    if (!nlmsg_valid_hdr(nlh, sizeof *ndm) || !is_ip(ndm->ndm_family)
        || !has_device(of, 1, ndm->ndm_ifindex)
        || !get_ip(nlh, sizeof *ndm, NDA_DST, ndm->ndm_family, &dst)) {
        return EVENTS_NONE;
    }
    for (size_t i = 0; i < of->n_prefixes; i++) {
        if (ipv6_addr_equals(&dst, &of->prefixes[i].neighbour)) {
            return EVENTS_LOOK;
        }
    }
    return EVENTS_NONE;
}

/* Returns true if the route is to a fake prefix. */
static bool
is_to_prefix(struct nlmsghdr *nlh, const struct rtmsg *rtm,
             const struct events_of *of)
{
    struct in6_addr dst;

    if (!get_ip(nlh, sizeof *rtm, RTA_DST, rtm->rtm_family, &dst)) {
        return false;
    }
    for (size_t i = 0; i < of->n_prefixes; i++) {
        if (rtm->rtm_dst_len == of->prefixes[i].plen
            && ipv6_addr_equals(&dst, &of->prefixes[i].network)) {
            return true;
        }
    }
    return false;
}

/* Returns true if the IPv6 route is one that a router advertisement, or an
 * address, may have brought to one of the devices. */
static bool
is_made_by_kernel(struct nlmsghdr *nlh, const struct rtmsg *rtm,
                  const struct events_of *of)
{
    uint32_t ifindex;

    if (rtm->rtm_protocol != RTPROT_RA && rtm->rtm_protocol != RTPROT_KERNEL) {
        return false;
    }
    /* Of several next hops, which have no RTA_OIF, one may be ours. */
    return (get_u32(nlh, sizeof *rtm, RTA_OIF, &ifindex)
            ? is_ours(ifindex, of)
            : rtm->rtm_protocol == RTPROT_RA);
}

/* One that took the place of ours shows by its prefix, or its table. */
static enum events_reason
classify_route(struct nlmsghdr *nlh, const struct events_of *of)
{
    const struct rtmsg *rtm = nlmsg_data(nlh);
    uint32_t table, ifindex;

    if (!nlmsg_valid_hdr(nlh, sizeof *rtm) || !is_ip(rtm->rtm_family)) {
        return EVENTS_NONE;
    } else if (rtm->rtm_family == AF_INET6
               && is_made_by_kernel(nlh, rtm, of)) {
        return EVENTS_LOOK_IPV6;
    }
    return (rtm->rtm_protocol == SNAPSHOT_PROTOCOL
            || (get_u32(nlh, sizeof *rtm, RTA_OIF, &ifindex)
                && is_ours(ifindex, of))
            || (get_u32(nlh, sizeof *rtm, RTA_TABLE, &table)
                && (table & ROUTE_TABLE_MASK) == ROUTE_TABLE_BASE)
            || is_to_prefix(nlh, rtm, of)
            ? EVENTS_LOOK : EVENTS_NONE);
}

static enum events_reason
classify_rule(struct nlmsghdr *nlh)
{
    const size_t hdrlen = sizeof(struct fib_rule_hdr);
    struct nlattr *protocol = (nlmsg_valid_hdr(nlh, hdrlen)
                               ? nlmsg_find_attr(nlh, hdrlen, FRA_PROTOCOL)
                               : NULL);

    return (protocol && nla_len(protocol) >= 1
            && nla_get_u8(protocol) == SNAPSHOT_PROTOCOL
            ? EVENTS_LOOK : EVENTS_NONE);
}

enum events_reason
events_classify(struct nlmsghdr *nlh, const struct events_of *of)
{
    switch (nlh->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return classify_link(nlh, of);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return classify_address(nlh, of);
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
        return classify_neighbour(nlh, of);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return classify_route(nlh, of);
    case RTM_NEWRULE:
    case RTM_DELRULE:
        return classify_rule(nlh);
    default:
        return EVENTS_NONE;
    }
}
