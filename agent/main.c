/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/loop/agent.h"
#include "agent/loop/removal.h"
#include "agent/loop/service.h"
#include "agent/operator/translation.h"
#include "command-line.h"
#include "fatal-signal.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "ovs-thread.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

/* Exit status, beside EXIT_SUCCESS and those of service_run(). */
#define EXIT_NOT_DONE 1         /* Not in sync, or not removed, in time. */

/* 'message' may have several lines. */
static void
say_error(const char *message)
{
    size_t n;

    for (; *message; message += n + (message[n] == '\n')) {
        n = strcspn(message, "\n");
        fprintf(stderr, "%s: %.*s\n", program_name, (int) n, message);
    }
}

/* MODE_ONCE. */
static int
run_once(const struct options *options)
{
    long long int deadline = time_msec() + options->wait * 1000LL;
    struct agent *agent = agent_create(options);
    int status = EXIT_FAILURE;

    while (agent) {
        agent_run(agent);
        if (agent_shows_ready(agent)) {
            status = EXIT_SUCCESS;
            break;
        } else if (agent_refusal(agent)) {
            say_error(agent_refusal(agent));
            status = EXIT_BAD_INPUT;
            break;
        } else if (time_msec() >= deadline) {
            struct ds s = DS_EMPTY_INITIALIZER;

            ds_put_format(&s, "not ready after %u seconds: ", options->wait);
            agent_format_problems(agent, &s);
            say_error(ds_cstr(&s));
            ds_destroy(&s);
            status = EXIT_NOT_DONE;
            break;
        }
        agent_wait(agent);
        poll_timer_wait_until(deadline);
        poll_block();
    }
    agent_destroy(agent);
    return status;
}

/* MODE_REMOVE. */
static int
run_removal(const struct options *options)
{
    long long int deadline = time_msec() + options->wait * 1000LL;
    struct removal *removal = removal_create(options);

    if (!removal) {
        return EXIT_FAILURE;
    }
    while (!removal_is_done(removal) && time_msec() < deadline) {
        removal_run(removal);
        removal_wait(removal);
        poll_timer_wait_until(deadline);
        poll_block();
    }

    bool done = removal_is_done(removal);
    struct ds s = DS_EMPTY_INITIALIZER;
    if (!done) {
        ds_put_format(&s, "not removed after %u seconds: ", options->wait);
    }
    removal_format(removal, &s);
    if (done) {
        puts(ds_cstr(&s));
    } else {
        say_error(ds_cstr(&s));
    }
    ds_destroy(&s);
    removal_destroy(removal);
    return done ? EXIT_SUCCESS : EXIT_NOT_DONE;
}

/* MODE_PRINT_FLOWS. */
static int
print_flows(const struct options *options)
{
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    const char *flow;
    size_t i;

    agent_build_flows(options, &flows);
    SVEC_FOR_EACH (i, flow, &flows) {
        puts(flow);
    }
    svec_destroy(&flows);
    return EXIT_SUCCESS;
}

/* MODE_TRANSLATE. */
static int
run_translation(const struct options *options)
{
    char *error;
    int status = translation_run(options, NULL, options->translate, &error);

    if (status == EXIT_BAD_INPUT) {
        char *line = xasprintf("--translate %s: must be %s",
                               options->translate, error);

        free(error);
        error = line;
    }
    if (error) {
        say_error(error);
        free(error);
    }
    return status;
}

static int
run_mode(int argc, char *argv[], struct options *options)
{
    switch (options->mode) {
    case MODE_DAEMON:
        return service_run(argc, argv, options);
    case MODE_ONCE:
        return run_once(options);
    case MODE_REMOVE:
        return run_removal(options);
    case MODE_PRINT_FLOWS:
        return print_flows(options);
    case MODE_TRANSLATE:
        return run_translation(options);
    case MODE_CHECK_CONFIG:
        printf("%s: valid\n", options->config);
        return EXIT_SUCCESS;
    case MODE_HELP:
        options_print_help();
        return EXIT_SUCCESS;
    case MODE_VERSION:
        ovs_print_version(0, 0);
        return EXIT_SUCCESS;
    }
    OVS_NOT_REACHED();
}

int
main(int argc, char *argv[])
{
    struct options options;

    ovs_set_program_name(argv[0], PIPETTE_VERSION);
    ovsthread_id_init();
    fatal_ignore_sigpipe();

    char *error = options_parse(argc, argv, NULL, &options);
    int status;
    if (error) {
        say_error(error);
        free(error);
        status = EXIT_BAD_INPUT;
    } else {
        status = run_mode(argc, argv, &options);
    }
    options_destroy(&options);
    return status;
}
