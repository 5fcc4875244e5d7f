/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/options.h"
#include "agent/operator/translation.h"
#include "agent/pipettectl/args.h"
#include "agent/pipettectl/ctl.h"
#include "svec.h"
#include "util.h"

/* What the command line has. */
struct translate_args {
    const char *config;         /* NULL if not given. */
    struct svec logs;
    const char *words;
};

/* Returns NULL or the error. */
static char *
parse_args(int argc, char *argv[], struct translate_args *a)
{
    *a = (struct translate_args) { .words = NULL };
    a->config = args_take(&argc, argv, "config");
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];

        if (!strcmp(arg, "--log") && i + 1 < argc) {
            svec_add(&a->logs, argv[++i]);
        } else if (!strncmp(arg, "--log=", 6)) {
            svec_add(&a->logs, arg + 6);
        } else if (!strcmp(arg, "--log") || !strcmp(arg, "--config")) {
            return xasprintf("%s: must have a value after it", arg);
        } else if (arg[0] == '-' && arg[1]) {
            return xasprintf("%s: must be --config or --log", arg);
        } else if (a->words) {
            return xasprintf("%s: must be the only argument beside options",
                             arg);
        } else {
            a->words = arg;
        }
    }
    if (!a->words) {
        a->words = "-";
    }
    return NULL;
}

/* Stores the file that the networks are in, NULL for none. */
static char *
find_config(const char *instance, const struct translate_args *a, char **file)
{
    *file = NULL;
    if (a->config) {
        *file = xstrdup(a->config);
        return NULL;
    }
    return !a->logs.n || instance ? ctl_find_config(instance, file) : NULL;
}

/* Has the agent's own code read the file, NULL for none: then the log has all
 * there is.  Returns NULL or the error. */
static char *
load_options(char *file, const struct translate_args *a,
             struct options *options)
{
    char translate[] = "--translate=-";
    char config[] = "--config";
    char *log = a->logs.n ? xasprintf("--contact-log=%s", a->logs.names[0])
                          : NULL;
    char *argv[] = { CONST_CAST(char *, program_name), translate, NULL, NULL,
                     NULL, NULL };
    int argc = 2;

    if (file) {
        argv[argc++] = config;
        argv[argc++] = file;
    }
    if (log) {
        argv[argc++] = log;
    }

    char *error = options_parse(argc, argv, NULL, options);
    free(log);
    return error;
}

static int
run(const char *instance, const struct translate_args *a)
{
    char *file;
    char *error = find_config(instance, a, &file);
    struct options options;

    if (error) {
        return ctl_refuse(error);
    }
    error = load_options(file, a, &options);
    free(file);

    int status = error ? CTL_FAILED
                 : translation_run(&options, a->logs.n ? &a->logs : NULL,
                                   a->words, &error);
    options_destroy(&options);
    if (status == CTL_BAD_USAGE) {
        char *line = xasprintf("%s: must be %s", a->words, error);

        free(error);
        error = line;
    }
    return error ? ctl_refuse(error) : status;
}

int
ctl_translate(const char *instance, int argc, char *argv[])
{
    struct translate_args a;
    char *error = parse_args(argc, argv, &a);
    int status;

    signal(SIGPIPE, SIG_DFL);
    status = error ? ctl_refuse(error) : run(instance, &a);
    svec_destroy(&a.logs);
    return status;
}
