/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/loop/askers.h"

#include <limits.h>
#include <stdlib.h>

#include "agent/loop/agent.h"
#include "agent/loop/backends.h"
#include "agent/operator/switch-listings.h"
#include "jsonrpc.h"
#include "openflow/flow-listing.h"
#include "openflow/switch-conn.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "unixctl.h"
#include "util.h"

#define NO_ANSWER "no answer from the switch"

struct asker {
    struct ovs_list node;       /* In 'struct askers'. */
    struct unixctl_conn *conn;
    struct flow_query query;
    enum listing_format format;
    long long int deadline;
};

struct askers {
    struct ovs_list list;       /* In the order in which they came. */
    size_t n;
    bool asked;                 /* The switch was, for 'query'. */
    struct flow_query query;
};

struct askers *
askers_create(void)
{
    struct askers *askers = xzalloc(sizeof *askers);

    ovs_list_init(&askers->list);
    return askers;
}

/* The beginning of what lib/unixctl.c has of a connection. */
struct unixctl_conn_head {
    struct ovs_list node;
    struct jsonrpc *rpc;
};

/* Returns true if 'conn' cannot go away before it gets a reply.  While a
 * command waits, lib/unixctl.c does not read from its connection, and so does
 * not see if it is closed.  But it sends what is left of replies to earlier
 * commands, and frees a connection on which that fails. */
static bool
will_stay(const struct unixctl_conn *conn)
{
    const struct unixctl_conn_head *head = (const void *) conn;

    return !jsonrpc_get_backlog(head->rpc);
}

void
askers_add(struct askers *askers, struct unixctl_conn *conn,
           const struct flow_query *query, enum listing_format format)
{
    if (!will_stay(conn)) {
        unixctl_command_reply_error(conn, "the replies to the commands before "
                                    "this one must be read first");
        return;
    } else if (askers->n >= ASKERS_MAX) {
        unixctl_command_reply_error(conn, "too many commands wait for the "
                                    "switch; there may be "
                                    OVS_STRINGIZE(ASKERS_MAX));
        return;
    }

    struct asker *asker = xmalloc(sizeof *asker);
    *asker = (struct asker) {
        .conn = conn,
        .query = *query,
        .format = format,
        .deadline = time_msec() + ASKERS_PATIENCE_MSEC,
    };
    ovs_list_push_back(&askers->list, &asker->node);
    askers->n++;
}

/* Replies, and forgets the asker. */
static void
reply(struct askers *askers, struct asker *asker, const char *words, bool good)
{
    if (good) {
        unixctl_command_reply(asker->conn, words);
    } else {
        unixctl_command_reply_error(asker->conn, words);
    }
    ovs_list_remove(&asker->node);
    askers->n--;
    free(asker);
}

static void
refuse_all(struct askers *askers, const char *why)
{
    struct asker *asker;

    LIST_FOR_EACH_SAFE (asker, node, &askers->list) {
        reply(askers, asker, why, false);
    }
    askers->asked = false;
}

void
askers_destroy(struct askers *askers)
{
    if (askers) {
        refuse_all(askers, "the agent exits");
        free(askers);
    }
}

/* Returns true if the switch was asked for what 'asker' wants. */
static bool
is_served(const struct askers *askers, const struct asker *asker)
{
    return (askers->asked
            && flow_query_is_part_of(&asker->query, &askers->query));
}

/* Replies to 'asker', and to all others who want exactly the same. */
static void
give_rows(struct askers *askers, const struct asker *asker_,
          const struct options *options, const struct flow_listing *rows)
{
    const size_t limit = asker_->query.limit;
    const enum listing_format format = asker_->format;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct asker *asker;

    switch_listing_format(options, rows, limit, format, &s);
    LIST_FOR_EACH_SAFE (asker, node, &askers->list) {
        if (is_served(askers, asker) && asker->query.limit == limit
            && asker->format == format) {
            reply(askers, asker, ds_cstr(&s), true);
        }
    }
    ds_destroy(&s);
}

/* Returns the first who is served by what the switch was asked for, or
 * NULL. */
static struct asker *
find_served(const struct askers *askers)
{
    struct asker *asker;

    LIST_FOR_EACH (asker, node, &askers->list) {
        if (is_served(askers, asker)) {
            return asker;
        }
    }
    return NULL;
}

/* The switch has answered, or there is no answer to come. */
static void
end(struct askers *askers, struct agent *agent)
{
    struct switch_conn *conn = agent_backends(agent)->conn;
    const struct flow_listing *rows = switch_conn_listing(conn);
    struct asker *asker;

    while ((asker = find_served(askers))) {
        if (rows->state == LISTING_DONE) {
            give_rows(askers, asker, agent_options(agent), rows);
        } else {
            reply(askers, asker, rows->failure ? rows->failure : NO_ANSWER,
                  false);
        }
    }
    switch_conn_end_list(conn);
    askers->asked = false;
}

/* Asks for what the first wants, with as many rows as the others who want the
 * same. */
static void
begin(struct askers *askers, struct agent *agent)
{
    const struct asker *asker;

    askers->query = CONTAINER_OF(ovs_list_front(&askers->list), struct asker,
                                 node)->query;
    LIST_FOR_EACH (asker, node, &askers->list) {
        struct flow_query query = asker->query;

        query.limit = askers->query.limit;
        if (flow_query_is_part_of(&query, &askers->query)) {
            askers->query.limit = MAX(query.limit, asker->query.limit);
        }
    }
    askers->asked = true;
    switch_conn_list(agent_backends(agent)->conn, &askers->query);
}

static bool
has_answer(const struct agent *agent)
{
    enum flow_listing_state state
        = switch_conn_listing(agent_backends(agent)->conn)->state;

    return state != LISTING_WANTED && state != LISTING_UNDER_WAY;
}

static void
give_up(struct askers *askers)
{
    long long int now = time_msec();
    struct asker *asker;

    LIST_FOR_EACH_SAFE (asker, node, &askers->list) {
        if (now >= asker->deadline) {
            reply(askers, asker, NO_ANSWER, false);
        }
    }
}

void
askers_run(struct askers *askers, struct agent *agent)
{
    if (!agent) {
        refuse_all(askers, NO_ANSWER ": the agent is being replaced");
        return;
    }
    if (askers->asked && has_answer(agent)) {
        end(askers, agent);
    }
    give_up(askers);
    if (askers->asked && !find_served(askers)) {
        end(askers, agent);
    }
    while (!askers->asked && !ovs_list_is_empty(&askers->list)) {
        begin(askers, agent);
        if (has_answer(agent)) {
            end(askers, agent);
        }
    }
}

void
askers_wait(const struct askers *askers)
{
    const struct asker *asker;

    LIST_FOR_EACH (asker, node, &askers->list) {
        poll_timer_wait_until(asker->deadline);
    }
}
