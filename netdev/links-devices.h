/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_DEVICES_H
#define NETDEV_LINKS_DEVICES_H 1

/* The devices that links.h is about: the uplink, then the fake ports, each
 * once, however many networks it has. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdev/events.h"

struct links_config;
struct nl_sock;
struct snapshot;

struct links_device {
    char *name;
    uint8_t mode;               /* Before the agent changed it. */
};

struct links_devices {
    struct links_device *devices;
    size_t n;

    /* What events are compared with: these devices, with their indices as the
     * last look saw them, and the prefixes of the networks, one each. */
    struct events_device *events_devices;
    struct events_prefix *prefixes;
    size_t n_prefixes;
};

/* Makes the lists from the configuration. */
void links_devices_init(struct links_devices *, const struct links_config *);
void links_devices_destroy(struct links_devices *);

/* Returns the index of device 'name', SIZE_MAX if there is no such one. */
size_t links_devices_find(const struct links_devices *, const char *name);

/* Takes over from 'former' what is known of devices, and returns true if no
 * other has been added. */
bool links_devices_take_over(struct links_devices *,
                             const struct links_devices *former);

/* Asks the kernel for the devices, as snapshot_take_devices(). */
int links_devices_take_snapshot(const struct links_devices *,
                                struct nl_sock *, struct snapshot *);

/* Notes the indices of the devices. */
void links_devices_note(struct links_devices *, const struct snapshot *);

/* Returns what events_classify() is to compare with. */
struct events_of links_devices_events(const struct links_devices *);

#endif /* netdev/links-devices.h */
