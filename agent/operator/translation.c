/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/translation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/config/options.h"
#include "agent/operator/contact-targets.h"
#include "agent/operator/translate.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

#define NOT_DONE 1
#define BAD_WORDS 2

/* Takes the log, and that before it. */
static void
read_configured(const char *log, struct contact_targets *targets)
{
    char *former = xasprintf("%s.1", log);
    const char *const files[] = { former, log };

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        int error = contact_targets_read(targets, files[i]);

        if (error && error != ENOENT) {
            fprintf(stderr, "%s: %s: %s; routed clients are not translated\n",
                    program_name, files[i], ovs_strerror(error));
        }
    }
    free(former);
}

/* Stores the targets, for the caller to destroy, NULL if there is no log.
 * Returns NULL or the error. */
static char *
read_logs(const struct options *options, const struct svec *logs,
          struct contact_targets **targets)
{
    const char *log = options->contact_log;
    const char *name;
    size_t i;

    *targets = NULL;
    if (!logs && !(log && log[0] == '/')) {
        return NULL;
    }
    *targets = contact_targets_create(CONTACT_TARGETS_MAX);
    if (!logs) {
        read_configured(log, *targets);
        return NULL;
    }
    SVEC_FOR_EACH (i, name, logs) {
        int error = contact_targets_read(*targets, name);

        if (error) {
            return xasprintf("%s: %s", name, ovs_strerror(error));
        }
    }
    return NULL;
}

/* Returns NULL or the error. */
static char *
print(const struct ds *s)
{
    return (s->length && fwrite(s->string, 1, s->length, stdout) != s->length
            ? xstrdup(ovs_strerror(errno))
            : fflush(stdout) ? xstrdup(ovs_strerror(errno))
            : NULL);
}

/* Translates standard input to standard output.  Returns NULL or the error. */
static char *
filter(const struct options *options, const struct contact_targets *targets)
{
    struct translator t = TRANSLATOR_INITIALIZER(options, targets);
    struct ds s = DS_EMPTY_INITIALIZER;
    static char buffer[65536];
    char *error = NULL;
    ssize_t n;

    do {
        n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n > 0) {
            translator_feed(&t, buffer, n, &s);
        } else if (!n) {
            translator_finish(&t, &s);
        }
        error = n < 0 ? xstrdup(ovs_strerror(errno)) : print(&s);
        ds_clear(&s);
    } while (n > 0 && !error);
    ds_destroy(&s);
    return error;
}

int
translation_run(const struct options *options, const struct svec *logs,
                const char *words, char **error)
{
    struct contact_targets *targets;
    int status = NOT_DONE;

    *error = read_logs(options, logs, &targets);
    if (*error) {
        /* Nothing else. */
    } else if (!strcmp(words, "-")) {
        *error = filter(options, targets);
    } else {
        struct ds s = DS_EMPTY_INITIALIZER;

        *error = translate(options, targets, words, &s);
        if (*error) {
            status = BAD_WORDS;
        } else {
            *error = print(&s);
        }
        ds_destroy(&s);
    }
    contact_targets_destroy(targets);
    return *error ? status : EXIT_SUCCESS;
}
