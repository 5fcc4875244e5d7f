/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

#include "netdev/netlink.h"
#include "util.h"

#define TYPE(MSG) (NFNL_SUBSYS_CTNETLINK << 8 | (MSG))

/* Attributes.  Numbers are in network byte order. */

static struct nlattr *
start(struct nl_msg *msg, int attr)
{
    struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | attr);

    ovs_assert(nest);
    return nest;
}

static void
put_u16(struct nl_msg *msg, int attr, uint16_t value)
{
    ovs_assert(!nla_put_u16(msg, attr, htons(value)));
}

/* What differs between the families: attributes of addresses, and which bytes
 * of an address they have. */
struct family {
    uint8_t family;
    int src, dst;
    size_t from, size;
};

static const struct family *
get_family(const struct conntrack_query *q)
{
    static const struct family families[] = {
        { AF_INET6, CTA_IP_V6_SRC, CTA_IP_V6_DST, 0, 16 },
        { AF_INET, CTA_IP_V4_SRC, CTA_IP_V4_DST, 12, 4 },
    };

    return &families[IN6_IS_ADDR_V4MAPPED(&q->service)];
}

/* The answers are from the service to the client. */
static void
put_tuple(struct nl_msg *msg, const struct conntrack_query *q)
{
    const struct family *f = get_family(q);
    struct nlattr *tuple = start(msg, CTA_TUPLE_REPLY);
    struct nlattr *ip = start(msg, CTA_TUPLE_IP);

    ovs_assert(!nla_put(msg, f->src, f->size, &q->service.s6_addr[f->from]));
    ovs_assert(!nla_put(msg, f->dst, f->size, &q->client.s6_addr[f->from]));
    nla_nest_end(msg, ip);

    struct nlattr *proto = start(msg, CTA_TUPLE_PROTO);
    ovs_assert(!nla_put_u8(msg, CTA_PROTO_NUM, q->protocol));
    put_u16(msg, CTA_PROTO_SRC_PORT, q->service_port);
    put_u16(msg, CTA_PROTO_DST_PORT, q->client_port);
    nla_nest_end(msg, proto);
    nla_nest_end(msg, tuple);
}

static struct nl_msg *
get_message(const struct conntrack_query *q)
{
    const struct nfgenmsg header = { .nfgen_family = get_family(q)->family };
    struct nl_msg *msg = nlmsg_alloc_simple(TYPE(IPCTNL_MSG_CT_GET),
                                            NLM_F_REQUEST);

    ovs_assert(msg);
    ovs_assert(!nlmsg_append(msg, CONST_CAST(void *, &header), sizeof header,
                             NLMSG_ALIGNTO));
    put_tuple(msg, q);
    put_u16(msg, CTA_ZONE, q->zone);
    return msg;
}

/* The client sent to the target at first.  The kernel marks the one message
 * as one of several, so it has to be said that it is the last. */
static int
take_message(struct nl_msg *msg, void *q_)
{
    struct conntrack_query *q = q_;
    const struct family *f = get_family(q);
    struct nlattr *attrs[CTA_MAX + 1], *tuple[CTA_TUPLE_MAX + 1];
    struct nlattr *ip[CTA_IP_MAX + 1];

    if (nlmsg_hdr(msg)->nlmsg_type == TYPE(IPCTNL_MSG_CT_NEW)
        && !nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), attrs,
                        CTA_MAX, NULL)
        && attrs[CTA_TUPLE_ORIG]
        && !nla_parse_nested(tuple, CTA_TUPLE_MAX, attrs[CTA_TUPLE_ORIG], NULL)
        && tuple[CTA_TUPLE_IP]
        && !nla_parse_nested(ip, CTA_IP_MAX, tuple[CTA_TUPLE_IP], NULL)
        && ip[f->dst]
        && nla_len(ip[f->dst]) == f->size) {
        q->target = q->service;         /* What is before 'from'. */
        memcpy(&q->target.s6_addr[f->from], nla_data(ip[f->dst]), f->size);
    }
    return NL_STOP;
}

/* As libnl's errors tell less, the kernel's. */
static int
take_error(struct sockaddr_nl *from OVS_UNUSED, struct nlmsgerr *nlerr,
           void *error_)
{
    int *error = error_;

    *error = -nlerr->error;
    return NL_STOP;
}

static int
find_on(struct nl_sock *sock, struct conntrack_query *q)
{
    struct nl_msg *msg = get_message(q);
    int error = 0;
    bool sent = nl_send_auto(sock, msg) >= 0;

    nlmsg_free(msg);
    if (!sent) {
        return EIO;
    }
    nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take_message, q);
    nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, take_error, &error);
    if (nl_recvmsgs_default(sock) < 0 && !error) {
        return EIO;
    }
    /* There is nothing wrong with the request, but nobody to take it. */
    return error == ENOENT ? 0 : error == EINVAL ? EOPNOTSUPP : error;
}

int
conntrack_find(struct conntrack_query *queries, size_t n)
{
    struct nl_sock *sock = netlink_open_protocol(NETLINK_NETFILTER);
    int error = sock ? 0 : errno;

    for (size_t i = 0; i < n; i++) {
        queries[i].target = in6addr_any;
    }
    if (sock) {
        /* There is one reply: a connection, or that there is none. */
        nl_socket_disable_auto_ack(sock);
    }
    for (size_t i = 0; i < n && !error; i++) {
        error = find_on(sock, &queries[i]);
    }
    nl_socket_free(sock);
    for (size_t i = 0; i < n && error; i++) {
        queries[i].target = in6addr_any;
    }
    return error;
}
