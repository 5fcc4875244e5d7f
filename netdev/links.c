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
#include "netdev/links-config.h"
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

/* A device, and what to know of it. */
struct device {
    char *name;
    uint8_t mode;               /* Before the agent changed it. */
};

struct links {
    struct links_config config; /* Owns its strings and networks. */
    bool started;

    struct nl_sock *requests;
    struct event_socket device_events, other_events;
    bool look;                  /* Something happened, or may have. */
    bool look_ipv6;             /* At the IPv6 routes, too. */

    /* The uplink, then the fake ports, with their indices as the last look saw
     * them. */
    struct device *devices;
    struct events_device *events_devices;
    size_t n_devices;
    struct events_prefix *prefixes; /* One a network. */

    /* What the last look saw. */
    unsigned int uplink_mtu;
    bool uplink_left;           /* Since somebody asked. */
    bool in_sync, blocked;
    struct ds present;
};

/* Returns the index of device 'name', SIZE_MAX if there is no such one. */
static size_t
find_device(const struct device *devices, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(devices[i].name, name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void
add_device(struct links *links, const char *name)
{
    if (find_device(links->devices, links->n_devices, name) == SIZE_MAX) {
        links->devices[links->n_devices] = (struct device) {
            .name = xstrdup(name), .mode = LINK_MODE_UNKNOWN
        };
        links->events_devices[links->n_devices] = (struct events_device) {
            .name = links->devices[links->n_devices].name
        };
        links->n_devices++;
    }
}

/* Makes the lists of devices and prefixes from the configuration. */
static void
make_lists(struct links *links)
{
    const struct links_config *config = &links->config;
    size_t max = 1 + config->n_networks;

    links->n_devices = 0;
    links->devices = xmalloc(max * sizeof *links->devices);
    links->events_devices = xmalloc(max * sizeof *links->events_devices);
    links->prefixes = xmalloc(config->n_networks * sizeof *links->prefixes);
    add_device(links, config->uplink);
    for (size_t i = 0; i < config->n_networks; i++) {
        const struct links_network *network = &config->networks[i];

        add_device(links, network->fake_port);
        links->prefixes[i] = (struct events_prefix) {
            .neighbour = route_neighbour(network->address, network->plen),
            .network = network->address & be32_prefix_mask(network->plen),
            .plen = network->plen,
        };
    }
}

static void
destroy_devices(struct device *devices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(devices[i].name);
    }
    free(devices);
}

static void
destroy_lists(struct links *links)
{
    destroy_devices(links->devices, links->n_devices);
    free(links->events_devices);
    free(links->prefixes);
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
    const struct events_of of = {
        .devices = links->events_devices,
        .n_devices = links->n_devices,
        .prefixes = links->prefixes,
        .n_prefixes = links->config.n_networks,
    };

    links->uplink_left |= link_is_departure(nlmsg_hdr(msg),
                                            links->config.uplink);
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

    links_config_copy(&links->config, config);
    make_lists(links);
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
        destroy_lists(links);
        links_config_destroy(&links->config);
        ds_destroy(&links->present);
        free(links);
    }
}

/* Asking the kernel. */

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

/* Asks for the devices. */
static int
take_devices_of(struct links *links, struct snapshot *snapshot)
{
    const char **names = xmalloc(links->n_devices * sizeof *names);

    for (size_t i = 0; i < links->n_devices; i++) {
        names[i] = links->devices[i].name;
    }
    int error = snapshot_take_devices(links->requests, names,
                                      links->n_devices, snapshot);
    free(names);
    return error;
}

/* The networks of fake port 'i', and what they are to have. */

/* Returns true if network 'j' is on device 'i'. */
static bool
is_on_device(const struct links *links, size_t i, size_t j)
{
    return !strcmp(links->config.networks[j].fake_port,
                   links->devices[i].name);
}

/* Stores into 'addresses' those of device 'i'.  Returns their number. */
static size_t
get_addresses(const struct links *links, size_t i,
              struct link_address addresses[])
{
    size_t n = 0;

    for (size_t j = 0; j < links->config.n_networks; j++) {
        const struct links_network *network = &links->config.networks[j];

        if (is_on_device(links, i, j)) {
            addresses[n++] = (struct link_address) {
                network->address, network->plen
            };
        }
    }
    return n;
}

/* Returns what the networks on the devices from 'first' to 'last' are to have,
 * for the caller to free, and stores their number into '*n'. */
static struct route_want *
get_route_wants(const struct links *links, const struct snapshot *snapshot,
                size_t first, size_t last, size_t *n)
{
    struct route_want *wants = xmalloc(links->config.n_networks
                                       * sizeof *wants);

    *n = 0;
    for (size_t j = 0; j < links->config.n_networks; j++) {
        const struct links_network *network = &links->config.networks[j];
        size_t i = find_device(links->devices, links->n_devices,
                               network->fake_port);

        if (i >= first && i <= last) {
            wants[(*n)++] = (struct route_want) {
                .name = network->fake_port,
                .ifindex = snapshot->devices[i].ifindex,
                .id = network->id,
                .address = network->address,
                .plen = network->plen,
                .client_mac = &network->client_mac,
                .routed_clients = network->routed_clients,
                .mark = network->mark,
                .mark_mask = network->mark_mask,
            };
        }
    }
    return wants;
}

/* Releasing devices. */

static void
warn_of_release(struct links *links, const char *what, int error)
{
    if (error && error != -NLE_NODEV) {
        VLOG_WARN("cannot release %s: %s", what, nl_geterror(error));
        reopen_requests(links);
    }
}

/* Of the networks on the devices from 'first' to 'last'. */
static void
release_routes(struct links *links, const struct snapshot *snapshot,
               size_t first, size_t last)
{
    size_t n;
    struct route_want *wants = get_route_wants(links, snapshot, first, last,
                                               &n);
    struct routes *routes = routes_create(links->requests, snapshot, wants,
                                          n);

    warn_of_release(links, "the routes to clients", routes_remove(routes));
    routes_destroy(routes);
    free(wants);
}

/* Stores into '*snapshot' what there is to release.  Returns false, with a
 * line in the log, if that cannot be told. */
static bool
take_snapshot(struct links *links, struct snapshot *snapshot)
{
    int error = take_devices_of(links, snapshot);

    if (!error) {
        error = snapshot_take_rest(links->requests, false, snapshot);
    }
    warn_of_release(links, "the links", error);
    return !error;
}

/* Releases the devices from 'first' to 'last'. */
static void
release(struct links *links, size_t first, size_t last)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;

    if (take_snapshot(links, &snapshot)) {
        release_routes(links, &snapshot, first, last);
        for (size_t i = first; i <= last; i++) {
            const struct device *device = &links->devices[i];

            warn_of_release(links, device->name,
                            link_release(links->requests, &snapshot.devices[i],
                                         device->name, device->mode));
        }
    }
    snapshot_destroy(&snapshot);
}

/* Releases those of the devices that 'fresh', 'n' of them, does not have. */
static void
release_missing(struct links *links, const struct device *fresh, size_t n)
{
    for (size_t i = 0; i < links->n_devices; i++) {
        if (find_device(fresh, n, links->devices[i].name) == SIZE_MAX) {
            release(links, i, i);
        }
    }
}

/* Takes over from 'former' what is known of devices, and returns true if no
 * other has been added. */
static bool
take_devices(struct links *links, const struct links *former)
{
    bool all = true;

    for (size_t i = 0; i < links->n_devices; i++) {
        size_t j = find_device(former->devices, former->n_devices,
                               links->devices[i].name);

        if (j != SIZE_MAX) {
            links->devices[i].mode = former->devices[j].mode;
            links->events_devices[i].ifindex
                = former->events_devices[j].ifindex;
        } else {
            all = false;
        }
    }
    return all;
}

void
links_set_config(struct links *links, const struct links_config *config)
{
    if (links_config_equals(&links->config, config)) {
        return;
    }

    struct links former = *links;
    links_config_copy(&links->config, config);
    make_lists(links);
    if (former.started) {
        release_missing(&former, links->devices, links->n_devices);
        links->requests = former.requests;  /* May have been made anew. */
    }
    if (!take_devices(links, &former)) {
        links->started = false;
    }
    if (strcmp(former.config.uplink, config->uplink)) {
        links->uplink_mtu = 0;
        links->uplink_left = false;
    }
    destroy_lists(&former);
    links_config_destroy(&former.config);
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

static int
add_routes(const struct links *links, size_t i, const struct routes *routes)
{
    int error = 0;

    for (size_t j = 0; j < links->config.n_networks && !error; j++) {
        if (is_on_device(links, i, j)) {
            error = routes_add_missing(routes, j);
        }
    }
    return error;
}

/* Makes fake port 'i' as wanted. */
static bool
make_fake_port(struct links *links, const struct snapshot *snapshot, size_t i,
               const struct routes *routes)
{
    struct link_address *addresses = xmalloc(links->config.n_networks
                                             * sizeof *addresses);
    struct link_want link = {
        .name = links->devices[i].name,
        .addresses = addresses,
        .n_addresses = get_addresses(links, i, addresses),
        .mtu = links_fake_port_mtu(links),
    };

    for (size_t j = 0; j < links->config.n_networks; j++) {
        const struct links_network *network = &links->config.networks[j];

        if (is_on_device(links, i, j)) {
            link.mac = &network->mac;
            link.src_valid_mark |= (network->routed_clients
                                    && network->mark_mask);
        }
    }
    int error = link_reconcile(links->requests, snapshot,
                               &snapshot->devices[i], &link,
                               &links->devices[i].mode);
    free(addresses);
    if (!error) {
        error = add_routes(links, i, routes);
    }
    return say_made(links, link.name, error);
}

static bool
make_uplink(struct links *links, const struct snapshot *snapshot)
{
    const struct link_want link = { .name = links->config.uplink };

    return say_made(links, link.name,
                    link_reconcile(links->requests, snapshot,
                                   &snapshot->devices[0], &link,
                                   &links->devices[0].mode));
}

static bool
make_fake_ports(struct links *links, const struct snapshot *snapshot)
{
    size_t n;
    struct route_want *wants = get_route_wants(links, snapshot, 1,
                                               links->n_devices, &n);
    struct routes *routes = routes_create(links->requests, snapshot, wants,
                                          n);
    bool removed = say_made(links, "the routes to clients",
                            routes_remove_stale(routes));
    bool made = removed;

    for (size_t i = 1; i < links->n_devices && removed; i++) {
        /* If one cannot be made, the others are. */
        made &= make_fake_port(links, snapshot, i, routes);
    }
    routes_destroy(routes);
    free(wants);
    return made;
}

/* Makes the devices as wanted. */
static void
make_links(struct links *links, struct snapshot *snapshot, bool ipv6)
{
    int error = snapshot_take_rest(links->requests, ipv6, snapshot);

    if (error) {
        links->in_sync = say_made(links, "the links", error);
        return;
    }
    links->in_sync = make_fake_ports(links, snapshot);
    links->in_sync &= make_uplink(links, snapshot);
    if (links->in_sync) {
        links_format_wanted(links, &links->present);
    }
}

/* What cannot be asked for stays as it was seen last. */
static int
look_at_devices(struct links *links, struct snapshot *snapshot)
{
    int error = take_devices_of(links, snapshot);

    if (error) {
        VLOG_WARN_RL(&rl, "cannot look at the links: %s", nl_geterror(error));
        return error;
    }
    links->uplink_mtu = snapshot->devices[0].mtu;
    for (size_t i = 0; i < links->n_devices; i++) {
        links->events_devices[i].ifindex = snapshot->devices[i].ifindex;
    }
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
    return links->events_devices[0].ifindex;
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

static void
format_network(const struct links_network *network, struct ds *s)
{
    ds_put_format(s, IP_FMT"/%u and a way to %s via "IP_FMT" ("ETH_ADDR_FMT")",
                  IP_ARGS(network->address), network->plen,
                  network->routed_clients ? "all clients" : "clients",
                  IP_ARGS(route_neighbour(network->address, network->plen)),
                  ETH_ADDR_ARGS(network->client_mac));
}

static void
format_fake_port(const struct links *links, size_t i, struct ds *s)
{
    unsigned int mtu = links_fake_port_mtu(links);
    bool first = true;

    for (size_t j = 0; j < links->config.n_networks; j++) {
        const struct links_network *network = &links->config.networks[j];

        if (!is_on_device(links, i, j)) {
            continue;
        }
        if (first) {
            ds_put_format(s, "%s up with "ETH_ADDR_FMT, network->fake_port,
                          ETH_ADDR_ARGS(network->mac));
            if (mtu) {
                ds_put_format(s, ", MTU %u", mtu);
            }
        }
        ds_put_cstr(s, ", ");
        format_network(network, s);
        first = false;
    }
}

void
links_format_wanted(const struct links *links, struct ds *s)
{
    for (size_t i = 1; i < links->n_devices; i++) {
        format_fake_port(links, i, s);
        ds_put_cstr(s, ", ");
    }
    ds_put_format(s, "%s up", links->config.uplink);
}

const char *
links_present(const struct links *links)
{
    return ds_cstr_ro(&links->present);
}

/* Release. */

void
links_release(struct links *links)
{
    release(links, 0, links->n_devices - 1);
}

void
links_release_orphans(struct links *links)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;

    if (take_snapshot(links, &snapshot)
        && !snapshot_has_fake_ports(&snapshot)) {
        release_routes(links, &snapshot, 1, links->n_devices);
    }
    snapshot_destroy(&snapshot);
}

/* Former modes. */

size_t
links_n_devices(const struct links *links)
{
    return links->n_devices;
}

const char *
links_device(const struct links *links, size_t i)
{
    return links->devices[i].name;
}

const char *
links_former_mode(const struct links *links, size_t i)
{
    return link_mode_to_string(links->devices[i].mode);
}

void
links_set_former_mode(struct links *links, size_t i, const char *mode)
{
    if (links->devices[i].mode == LINK_MODE_UNKNOWN) {
        links->devices[i].mode = link_mode_from_string(mode);
    }
}
