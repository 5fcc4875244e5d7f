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

#include "coverage.h"
#include "netdev/link-edit.h"
#include "netdev/route-edit.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(links);
COVERAGE_DEFINE(links_look);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

/* On the userspace datapath the fake port is a tap, which takes no more. */
#define MAX_FAKE_PORT_MTU 65521

/* Events to take in one pass: somebody may make them without end. */
#define MAX_EVENTS 64

struct links {
    const struct links_config *config;
    bool started;

    struct nl_sock *requests;
    struct nl_sock *events;     /* Non-blocking. */
    bool look;                  /* Something happened, or may have. */

    /* What the last look saw. */
    struct link_facts uplink, fake_port;
    bool uplink_left;           /* Since somebody asked. */
    bool right, stuck;
    struct ds present;
};

static struct route_want
get_route_want(const struct links *links)
{
    const struct links_config *config = links->config;

    return (struct route_want) {
        .name = config->fake_port,
        .ifindex = links->fake_port.ifindex,
        .address = config->address,
        .plen = config->plen,
        .client_mac = &config->client_mac,
        .routed_clients = config->routed_clients,
    };
}

/* An event says only "look again", and that the uplink left: it may be back
 * when it is looked at. */
static int
note_event(struct nl_msg *msg, void *links_)
{
    struct links *links = links_;
    struct route_want want = get_route_want(links);

    links->uplink_left |= link_edit_is_departure(nlmsg_hdr(msg),
                                                 links->config->uplink);
    if (route_edit_concerns(nlmsg_hdr(msg), &want)) {
        links->look = true;
    }
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
                                         RTNLGRP_NEIGH,
                                         RTNLGRP_IPV4_IFADDR,
                                         RTNLGRP_IPV4_ROUTE,
                                         RTNLGRP_IPV4_RULE,
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
        } else if (error < 0) {
            links->look = true;
        }
    }
}

/* Part of a reply that went wrong may still be unread, and would be taken for
 * the beginning of the next one: does without. */
static void
reopen_requests(struct links *links)
{
    nl_close(links->requests);
    int error = nl_connect(links->requests, NETLINK_ROUTE);
    if (error) {
        VLOG_WARN_RL(&rl, "cannot open a netlink socket: %s",
                     nl_geterror(error));
    }
}

/* Says what became of device 'name', given what making it returned.  Returns
 * true if it is as wanted. */
static bool
say_made(struct links *links, const char *name, int error)
{
    if (error && links->present.length) {
        ds_put_cstr(&links->present, "; ");
    }
    if (error == -NLE_NODEV) {
        /* Its coming will be an event. */
        ds_put_format(&links->present, "waiting for %s to appear", name);
    } else if (error) {
        ds_put_format(&links->present, "the kernel refused to configure %s: "
                      "%s", name, nl_geterror(error));
        links->stuck = true;
        reopen_requests(links);
    }
    return !error;
}

static bool
make_fake_port(struct links *links)
{
    const struct links_config *config = links->config;
    const struct link_want link = {
        .name = config->fake_port, .mac = &config->mac,
        .address = config->address, .plen = config->plen,
        .mtu = links_fake_port_mtu(links),
    };
    const struct route_want route = get_route_want(links);
    int error = route_edit_clear(links->requests, &route);

    if (!error) {
        error = link_edit_make(links->requests, &link);
    }
    if (!error) {
        /* It may have come only now: there will be an event. */
        error = (route.ifindex ? route_edit_make(links->requests, &route)
                 : -NLE_NODEV);
    }
    return say_made(links, link.name, error);
}

static bool
make_uplink(struct links *links)
{
    const struct link_want link = { .name = links->config->uplink };

    return say_made(links, link.name,
                    link_edit_make(links->requests, &link));
}

/* Makes both devices as wanted. */
static void
make_links(struct links *links)
{
    links->stuck = false;
    ds_clear(&links->present);
    links->right = make_fake_port(links);
    links->right &= make_uplink(links);
    if (links->right) {
        links_format_wanted(links, &links->present);
    }
}

/* What cannot be asked for stays as it was seen last. */
static void
get_facts(struct links *links, const char *name, struct link_facts *facts)
{
    int error = link_edit_get_facts(links->requests, name, facts);

    if (error) {
        VLOG_WARN_RL(&rl, "cannot look at %s: %s", name, nl_geterror(error));
        reopen_requests(links);
    }
}

void
links_look(struct links *links)
{
    COVERAGE_INC(links_look);
    links->look = false;
    get_facts(links, links->config->uplink, &links->uplink);
    get_facts(links, links->config->fake_port, &links->fake_port);
    if (links->started) {
        make_links(links);
    }
}

void
links_run(struct links *links)
{
    drain_events(links);
}

void
links_wait(struct links *links)
{
    poll_fd_wait(nl_socket_get_fd(links->events), POLLIN);
}

bool
links_wants_look(const struct links *links)
{
    return links->look;
}

unsigned int
links_uplink_ifindex(const struct links *links)
{
    return links->uplink.ifindex;
}

bool
links_take_uplink_left(struct links *links)
{
    bool left = links->uplink_left;

    links->uplink_left = false;
    return left;
}

unsigned int
links_fake_port_mtu(const struct links *links)
{
    return MIN(links->uplink.mtu, MAX_FAKE_PORT_MTU);
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
    unsigned int mtu = links_fake_port_mtu(links);

    ds_put_format(s, "%s up with "ETH_ADDR_FMT, config->fake_port,
                  ETH_ADDR_ARGS(config->mac));
    if (mtu) {
        ds_put_format(s, ", MTU %u", mtu);
    }
    ds_put_format(s, ", "IP_FMT"/%u and a way to %s via "IP_FMT" ("
                  ETH_ADDR_FMT"), %s up", IP_ARGS(config->address),
                  config->plen,
                  config->routed_clients ? "all clients" : "clients",
                  IP_ARGS(route_edit_neighbour(config->address,
                                               config->plen)),
                  ETH_ADDR_ARGS(config->client_mac), config->uplink);
}

const char *
links_present(const struct links *links)
{
    return ds_cstr_ro(&links->present);
}

static void
release_link(struct links *links, const char *name)
{
    int error = link_edit_release(links->requests, name);

    if (error && error != -NLE_NODEV) {
        VLOG_WARN("cannot give %s back: %s", name, nl_geterror(error));
        reopen_requests(links);
    }
}

static void
release_routes(struct links *links)
{
    struct route_want nothing = get_route_want(links);

    nothing.address = 0;
    int error = route_edit_clear(links->requests, &nothing);
    if (error) {
        VLOG_WARN("cannot delete the routes to clients: %s",
                  nl_geterror(error));
        reopen_requests(links);
    }
}

void
links_release(struct links *links, bool uplink, bool fake_port)
{
    if (fake_port) {
        release_routes(links);
        release_link(links, links->config->fake_port);
    }
    if (uplink) {
        release_link(links, links->config->uplink);
    }
}

void
links_release_orphans(struct links *links)
{
    if (!links->fake_port.ifindex) {
        release_routes(links);
    }
}
