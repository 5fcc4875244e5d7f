/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_CALL_H
#define AGENT_PIPETTECTL_TOP_CALL_H 1

/* Control commands without waiting: one at a time, for whoever must look after
 * a keyboard meanwhile.
 *
 * The agent may be away, come back, hang, or say anything.  A connection
 * without a reply for TOP_CALL_TIMEOUT is given up, as is one with a reply of
 * more than TOP_CALL_MAX_REPLY. */

#include <stdbool.h>

#include "compiler.h"

struct json;
struct svec;

#define TOP_CALL_TIMEOUT 5000   /* ms */
#define TOP_CALL_MAX_REPLY (8 * 1024 * 1024) /* Bytes. */

enum top_call_result {
    TOP_CALL_PENDING,           /* No reply so far, or nothing was asked. */
    TOP_CALL_REPLY,             /* The reply is JSON. */
    TOP_CALL_REFUSED,           /* The agent replied with an error. */
    TOP_CALL_LOST               /* There is no connection, or no more. */
};

/* 'socket' must outlive it. */
struct top_call *top_call_create(const char *socket);
void top_call_destroy(struct top_call *);

/* Sends a command, the first one of 'args', with its arguments and
 * "--format=json".  None may be pending.  If the agent is not there, the next
 * top_call_run() says so. */
void top_call_send(struct top_call *, const struct svec *args);
bool top_call_is_pending(const struct top_call *);

/* Stores the reply into '*reply', for the caller to destroy, or the error, one
 * line, into '*error', for the caller to free; NULL into the others. */
enum top_call_result top_call_run(struct top_call *, struct json **reply,
                                  char **error) OVS_WARN_UNUSED_RESULT;
void top_call_wait(struct top_call *);

#endif /* agent/pipettectl/top-call.h */
