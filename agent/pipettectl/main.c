/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/pipettectl/ctl.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "util.h"

struct command {
    const char *name;
    ctl_command *run;
    bool needs_agent;
};

static const struct command commands[] = {
    { "report", ctl_report, false },
    { "top", ctl_top, true },
};

static const struct command *
find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (!strcmp(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

static int
run_command(const struct command *command, const char *instance, int argc,
            char *argv[])
{
    char *socket = NULL;
    struct ctl ctl;

    if (command->needs_agent) {
        char *error = ctl_find_socket(instance, &socket);

        if (error) {
            return ctl_fail(error);
        }
    }
    ctl_init(&ctl, socket);
    int status = command->run(&ctl, argc, argv);
    ctl_destroy(&ctl);
    return status;
}

int
main(int argc, char *argv[])
{
    static const struct option options[] = {
        { "instance", required_argument, NULL, 'i' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    const char *instance = NULL;
    int c;

    ovs_set_program_name(argv[0], PIPETTE_VERSION);
    ovsthread_id_init();
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
    while ((c = getopt_long(argc, argv, "+i:V", options, NULL)) != -1) {
        if (c == 'i') {
            instance = optarg;
        } else if (c == 'V') {
            ovs_print_version(0, 0);
            return EXIT_SUCCESS;
        } else {
            return CTL_BAD_USAGE;
        }
    }

    const struct command *command = optind < argc ? find_command(argv[optind])
                                                  : NULL;
    if (!command) {
        fprintf(stderr, "usage: %s [--instance NAME] COMMAND\n", program_name);
        return CTL_BAD_USAGE;
    }
    return run_command(command, instance, argc - optind, argv + optind);
}
