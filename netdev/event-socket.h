/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_EVENT_SOCKET_H
#define NETDEV_EVENT_SOCKET_H 1

/* A socket for the kernel's events, which knows when some were lost. */

#include <stdbool.h>

struct nl_msg;

struct event_socket {
    struct nl_sock *sock;
    bool overrun;               /* Events were lost; others still wait. */
};

/* Opens a socket for the events of 'groups', ending with 0, of 'protocol': of
 * NETLINK_ROUTE, RTNLGRP_*; of NETLINK_NETFILTER, NFNLGRP_*.
 * event_socket_run() passes each message to 'take', with 'aux'.  The kernel
 * keeps 'buffer' bytes of messages.  Returns false if that fails: the caller
 * must close '*events' in any case. */
bool event_socket_open(struct event_socket *events, int protocol,
                       const int groups[], int buffer,
                       int (*take)(struct nl_msg *, void *aux),
                       void *aux);
void event_socket_close(struct event_socket *);

/* Takes some of the events that wait.  Never blocks.  Returns true if events
 * were lost, once no more will be for that reason.
 *
 * After the first event that it has no room for, the kernel drops all that
 * follow, with no further error, until the socket is empty
 * (NETLINK_S_CONGESTED in Linux's af_netlink.c).  What a look finds before
 * that may change without an event. */
bool event_socket_run(struct event_socket *);

/* Wakes the poll loop when there are events to take. */
void event_socket_wait(const struct event_socket *);

#endif /* netdev/event-socket.h */
