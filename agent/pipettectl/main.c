/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/pipettectl/ctl.h"
#include "fatal-signal.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "util.h"

#define MAX_TIMEOUT 3600

struct command {
    const char *name;
    ctl_command *run;           /* NULL for those in run_command(). */
    bool needs_agent;
    const char *args;
    const char *summary;
};

#define FILTERS \
    "[--since 10m] [--client A[/L]] [--target A[/L]]\n" \
    "      [--port N] [--network NAME] [--protocol tcp|udp|icmp|arp|nd]\n"

static const struct command commands[] = {
    { "check", ctl_check, true, "",
      "say whether all is in sync, for monitoring" },
    { "claims", ctl_claims, true, "[NETWORK]",
      "list claimed addresses and their owners" },
    { "contacts", ctl_contacts, true,
      FILTERS "      [--limit N | --last N] [--after ID] [--follow]\n"
      "      [--format text|json|csv]",
      "list who asked for which target" },
    { "drops", ctl_drops, true, "[--format text|json|csv]",
      "list what is dropped, and why" },
    { "flows", ctl_flows, true,
      "[--kind own|learned|foreign] [--limit N]\n"
      "      [--format text|json|csv]",
      "list the switch's flows" },
    { "follow", ctl_follow, true,
      FILTERS "      [--last N] [--format text|json|csv]",
      "print contacts as they come" },
    { "help", NULL, false, "[COMMAND]", "print this, or the arguments" },
    { "hosts", ctl_hosts, true,
      "[--network NAME] [--limit N] [--format text|json|csv]",
      "list what the switch has learned" },
    { "lookup", ctl_lookup, true,
      "PROTOCOL CLIENT PORT [--port N]\n"
      "      [--network NAME] [--format text|json|csv]",
      "say which target a connection is to" },
    { "metrics", ctl_metrics, true, "", "print metrics for Prometheus" },
    { "report", ctl_report, false,
      "[--title TITLE] [--since TIME] [--until TIME]\n"
      "      [--output PAGE] [FILE...]",
      "make an HTML page of contact logs" },
    { "status", ctl_status, true, "[--verbose] [--format text|json]",
      "print the state of bridge, links and flows" },
    { "top", ctl_top, true,
      "[clients|targets|ports] [--since TIME] [--sort COLUMN]\n"
      "      [--network NAME] [--limit N] [--batch]",
      "show clients, targets and ports, live" },
    { "translate", NULL, false,
      "[--config FILE] [--log FILE]...\n"
      "      [- | ADDRESS | CLIENT,TARGET]",
      "say which target a client asked for" },
};

/* Arguments of the program itself. */
struct arguments {
    const char *instance;       /* NULL if not given. */
    const char *color;          /* "auto", "always" or "never". */
    const char *timeout;        /* Seconds, NULL if not given. */
    int argc;                   /* The command and its arguments. */
    char **argv;
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

static void
print_usage(const struct command *command)
{
    printf("%s: %s\nusage: %s %s%s%s\n", command->name, command->summary,
           program_name, command->name, command->args[0] ? " " : "",
           command->args);
}

static void
print_help(void)
{
    printf("%s: what pipette-agent knows, for people\n"
           "usage: %s [--instance NAME|SOCKET] [--timeout SECONDS]\n"
           "       [--color auto|always|never] COMMAND [ARG...]\n",
           program_name, program_name);
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    }
    printf("See \"%s help COMMAND\", and pipettectl(8).\n", program_name);
}

/* Returns the error for a command that does not exist. */
static char *
no_such_command(const char *name)
{
    return xasprintf("%s: must be a command (see \"%s help\")", name,
                     program_name);
}

static int
run_help(int argc, char *argv[])
{
    const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

    if (argc > 1 && !command) {
        return ctl_refuse(no_such_command(argv[1]));
    } else if (command) {
        print_usage(command);
    } else {
        print_help();
    }
    return ctl_print("", 0);
}

static int
run_command(const struct command *command, const struct arguments *a)
{
    char *socket = NULL;
    struct ctl ctl;

    if (a->argc > 1 && !strcmp(a->argv[1], "--help")) {
        print_usage(command);
        return ctl_print("", 0);
    } else if (!command->run) {
        return (!strcmp(command->name, "help") ? run_help(a->argc, a->argv)
                : ctl_translate(a->instance, a->argc, a->argv));
    } else if (command->needs_agent) {
        char *error = ctl_find_socket(a->instance, &socket);

        if (error) {
            return (command->run == ctl_check ? ctl_not_ready(error)
                    : ctl_refuse(error));
        }
    }
    ctl_init(&ctl, socket);
    ctl.patience = a->timeout ? atoi(a->timeout) : CTL_PATIENCE;
    if (strcmp(a->color, "auto")) {
        ctl.colour = !strcmp(a->color, "always");
    }
    int status = command->run(&ctl, a->argc, a->argv);
    ctl_destroy(&ctl);
    return status;
}

/* Returns NULL or the error. */
static char *
check_arguments(const struct arguments *a)
{
    unsigned int seconds;

    if (strcmp(a->color, "auto") && strcmp(a->color, "always")
        && strcmp(a->color, "never")) {
        return xasprintf("--color %s: must be auto, always or never",
                         a->color);
    } else if (a->timeout
               && (!str_to_uint(a->timeout, 10, &seconds)
                   || seconds < 1 || seconds > MAX_TIMEOUT)) {
        return xasprintf("--timeout %s: must be a whole number from 1 to %d",
                         a->timeout, MAX_TIMEOUT);
    } else if (!a->argc) {
        return xasprintf("COMMAND: must be given (see \"%s help\")",
                         program_name);
    }
    return find_command(a->argv[0]) ? NULL : no_such_command(a->argv[0]);
}

/* Returns -1 if there is a command, otherwise the exit status. */
static int
parse_arguments(int argc, char *argv[], struct arguments *a)
{
    static const struct option options[] = {
        { "color", required_argument, NULL, 'c' },
        { "help", no_argument, NULL, 'h' },
        { "instance", required_argument, NULL, 'i' },
        { "timeout", required_argument, NULL, 'T' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    *a = (struct arguments) { .color = "auto" };
    while ((c = getopt_long(argc, argv, "+hi:T:V", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            a->color = optarg;
            break;
        case 'h':
            print_help();
            return ctl_print("", 0);
        case 'i':
            a->instance = optarg;
            break;
        case 'T':
            a->timeout = optarg;
            break;
        case 'V':
            ovs_print_version(0, 0);
            return ctl_print("", 0);
        default:
            return CTL_BAD_USAGE;
        }
    }
    a->argc = argc - optind;
    a->argv = argv + optind;
    return -1;
}

int
main(int argc, char *argv[])
{
    struct arguments a;

    ovs_set_program_name(argv[0], PIPETTE_VERSION);
    ovsthread_id_init();
    fatal_ignore_sigpipe();
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);

    /* Otherwise the control socket might take its place. */
    if (fcntl(STDOUT_FILENO, F_GETFD) < 0) {
        return ctl_fail(xasprintf("standard output: %s", ovs_strerror(errno)));
    }

    int status = parse_arguments(argc, argv, &a);
    if (status >= 0) {
        return status;
    }

    char *error = check_arguments(&a);
    return (error ? ctl_refuse(error)
            : run_command(find_command(a.argv[0]), &a));
}
