/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stdlib.h>

#include "byte-order.h"
#include "coverage.h"
#include "netdev/event-socket.h"
#include "netdev/events.h"
#include "netdev/link-reconcile.h"
#include "netdev/netlink.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(links);
COVERAGE_DEFINE(links_look);
COVERAGE_DEFINE(links_overrun);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

/* On the userspace datapath the fake port is a tap, which takes no more. */
#define MAX_FAKE_PORT_MTU 65521

/* Bytes of events that may wait.  A device's departure is an event that no
 * later look can make up for, so devices have a socket of their own. */
#define DEVICE_EVENTS_BUFFER (4 * 1024 * 1024)
#define OTHER_EVENTS_BUFFER (1024 * 1024)

struct links {
    struct links_config config; /* Owns its strings. */
    bool started;

    struct nl_sock *requests;
    struct event_socket device_events, other_events;
    bool look;                  /* Something happened, or may have. */
    bool look_ipv6;             /* At the IPv6 routes, too. */

    /* What the last look saw. */
    int uplink_ifindex, fake_port_ifindex;
    unsigned int uplink_mtu;
    bool uplink_left;           /* Since somebody asked. */
    bool in_sync, blocked;
    struct ds present;

    /* Of the devices, before the agent changed them. */
    uint8_t uplink_mode, fake_port_mode;
};

static void
copy_config(struct links_config *dst, const struct links_config *src)
{
    *dst = *src;
    dst->uplink = xstrdup(src->uplink);
    dst->fake_port = xstrdup(src->fake_port);
}

static void
destroy_config(struct links_config *config)
{
    free(CONST_CAST(char *, config->uplink));
    free(CONST_CAST(char *, config->fake_port));
}

static bool
is_config_equal(const struct links_config *a, const struct links_config *b)
{
    return (!strcmp(a->uplink, b->uplink)
            && !strcmp(a->fake_port, b->fake_port)
            && eth_addr_equals(a->mac, b->mac)
            && a->address == b->address && a->plen == b->plen
            && eth_addr_equals(a->client_mac, b->client_mac)
            && a->routed_clients == b->routed_clients
            && a->mark == b->mark && a->mark_mask == b->mark_mask);
}

static struct route_want
get_route_want(const struct links *links)
{
    const struct links_config *config = &links->config;

    return (struct route_want) {
        .name = config->fake_port,
        .address = config->address,
        .plen = config->plen,
        .client_mac = &config->client_mac,
        .routed_clients = config->routed_clients,
        .mark = config->mark,
        .mark_mask = config->mark_mask,
    };
}

/* Events. */

/* The next look asks for everything. */
static void
look_at_all(struct links *links)
{
    links->look = links->look_ipv6 = true;
}

/* An event says only "look again", and that the uplink left: it may be back
 * when it is looked at. */
static int
note_event(struct nl_msg *msg, void *links_)
{
    struct links *links = links_;
    const struct links_config *config = &links->config;
    const struct events_of of = {
        .uplink = config->uplink,
        .fake_port = config->fake_port,
        .uplink_ifindex = links->uplink_ifindex,
        .fake_port_ifindex = links->fake_port_ifindex,
        .neighbour = route_neighbour(config->address, config->plen),
        .network = config->address & be32_prefix_mask(config->plen),
        .plen = config->plen,
    };

    links->uplink_left |= link_is_departure(nlmsg_hdr(msg), config->uplink);
    switch (events_classify(nlmsg_hdr(msg), &of)) {
    case EVENTS_LOOK_IPV6:
        look_at_all(links);
        break;
    case EVENTS_LOOK:
        links->look = true;
        break;
    case EVENTS_NONE:
        break;
    }
    return NL_OK;
}

static bool
open_sockets(struct links *links)
{
    static const int of_devices[] = { RTNLGRP_LINK, 0 };
    static const int of_others[] = {
        RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE,
        RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE, 0
    };

    links->requests = netlink_open();
    return (links->requests
            && event_socket_open(&links->device_events, NETLINK_ROUTE,
                                 of_devices,
                                 DEVICE_EVENTS_BUFFER, note_event, links)
            && event_socket_open(&links->other_events, NETLINK_ROUTE,
                                 of_others,
                                 OTHER_EVENTS_BUFFER, note_event, links));
}

static void
say(struct links *links, const char *words)
{
    ds_clear(&links->present);
    ds_put_cstr(&links->present, words);
}

struct links *
links_create(const struct links_config *config)
{
    struct links *links = xzalloc(sizeof *links);

    copy_config(&links->config, config);
    links->uplink_mode = links->fake_port_mode = LINK_MODE_UNKNOWN;
    ds_init(&links->present);
    look_at_all(links);
    say(links, "waiting for the ports");
    if (!open_sockets(links)) {
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
        event_socket_close(&links->device_events);
        event_socket_close(&links->other_events);
        destroy_config(&links->config);
        ds_destroy(&links->present);
        free(links);
    }
}

void
links_set_config(struct links *links, const struct links_config *config)
{
    bool new_uplink = strcmp(links->config.uplink, config->uplink);
    bool new_fake_port = strcmp(links->config.fake_port, config->fake_port);

    if (is_config_equal(&links->config, config)) {
        return;
    }
    if (links->started && (new_uplink || new_fake_port)) {
        links_release(links, new_uplink, new_fake_port);
        links->started = false;
    }
    if (new_uplink) {
        links->uplink_ifindex = links->uplink_mtu = 0;
        links->uplink_left = false;
        links->uplink_mode = LINK_MODE_UNKNOWN;
    }
    if (new_fake_port) {
        links->fake_port_ifindex = 0;
        links->fake_port_mode = LINK_MODE_UNKNOWN;
    }
    destroy_config(&links->config);
    copy_config(&links->config, config);
    links->in_sync = links->blocked = false;
    say(links, links->started ? "waiting to compare the links"
        : "waiting for the ports");
    look_at_all(links);
}

void
links_start(struct links *links)
{
    if (!links->started) {
        links->started = true;
        look_at_all(links);
    }
}

void
links_stop(struct links *links)
{
    if (links->started) {
        links->started = links->in_sync = links->blocked = false;
        say(links, "waiting for the ports");
    }
}

/* Looking. */

/* After a reply that went wrong: part of it may still be unread, and libnl
 * expects the sequence number of a request that nobody will answer. */
static void
reopen_requests(struct links *links)
{
    struct nl_sock *sock = netlink_open();

    if (!sock) {
        VLOG_WARN_RL(&rl, "cannot open a netlink socket: %s",
                     ovs_strerror(errno));
        return;
    }
    nl_socket_free(links->requests);
    links->requests = sock;
}

/* Says what became of 'what' (a device, ...), given what an attempt
 * returned.  Returns true if it is as wanted. */
static bool
say_made(struct links *links, const char *what, int error)
{
    if (error && links->present.length) {
        ds_put_cstr(&links->present, "; ");
    }
    if (error == -NLE_NODEV) {
        /* Its coming will be an event. */
        ds_put_format(&links->present, "waiting for %s to appear", what);
    } else if (error == -NLE_DUMP_INTR) {
        ds_put_format(&links->present, "%s: links, addresses, routes or rules "
                      "change faster than they can be read", what);
        look_at_all(links);
    } else if (error) {
        /* A look at each second is enough. */
        ds_put_format(&links->present, error == -NLE_AGAIN
                      ? "%s: no answer from the kernel: %s"
                      : "the kernel refused to configure %s: %s", what,
                      nl_geterror(error));
        links->blocked = true;
        links->look_ipv6 = true;
        reopen_requests(links);
    }
    return !error;
}

static bool
make_fake_port(struct links *links, const struct snapshot *snapshot)
{
    const struct links_config *config = &links->config;
    const struct link_want link = {
        .name = config->fake_port, .mac = &config->mac,
        .address = config->address, .plen = config->plen,
        .mtu = links_fake_port_mtu(links),
        .src_valid_mark = config->routed_clients && config->mark_mask,
    };
    const struct route_want route = get_route_want(links);
    int error = route_remove_stale(links->requests, snapshot, &route);

    if (!error) {
        error = link_reconcile(links->requests, snapshot, &snapshot->fake_port,
                               &link, &links->fake_port_mode);
    }
    if (!error) {
        error = route_add_missing(links->requests, snapshot, &route);
    }
    return say_made(links, link.name, error);
}

static bool
make_uplink(struct links *links, const struct snapshot *snapshot)
{
    const struct link_want link = { .name = links->config.uplink };

    return say_made(links, link.name,
                    link_reconcile(links->requests, snapshot,
                                   &snapshot->uplink, &link,
                                   &links->uplink_mode));
}

/* Makes both devices as wanted. */
static void
make_links(struct links *links, struct snapshot *snapshot, bool ipv6)
{
    int error = snapshot_take_rest(links->requests, ipv6, snapshot);

    if (error) {
        links->in_sync = say_made(links, "the links", error);
        return;
    }
    links->in_sync = make_fake_port(links, snapshot);
    links->in_sync &= make_uplink(links, snapshot);
    if (links->in_sync) {
        links_format_wanted(links, &links->present);
    }
}

/* What cannot be asked for stays as it was seen last. */
static int
look_at_devices(struct links *links, struct snapshot *snapshot)
{
    int error = snapshot_take_devices(links->requests, links->config.uplink,
                                      links->config.fake_port, snapshot);

    if (error) {
        VLOG_WARN_RL(&rl, "cannot look at the links: %s", nl_geterror(error));
        return error;
    }
    links->uplink_ifindex = snapshot->uplink.ifindex;
    links->uplink_mtu = snapshot->uplink.mtu;
    links->fake_port_ifindex = snapshot->fake_port.ifindex;
    return 0;
}

void
links_look(struct links *links)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;
    bool ipv6 = links->look_ipv6 || !links->look;

    COVERAGE_INC(links_look);
    links->look = links->look_ipv6 = false;
    int error = look_at_devices(links, &snapshot);
    if (links->started || error) {
        ds_clear(&links->present);
        links->blocked = false;
    }
    if (error) {
        links->in_sync = say_made(links, "the links", error);
    } else if (links->started) {
        make_links(links, &snapshot, ipv6);
    }
    snapshot_destroy(&snapshot);
}

void
links_run(struct links *links)
{
    if (event_socket_run(&links->device_events)) {
        COVERAGE_INC(links_overrun);
        /* What was lost may have said that the uplink left. */
        links->uplink_left = true;
        look_at_all(links);
    }
    if (event_socket_run(&links->other_events)) {
        COVERAGE_INC(links_overrun);
        look_at_all(links);
    }
}

void
links_wait(struct links *links)
{
    event_socket_wait(&links->device_events);
    event_socket_wait(&links->other_events);
}

bool
links_wants_look(const struct links *links)
{
    return links->look;
}

unsigned int
links_uplink_ifindex(const struct links *links)
{
    return links->uplink_ifindex;
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
    return MIN(links->uplink_mtu, MAX_FAKE_PORT_MTU);
}

bool
links_is_in_sync(const struct links *links)
{
    return links->in_sync;
}

bool
links_is_blocked(const struct links *links)
{
    return links->blocked;
}

void
links_format_wanted(const struct links *links, struct ds *s)
{
    const struct links_config *config = &links->config;
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
                  IP_ARGS(route_neighbour(config->address,
                                          config->plen)),
                  ETH_ADDR_ARGS(config->client_mac), config->uplink);
}

const char *
links_present(const struct links *links)
{
    return ds_cstr_ro(&links->present);
}

/* Release. */

static void
warn_of_release(struct links *links, const char *what, int error)
{
    if (error && error != -NLE_NODEV) {
        VLOG_WARN("cannot release %s: %s", what, nl_geterror(error));
        reopen_requests(links);
    }
}

static void
release_routes(struct links *links, const struct snapshot *snapshot)
{
    struct route_want nothing = get_route_want(links);

    nothing.absent = true;
    warn_of_release(links, "the routes to clients",
                    route_remove_stale(links->requests, snapshot, &nothing));
}

/* Stores into '*snapshot' what there is to release.  Returns false, with a
 * line in the log, if that cannot be told. */
static bool
take_snapshot(struct links *links, struct snapshot *snapshot)
{
    int error = snapshot_take_devices(links->requests, links->config.uplink,
                                      links->config.fake_port, snapshot);

    if (!error) {
        error = snapshot_take_rest(links->requests, false, snapshot);
    }
    warn_of_release(links, "the links", error);
    return !error;
}

void
links_release(struct links *links, bool uplink, bool fake_port)
{
    const struct links_config *config = &links->config;
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;

    if (take_snapshot(links, &snapshot)) {
        if (fake_port) {
            release_routes(links, &snapshot);
            warn_of_release(links, config->fake_port,
                            link_release(links->requests, &snapshot.fake_port,
                                         config->fake_port,
                                         links->fake_port_mode));
        }
        if (uplink) {
            warn_of_release(links, config->uplink,
                            link_release(links->requests, &snapshot.uplink,
                                         config->uplink,
                                         links->uplink_mode));
        }
    }
    snapshot_destroy(&snapshot);
}

void
links_release_orphans(struct links *links)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;

    if (take_snapshot(links, &snapshot) && !snapshot.fake_port.ifindex) {
        release_routes(links, &snapshot);
    }
    snapshot_destroy(&snapshot);
}

/* Former modes. */

const char *
links_uplink_former_mode(const struct links *links)
{
    return link_mode_to_string(links->uplink_mode);
}

const char *
links_fake_port_former_mode(const struct links *links)
{
    return link_mode_to_string(links->fake_port_mode);
}

void
links_set_former_modes(struct links *links, const char *uplink,
                       const char *fake_port)
{
    if (links->uplink_mode == LINK_MODE_UNKNOWN) {
        links->uplink_mode = link_mode_from_string(uplink);
    }
    if (links->fake_port_mode == LINK_MODE_UNKNOWN) {
        links->fake_port_mode = link_mode_from_string(fake_port);
    }
}
