/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/control-lists.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/loop/agent.h"
#include "agent/loop/askers.h"
#include "agent/loop/backends.h"
#include "agent/loop/service.h"
#include "agent/operator/command-args.h"
#include "agent/operator/switch-listings.h"
#include "openflow/flow-listing.h"
#include "openflow/switch-conn.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "unixctl.h"
#include "util.h"

#define DEFAULT_LIMIT 10000

/* Replies with the error, and frees it.  Returns false if there is none. */
static bool
reply_error(struct unixctl_conn *conn, char *error)
{
    if (!error) {
        return false;
    }
    unixctl_command_reply_error(conn, error);
    free(error);
    return true;
}

/* Returns the agent, or replies why there is none at the moment. */
static struct agent *
get_agent(struct unixctl_conn *conn, const struct service *s)
{
    struct agent *agent = service_agent(s);

    if (!agent) {
        struct ds words = DS_EMPTY_INITIALIZER;

        service_format_removal(s, &words);
        reply_error(conn, ds_steal_cstr(&words));
    }
    return agent;
}

/* Replies with 'l', and destroys it. */
static void
reply_listing(struct unixctl_conn *conn, struct listing *l,
              enum listing_format format)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    listing_format(l, format, &s);
    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
    listing_destroy(l);
}

static char *
parse_limit(const char *value, size_t *limit)
{
    unsigned int number = DEFAULT_LIMIT;

    if (value && (value[strspn(value, "0123456789")]
                  || !str_to_uint(value, 10, &number)
                  || !number || number > FLOW_LISTING_MAX_ROWS)) {
        return xasprintf("--limit %s: must be a number from 1 to %d", value,
                         FLOW_LISTING_MAX_ROWS);
    }
    *limit = number;
    return NULL;
}

static char *
parse_network(const struct options *options, const char *name,
              struct flow_query *query)
{
    for (size_t i = 0; name && i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        if (nullable_string_is_equal(network->name, name)) {
            query->one_network = true;
            query->network = network_id(network);
            return NULL;
        }
    }
    return (name ? xasprintf("--network %s: must be the name of a network",
                             name) : NULL);
}

static void
handle_hosts(struct unixctl_conn *conn, int argc, const char *argv[], void *s)
{
    enum { NETWORK, LIMIT, N };
    struct command_option options[N] = {
        [NETWORK] = { .name = "network" },
        [LIMIT] = { .name = "limit" },
    };
    struct flow_query query = { .hosts = true };
    struct agent *agent = get_agent(conn, s);
    enum listing_format format;

    if (agent
        && !reply_error(conn, command_args_parse(argc, argv,
                                                 COMMAND_TABLE_FORMATS,
                                                 &format, options, N))
        && !reply_error(conn, parse_network(agent_options(agent),
                                            options[NETWORK].value, &query))
        && !reply_error(conn, parse_limit(options[LIMIT].value,
                                          &query.limit))) {
        askers_add(service_askers(s), conn, &query, format);
    }
}

static char *
parse_kind(const char *value, unsigned int *kinds)
{
    static const char *const names[N_FLOW_KINDS] = {
        [FLOW_OWN] = "own",
        [FLOW_LEARNED] = "learned",
        [FLOW_FOREIGN] = "foreign",
    };

    *kinds = (1u << N_FLOW_KINDS) - 1;
    for (size_t i = 0; value && i < N_FLOW_KINDS; i++) {
        if (!strcmp(value, names[i])) {
            *kinds = 1u << i;
            return NULL;
        }
    }
    return (value ? xasprintf("--kind %s: must be own, learned or foreign",
                              value) : NULL);
}

static void
handle_flows(struct unixctl_conn *conn, int argc, const char *argv[], void *s)
{
    enum { KIND, LIMIT, N };
    struct command_option options[N] = {
        [KIND] = { .name = "kind" },
        [LIMIT] = { .name = "limit" },
    };
    struct flow_query query = { .hosts = false };
    enum listing_format format;

    if (get_agent(conn, s)
        && !reply_error(conn, command_args_parse(argc, argv,
                                                 COMMAND_TABLE_FORMATS,
                                                 &format, options, N))
        && !reply_error(conn, parse_kind(options[KIND].value, &query.kinds))
        && !reply_error(conn, parse_limit(options[LIMIT].value,
                                          &query.limit))) {
        askers_add(service_askers(s), conn, &query, format);
    }
}

static void
handle_drops(struct unixctl_conn *conn, int argc, const char *argv[], void *s)
{
    struct agent *agent = get_agent(conn, s);
    enum listing_format format;

    if (agent
        && !reply_error(conn, command_args_parse(argc, argv,
                                                 COMMAND_TABLE_FORMATS,
                                                 &format, NULL, 0))) {
        const struct backends *backends = agent_backends(agent);
        struct firewall_walls walls;

        firewall_read_walls(backends->firewall, &walls);
        reply_listing(conn,
                      drops_to_listing(switch_conn_drops(backends->conn),
                                       &walls, time_msec()), format);
        agent_request_counts(agent);
    }
}

/* Replies with the claims of 'network'.  Text is sentences, not columns. */
static void
reply_claims(struct unixctl_conn *conn, const struct agent *agent,
             const char *network, enum listing_format format)
{
    const struct claims *claims
        = switch_conn_claims(agent_backends(agent)->conn);
    struct ds words = DS_EMPTY_INITIALIZER;
    struct listing *l = NULL;

    if (format == LISTING_TEXT
        ? agent_format_claims(agent, network, &words)
        : (l = claims_to_listing(claims, network, time_msec(),
                                 time_wall_msec())) != NULL) {
        if (l) {
            listing_format(l, format, &words);
        }
        unixctl_command_reply(conn, ds_cstr(&words));
    } else {
        reply_error(conn, xasprintf("%s: must be a network that claims "
                                    "addresses", network));
    }
    listing_destroy(l);
    ds_destroy(&words);
}

static void
handle_claims(struct unixctl_conn *conn, int argc, const char *argv[],
              void *s)
{
    bool named = argc > 1 && strncmp(argv[1], "--", 2);
    struct agent *agent = get_agent(conn, s);
    enum listing_format format;

    if (agent
        && !reply_error(conn, command_args_parse(argc - named, argv + named,
                                                 COMMAND_TABLE_FORMATS,
                                                 &format, NULL, 0))) {
        reply_claims(conn, agent, named ? argv[1] : NULL, format);
        agent_request_counts(agent);
    }
}

void
control_lists_register(struct service *s)
{
    unixctl_command_register("claims",
                             "[NETWORK] [--format=text|json|csv]", 0, 3,
                             handle_claims, s);
    unixctl_command_register("drops", "[--format=text|json|csv]", 0, 2,
                             handle_drops, s);
    unixctl_command_register("flows",
                             "[--kind=own|learned|foreign] [--limit=N] "
                             "[--format=text|json|csv]", 0, 6,
                             handle_flows, s);
    unixctl_command_register("hosts",
                             "[--network=NAME] [--limit=N] "
                             "[--format=text|json|csv]", 0, 6,
                             handle_hosts, s);
}
