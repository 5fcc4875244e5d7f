/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <sched.h>
#include <unistd.h>

#include "netdev/conntrack.h"
#include "netdev/netlink.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

#define ZONE 28674
#define SERVICE 0x0a0a0001      /* 10.10.0.1 */
#define TARGET 0xc0a8024d       /* 192.168.2.77 */
#define CLIENT 0xac100005       /* 172.16.0.5 */

/* Enters a network namespace of its own, as root of its own, which is gone
 * with the process.  Skips the test where that is not allowed. */
static void
enter_namespace(void)
{
    if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
        print_message("no namespaces: %s\n", ovs_strerror(errno));
        skip();
    }
}

/* The address number 'n', in a network of IPv6, or of IPv4. */
static struct in6_addr
make_address(bool ipv4, uint32_t n)
{
    struct in6_addr a = in6_addr_mapped_ipv4(htonl(n));

    if (!ipv4) {
        a.s6_addr[0] = 0xfd;
    }
    return a;
}

static void
put_tuple(struct nl_msg *msg, int attr, struct in6_addr src,
          struct in6_addr dst, uint16_t src_port, uint16_t dst_port)
{
    bool ipv4 = IN6_IS_ADDR_V4MAPPED(&src);
    size_t from = ipv4 ? 12 : 0;
    struct nlattr *tuple = nla_nest_start(msg, NLA_F_NESTED | attr);
    struct nlattr *ip = nla_nest_start(msg, NLA_F_NESTED | CTA_TUPLE_IP);

    nla_put(msg, ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, 16 - from,
            &src.s6_addr[from]);
    nla_put(msg, ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, 16 - from,
            &dst.s6_addr[from]);
    nla_nest_end(msg, ip);

    struct nlattr *proto = nla_nest_start(msg, NLA_F_NESTED | CTA_TUPLE_PROTO);
    nla_put_u8(msg, CTA_PROTO_NUM, IPPROTO_UDP);
    nla_put_u16(msg, CTA_PROTO_SRC_PORT, htons(src_port));
    nla_put_u16(msg, CTA_PROTO_DST_PORT, htons(dst_port));
    nla_nest_end(msg, proto);
    nla_nest_end(msg, tuple);
}

/* Adds a connection as Open vSwitch makes it: number 'i' of client and port,
 * to target number 'i'.  Returns an errno value. */
static int
add_connection(struct nl_sock *sock, bool ipv4, uint32_t i)
{
    const struct nfgenmsg header = {
        .nfgen_family = ipv4 ? AF_INET : AF_INET6
    };
    struct nl_msg *msg = nlmsg_alloc_simple(
        NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW,
        NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
    struct in6_addr client = make_address(ipv4, CLIENT + i / 50000);
    uint16_t port = 1024 + i % 50000;

    nlmsg_append(msg, CONST_CAST(void *, &header), sizeof header,
                 NLMSG_ALIGNTO);
    put_tuple(msg, CTA_TUPLE_ORIG, client,
              make_address(ipv4, TARGET + i % 100), port, 5060);
    put_tuple(msg, CTA_TUPLE_REPLY, make_address(ipv4, SERVICE), client, 5060,
              port);
    nla_put_u16(msg, CTA_ZONE, htons(ZONE));
    nla_put_u32(msg, CTA_TIMEOUT, htonl(600));

    int error = nl_send_sync(sock, msg);
    return error < 0 ? -error : 0;
}

static struct conntrack_query
query_of(bool ipv4, uint32_t i)
{
    return (struct conntrack_query) {
        .zone = ZONE,
        .protocol = IPPROTO_UDP,
        .service = make_address(ipv4, SERVICE),
        .service_port = 5060,
        .client = make_address(ipv4, CLIENT + i / 50000),
        .client_port = 1024 + i % 50000,
        .target = in6addr_loopback,
    };
}

static void
add_connections(bool ipv4, uint32_t n)
{
    struct nl_sock *sock = netlink_open_protocol(NETLINK_NETFILTER);

    assert_non_null(sock);
    for (uint32_t i = 0; i < n; i++) {
        int error = add_connection(sock, ipv4, i);

        if (error) {
            print_message("connection %"PRIu32": libnl error %d\n", i, error);
            nl_socket_free(sock);
            skip();
        }
    }
    nl_socket_free(sock);
}

static void
assert_target(const struct conntrack_query *q, struct in6_addr expected)
{
    assert_true(ipv6_addr_equals(&q->target, &expected));
}

static void
assert_finds(bool ipv4)
{
    struct conntrack_query q[6];

    for (size_t i = 0; i < ARRAY_SIZE(q); i++) {
        q[i] = query_of(ipv4, i == 5 ? 1 : 0);
    }
    q[1].zone++;
    q[2].client_port += 10;
    q[3].service_port++;
    q[4].protocol = IPPROTO_TCP;
    assert_int_equal(conntrack_find(q, ARRAY_SIZE(q)), 0);
    assert_target(&q[0], make_address(ipv4, TARGET));
    for (size_t i = 1; i < 5; i++) {
        assert_target(&q[i], in6addr_any);
    }
    assert_target(&q[5], make_address(ipv4, TARGET + 1));
}

/* Of both families at once. */
static void
conntrack_finds(void **state OVS_UNUSED)
{
    enter_namespace();
    add_connections(true, 2);
    add_connections(false, 2);
    assert_finds(true);
    assert_finds(false);
}

static void
conntrack_finds_among_many(void **state OVS_UNUSED)
{
    const uint32_t n = 100000;
    const int n_queries = 100;

    enter_namespace();
    add_connections(true, n);

    long long int start = time_usec();
    for (int i = 0; i < n_queries; i++) {
        struct conntrack_query q = query_of(true, i * (n / n_queries));

        assert_int_equal(conntrack_find(&q, 1), 0);
        assert_target(&q, make_address(true,
                                       TARGET + i * (n / n_queries) % 100));
    }
    long long int usec = (time_usec() - start) / n_queries;
    print_message("%lld us of %"PRIu32" connections\n", usec, n);
    assert_true(usec < 10000);
}

/* Another namespace's connections are not for who has no rights there. */
static void
conntrack_without_right(void **state OVS_UNUSED)
{
    struct conntrack_query q = query_of(true, 0);

    if (!geteuid() && (setgid(65534) || setuid(65534))) {
        skip();
    }
    assert_int_equal(conntrack_find(&q, 1), EPERM);
    assert_target(&q, in6addr_any);
}

const struct CMUnitTest conntrack_tests[] = {
    cmocka_unit_test(conntrack_finds),
    cmocka_unit_test(conntrack_finds_among_many),
    cmocka_unit_test(conntrack_without_right),
    { .name = NULL },
};
