/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/control.h"

#include <stdlib.h>

#include "agent/loop/agent.h"
#include "agent/loop/control-lists.h"
#include "agent/loop/service.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "unixctl.h"
#include "util.h"

/* Replies with the error, and frees it. */
static void
reply_error(struct unixctl_conn *conn, char *error)
{
    unixctl_command_reply_error(conn, error);
    free(error);
}

/* Replies that there is no agent at the moment. */
static void
reply_removal(struct unixctl_conn *conn, const struct service *s)
{
    struct ds words = DS_EMPTY_INITIALIZER;

    service_format_removal(s, &words);
    reply_error(conn, ds_steal_cstr(&words));
}

static void
handle_exit(struct unixctl_conn *conn, int argc OVS_UNUSED,
            const char *argv[] OVS_UNUSED, void *s)
{
    service_exit(s);
    unixctl_command_reply(conn, NULL);
}

/* Appends to 'words' what is done while there is no agent. */
static void
format_removal(const struct service *s, bool as_json, struct ds *words)
{
    service_format_removal(s, words);
    if (as_json) {
        struct json *json = json_object_create();

        json_object_put(json, "ready", json_boolean_create(false));
        json_object_put_string(json, "removal", ds_cstr(words));
        ds_clear(words);
        json_to_ds(json, JSSF_SORT, words);
        json_destroy(json);
    }
}

static void
reply_status(struct unixctl_conn *conn, const struct service *s, bool as_json,
             bool verbose)
{
    struct agent *agent = service_agent(s);
    struct ds words = DS_EMPTY_INITIALIZER;

    if (!agent) {
        format_removal(s, as_json, &words);
    } else if (as_json) {
        struct json *json = agent_status_to_json(agent);

        json_to_ds(json, JSSF_SORT, &words);
        json_destroy(json);
    } else {
        agent_format_status(agent, verbose, &words);
    }
    unixctl_command_reply(conn, ds_cstr(&words));
    ds_destroy(&words);
    if (agent) {
        agent_request_counts(agent);
    }
}

static void
handle_status(struct unixctl_conn *conn, int argc, const char *argv[],
              void *s)
{
    bool as_json = false, verbose = false;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--verbose")) {
            verbose = true;
        } else if (!strcmp(argv[i], "--format=json")) {
            as_json = true;
        } else if (strcmp(argv[i], "--format=text")) {
            reply_error(conn, xasprintf("%s: must be --verbose, --format=text "
                                        "or --format=json", argv[i]));
            return;
        }
    }
    reply_status(conn, s, as_json, verbose);
}

/* Replies with what 'format' says of the agent's flows. */
static void
reply_flows(struct unixctl_conn *conn, const struct service *s,
            void (*format)(const struct agent *, struct ds *))
{
    const struct agent *agent = service_agent(s);
    struct ds words = DS_EMPTY_INITIALIZER;

    if (!agent) {
        reply_removal(conn, s);
        return;
    }
    format(agent, &words);
    unixctl_command_reply(conn, ds_cstr(&words));
    ds_destroy(&words);
}

static void
handle_flows_show(struct unixctl_conn *conn, int argc OVS_UNUSED,
                  const char *argv[] OVS_UNUSED, void *s)
{
    reply_flows(conn, s, agent_format_desired_flows);
}

static void
handle_flows_diff(struct unixctl_conn *conn, int argc OVS_UNUSED,
                  const char *argv[] OVS_UNUSED, void *s)
{
    reply_flows(conn, s, agent_format_flow_diff);
}

static void
handle_reload(struct unixctl_conn *conn, int argc OVS_UNUSED,
              const char *argv[] OVS_UNUSED, void *s)
{
    struct ds reply = DS_EMPTY_INITIALIZER;
    char *error = service_reload(s, &reply);

    if (error) {
        reply_error(conn, error);
    } else {
        unixctl_command_reply(conn, ds_cstr(&reply));
    }
    ds_destroy(&reply);
}

bool
control_open(const char *path, struct service *s,
             struct unixctl_server **server)
{
    if (unixctl_server_create(path, server)) {
        return false;
    }
    control_lists_register(s);
    unixctl_command_register("exit", "", 0, 0, handle_exit, s);
    unixctl_command_register("flows/diff", "", 0, 0, handle_flows_diff, s);
    unixctl_command_register("flows/show", "", 0, 0, handle_flows_show, s);
    unixctl_command_register("reload", "", 0, 0, handle_reload, s);
    unixctl_command_register("status", "[--verbose] [--format=text|json]",
                             0, 2, handle_status, s);
    return true;
}
