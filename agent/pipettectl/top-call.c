/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-call.h"

#include <stdlib.h>
#include <string.h>

#include "jsonrpc.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "stream.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

struct top_call {
    const char *socket;
    struct jsonrpc *rpc;        /* NULL without a connection. */
    bool pending;
    struct json *id;            /* Of the request that is pending, or NULL. */
    long long int deadline;     /* Of the reply. */
    unsigned int received;      /* Bytes, before the reply. */
};

struct top_call *
top_call_create(const char *socket)
{
    struct top_call *call = xmalloc(sizeof *call);

    *call = (struct top_call) { .socket = socket };
    return call;
}

static void
disconnect(struct top_call *call)
{
    jsonrpc_close(call->rpc);
    call->rpc = NULL;
}

static void
finish(struct top_call *call)
{
    call->pending = false;
    json_destroy(call->id);
    call->id = NULL;
}

void
top_call_destroy(struct top_call *call)
{
    if (call) {
        finish(call);
        disconnect(call);
        free(call);
    }
}

/* A local socket takes a connection at once, or does not take it. */
static void
connect_to_agent(struct top_call *call)
{
    char *name = xasprintf("unix:%s", call->socket);
    struct stream *stream;

    if (!stream_open(name, &stream, DSCP_DEFAULT)) {
        if (!stream_connect(stream)) {
            call->rpc = jsonrpc_open(stream);
        } else {
            stream_close(stream);
        }
    }
    free(name);
}

void
top_call_send(struct top_call *call, const struct svec *args)
{
    struct json *params = json_array_create_empty();

    ovs_assert(!call->pending);
    for (size_t i = 1; i < args->n; i++) {
        json_array_add(params, json_string_create(args->names[i]));
    }
    json_array_add(params, json_string_create("--format=json"));

    call->pending = true;
    call->deadline = time_msec() + TOP_CALL_TIMEOUT;
    if (!call->rpc) {
        connect_to_agent(call);
    }
    if (!call->rpc) {
        json_destroy(params);
        return;
    }
    call->received = jsonrpc_get_received_bytes(call->rpc);
    if (jsonrpc_send(call->rpc, jsonrpc_create_request(args->names[0], params,
                                                       &call->id))) {
        disconnect(call);
    }
}

bool
top_call_is_pending(const struct top_call *call)
{
    return call->pending;
}

/* Takes the reply to the command, which is JSON in a string. */
static enum top_call_result
take_result(const struct jsonrpc_msg *msg, struct json **reply, char **error)
{
    if (msg->error) {
        *error = xstrdup(msg->error->type == JSON_STRING
                         ? json_string(msg->error) : "the agent refused");
        (*error)[strcspn(*error, "\n")] = '\0';
        return TOP_CALL_REFUSED;
    }
    *reply = (msg->result && msg->result->type == JSON_STRING
              ? json_from_string(json_string(msg->result))
              : json_null_create());
    return TOP_CALL_REPLY;
}

/* Returns false if the connection is of no use any more.  Stores the message
 * that arrived, or NULL. */
static bool
receive(struct top_call *call, struct jsonrpc_msg **msg)
{
    *msg = NULL;
    jsonrpc_run(call->rpc);

    int error = jsonrpc_recv(call->rpc, msg);
    return ((!error || error == EAGAIN)
            && !jsonrpc_get_status(call->rpc)
            && time_msec() < call->deadline
            && (jsonrpc_get_received_bytes(call->rpc) - call->received
                <= TOP_CALL_MAX_REPLY));
}

enum top_call_result
top_call_run(struct top_call *call, struct json **reply, char **error)
{
    enum top_call_result result = TOP_CALL_PENDING;
    struct jsonrpc_msg *msg = NULL;

    *reply = NULL;
    *error = NULL;
    if (!call->pending) {
        return TOP_CALL_PENDING;
    } else if (!call->rpc || (!receive(call, &msg) && !msg)) {
        result = TOP_CALL_LOST;
    } else if (msg) {
        bool ours = ((msg->type == JSONRPC_REPLY || msg->type == JSONRPC_ERROR)
                     && msg->id && json_equal(msg->id, call->id));

        result = ours ? take_result(msg, reply, error) : TOP_CALL_LOST;
    }
    jsonrpc_msg_destroy(msg);
    if (result == TOP_CALL_LOST) {
        disconnect(call);
    }
    if (result != TOP_CALL_PENDING) {
        finish(call);
    }
    return result;
}

void
top_call_wait(struct top_call *call)
{
    if (!call->pending) {
        return;
    } else if (!call->rpc) {
        poll_immediate_wake();
    } else {
        jsonrpc_wait(call->rpc);
        jsonrpc_recv_wait(call->rpc);
        poll_timer_wait_until(call->deadline);
    }
}
