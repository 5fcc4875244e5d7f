/* SPDX-License-Identifier: Apache-2.0 */

/* What the kernel is asked to do for IPv6, byte by byte, and which of its
 * messages are a reason to look.  No kernel is asked: each request is
 * recorded, and acknowledged. */

#include <config.h>

#include "test/unit.h"

#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/events.h"
#include "netdev/link-reconcile.h"
#include "netdev/netlink.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

/* Requests. */

#define IFINDEX 7

static struct ds recorded = DS_EMPTY_INITIALIZER;
static struct nlmsghdr asked;

/* Of type nl_send()'s override: appends the type, and in hexadecimal what
 * follows the header. */
static int
record(struct nl_sock *sock OVS_UNUSED, struct nl_msg *msg)
{
    const struct nlmsghdr *nlh = nlmsg_hdr(msg);
    const uint8_t *data = nlmsg_data(nlh);

    asked = *nlh;
    ds_put_format(&recorded, "%d ", nlh->nlmsg_type);
    for (size_t i = 0; i < nlh->nlmsg_len - sizeof *nlh; i++) {
        ds_put_format(&recorded, "%02x", data[i]);
    }
    ds_put_char(&recorded, '\n');
    return nlh->nlmsg_len;
}

/* Of type nl_recv()'s override. */
static int
acknowledge(struct nl_sock *sock OVS_UNUSED, struct sockaddr_nl *from,
            unsigned char **buf, struct ucred **creds OVS_UNUSED)
{
    struct {
        struct nlmsghdr hdr;
        struct nlmsgerr error;
    } ack = {
        .hdr.nlmsg_len = sizeof ack,
        .hdr.nlmsg_type = NLMSG_ERROR,
        .hdr.nlmsg_seq = asked.nlmsg_seq,
        .hdr.nlmsg_pid = asked.nlmsg_pid,
        .error.msg = asked,
    };

    *from = (struct sockaddr_nl) { .nl_family = AF_NETLINK };
    *buf = xmemdup(&ack, sizeof ack);
    return sizeof ack;
}

static struct nl_sock *
open_recorder(void)
{
    struct nl_sock *sock = netlink_open();
    struct nl_cb *cb = nl_socket_get_cb(sock);

    assert_non_null(sock);
    nl_cb_overwrite_send(cb, record);
    nl_cb_overwrite_recv(cb, acknowledge);
    nl_cb_put(cb);
    ds_clear(&recorded);
    return sock;
}

static void
check_recorded(struct nl_sock *sock, const char *expected)
{
#ifdef WORDS_BIGENDIAN
    assert_int_not_equal(recorded.length, 0);
#else
    assert_string_equal(ds_cstr(&recorded), expected);
#endif
    nl_socket_free(sock);
    ds_destroy(&recorded);
    ds_init(&recorded);
}

static struct in6_addr
ip6(const char *s)
{
    struct in6_addr ip;

    assert_true(ipv6_parse(s, &ip));
    return ip;
}

/* A device that is up, and has no address. */
static struct snapshot_device
device_up(void)
{
    struct rtnl_link *link = rtnl_link_alloc();

    assert_non_null(link);
    rtnl_link_set_ifindex(link, IFINDEX);
    rtnl_link_set_flags(link, IFF_UP);
    return (struct snapshot_device) {
        .link = link, .ifindex = IFINDEX, .mtu = 1500
    };
}

/* No duplicate address detection, no route of the kernel's, our protocol. */
static void
links_ipv6_address(void **state OVS_UNUSED)
{
    const struct link_address address = { ip6("fc04::1"), 64 };
    const struct link_want want = {
        .name = "fake0", .addresses = &address, .n_addresses = 1
    };
    const struct snapshot snapshot = SNAPSHOT_INITIALIZER;
    struct snapshot_device device = device_up();
    struct nl_sock *sock = open_recorder();
    uint8_t mode = LINK_MODE_UNKNOWN;

    assert_int_equal(link_reconcile(sock, &snapshot, &device, &want, &mode),
                     0);
    rtnl_link_put(device.link);
    check_recorded(sock,
        "20 0a4002000700000014000200fc040000000000000000000000000001"
        "14000100fc0400000000000000000000000000010800080002020000"
        "05000b0070000000\n");
}

/* The neighbour, the routes and the rules, in this order. */
static void
links_ipv6_routes(void **state OVS_UNUSED)
{
    const struct eth_addr mac = ETH_ADDR_C(0e,00,00,00,00,67);
    const struct route_want want = {
        .name = "fake0", .ifindex = IFINDEX, .address = ip6("fc04::1"),
        .plen = 64, .client_mac = &mac, .routed_clients = true,
        .mark = 0x1000, .mark_mask = 0x1000,
    };
    const struct snapshot snapshot = SNAPSHOT_INITIALIZER;
    struct nl_sock *sock = open_recorder();
    struct routes *routes = routes_create(sock, &snapshot, &want, 1);

    assert_int_equal(routes_remove_stale(routes), 0);
    assert_int_equal(routes_add_missing(routes, 0), 0);
    routes_destroy(routes);
    check_recorded(sock,
        "28 0a000000070000008000000014000100fc040000000000000000000000000002"
        "0a0002000e00000000670000\n"
        "24 0a400000fe7000010400000008000f00fe000000"
        "14000100fc0400000000000000000000000000000800060001000000"
        "14000700fc040000000000000000000000000001"
        "14000500fc0400000000000000000000000000020800040007000000\n"
        "24 0a000000007000070000000008000f0000be6970"
        "14000100000000000000000000000000000000000800060000100000\n"
        "24 0a000000007000010400000008000f0000be6970"
        "14000100000000000000000000000000000000000800060001000000"
        "14000700fc040000000000000000000000000001"
        "14000500fc0400000000000000000000000000020800040007000000\n"
        "32 0a008000fe0000010000000008000f00fe000000"
        "14000200fc040000000000000000000000000001080006006f000000"
        "08000a000010000008001000001000000500150070000000\n"
        "32 0a000000fe0000010000000008000f00fe0000000a00030066616b6530000000"
        "080006006f00000008000a000010000008001000001000000500150070000000\n"
        "32 0a008000000000010000000008000f0000be6970"
        "14000200fc0400000000000000000000000000010800060070000000"
        "0500150070000000\n"
        "32 0a000000000000010000000008000f0000be69700800060070000000"
        "08000a000010000008001000001000000500150070000000\n");
}

/* The neighbour is no client of a pair, and not the fake address. */
static void
links_neighbours(void **state OVS_UNUSED)
{
    static const struct {
        const char *address;
        unsigned int plen;
        const char *neighbour;
    } cases[] = {
        { "fc04::1", 64, "fc04::2" },
        { "fc04::2", 64, "fc04::1" },
        { "fc04::5:0:77", 64, "fc04::2" },
        { "fc04::1", 124, "fc04::2" },
        { "fc04::12", 124, "fc04::11" },
        { "fc04::ffff", 112, "fc04::2" },
        { "::ffff:10.10.0.1", 16, "::ffff:10.10.0.2" },
        { "::ffff:10.10.0.2", 16, "::ffff:10.10.0.1" },
        { "::ffff:10.10.1.5", 30, "::ffff:10.10.1.6" },
        { "::ffff:10.10.1.6", 30, "::ffff:10.10.1.5" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct in6_addr address = ip6(cases[i].address);
        const struct in6_addr expected = ip6(cases[i].neighbour);
        const struct in6_addr neighbour = route_neighbour(&address,
                                                          cases[i].plen);

        assert_true(ipv6_addr_equals(&neighbour, &expected));
    }
}

/* Events. */

/* What a message says; of what is "", 0 or -1 nothing. */
struct event {
    int type, family;
    int ifindex;                /* -1 for several next hops. */
    const char *address;        /* Of a neighbour, or the destination. */
    int plen;
    uint8_t protocol;
    uint32_t table;
};

static void
put_address(struct nl_msg *msg, int attr, const struct event *e)
{
    if (e->address[0]) {
        const struct in6_addr ip = ip6(e->address);
        size_t n = e->family == AF_INET ? 4 : sizeof ip;

        assert_int_equal(nla_put(msg, attr, n, &ip.s6_addr[sizeof ip - n]),
                         0);
    }
}

static struct nl_msg *
event_message(const struct event *e)
{
    struct nl_msg *msg = nlmsg_alloc_simple(e->type, 0);

    if (e->type == RTM_NEWNEIGH || e->type == RTM_DELNEIGH) {
        struct ndmsg ndm = {
            .ndm_family = e->family, .ndm_ifindex = e->ifindex
        };

        assert_int_equal(nlmsg_append(msg, &ndm, sizeof ndm, NLMSG_ALIGNTO),
                         0);
        put_address(msg, NDA_DST, e);
    } else if (e->type == RTM_NEWRULE || e->type == RTM_DELRULE) {
        struct fib_rule_hdr frh = { .family = e->family };

        assert_int_equal(nlmsg_append(msg, &frh, sizeof frh, NLMSG_ALIGNTO),
                         0);
        assert_int_equal(nla_put_u8(msg, FRA_PROTOCOL, e->protocol), 0);
    } else {
        struct rtmsg rtm = {
            .rtm_family = e->family, .rtm_dst_len = e->plen,
            .rtm_protocol = e->protocol,
        };

        assert_int_equal(nlmsg_append(msg, &rtm, sizeof rtm, NLMSG_ALIGNTO),
                         0);
        put_address(msg, RTA_DST, e);
        assert_int_equal(nla_put_u32(msg, RTA_TABLE, e->table), 0);
        if (e->ifindex >= 0) {
            assert_int_equal(nla_put_u32(msg, RTA_OIF, e->ifindex), 0);
        }
    }
    return msg;
}

/* The uplink is device 3, the fake port device 4. */
static void
links_events(void **state OVS_UNUSED)
{
    static const struct {
        struct event event;
        enum events_reason expected;
    } cases[] = {
        /* Our neighbour, another one, and a device that is not ours. */
        { { RTM_DELNEIGH, AF_INET6, 4, "fc04::2", 0, 0, 0 }, EVENTS_LOOK },
        { { RTM_NEWNEIGH, AF_INET6, 4, "fc04::3", 0, 0, 0 }, EVENTS_NONE },
        { { RTM_NEWNEIGH, AF_INET6, 3, "fc04::2", 0, 0, 0 }, EVENTS_NONE },
        { { RTM_NEWNEIGH, AF_INET6, 4, "", 0, 0, 0 }, EVENTS_NONE },
        { { RTM_DELNEIGH, AF_INET, 4, "::ffff:10.10.0.2", 0, 0, 0 },
          EVENTS_LOOK },
        /* The last 4 bytes of one are those of the other. */
        { { RTM_NEWNEIGH, AF_INET6, 4, "fc04::a0a:2", 0, 0, 0 },
          EVENTS_NONE },
        { { RTM_NEWNEIGH, AF_BRIDGE, 4, "fc04::2", 0, 0, 0 }, EVENTS_NONE },
        /* Rules. */
        { { RTM_DELRULE, AF_INET6, 0, "", 0, SNAPSHOT_PROTOCOL, 0 },
          EVENTS_LOOK },
        { { RTM_NEWRULE, AF_INET6, 0, "", 0, RTPROT_STATIC, 0 },
          EVENTS_NONE },
        /* Routes: ours, to a fake prefix, in a table like ours, to a device of
         * ours, and of a router advertisement. */
        { { RTM_DELROUTE, AF_INET6, 9, "2001:db8::", 32, SNAPSHOT_PROTOCOL,
            254 }, EVENTS_LOOK },
        { { RTM_NEWROUTE, AF_INET6, 9, "fc04::", 64, RTPROT_STATIC, 254 },
          EVENTS_LOOK },
        { { RTM_NEWROUTE, AF_INET6, 9, "fc04::", 65, RTPROT_STATIC, 254 },
          EVENTS_NONE },
        { { RTM_NEWROUTE, AF_INET6, 9, "", 0, RTPROT_STATIC, 0x70690007 },
          EVENTS_LOOK },
        { { RTM_NEWROUTE, AF_INET6, 4, "2001:db8::", 32, RTPROT_STATIC,
            254 }, EVENTS_LOOK },
        { { RTM_NEWROUTE, AF_INET6, 3, "", 0, RTPROT_RA, 254 },
          EVENTS_LOOK_IPV6 },
        { { RTM_NEWROUTE, AF_INET6, -1, "", 0, RTPROT_RA, 254 },
          EVENTS_LOOK_IPV6 },
        { { RTM_NEWROUTE, AF_INET6, 4, "fc04::", 64, RTPROT_KERNEL, 254 },
          EVENTS_LOOK_IPV6 },
        { { RTM_NEWROUTE, AF_INET6, 9, "2001:db8::", 32, RTPROT_RA, 254 },
          EVENTS_NONE },
        { { RTM_NEWROUTE, AF_INET6, 9, "2001:db8::", 32, RTPROT_BOOT, 254 },
          EVENTS_NONE },
        { { RTM_NEWROUTE, AF_INET, 9, "::ffff:10.10.0.0", 16, RTPROT_BOOT,
            254 }, EVENTS_LOOK },
    };
    static const struct events_device devices[] = {
        { "up0", 3 }, { "fake0", 4 }
    };
    const struct events_prefix prefixes[] = {
        { ip6("fc04::2"), ip6("fc04::"), 64 },
        { ip6("::ffff:10.10.0.2"), ip6("::ffff:10.10.0.0"), 16 },
    };
    const struct events_of of = {
        .devices = devices, .n_devices = ARRAY_SIZE(devices),
        .prefixes = prefixes, .n_prefixes = ARRAY_SIZE(prefixes),
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct nl_msg *msg = event_message(&cases[i].event);

        if (events_classify(nlmsg_hdr(msg), &of) != cases[i].expected) {
            fail_msg("case %"PRIuSIZE, i);
        }
        nlmsg_free(msg);
    }
}

const struct CMUnitTest links_ipv6_tests[] = {
    cmocka_unit_test(links_ipv6_address),
    cmocka_unit_test(links_ipv6_routes),
    cmocka_unit_test(links_neighbours),
    cmocka_unit_test(links_events),
    { .name = NULL },
};
