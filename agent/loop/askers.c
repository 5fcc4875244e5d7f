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
    bool served;                /* By what the switch was asked for. */
};

struct askers {
    struct ovs_list list;       /* In the order in which they came. */
    size_t n;
    bool asked;                 /* The switch was, for 'query', */
    bool answered;              /* and there is an answer: who comes now is
                                 * not served by it. */
    struct flow_query query;
    struct switch_listing *answer;  /* Being formatted for who is in front of
                                     * those whom the query serves, or NULL. */
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
        .served = (askers->asked && !askers->answered
                   && flow_query_is_part_of(query, &askers->query)),
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
forget_answer(struct askers *askers)
{
    switch_listing_destroy(askers->answer);
    askers->answer = NULL;
}

static void
refuse_all(struct askers *askers, const char *why)
{
    struct asker *asker;

    LIST_FOR_EACH_SAFE (asker, node, &askers->list) {
        reply(askers, asker, why, false);
    }
    forget_answer(askers);
    askers->asked = askers->answered = false;
}

void
askers_destroy(struct askers *askers)
{
    if (askers) {
        refuse_all(askers, "the agent exits");
        free(askers);
    }
}

/* Returns the first who is served by what the switch was asked for, or
 * NULL. */
static struct asker *
find_served(const struct askers *askers)
{
    struct asker *asker;

    LIST_FOR_EACH (asker, node, &askers->list) {
        if (asker->served) {
            return asker;
        }
    }
    return NULL;
}

/* Replies to 'first', and to all others who want exactly the same. */
static void
give_answer(struct askers *askers, const struct asker *first)
{
    const size_t limit = first->query.limit;
    const enum listing_format format = first->format;
    struct asker *asker;

    LIST_FOR_EACH_SAFE (asker, node, &askers->list) {
        if (asker->served && asker->query.limit == limit
            && asker->format == format) {
            reply(askers, asker, switch_listing_text(askers->answer), true);
        }
    }
    forget_answer(askers);
}

/* There are rows.  Takes one step to give them to those who are served. */
static void
take_step(struct askers *askers, struct agent *agent,
          const struct flow_listing *rows)
{
    const struct asker *asker = find_served(askers);

    if (!askers->answer) {
        askers->answer = switch_listing_create(rows, asker->query.limit,
                                               asker->format);
    }
    if (switch_listing_run(askers->answer, agent_options(agent))) {
        give_answer(askers, asker);
    }
}

/* There is an answer, or there is none to come. */
static void
take_answer(struct askers *askers, struct agent *agent)
{
    struct switch_conn *conn = agent_backends(agent)->conn;
    const struct flow_listing *rows = switch_conn_listing(conn);
    struct asker *asker;

    if (rows->state == LISTING_DONE && find_served(askers)) {
        take_step(askers, agent, rows);
        if (find_served(askers)) {
            return;
        }
    }
    while ((asker = find_served(askers))) {
        reply(askers, asker, rows->failure ? rows->failure : NO_ANSWER, false);
    }
    forget_answer(askers);
    switch_conn_end_list(conn);
    askers->asked = askers->answered = false;
}

/* Asks for what the first wants, with as many rows as the others who want the
 * same. */
static void
begin(struct askers *askers, struct agent *agent)
{
    struct asker *asker;

    askers->query = CONTAINER_OF(ovs_list_front(&askers->list), struct asker,
                                 node)->query;
    LIST_FOR_EACH (asker, node, &askers->list) {
        struct flow_query query = asker->query;

        query.limit = askers->query.limit;
        asker->served = flow_query_is_part_of(&query, &askers->query);
        if (asker->served) {
            askers->query.limit = MAX(query.limit, asker->query.limit);
        }
    }
    askers->asked = true;
    askers->answered = false;
    switch_conn_list(agent_backends(agent)->conn, &askers->query);
}

static bool
has_answer(const struct agent *agent)
{
    enum flow_listing_state state
        = switch_conn_listing(agent_backends(agent)->conn)->state;

    return state != LISTING_WANTED && state != LISTING_UNDER_WAY;
}

/* Who has waited for too long for the switch gets an error.  What has come is
 * given, however late. */
static void
give_up(struct askers *askers)
{
    long long int now = time_msec();
    struct asker *asker;

    LIST_FOR_EACH_SAFE (asker, node, &askers->list) {
        if (now >= asker->deadline && !(askers->answered && asker->served)) {
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
    askers->answered = askers->asked && has_answer(agent);
    give_up(askers);
    if (askers->asked && (askers->answered || !find_served(askers))) {
        take_answer(askers, agent);
    }
    while (!askers->asked && !ovs_list_is_empty(&askers->list)) {
        begin(askers, agent);
        askers->answered = has_answer(agent);
        if (askers->answered) {
            take_answer(askers, agent);
        }
    }
}

void
askers_wait(const struct askers *askers)
{
    const struct asker *asker;

    if (askers->answered && askers->asked) {
        poll_immediate_wake();
    }
    LIST_FOR_EACH (asker, node, &askers->list) {
        poll_timer_wait_until(asker->deadline);
    }
}
