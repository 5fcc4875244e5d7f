/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/ctl.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "dirs.h"
#include "svec.h"
#include "util.h"

/* The unit's RuntimeDirectory and the package's ConfigurationDirectory, and
 * what the names of files in them end in. */
#define RUNTIME_DIR "/run/pipette-agent"
#define CONFIG_DIR "/etc/pipette-agent"
#define SOCKET_SUFFIX ".ctl"
#define CONFIG_SUFFIX ".conf"

/* Of an agent that was started by hand. */
#define BY_HAND "pipette-agent"

static const char *
get_dir(const char *variable, const char *dir)
{
    const char *value = getenv(variable);

    return value && value[0] ? value : dir;
}

static const char *
runtime_dir(void)
{
    return get_dir("PIPETTE_RUNDIR", RUNTIME_DIR);
}

static const char *
config_dir(void)
{
    return get_dir("PIPETTE_CONFDIR", CONFIG_DIR);
}

/* Adds the names of the instances that have a file in 'dir'. */
static void
list_instances(const char *dir, const char *suffix, struct svec *names)
{
    char *pattern = xasprintf("%s/*%s", dir, suffix);
    glob_t g = { .gl_pathc = 0 };

    glob(pattern, 0, NULL, &g);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        const char *base = strrchr(g.gl_pathv[i], '/') + 1;

        svec_add_nocopy(names, xmemdup0(base, strlen(base) - strlen(suffix)));
    }
    globfree(&g);
    free(pattern);
}

/* Returns the socket of the agent that was started by hand, or NULL. */
static char *
find_by_hand(void)
{
    char *pidfile = xasprintf("%s/"BY_HAND".pid", ovs_rundir());
    pid_t pid = access(pidfile, R_OK) ? -1 : read_pidfile(pidfile);

    free(pidfile);
    return (pid > 0 ? xasprintf("%s/"BY_HAND".%ld"SOCKET_SUFFIX, ovs_rundir(),
                                (long int) pid)
            : NULL);
}

static char *
must_be_given(const struct svec *names)
{
    char *list = svec_join(names, ", ", "");
    char *error = xasprintf("--instance: must be given, and be one of %s",
                            list);

    free(list);
    return error;
}

/* Returns the name of the only instance there is, for the caller to free, or
 * NULL and stores the error. */
static char *
find_instance(char **error)
{
    struct svec names = SVEC_EMPTY_INITIALIZER;
    char *by_hand = find_by_hand();
    char *name = NULL;

    list_instances(runtime_dir(), SOCKET_SUFFIX, &names);
    if (by_hand) {
        svec_add(&names, BY_HAND);
        free(by_hand);
    }
    *error = NULL;
    if (names.n == 1) {
        name = xstrdup(names.names[0]);
    } else if (names.n) {
        *error = must_be_given(&names);
    } else {
        const char *dir = runtime_dir();

        *error = (access(dir, R_OK) && errno == EACCES
                  ? xasprintf("%s: %s: only root can ask the agent", dir,
                              ovs_strerror(EACCES))
                  : xasprintf("no control socket in %s: is the service "
                              "running?  (--instance FILE names another one)",
                              dir));
    }
    svec_destroy(&names);
    return name;
}

static char *
name_to_socket(const char *name)
{
    char *socket = xasprintf("%s/%s"SOCKET_SUFFIX, runtime_dir(), name);
    char *by_hand = (!strcmp(name, BY_HAND) && access(socket, F_OK)
                     ? find_by_hand() : NULL);

    if (by_hand) {
        free(socket);
        return by_hand;
    }
    return socket;
}

char *
ctl_find_socket(const char *instance, char **socket)
{
    char *error = NULL;
    char *name = NULL;

    *socket = NULL;
    if (instance && strchr(instance, '/')) {
        *socket = abs_file_name(NULL, instance);
        if (!*socket) {
            error = xasprintf("--instance %s: must be an absolute file name: "
                              "the current directory does not exist",
                              instance);
        }
    } else if (instance) {
        *socket = name_to_socket(instance);
    } else if ((name = find_instance(&error))) {
        *socket = name_to_socket(name);
        free(name);
    }
    return error;
}

/* Returns the name of the instance that a control socket is of. */
static char *
socket_to_name(const char *socket)
{
    const char *base = strrchr(socket, '/') + 1;
    size_t n = strlen(base);
    size_t suffix = strlen(SOCKET_SUFFIX);

    return xmemdup0(base, n > suffix && !strcmp(base + n - suffix,
                                                SOCKET_SUFFIX)
                    ? n - suffix : n);
}

/* Returns the name of the only instance that has a configuration file, or of
 * the only one that runs; otherwise NULL and stores the error. */
static char *
find_configured(char **error)
{
    struct svec names = SVEC_EMPTY_INITIALIZER;
    char *name = NULL;

    *error = NULL;
    list_instances(config_dir(), CONFIG_SUFFIX, &names);
    if (names.n == 1) {
        name = xstrdup(names.names[0]);
    } else if (!names.n) {
        *error = xasprintf("--config or --log: must be given: there is no "
                           "configuration file in %s", config_dir());
    } else {
        name = find_instance(error);
        free(*error);
        *error = name ? NULL : must_be_given(&names);
    }
    svec_destroy(&names);
    return name;
}

char *
ctl_find_config(const char *instance, char **file)
{
    char *error = NULL;
    char *name = (!instance ? find_configured(&error)
                  : strchr(instance, '/') ? socket_to_name(instance)
                  : xstrdup(instance));

    *file = NULL;
    if (name) {
        *file = xasprintf("%s/%s"CONFIG_SUFFIX, config_dir(), name);
        free(name);
    }
    return error;
}
