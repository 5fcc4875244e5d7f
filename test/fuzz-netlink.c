/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: what the kernel says over rtnetlink.
 *
 * The input is the messages that the kernel sends, to all sockets of links.c,
 * one after the other as they came.  A message that has sequence number 1 in
 * the input is the reply to whatever was asked last; one that has 0 is an
 * event; any other is not changed.  When the input is at an end, each request
 * is acknowledged.
 *
 * A first header that says it has no length is an order to the target: its
 * type is how many networks there are, instead of one, and its flags have a bit
 * for each that is of IPv6.
 *
 * The linker puts the functions __wrap_* here in the place of libnl's: no
 * socket is opened, nothing is sent. */

#include <config.h>

#include "test/fuzz.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/links.h"
#include "packets.h"
#include "util.h"

enum { SEQ_EVENT, SEQ_AWAITED };

#define MAX_NETWORKS 3

/* Of struct links. */
#define N_SOCKETS 3

/* More requests than this for one input would be without end: each reply of
 * the kernel, of 16 bytes or more, leads to one at most. */
#define MAX_REQUESTS 10000

static const uint8_t *input, *input_end;

static struct nl_sock *requests;
static struct nlmsghdr asked;   /* The last request. */
static bool pending;            /* It was not acknowledged by us. */
static int n_requests;
static int n_connects;

/* The kernel. */

/* Copies the header at 'p' into '*hdr'.  Returns the length of the message, 0
 * if there is no whole one. */
static size_t
peek_message(const uint8_t *p, struct nlmsghdr *hdr)
{
    size_t left = input_end - p;

    if (left < sizeof *hdr) {
        return 0;
    }
    memcpy(hdr, p, sizeof *hdr);
    return (hdr->nlmsg_len < sizeof *hdr || hdr->nlmsg_len > left ? 0
            : MIN(NLMSG_ALIGN(hdr->nlmsg_len), left));
}

/* Returns the length of the datagram that the input begins with: one message,
 * if 'dump' all parts of a reply, or a rest that is none.
 *
 * Only a dump has several parts, or is interrupted.  libnl relies on this: of
 * two links in reply to a request for one it would lose the first's memory,
 * and so it would on an error after it. */
static size_t
datagram_length(bool dump)
{
    const uint8_t *p = input;
    struct nlmsghdr hdr;
    size_t length;

    do {
        length = peek_message(p, &hdr);
        p += length;
    } while (dump && length && hdr.nlmsg_flags & NLM_F_MULTI
             && hdr.nlmsg_type != NLMSG_DONE);
    return length ? p - input : input_end - input;
}

static bool
is_dump(void)
{
    return (asked.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

static void
answer(struct nlmsghdr *hdr)
{
    if (!is_dump()) {
        hdr->nlmsg_flags &= ~(NLM_F_MULTI | NLM_F_DUMP_INTR);
    }
    if (hdr->nlmsg_seq == SEQ_AWAITED) {
        hdr->nlmsg_seq = asked.nlmsg_seq;
        hdr->nlmsg_pid = asked.nlmsg_pid;
    }
}

static bool has_trap(struct nlattr *, int length);

/* Returns true if one of the next hops in 'attr' is a trap. */
static bool
is_trap_of_nexthops(struct nlattr *attr)
{
    struct rtnexthop *nh = nla_data(attr);
    int left = nla_len(attr);

    while (left >= (int) sizeof *nh && left >= nh->rtnh_len) {
        if (!nh->rtnh_len
            || has_trap((struct nlattr *) RTNH_DATA(nh),
                        nh->rtnh_len - (int) sizeof *nh)) {
            return true;
        }
        left -= RTNH_ALIGN(nh->rtnh_len);
        nh = RTNH_NEXT(nh);
    }
    return false;
}

/* Returns true if one of the attributes of a route is a trap for libnl 3.7,
 * one that the kernel does not set: a gateway without a family, from which it
 * copies -1 bytes, or a next hop of no length, for which it allocates memory
 * until there is none. */
static bool
has_trap(struct nlattr *head, int length)
{
    struct nlattr *attr;
    int left;

    nla_for_each_attr (attr, head, length, left) {
        if ((nla_type(attr) == RTA_VIA
             && nla_len(attr) < (int) sizeof(struct rtvia))
            || (nla_type(attr) == RTA_MULTIPATH
                && is_trap_of_nexthops(attr))) {
            return true;
        }
    }
    return false;
}

static bool
is_trap(const struct nlmsghdr *hdr)
{
    return (hdr->nlmsg_type >= RTM_NEWROUTE && hdr->nlmsg_type <= RTM_GETROUTE
            && has_trap(nlmsg_attrdata(hdr, sizeof(struct rtmsg)),
                        nlmsg_attrlen(hdr, sizeof(struct rtmsg))));
}

/* Gives the next datagram of the input to libnl, which frees it. */
static int
receive_input(unsigned char **buf)
{
    size_t length = datagram_length(is_dump());
    int n = length;

    *buf = xmemdup(input, length);
    input += length;
    for (struct nlmsghdr *hdr = (struct nlmsghdr *) *buf; nlmsg_ok(hdr, n);
         hdr = nlmsg_next(hdr, &n)) {
        answer(hdr);
        if (is_trap(hdr)) {
            hdr->nlmsg_type = NLMSG_NOOP;
        }
    }
    return length;
}

/* "Done", for a request of many replies as for one that changes something. */
static int
receive_ack(unsigned char **buf)
{
    struct {
        struct nlmsghdr hdr;
        struct nlmsgerr error;
    } ack = {
        .hdr.nlmsg_len = sizeof ack,
        .hdr.nlmsg_type = NLMSG_ERROR,
        .hdr.nlmsg_seq = SEQ_AWAITED,
        .error.msg = asked,
    };

    if (is_dump()) {
        ack.hdr.nlmsg_type = NLMSG_DONE;
        ack.hdr.nlmsg_flags = NLM_F_MULTI;
    }
    answer(&ack.hdr);
    pending = false;
    *buf = xmemdup(&ack, sizeof ack);
    return sizeof ack;
}

static int
receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **buf,
        struct ucred **creds OVS_UNUSED)
{
    struct nlmsghdr hdr;

    *from = (struct sockaddr_nl) { .nl_family = AF_NETLINK };
    if (sock != requests) {
        return (peek_message(input, &hdr) && hdr.nlmsg_seq == SEQ_EVENT
                ? receive_input(buf) : -NLE_AGAIN);
    } else if (input < input_end) {
        return receive_input(buf);
    }
    return pending ? receive_ack(buf) : -NLE_AGAIN;
}

/* The agent may ask, and change links, addresses, routes, neighbours and
 * rules: nothing else. */
static int
take_request(struct nl_sock *sock, struct nl_msg *msg)
{
    asked = *nlmsg_hdr(msg);
    pending = true;
    ovs_assert(sock == requests);
    ovs_assert(++n_requests < MAX_REQUESTS);
    switch (asked.nlmsg_type) {
    case RTM_GETLINK:
    case RTM_NEWLINK:
    case RTM_SETLINK:
    case RTM_GETADDR:
    case RTM_NEWADDR:
    case RTM_DELADDR:
    case RTM_GETROUTE:
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
    case RTM_GETNEIGH:
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
    case RTM_GETRULE:
    case RTM_NEWRULE:
    case RTM_DELRULE:
        return asked.nlmsg_len;
    }
    OVS_NOT_REACHED();
}

/* libnl, as links.c opens its sockets. */

int __wrap_nl_connect(struct nl_sock *, int protocol);
int __wrap_nl_socket_set_nonblocking(const struct nl_sock *);
int __wrap_nl_socket_add_memberships(struct nl_sock *, int group, ...);

int
__wrap_nl_connect(struct nl_sock *sock, int protocol OVS_UNUSED)
{
    struct nl_cb *cb = nl_socket_get_cb(sock);

    n_connects++;
    /* Two for events follow the first; any later one takes its place. */
    if (n_connects == 1 || n_connects > N_SOCKETS) {
        requests = sock;
    }
    nl_cb_overwrite_recv(cb, receive);
    nl_cb_overwrite_send(cb, take_request);
    nl_cb_put(cb);
    return 0;
}

int
__wrap_nl_socket_set_nonblocking(const struct nl_sock *sock OVS_UNUSED)
{
    return 0;
}

int
__wrap_nl_socket_add_memberships(struct nl_sock *sock OVS_UNUSED,
                                 int group OVS_UNUSED, ...)
{
    return 0;
}

/* Takes the order that the input may begin with.  Returns the number of
 * networks, and stores which are of IPv6 into '*ipv6'. */
static size_t
take_order(unsigned int *ipv6)
{
    struct nlmsghdr hdr;

    *ipv6 = 0;
    if (input_end - input < sizeof hdr) {
        return 1;
    }
    memcpy(&hdr, input, sizeof hdr);
    if (hdr.nlmsg_len) {
        return 1;
    }
    input += sizeof hdr;
    *ipv6 = hdr.nlmsg_flags;
    return 1 + (hdr.nlmsg_type - 1) % MAX_NETWORKS;
}

/* Returns the address of network 'i': fc04::1, or 10.10.0.1, and so on. */
static struct in6_addr
get_address(bool ipv6, size_t i)
{
    struct in6_addr address = { .s6_addr = { 0xfc, 4 + i, [15] = 1 } };

    return (ipv6 ? address
            : in6_addr_mapped_ipv4(htonl(0x0a0a0001 + (i << 16))));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Two share a port. */
    static const char *const fake_ports[MAX_NETWORKS] = {
        "ovsfake0", "ovsfake0", "ovsfake1"
    };
    struct links_network networks[MAX_NETWORKS];

    const uint8_t *before;
    bool was_blocked = false;
    unsigned int ipv6;

    input = data;
    input_end = data + size;

    const struct links_config config = {
        .uplink = "up0", .networks = networks,
        .n_networks = take_order(&ipv6)
    };
    for (size_t i = 0; i < config.n_networks; i++) {
        bool is_ipv6 = ipv6 >> i & 1;

        networks[i] = (struct links_network) {
            .fake_port = fake_ports[i],
            .id = config.n_networks > 1 ? 1 + i : 0,
            .mac = ETH_ADDR_C(0e,00,00,00,00,66),
            .address = get_address(is_ipv6, i),
            .plen = is_ipv6 ? 64 : 16,
            .client_mac = ETH_ADDR_C(0e,00,00,00,00,67),
            .routed_clients = true,
            .mark = i == 2 ? 0x2000 : 0x1000,
            .mark_mask = config.n_networks > 1 ? 0x3000 : 0,
        };
    }
    n_requests = n_connects = 0;
    requests = NULL;

    struct links *links = links_create(&config);
    links_start(links);
    do {
        before = input;
        links_run(links);
        if (links_wants_look(links)) {
            links_look(links);
        }
        was_blocked |= links_is_blocked(links);
    } while (input != before);

    links_release(links);

    ds_clear(&fuzz_outcome);
    ds_put_format(&fuzz_outcome, "%s, uplink %u%s%s%s", links_present(links),
                  links_uplink_ifindex(links),
                  was_blocked ? ", was blocked" : "",
                  n_connects > N_SOCKETS ? ", opened anew" : "",
                  input < input_end ? ", not all read" : "");
    links_destroy(links);
    return 0;
}
