/* SPDX-License-Identifier: Apache-2.0 */

/* links-overrun UPLINK OTHER: makes events with the device OTHER until the
 * kernel loses some, sets the MTU of UPLINK to 1400 while others still wait,
 * and prints what is known of UPLINK in the end. */

#include <config.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "netdev/links.h"
#include "openvswitch/vlog.h"
#include "util.h"

/* Events that no buffer of the agent's has room for. */
#define N_EVENTS 8000

/* Passes of the loop that take them all. */
#define N_PASSES 1000

static int control;

static void
set_mtu(const char *device, int mtu)
{
    struct ifreq ifr = { .ifr_mtu = mtu };

    ovs_strlcpy(ifr.ifr_name, device, sizeof ifr.ifr_name);
    if (ioctl(control, SIOCSIFMTU, &ifr)) {
        ovs_fatal(errno, "%s", device);
    }
}

static void
flood(const char *device)
{
    for (int i = 0; i < N_EVENTS; i++) {
        set_mtu(device, 1300 + i % 2);
    }
}

/* What the main loop does in one pass. */
static void
run(struct links *links)
{
    links_run(links);
    if (links_wants_look(links)) {
        links_look(links);
    }
}

static void
run_until_idle(struct links *links)
{
    for (int i = 0; i < N_PASSES; i++) {
        run(links);
    }
}

int
main(int argc, char *argv[])
{
    set_program_name(argv[0]);
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_OFF);
    ovs_assert(argc == 3);
    control = socket(AF_INET, SOCK_DGRAM, 0);

    const struct links_network network = {
        .fake_port = "absent0", .plen = 16
    };
    const struct links_config config = {
        .uplink = argv[1], .networks = &network, .n_networks = 1
    };
    struct links *links = links_create(&config);
    ovs_assert(links);
    links_start(links);
    run_until_idle(links);

    flood(argv[2]);
    run(links);
    set_mtu(argv[1], 1400);
    run_until_idle(links);
    printf("MTU %u; it %s have left\n", links_fake_port_mtu(links),
           links_take_uplink_left(links) ? "may" : "cannot");
    links_destroy(links);
    return 0;
}
