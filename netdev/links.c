/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdlib.h>

#include "netdev/link-edit.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/token-bucket.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(links);

#define MAX_LOOKS 20            /* Looks a second, for whatever reason. */

/* When to look again without a reason, and after the kernel refused a
 * change. */
#define LOOK_INTERVAL_MSEC 60000
#define REFUSED_RETRY_MSEC 1000

/* Events to take in one pass: somebody may make them without end. */
#define MAX_EVENTS 64

struct links {
    const struct links_config *config;
    bool started;

    struct nl_sock *requests;
    struct nl_sock *events;     /* Non-blocking. */
    bool look;                  /* Something happened, or may have. */
    long long int next_look;    /* In any case. */
    struct token_bucket looks;  /* A token a look. */

    /* What the last look saw. */
    unsigned int uplink_ifindex;
    bool right, stuck;
    struct ds present;
};

/* An event says only "look again". */
static int
note_event(struct nl_msg *msg OVS_UNUSED, void *links_)
{
    struct links *links = links_;

    links->look = true;
    return NL_OK;
}

static struct nl_sock *
open_socket(void)
{
    struct nl_sock *sock = nl_socket_alloc();

    if (sock && nl_connect(sock, NETLINK_ROUTE)) {
        nl_socket_free(sock);
        return NULL;
    }
    return sock;
}

static struct nl_sock *
open_events(struct links *links)
{
    struct nl_sock *sock = open_socket();

    if (sock) {
        nl_socket_disable_seq_check(sock);
        nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, note_event,
                            links);
        if (nl_socket_set_nonblocking(sock)
            || nl_socket_add_memberships(sock, RTNLGRP_LINK,
                                         RTNLGRP_IPV4_IFADDR,
                                         RTNLGRP_IPV6_IFADDR,
                                         RTNLGRP_IPV6_ROUTE, 0)) {
            nl_socket_free(sock);
            return NULL;
        }
    }
    return sock;
}

static void
say_waiting(struct links *links)
{
    ds_clear(&links->present);
    ds_put_cstr(&links->present, "waiting for the ports");
}

struct links *
links_create(const struct links_config *config)
{
    struct links *links = xzalloc(sizeof *links);

    links->config = config;
    token_bucket_init(&links->looks, MAX_LOOKS, MAX_LOOKS * 1000);
    links->look = true;
    ds_init(&links->present);
    say_waiting(links);
    links->requests = open_socket();
    links->events = open_events(links);
    if (!links->requests || !links->events) {
        VLOG_ERR("cannot open netlink sockets: %s", ovs_strerror(errno));
        links_destroy(links);
        return NULL;
    }
    return links;
}

void
links_destroy(struct links *links)
{
    if (links) {
        nl_socket_free(links->requests);
        nl_socket_free(links->events);
        ds_destroy(&links->present);
        free(links);
    }
}

void
links_start(struct links *links)
{
    if (!links->started) {
        links->started = true;
        links->look = true;
    }
}

void
links_stop(struct links *links)
{
    if (links->started) {
        links->started = links->right = links->stuck = false;
        say_waiting(links);
    }
}

/* Takes the events that wait.  Any error but "no more" means that events were
 * lost (NLE_NOMEM is ENOBUFS), which says "look again" like any event. */
static void
drain_events(struct links *links)
{
    for (int i = 0; i < MAX_EVENTS; i++) {
        int error = nl_recvmsgs_default(links->events);

        if (error == -NLE_AGAIN) {
            break;
        }
        links->look = true;
    }
}

/* Makes one device as wanted.  Returns false, and says why, if that failed. */
static bool
make_link(struct links *links, const struct link_want *want)
{
    int error = link_edit_make(links->requests, want);

    if (error && links->present.length) {
        ds_put_cstr(&links->present, "; ");
    }
    if (error == -NLE_NODEV) {
        /* Its coming will be an event. */
        ds_put_format(&links->present, "waiting for %s to appear",
                      want->name);
    } else if (error) {
        ds_put_format(&links->present, "the kernel refused to configure %s: "
                      "%s", want->name, nl_geterror(error));
        links->stuck = true;
        links->next_look = time_msec() + REFUSED_RETRY_MSEC;
    }
    return !error;
}

/* Makes both devices as wanted. */
static void
make_links(struct links *links)
{
    const struct links_config *config = links->config;
    const struct link_want fake_port = {
        .name = config->fake_port, .mac = &config->mac,
        .address = config->address, .plen = config->plen,
    };
    const struct link_want uplink = { .name = config->uplink };

    links->stuck = false;
    ds_clear(&links->present);
    links->right = make_link(links, &fake_port);
    links->right &= make_link(links, &uplink);
    if (links->right) {
        links_format_wanted(links, &links->present);
    }
}

static void
look(struct links *links)
{
    links->look = false;
    links->next_look = time_msec() + LOOK_INTERVAL_MSEC;
    link_edit_get_ifindex(links->requests, links->config->uplink,
                          &links->uplink_ifindex);
    if (links->started) {
        make_links(links);
    }
}

void
links_run(struct links *links)
{
    drain_events(links);
    links->look |= time_msec() >= links->next_look;
    if (links->look && token_bucket_withdraw(&links->looks, 1000)) {
        look(links);
    }
}

void
links_wait(struct links *links)
{
    poll_fd_wait(nl_socket_get_fd(links->events), POLLIN);
    if (links->look) {
        token_bucket_wait(&links->looks, 1000);
    } else {
        poll_timer_wait_until(links->next_look);
    }
}

unsigned int
links_uplink_ifindex(const struct links *links)
{
    return links->uplink_ifindex;
}

bool
links_is_right(const struct links *links)
{
    return links->right;
}

bool
links_is_stuck(const struct links *links)
{
    return links->stuck;
}

void
links_format_wanted(const struct links *links, struct ds *s)
{
    const struct links_config *config = links->config;

    ds_put_format(s, "%s up with "ETH_ADDR_FMT" and "IP_FMT"/%u, %s up",
                  config->fake_port, ETH_ADDR_ARGS(config->mac),
                  IP_ARGS(config->address), config->plen, config->uplink);
}

const char *
links_present(const struct links *links)
{
    return ds_cstr_ro(&links->present);
}

void
links_release(struct links *links)
{
    int error = link_edit_release(links->requests, links->config->uplink);

    if (error && error != -NLE_NODEV) {
        VLOG_WARN("cannot let %s make IPv6 addresses again: %s",
                  links->config->uplink, nl_geterror(error));
    }
}
