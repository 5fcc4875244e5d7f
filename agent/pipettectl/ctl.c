/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/ctl.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "jsonrpc.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "unixctl.h"
#include "util.h"

/* The unit's RuntimeDirectory, and what its sockets end in. */
#define CTL_DIR "/run/pipette-agent"
#define CTL_SUFFIX ".ctl"

/* Returns the instance's name, for the caller to free. */
static char *
get_name(const char *socket)
{
    const char *base = strrchr(socket, '/') + 1;

    return xmemdup0(base, strlen(base) - strlen(CTL_SUFFIX));
}

static char *
choose_socket(const glob_t *g, char **socket)
{
    struct ds names = DS_EMPTY_INITIALIZER;

    if (g->gl_pathc == 1) {
        *socket = xstrdup(g->gl_pathv[0]);
        return NULL;
    } else if (!g->gl_pathc) {
        return xasprintf("no control socket in %s: is the service running?  "
                         "(--instance FILE names another one)", CTL_DIR);
    }
    for (size_t i = 0; i < g->gl_pathc; i++) {
        char *name = get_name(g->gl_pathv[i]);

        ds_put_format(&names, "%s%s", i ? ", " : "", name);
        free(name);
    }

    char *error = xasprintf("--instance: must be given, and be one of %s",
                            ds_cstr(&names));
    ds_destroy(&names);
    return error;
}

char *
ctl_find_socket(const char *instance, char **socket)
{
    *socket = NULL;
    if (instance) {
        *socket = (strchr(instance, '/') ? xstrdup(instance)
                   : xasprintf("%s/%s%s", CTL_DIR, instance, CTL_SUFFIX));
        return NULL;
    }

    glob_t g = { .gl_pathc = 0 };
    glob(CTL_DIR "/*" CTL_SUFFIX, 0, NULL, &g);
    char *error = choose_socket(&g, socket);
    globfree(&g);
    return error;
}

void
ctl_init(struct ctl *ctl, char *socket)
{
    bool terminal = isatty(STDOUT_FILENO);
    const char *term = getenv("TERM");
    struct winsize size;

    *ctl = (struct ctl) {
        .socket = socket,
        .colour = terminal && !getenv("NO_COLOR") && term
            && strcmp(term, "dumb"),
    };
    if (terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
        ctl->width = size.ws_col;
    }
}

static void
disconnect(struct ctl *ctl)
{
    jsonrpc_close(ctl->client);
    ctl->client = NULL;
}

void
ctl_destroy(struct ctl *ctl)
{
    disconnect(ctl);
    free(ctl->socket);
}

/* Returns NULL or the error. */
static char *
connect_to_agent(struct ctl *ctl)
{
    int error = ctl->client ? 0 : unixctl_client_create(ctl->socket,
                                                        &ctl->client);

    return (error ? xasprintf("cannot connect to \"%s\" (%s)", ctl->socket,
                              ovs_strerror(error))
            : NULL);
}

char *
ctl_call(struct ctl *ctl, const char *command, int argc, char *argv[],
         char **reply)
{
    char *error = connect_to_agent(ctl);
    char *agent_error = NULL;
    int transact_error;

    *reply = NULL;
    if (error) {
        return error;
    }
    transact_error = unixctl_client_transact(ctl->client, command, argc, argv,
                                             reply, &agent_error);
    if (transact_error) {
        disconnect(ctl);
        return xasprintf("%s: transaction error (%s)", ctl->socket,
                         ovs_retval_to_string(transact_error));
    }
    if (agent_error) {
        agent_error[strcspn(agent_error, "\n")] = '\0';
    }
    return agent_error;
}

char *
ctl_call_json(struct ctl *ctl, const char *command, int argc, char *argv[],
              struct json **json)
{
    char **args = xmalloc((argc + 1) * sizeof *args);
    char format[] = "--format=json";
    char *reply, *error;

    *json = NULL;
    for (int i = 0; i < argc; i++) {
        args[i] = argv[i];
    }
    args[argc] = format;
    error = ctl_call(ctl, command, argc + 1, args, &reply);
    if (!error) {
        *json = json_from_string(reply);
        if ((*json)->type == JSON_STRING) {
            error = xasprintf("%s: %s", command, json_string(*json));
            json_destroy(*json);
            *json = NULL;
        }
        free(reply);
    }
    free(args);
    return error;
}

int
ctl_fail(char *error)
{
    fprintf(stderr, "%s: %s\n", program_name, error);
    free(error);
    return CTL_FAILED;
}
