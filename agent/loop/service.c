/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/config/options.h"
#include "agent/config/settings.h"
#include "agent/contacts/contact-right.h"
#include "agent/loop/agent.h"
#include "agent/loop/askers.h"
#include "agent/loop/control.h"
#include "agent/loop/ovs-compat.h"
#include "agent/loop/removal.h"
#include "agent/operator/notify.h"
#include "daemon.h"
#include "memory.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "simap.h"
#include "svec.h"
#include "timeval.h"
#include "unixctl.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(service);

#define DETACH_PATIENCE_MSEC 1000
#define READY_PATIENCE_MSEC 20000

struct service {
    int argc;
    char **argv;
    struct options *options;
    struct agent *agent;        /* NULL while 'removal' is not, and at the
                                 * end. */
    struct notifier *notifier;
    struct unixctl_server *unixctl;
    struct askers *askers;

    /* Reading the configuration again. */
    int hup_fd;                 /* Of SIGHUP, -1 without a configuration. */
    bool reloaded;
    struct options former;      /* Of 'removal'. */
    struct removal *removal;    /* Of a bridge that is no longer wanted. */
    long long int removal_deadline;

    bool exiting;
    int status;
};

/* Reading the configuration again. */

/* Returns a file descriptor from which SIGHUP can be read.  The signal no
 * longer terminates the process. */
static int
open_hup_fd(void)
{
    sigset_t hup;

    sigemptyset(&hup);
    sigaddset(&hup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hup, NULL);
    return signalfd(-1, &hup, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
start_agent(struct service *s)
{
    s->agent = agent_create(s->options);
    if (!s->agent) {
        s->status = EXIT_FAILURE;
        s->exiting = true;
    }
}

static bool
is_same_bridge(const struct options *a, const struct options *b)
{
    return !strcmp(a->bridge, b->bridge) && !strcmp(a->db, b->db);
}

/* Removes what the agent created for the options 'former', whose bridge is no
 * longer wanted.  Takes ownership of them. */
static void
start_removal(struct service *s, const struct options *former)
{
    agent_destroy(s->agent);
    s->agent = NULL;
    s->former = *former;
    s->removal = removal_create(&s->former);
    s->removal_deadline = time_msec() + s->former.wait * 1000LL;
    if (!s->removal) {
        options_destroy(&s->former);
        start_agent(s);
    }
}

/* Continues with the options 'fresh', and takes ownership of them.  The agent
 * reconciles only what differs.  An agent is for one bridge: for another
 * bridge, removal of the former one comes first. */
static void
replace_options(struct service *s, const struct options *fresh)
{
    struct options former = *s->options;

    *s->options = *fresh;
    s->reloaded = true;
    if (s->agent && !is_same_bridge(&former, fresh)) {
        start_removal(s, &former);
        return;
    }
    if (s->agent) {
        agent_set_options(s->agent, s->options);
    }
    /* Otherwise the agent starts once a removal is done. */
    options_destroy(&former);
}

char *
service_reload(struct service *s, struct ds *reply)
{
    struct svec changed = SVEC_EMPTY_INITIALIZER;
    struct options fresh;

    if (!s->options->config) {
        return xstrdup("reload: the agent must be started with --config");
    }
    char *error = options_parse(s->argc, s->argv, s->options, &fresh);
    if (error) {
        options_destroy(&fresh);
        VLOG_ERR("%s: not reloaded, nothing has changed:\n%s",
                 s->options->config, error);
        return error;
    }

    settings_compare(s->options, &fresh, &changed);
    char *names = svec_join(&changed, ", ", "");
    ds_put_format(reply, "%s: reloaded, changed: %s", fresh.config,
                  changed.n ? names : "nothing");
    VLOG_INFO("%s", ds_cstr(reply));
    free(names);
    if (changed.n) {
        replace_options(s, &fresh);
    } else {
        options_destroy(&fresh);
    }
    svec_destroy(&changed);
    return NULL;
}

static void
run_hup(struct service *s)
{
    struct signalfd_siginfo info;

    if (s->hup_fd >= 0 && read(s->hup_fd, &info, sizeof info) > 0) {
        struct ds reply = DS_EMPTY_INITIALIZER;

        free(service_reload(s, &reply));
        ds_destroy(&reply);
    }
}

/* Removes what the former configuration created, then starts with the new
 * one. */
static void
run_removal(struct service *s)
{
    removal_run(s->removal);

    bool done = removal_is_done(s->removal);
    if (done || time_msec() >= s->removal_deadline) {
        struct ds words = DS_EMPTY_INITIALIZER;

        removal_format(s->removal, &words);
        VLOG(done ? VLL_INFO : VLL_WARN, "%s%s",
             done ? "" : "not removed: ", ds_cstr(&words));
        ds_destroy(&words);
        removal_destroy(s->removal);
        s->removal = NULL;
        options_destroy(&s->former);
        start_agent(s);
    }
}

/* What the operator sees. */

void
service_format_removal(const struct service *s, struct ds *words)
{
    if (!s->removal) {
        /* A new agent could not be created. */
        ds_put_cstr(words, "exiting");
        return;
    }
    ds_put_cstr(words, "removing what the former configuration created: ");
    removal_format(s->removal, words);
}

/* Notifies the service manager. */
static void
notify(const struct service *s)
{
    struct ds words = DS_EMPTY_INITIALIZER;

    if (s->agent) {
        agent_format_problems(s->agent, &words);
    } else {
        service_format_removal(s, &words);
    }
    notifier_run(s->notifier, s->agent && agent_is_ready(s->agent),
                 ds_cstr(&words));
    ds_destroy(&words);
}

/* For the control commands. */

struct agent *
service_agent(const struct service *s)
{
    return s->agent;
}

void
service_exit(struct service *s)
{
    s->exiting = true;
}

struct askers *
service_askers(const struct service *s)
{
    return s->askers;
}

/* The loop. */

/* Exits if rows of others are in the way.  After a reload the agent keeps
 * running, and only the log and the status report them. */
static void
check_refusal(struct service *s)
{
    const char *refusal = s->agent ? agent_refusal(s->agent) : NULL;

    if (refusal && !s->reloaded) {
        fprintf(stderr, "%s: %s\n", program_name, refusal);
        s->status = EXIT_BAD_INPUT;
        s->exiting = true;
    }
}

/* For "memory/show". */
static void
report_memory(const struct service *s)
{
    struct simap usage = SIMAP_INITIALIZER(&usage);

    if (s->agent) {
        agent_get_memory_usage(s->agent, &usage);
    }
    memory_report(&usage);
    simap_destroy(&usage);
}

static void
run(struct service *s)
{
    memory_run();
    if (memory_should_report()) {
        report_memory(s);
    }
    if (s->agent) {
        agent_run(s->agent);
    } else if (s->removal) {
        run_removal(s);
    }
    unixctl_server_run(s->unixctl);
    askers_run(s->askers, s->agent);
    run_hup(s);
    if (!s->exiting) {
        notify(s);
        check_refusal(s);
    }
}

static void
wait(const struct service *s)
{
    if (s->agent) {
        agent_wait(s->agent);
    } else if (s->removal) {
        removal_wait(s->removal);
        poll_timer_wait_until(s->removal_deadline);
    }
    memory_wait();
    unixctl_server_wait(s->unixctl);
    askers_wait(s->askers);
    notifier_wait(s->notifier);
    if (s->hup_fd >= 0) {
        poll_fd_wait(s->hup_fd, POLLIN);
    }
}

/* Detaches once the agent knows whether rows of others are in the way, so that
 * the user sees the error, but does not make the user wait for Open
 * vSwitch. */
static void
loop(struct service *s)
{
    long long int patience = time_msec() + DETACH_PATIENCE_MSEC;
    bool detached = false;

    for (;;) {
        run(s);
        if (s->exiting) {
            break;
        }
        if (!detached && ((s->agent && agent_has_looked(s->agent))
                          || time_msec() >= patience)) {
            daemonize_complete();
            detached = true;
        }
        wait(s);
        if (!detached) {
            poll_timer_wait_until(patience);
        }
        poll_block();
    }
}

int
service_run(int argc, char *argv[], struct options *options)
{
    struct service s = {
        .argc = argc,
        .argv = argv,
        .options = options,
        .hup_fd = options->config ? open_hup_fd() : -1,
        .status = EXIT_SUCCESS,
    };

    if (!options->contact_log) {
        contact_right_drop();
    }
    ovs_compat_daemonize_start();
    if (!control_open(options->unixctl, &s, &s.unixctl)) {
        return EXIT_FAILURE;
    }
    s.askers = askers_create();
    start_agent(&s);
    if (s.agent) {
        s.notifier = notifier_create(READY_PATIENCE_MSEC);
        loop(&s);
        notifier_destroy(s.notifier);
    }
    if (s.removal) {
        removal_destroy(s.removal);
        options_destroy(&s.former);
    }
    agent_destroy(s.agent);
    askers_destroy(s.askers);
    unixctl_server_destroy(s.unixctl);
    if (s.hup_fd >= 0) {
        close(s.hup_fd);
    }
    return s.status;
}
