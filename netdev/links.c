/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "coverage.h"
#include "netdev/event-socket.h"
#include "netdev/events.h"
#include "netdev/link-reconcile.h"
#include "netdev/links-config.h"
#include "netdev/links-devices.h"
#include "netdev/links-ipv6.h"
#include "netdev/links-release.h"
#include "netdev/links-want.h"
#include "netdev/netlink.h"
#include "netdev/route-reconcile.h"
#include "netdev/snapshot.h"
#include "netdev/uplink-use.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
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
    struct links_config config; /* Owns its strings and networks. */
    bool started;

    struct nl_sock *requests;
    struct event_socket device_events, other_events;
    bool look;                  /* Something happened, or may have. */
    bool look_ipv6;             /* At what else there may be of IPv6, too. */

    struct links_devices devices;

    /* What the last look saw. */
    unsigned int uplink_mtu;
    bool uplink_left;           /* Since somebody asked. */
    bool in_sync, blocked;
    bool settled;               /* All has been as wanted. */
    bool told_use;              /* That somebody else uses the uplink. */
    struct ds present;

    /* Requests for changes: since all was as wanted the last time, and since
     * it was for the first time but those. */
    uint64_t n_changes[N_LINKS_KINDS], n_repairs[N_LINKS_KINDS];
};

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
    const struct events_of of = links_devices_events(&links->devices);

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
        RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE,
        RTNLGRP_IPV6_RULE, 0
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
    links_devices_init(&links->devices, config);
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
        links_devices_destroy(&links->devices);
        links_config_destroy(&links->config);
        ds_destroy(&links->present);
        free(links);
    }
}

void
links_set_config(struct links *links, const struct links_config *config)
{
    if (links_config_equals(&links->config, config)) {
        return;
    }

    struct links former = *links;
    links_config_copy(&links->config, config);
    links_devices_init(&links->devices, config);
    if (former.started) {
        links_release_missing(&links->requests, &former.config,
                              &former.devices, &links->devices);
    }
    if (!links_devices_take_over(&links->devices, &former.devices)) {
        links->started = false;
    }
    if (strcmp(former.config.uplink, config->uplink)) {
        links->uplink_mtu = 0;
        links->uplink_left = links->told_use = false;
    }
    links_devices_destroy(&former.devices);
    links_config_destroy(&former.config);
    links->in_sync = links->blocked = links->settled = false;
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
        links->settled = false;
        say(links, "waiting for the ports");
    }
}

/* Looking. */

/* Begins to say one more thing. */
static struct ds *
say_also(struct links *links)
{
    if (links->present.length) {
        ds_put_cstr(&links->present, "; ");
    }
    return &links->present;
}

/* Says what became of 'what' (a device, ...), given what an attempt
 * returned.  Returns true if it is as wanted. */
static bool
say_made(struct links *links, const char *what, int error)
{
    if (error) {
        say_also(links);
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
        netlink_reopen(&links->requests);
    }
    return !error;
}

static int
add_routes(const struct links *links, const char *name, bool ipv6,
           const struct routes *routes)
{
    int error = 0;

    for (size_t j = 0; j < links->config.n_networks && !error; j++) {
        const struct links_network *network = &links->config.networks[j];

        if (!strcmp(network->fake_port, name)
            && (ipv6 || netlink_family(&network->address) == AF_INET)) {
            error = routes_add_missing(routes, j);
        }
    }
    return error;
}

/* Says why fake port 'i' cannot have IPv6, and returns false, if that is so,
 * though it is wanted. */
static bool
say_ipv6(struct links *links, size_t i)
{
    struct ds why = DS_EMPTY_INITIALIZER;
    bool impossible = links_ipv6_is_impossible(
        &links->config, links->devices.devices[i].name,
        links_fake_port_mtu(links), &why);

    if (impossible) {
        ds_put_cstr(say_also(links), ds_cstr(&why));
        links->blocked = links->look_ipv6 = true;
    }
    ds_destroy(&why);
    return !impossible;
}

/* Gives the fake port the MTU that IPv6 comes back with.  What the kernel makes
 * of its own then is for the next look. */
static int
bring_ipv6_back(struct links *links, const struct snapshot_device *device,
                const struct link_want *want)
{
    ds_put_format(say_also(links), "waiting for IPv6 on %s", want->name);
    look_at_all(links);
    return link_set_mtu(links->requests, device, want);
}

/* Makes fake port 'i' as wanted. */
static bool
make_fake_port(struct links *links, const struct snapshot *snapshot, size_t i,
               const struct routes *routes)
{
    const struct snapshot_device *present = &snapshot->devices[i];
    struct links_device *device = &links->devices.devices[i];
    bool ipv6 = !present->link || say_ipv6(links, i);
    struct link_want want;

    links_want_fake_port(&links->config, device->name,
                         links_fake_port_mtu(links), ipv6, &want);
    bool await = (present->link
                  && links_ipv6_is_awaited(&links->config, device->name,
                                           present->mtu, want.mtu));
    int error = (await ? bring_ipv6_back(links, present, &want)
                 : link_reconcile(links->requests, snapshot, present, &want,
                                  &device->mode));
    free(CONST_CAST(struct link_address *, want.addresses));
    if (!error && !await) {
        error = add_routes(links, device->name, ipv6, routes);
    }
    return say_made(links, device->name, error) && ipv6 && !await;
}

static bool
make_uplink(struct links *links, const struct snapshot *snapshot)
{
    const struct link_want link = { .name = links->config.uplink };

    return say_made(links, link.name,
                    link_reconcile(links->requests, snapshot,
                                   &snapshot->devices[0], &link,
                                   &links->devices.devices[0].mode));
}

static bool
make_fake_ports(struct links *links, const struct snapshot *snapshot)
{
    size_t n;
    struct route_want *wants = links_want_routes(
        &links->config, &links->devices, snapshot, 1, links->devices.n, &n);
    struct routes *routes = routes_create(links->requests, snapshot, wants,
                                          n);
    bool removed = say_made(links, "the routes to clients",
                            routes_remove_stale(routes));
    bool made = removed;

    for (size_t i = 1; i < links->devices.n && removed; i++) {
        /* If one cannot be made, the others are. */
        made &= make_fake_port(links, snapshot, i, routes);
    }
    routes_destroy(routes);
    free(wants);
    return made;
}

/* A callback of libnl's: counts what is sent to change something. */
static int
note_request(struct nl_msg *msg, void *links_)
{
    static const enum links_kind kinds[] = {
        LINKS_LINK, LINKS_ADDRESS, LINKS_ROUTE, LINKS_NEIGHBOUR, LINKS_RULE
    };
    struct links *links = links_;
    unsigned int type = nlmsg_hdr(msg)->nlmsg_type - RTM_BASE;

    /* Each kind has four types, to make, delete, get and set, in the order of
     * rtnetlink(7). */
    if (type / 4 < ARRAY_SIZE(kinds) && type % 4 != RTM_GETLINK % 4) {
        links->n_changes[kinds[type / 4]]++;
    }
    return NL_OK;
}

/* All is as wanted. */
static void
settle(struct links *links)
{
    for (int i = 0; i < N_LINKS_KINDS; i++) {
        links->n_repairs[i] += links->settled ? links->n_changes[i] : 0;
        links->n_changes[i] = 0;
    }
    links->settled = true;
}

/* Says that somebody else uses the uplink, and logs it once. */
static void
say_use(struct links *links, const struct snapshot *snapshot)
{
    struct ds use = DS_EMPTY_INITIALIZER;
    bool used = uplink_use_format(&snapshot->devices[0], links->config.uplink,
                                  &use);

    if (used && !links->told_use) {
        VLOG_WARN_RL(&rl, "%s", ds_cstr(&use));
    }
    if (used && links->present.length) {
        ds_put_format(&links->present, "; %s", ds_cstr(&use));
    }
    links->told_use = used;
    ds_destroy(&use);
}

/* Makes the devices as wanted.  If 'all', what there is of IPv6 without a
 * network of IPv6 is looked at, too: of a former one, or from a router. */
static void
make_links(struct links *links, struct snapshot *snapshot, bool all)
{
    unsigned int ipv6 = (all || links_ipv6_is_wanted(&links->config, NULL)
                         ? SNAPSHOT_IPV6_OURS : 0);

    ipv6 |= all ? SNAPSHOT_IPV6_KERNEL : 0;

    int error = snapshot_take_rest(links->requests, ipv6, snapshot);

    nl_socket_modify_cb(links->requests, NL_CB_MSG_OUT, NL_CB_CUSTOM,
                        note_request, links);
    if (error) {
        links->in_sync = say_made(links, "the links", error);
        return;
    }
    links->in_sync = make_fake_ports(links, snapshot);
    links->in_sync &= make_uplink(links, snapshot);
    if (links->in_sync) {
        settle(links);
        links_format_wanted(links, &links->present);
    }
    say_use(links, snapshot);
}

/* What cannot be asked for stays as it was seen last. */
static int
look_at_devices(struct links *links, struct snapshot *snapshot)
{
    int error = links_devices_take_snapshot(&links->devices, links->requests,
                                            snapshot);

    if (error) {
        VLOG_WARN_RL(&rl, "cannot look at the links: %s", nl_geterror(error));
        return error;
    }
    links->uplink_mtu = snapshot->devices[0].mtu;
    links_devices_note(&links->devices, snapshot);
    return 0;
}

void
links_look(struct links *links)
{
    struct snapshot snapshot = SNAPSHOT_INITIALIZER;
    bool all = links->look_ipv6 || !links->look;

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
        make_links(links, &snapshot, all);
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
    return links->devices.events_devices[0].ifindex;
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

uint64_t
links_n_repairs(const struct links *links, enum links_kind kind)
{
    return links->n_repairs[kind];
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
    links_want_format(&links->config, &links->devices,
                      links_fake_port_mtu(links), s);
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
    links_release_devices(&links->requests, &links->config, &links->devices, 0,
                          links->devices.n - 1);
}

void
links_release_orphans(struct links *links)
{
    links_release_routes(&links->requests, &links->config, &links->devices);
}

/* Former modes. */

size_t
links_n_devices(const struct links *links)
{
    return links->devices.n;
}

const char *
links_device(const struct links *links, size_t i)
{
    return links->devices.devices[i].name;
}

const char *
links_former_mode(const struct links *links, size_t i)
{
    return link_mode_to_string(links->devices.devices[i].mode);
}

void
links_set_former_mode(struct links *links, size_t i, const char *mode)
{
    uint8_t *known = &links->devices.devices[i].mode;

    if (*known == LINK_MODE_UNKNOWN) {
        *known = link_mode_from_string(mode);
    }
}
