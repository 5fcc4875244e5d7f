/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/notify.h"
#include "agent/options.h"
#include "agent/removal.h"
#include "agent/translate.h"
#include "command-line.h"
#include "daemon.h"
#include "fatal-signal.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "ovs-thread.h"
#include "svec.h"
#include "timeval.h"
#include "unixctl.h"
#include "util.h"

/* Exit statuses, beside EXIT_SUCCESS. */
#define EXIT_NOT_DONE 1         /* Something did not become right in time. */
#define EXIT_BAD_INPUT 2        /* Nothing was touched. */

#define DETACH_PATIENCE_MSEC 1000

struct daemon {
    struct agent *agent;
    struct notifier *notifier;
    bool exiting;
};

static void
say_error(const char *message)
{
    fprintf(stderr, "%s: %s\n", program_name, message);
}

static void
handle_exit(struct unixctl_conn *conn, int argc OVS_UNUSED,
            const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon *daemon = daemon_;

    daemon->exiting = true;
    unixctl_command_reply(conn, NULL);
}

static void
handle_status(struct unixctl_conn *conn, int argc, const char *argv[],
              void *daemon_)
{
    const struct daemon *daemon = daemon_;
    const char *format = argc > 1 ? argv[1] : "--format=text";
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!strcmp(format, "--format=text")) {
        agent_format_status(daemon->agent, &s);
    } else if (!strcmp(format, "--format=json")) {
        struct json *json = agent_status_to_json(daemon->agent);

        json_to_ds(json, JSSF_SORT, &s);
        json_destroy(json);
    } else {
        ds_put_format(&s, "%s: right would be --format=text or "
                      "--format=json", format);
        unixctl_command_reply_error(conn, ds_cstr(&s));
        ds_destroy(&s);
        return;
    }
    unixctl_command_reply(conn, ds_cstr(&s));
    agent_want_counts(daemon->agent);
    ds_destroy(&s);
}

/* Tells the service manager. */
static void
notify(const struct daemon *daemon)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    agent_format_problems(daemon->agent, &s);
    notifier_run(daemon->notifier, agent_is_ready(daemon->agent),
                 ds_cstr(&s));
    ds_destroy(&s);
}

/* MODE_DAEMON. */
static int
run_daemon(const struct options *options)
{
    struct daemon daemon = { .exiting = false };
    struct unixctl_server *unixctl;
    int status = EXIT_SUCCESS;

    daemonize_start(false);
    if (unixctl_server_create(options->unixctl, &unixctl)) {
        return EXIT_FAILURE;
    }
    unixctl_command_register("exit", "", 0, 0, handle_exit, &daemon);
    unixctl_command_register("status", "[--format=text|json]", 0, 1,
                             handle_status, &daemon);

    daemon.agent = agent_create(options);
    if (!daemon.agent) {
        return EXIT_FAILURE;
    }
    daemon.notifier = notifier_create();

    /* Detach once it is known that nothing stands in the way, so that the user
     * hears of it, but do not make the user wait for Open vSwitch. */
    long long int patience = time_msec() + DETACH_PATIENCE_MSEC;
    bool detached = false;

    while (!daemon.exiting) {
        agent_run(daemon.agent);
        unixctl_server_run(unixctl);
        notify(&daemon);
        if (agent_refusal(daemon.agent)) {
            /* If it is too late for this, the log has it. */
            say_error(agent_refusal(daemon.agent));
            status = EXIT_BAD_INPUT;
            break;
        }
        if (!detached && (agent_has_looked(daemon.agent)
                          || time_msec() >= patience)) {
            daemonize_complete();
            detached = true;
        }

        agent_wait(daemon.agent);
        unixctl_server_wait(unixctl);
        notifier_wait(daemon.notifier);
        if (!detached) {
            poll_timer_wait_until(patience);
        }
        if (daemon.exiting) {
            poll_immediate_wake();
        }
        poll_block();
    }

    notifier_destroy(daemon.notifier);
    agent_destroy(daemon.agent);
    unixctl_server_destroy(unixctl);
    return status;
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

/* Translates standard input to standard output, as it comes. */
static int
filter(const struct options *options)
{
    struct translator t = TRANSLATOR_INITIALIZER(&options->fake,
                                                 &options->real);
    struct ds s = DS_EMPTY_INITIALIZER;
    static char buffer[65536];
    int status = EXIT_SUCCESS;
    ssize_t n;

    do {
        n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n > 0) {
            translator_feed(&t, buffer, n, &s);
        } else if (!n) {
            translator_finish(&t, &s);
        }
        if (n < 0 || fwrite(ds_cstr(&s), 1, s.length, stdout) != s.length
            || fflush(stdout)) {
            say_error(ovs_strerror(errno));
            status = EXIT_NOT_DONE;
            break;
        }
        ds_clear(&s);
    } while (n);
    ds_destroy(&s);
    return status;
}

/* MODE_TRANSLATE. */
static int
run_translation(const struct options *options)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!strcmp(options->translate, "-")) {
        return filter(options);
    }

    char *right = translate(&options->fake, &options->real,
                            options->translate, &s);
    if (right) {
        char *error = xasprintf("--translate %s: must be %s",
                                options->translate, right);

        say_error(error);
        free(error);
        free(right);
    } else {
        puts(ds_cstr(&s));
    }
    ds_destroy(&s);
    return right ? EXIT_BAD_INPUT : EXIT_SUCCESS;
}

static int
run_mode(const struct options *options)
{
    switch (options->mode) {
    case MODE_DAEMON:
        return run_daemon(options);
    case MODE_ONCE:
        return run_once(options);
    case MODE_REMOVE:
        return run_removal(options);
    case MODE_PRINT_FLOWS:
        return print_flows(options);
    case MODE_TRANSLATE:
        return run_translation(options);
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

    char *error = options_parse(argc, argv, &options);
    int status;
    if (error) {
        say_error(error);
        free(error);
        status = EXIT_BAD_INPUT;
    } else {
        status = run_mode(&options);
    }
    options_destroy(&options);
    return status;
}
