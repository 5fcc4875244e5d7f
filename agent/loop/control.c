/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/control.h"

#include <limits.h>
#include <stdlib.h>

#include "agent/contacts/contacts-show.h"
#include "agent/contacts/contacts.h"
#include "agent/loop/agent.h"
#include "agent/loop/control-lists.h"
#include "agent/loop/service.h"
#include "agent/operator/lookup.h"
#include "netdev/conntrack.h"
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

/* Replies with what 'format' says of the agent. */
static void
reply_words(struct unixctl_conn *conn, const struct service *s,
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

/* Replies with what 'command' makes of the arguments. */
static void
reply_contacts(struct unixctl_conn *conn, const struct service *s, int argc,
               const char *argv[],
               char *(*command)(const struct contacts *, int argc,
                                const char *argv[], struct ds *))
{
    const struct agent *agent = service_agent(s);
    const struct contacts *contacts = agent ? agent_contacts(agent) : NULL;
    struct ds words = DS_EMPTY_INITIALIZER;

    if (!agent) {
        reply_removal(conn, s);
        return;
    }
    char *error = (contacts ? command(contacts, argc, argv, &words)
                   : xstrdup("not configured: see contact-log in "
                             "pipette-agent(8)"));
    if (error) {
        reply_error(conn, xasprintf("%s: %s", argv[0], error));
        free(error);
    } else {
        unixctl_command_reply(conn, ds_cstr(&words));
    }
    ds_destroy(&words);
}

static void
handle_contacts(struct unixctl_conn *conn, int argc, const char *argv[],
                void *s)
{
    reply_contacts(conn, s, argc, argv, contacts_command_list);
}

static void
handle_top(struct unixctl_conn *conn, int argc, const char *argv[], void *s)
{
    reply_contacts(conn, s, argc, argv, contacts_command_top);
}

static void
reply_lookup(struct unixctl_conn *conn, const struct agent *agent,
             const struct lookup *lookup)
{
    const struct contacts *contacts = agent_contacts(agent);
    const struct lookup_sources sources = {
        .options = agent_options(agent),
        .contacts = contacts ? contacts_table(contacts) : NULL,
        .ports = contacts ? contacts_ports(contacts) : NULL,
        .find_connections = conntrack_find,
    };
    struct listing *l;
    char *error = lookup_run(lookup, &sources, &l);

    if (error) {
        reply_error(conn, error);
    } else {
        struct ds words = DS_EMPTY_INITIALIZER;

        listing_format(l, lookup->format, &words);
        unixctl_command_reply(conn, ds_cstr(&words));
        ds_destroy(&words);
        listing_destroy(l);
    }
}

static void
handle_lookup(struct unixctl_conn *conn, int argc, const char *argv[],
              void *s)
{
    const struct agent *agent = service_agent(s);
    struct lookup lookup;

    if (!agent) {
        reply_removal(conn, s);
        return;
    }

    char *error = lookup_parse(argc, argv, agent_options(agent), &lookup);
    if (error) {
        reply_error(conn, error);
    } else {
        reply_lookup(conn, agent, &lookup);
    }
}

static void
handle_flows_show(struct unixctl_conn *conn, int argc OVS_UNUSED,
                  const char *argv[] OVS_UNUSED, void *s)
{
    reply_words(conn, s, agent_format_desired_flows);
}

static void
handle_flows_diff(struct unixctl_conn *conn, int argc OVS_UNUSED,
                  const char *argv[] OVS_UNUSED, void *s)
{
    reply_words(conn, s, agent_format_flow_diff);
}

static void
handle_metrics(struct unixctl_conn *conn, int argc OVS_UNUSED,
               const char *argv[] OVS_UNUSED, void *s)
{
    struct agent *agent = service_agent(s);

    reply_words(conn, s, agent_format_metrics);
    if (agent) {
        agent_request_counts(agent);
    }
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
    unixctl_command_register("contacts", "[--since TIME] [--client ADDRESS] "
                             "[--target ADDRESS] [--port PORT] "
                             "[--protocol PROTOCOL] [--network NETWORK] "
                             "[--after ID] [--limit N] "
                             "[--format=text|json|csv]", 0, INT_MAX,
                             handle_contacts, s);
    unixctl_command_register("exit", "", 0, 0, handle_exit, s);
    unixctl_command_register("flows/diff", "", 0, 0, handle_flows_diff, s);
    unixctl_command_register("flows/show", "", 0, 0, handle_flows_show, s);
    unixctl_command_register("lookup", "PROTOCOL CLIENT PORT [--port=N] "
                             "[--network=NAME] [--format=text|json|csv]", 0,
                             INT_MAX, handle_lookup, s);
    unixctl_command_register("metrics", "", 0, 0, handle_metrics, s);
    unixctl_command_register("reload", "", 0, 0, handle_reload, s);
    unixctl_command_register("status", "[--verbose] [--format=text|json]",
                             0, 2, handle_status, s);
    unixctl_command_register("top", "clients|targets|ports [--sort COLUMN] "
                             "[--since TIME] [--client ADDRESS] "
                             "[--target ADDRESS] [--port PORT] "
                             "[--protocol PROTOCOL] [--network NETWORK] "
                             "[--limit N] [--format=text|json|csv]", 1,
                             INT_MAX, handle_top, s);
    return true;
}
