/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/ctl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "jsonrpc.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "packets.h"
#include "stream.h"
#include "timeval.h"
#include "util.h"

/* Of a terminal that does not say. */
#define DEFAULT_WIDTH 80

void
ctl_init(struct ctl *ctl, char *socket)
{
    bool terminal = isatty(STDOUT_FILENO);
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    struct winsize size;

    *ctl = (struct ctl) {
        .socket = socket,
        .patience = CTL_PATIENCE,
        .colour = terminal && !(no_color && no_color[0]) && term
            && strcmp(term, "dumb"),
    };
    if (terminal) {
        ctl->width = (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col
                      ? size.ws_col : DEFAULT_WIDTH);
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

static char *
no_answer(const struct ctl *ctl)
{
    return xasprintf("%s: the agent does not answer within %u second%s",
                     ctl->socket, ctl->patience,
                     ctl->patience == 1 ? "" : "s");
}

/* Returns NULL or the error. */
static char *
connect_to_agent(struct ctl *ctl, long long int deadline)
{
    struct stream *stream;

    if (ctl->client) {
        return NULL;
    }

    char *name = xasprintf("unix:%s", ctl->socket);
    int error = stream_open_block(stream_open(name, &stream, DSCP_DEFAULT),
                                  deadline - time_msec(), &stream);
    free(name);
    if (error == ETIMEDOUT || error == EAGAIN) {
        return no_answer(ctl);
    } else if (error) {
        return xasprintf("cannot connect to \"%s\" (%s)%s", ctl->socket,
                         ovs_strerror(error),
                         error == ENOENT || error == ECONNREFUSED
                         ? ": is the agent running?" : "");
    }
    ctl->client = jsonrpc_open(stream);
    return NULL;
}

static struct jsonrpc_msg *
create_request(const char *command, int argc, char *argv[])
{
    struct json **args = xmalloc(argc * sizeof *args);

    for (int i = 0; i < argc; i++) {
        args[i] = json_string_create(argv[i]);
    }
    return jsonrpc_create_request(command, json_array_create(args, argc),
                                  NULL);
}

static bool
is_reply(const struct jsonrpc_msg *msg, const struct json *id)
{
    return ((msg->type == JSONRPC_REPLY || msg->type == JSONRPC_ERROR)
            && json_equal(msg->id, id));
}

/* Waits for the reply to request 'id'.  Returns 0 and stores it, or an errno
 * value, EOF or EMSGSIZE. */
static int
receive(struct jsonrpc *rpc, const struct json *id, long long int deadline,
        struct jsonrpc_msg **reply)
{
    unsigned int start = jsonrpc_get_received_bytes(rpc);

    for (;;) {
        jsonrpc_run(rpc);

        int error = jsonrpc_recv(rpc, reply);
        if (!error && is_reply(*reply, id)) {
            return 0;
        } else if (!error) {
            jsonrpc_msg_destroy(*reply);
            *reply = NULL;
        } else if (error != EAGAIN) {
            return error;
        }
        if (jsonrpc_get_received_bytes(rpc) - start > CTL_MAX_REPLY) {
            return EMSGSIZE;
        } else if (time_msec() >= deadline) {
            return ETIMEDOUT;
        }
        jsonrpc_wait(rpc);
        jsonrpc_recv_wait(rpc);
        poll_timer_wait_until(deadline);
        poll_block();
    }
}

static char *
describe_error(const struct ctl *ctl, int error)
{
    switch (error) {
    case ETIMEDOUT:
        return no_answer(ctl);
    case EMSGSIZE:
        return xasprintf("%s: the reply is longer than %d MB", ctl->socket,
                         CTL_MAX_REPLY / 1024 / 1024);
    case EOF:
    case EPIPE:
    case ECONNRESET:
        return xasprintf("%s: the agent closed the connection", ctl->socket);
    default:
        return xasprintf("%s: transaction error (%s)", ctl->socket,
                         ovs_retval_to_string(error));
    }
}

/* Takes the strings out of a reply.  Returns false if it has others. */
static bool
get_strings(const struct jsonrpc_msg *msg, char **reply, char **error)
{
    const struct json *json = msg->error ? msg->error : msg->result;

    if (json->type != JSON_STRING) {
        return false;
    }
    *(msg->error ? error : reply) = xstrdup(json_string(json));
    return true;
}

char *
ctl_call(struct ctl *ctl, const char *command, int argc, char *argv[],
         char **reply)
{
    long long int deadline = time_msec() + ctl->patience * 1000LL;
    char *error = connect_to_agent(ctl, deadline);
    struct jsonrpc_msg *msg = NULL;

    *reply = NULL;
    if (error) {
        return error;
    }

    struct jsonrpc_msg *request = create_request(command, argc, argv);
    struct json *id = json_clone(request->id);
    int retval = jsonrpc_send(ctl->client, request);

    if (!retval) {
        retval = receive(ctl->client, id, deadline, &msg);
    }
    if (!retval && !get_strings(msg, reply, &error)) {
        retval = EPROTO;
    }
    json_destroy(id);
    jsonrpc_msg_destroy(msg);
    if (retval) {
        disconnect(ctl);
        return describe_error(ctl, retval);
    }
    if (error) {
        error[strcspn(error, "\n")] = '\0';
    }
    return error;
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
            error = xasprintf("%s: the agent's reply is no JSON (%s)", command,
                              json_string(*json));
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

int
ctl_refuse(char *error)
{
    bool usage = (strstr(error, ": must ")
                  || strstr(error, "\" command takes at most "));
    int status = ctl_fail(error);

    return usage ? CTL_BAD_USAGE : status;
}

int
ctl_print(const char *s, size_t n)
{
    if (fwrite(s, 1, n, stdout) == n && !fflush(stdout)) {
        return EXIT_SUCCESS;
    } else if (errno == EPIPE) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    return ctl_fail(xasprintf("standard output: %s", ovs_strerror(errno)));
}
