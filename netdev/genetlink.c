/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/genetlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "netdev/netlink.h"
#include "util.h"

struct nl_msg *
genetlink_message(int family, int command)
{
    const struct genlmsghdr header = { .cmd = command, .version = 1 };
    struct nl_msg *msg = nlmsg_alloc_simple(family, NLM_F_REQUEST);

    ovs_assert(msg);
    ovs_assert(!nlmsg_append(msg, CONST_CAST(void *, &header), sizeof header,
                             NLMSG_ALIGNTO));
    return msg;
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
send_on(struct nl_sock *sock, struct nl_msg *msg,
        int (*take)(struct nl_msg *, void *aux), void *aux)
{
    int error = 0;

    nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, take_error, &error);
    if (take) {
        nl_socket_disable_auto_ack(sock);
        nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take, aux);
    }
    if (nl_send_auto(sock, msg) < 0) {
        return EIO;
    }

    int failure = take ? nl_recvmsgs_default(sock) : nl_wait_for_ack(sock);
    return error ? error : failure < 0 ? EIO : 0;
}

int
genetlink_send(struct nl_msg *msg, int (*take)(struct nl_msg *, void *aux),
               void *aux)
{
    struct nl_sock *sock = netlink_open_protocol(NETLINK_GENERIC);
    int error = sock ? send_on(sock, msg, take, aux) : errno;

    nlmsg_free(msg);
    nl_socket_free(sock);
    return error;
}

static int
take_id(struct nl_msg *msg, void *id_)
{
    struct nlattr *attr = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN,
                                          CTRL_ATTR_FAMILY_ID);
    int *id = id_;

    if (attr && nla_len(attr) >= (int) sizeof(uint16_t)) {
        *id = nla_get_u16(attr);
    }
    return NL_STOP;
}

int
genetlink_find(const char *family, int *id)
{
    struct nl_msg *msg = genetlink_message(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

    ovs_assert(!nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, family));
    *id = 0;
    int error = genetlink_send(msg, take_id, id);
    return error ? error : *id ? 0 : EPROTO;
}
