/* SPDX-License-Identifier: Apache-2.0 */

/* netdev/ alone, on devices that need not be ports of any switch, and with
 * what no option of the agent asks for yet: routed clients.
 *
 * keep-links UPLINK FAKE_PORT ADDRESS CLIENT_MAC
 *     Keeps the two devices right, as the agent does, until it is killed.
 * keep-links UPLINK FAKE_PORT ADDRESS CLIENT_MAC release
 *     Gives them back. */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "agent/schedule.h"
#include "netdev/links.h"
#include "openflow/address-plan.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

static bool
parse(char *argv[], struct links_config *config)
{
    struct fake_address fake;
    char *error = fake_address_parse(argv[3], &fake);

    *config = (struct links_config) {
        .uplink = argv[1], .fake_port = argv[2],
        .mac = ETH_ADDR_C(0e,00,00,00,00,66),
        .address = fake.ip, .plen = fake.plen,
        .routed_clients = true,
    };
    free(error);
    return !error && eth_addr_from_string(argv[4], &config->client_mac);
}

int
main(int argc, char *argv[])
{
    struct schedule schedule = SCHEDULE_INITIALIZER;
    struct links_config config;
    struct links *links;

    set_program_name(argv[0]);
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_ERR);
    ovsthread_id_init();
    if (argc < 5 || !parse(argv, &config)
        || !(links = links_create(&config))) {
        fprintf(stderr, "%s: see the head of test/keep-links.c\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (argc > 5) {
        links_look(links);
        links_release(links);
        links_destroy(links);
        return EXIT_SUCCESS;
    }
    links_start(links);
    for (;;) {
        links_run(links);
        if (schedule_look(&schedule, time_msec(), links_wants_look(links),
                          links_is_stuck(links))) {
            links_look(links);
            printf("%s: %s\n", links_is_right(links) ? "right" : "not right",
                   links_present(links));
            fflush(stdout);
        }
        links_wait(links);
        poll_timer_wait_until(schedule_next(&schedule,
                                            links_wants_look(links),
                                            links_is_stuck(links)));
        poll_block();
    }
}
