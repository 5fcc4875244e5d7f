/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/event-socket.h"

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include "netdev/netlink.h"
#include "openvswitch/poll-loop.h"
#include "util.h"

/* Events to take in one pass: somebody may make them without end.  Those of a
 * look's own changes, a handful a network, come together: a pass that leaves
 * some is followed by a look that sees what the one before saw. */
#define MAX_EVENTS 2048

/* Has the kernel keep so many bytes for 'sock': more than net.core.rmem_max,
 * if we may. */
static void
set_buffer(struct nl_sock *sock, int bytes)
{
    if (setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
                   sizeof bytes)) {
        nl_socket_set_buffer_size(sock, bytes, 0);
    }
}

bool
event_socket_open(struct event_socket *events, int protocol,
                  const int groups[], int buffer,
                  int (*take)(struct nl_msg *, void *aux), void *aux)
{
    struct nl_sock *sock = netlink_open_protocol(protocol);

    *events = (struct event_socket) { .sock = sock };
    if (!sock) {
        return false;
    }
    nl_socket_disable_seq_check(sock);
    nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take, aux);
    set_buffer(sock, buffer);

    int error = nl_socket_set_nonblocking(sock);
    for (size_t i = 0; groups[i] && !error; i++) {
        error = nl_socket_add_memberships(sock, groups[i], 0);
    }
    return !error;
}

void
event_socket_close(struct event_socket *events)
{
    nl_socket_free(events->sock);
}

bool
event_socket_run(struct event_socket *events)
{
    for (int i = 0; i < MAX_EVENTS; i++) {
        int error = nl_recvmsgs_default(events->sock);

        if (error == -NLE_AGAIN) {
            bool lost = events->overrun;

            events->overrun = false;
            return lost;
        } else if (error < 0) {
            /* NLE_NOMEM is ENOBUFS; nothing else is better. */
            events->overrun = true;
        }
    }
    return false;
}

void
event_socket_wait(const struct event_socket *events)
{
    poll_fd_wait(nl_socket_get_fd(events->sock), POLLIN);
}
