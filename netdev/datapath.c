/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/datapath.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "netdev/netlink.h"
#include "util.h"

/* OVS_DATAPATH_FAMILY of <linux/openvswitch.h>, in whose place Open vSwitch
 * has a file of its own. */
#define FAMILY "ovs_datapath"

static struct nl_msg *
get_message(void)
{
    const struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY };
    struct nl_msg *msg = nlmsg_alloc_simple(GENL_ID_CTRL, NLM_F_REQUEST);

    ovs_assert(msg);
    ovs_assert(!nlmsg_append(msg, CONST_CAST(void *, &header), sizeof header,
                             NLMSG_ALIGNTO));
    ovs_assert(!nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, FAMILY));
    return msg;
}

static int
take_error(struct sockaddr_nl *from OVS_UNUSED, struct nlmsgerr *nlerr,
           void *error_)
{
    int *error = error_;

    *error = -nlerr->error;
    return NL_STOP;
}

bool
datapath_is_missing(void)
{
    struct nl_sock *sock = netlink_open_protocol(NETLINK_GENERIC);
    int error = 0;

    if (!sock) {
        return false;
    }

    struct nl_msg *msg = get_message();
    nl_socket_disable_auto_ack(sock);
    nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, take_error, &error);
    if (nl_send_auto(sock, msg) >= 0) {
        nl_recvmsgs_default(sock);
    }
    nlmsg_free(msg);
    nl_socket_free(sock);
    return error == ENOENT;
}
