/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SIDE_REQUESTS_H
#define OPENFLOW_SIDE_REQUESTS_H 1

/* What goes to the switch along with the flows
 * =============================================
 *
 * Flow monitors (flow-monitor.h), the mode for IP fragments (frag-mode.h),
 * requests to forget tracked connections (conntrack-flush.h), and what ICMP
 * errors need (error-relay.h).  The switch replies to these only if it refuses
 * them.  Pure: messages in, messages out, but for warnings in the log. */

#include <stdbool.h>

#include "openflow/error-relay.h"
#include "openflow/flow-index.h"
#include "openflow/flow-monitor.h"

struct flow_list;
struct ofp_header;
struct ovs_list;

struct side_requests {
    struct flow_monitor monitor;
    const char *monitor_error;  /* Why there is none, or NULL. */

    bool needs_mode;            /* The flows need one, at this look. */
    ovs_be32 config_xid;        /* Of the request for the mode, or 0. */
    ovs_be32 frags_xid;         /* Of that to set it, at this look, or 0. */
    const char *frags_error;    /* Why that is not set, or NULL. */
    const char *former_frags;   /* What it was, NULL if it was not set. */
    char *restore_frags;        /* To set if no flow needs another, or NULL. */

    struct cookie_set flush_xids;   /* Of requests to forget connections. */

    struct error_relay errors;
};

void side_requests_init(struct side_requests *);
void side_requests_destroy(struct side_requests *);

/* There is a new connection, or none. */
void side_requests_restart(struct side_requests *);

/* Appends to 'msgs' what has the switch tell of changes that concern 'flows',
 * in place of those that it told of before on this connection. */
void side_requests_monitor(struct side_requests *,
                           const struct flow_list *flows,
                           struct ovs_list *msgs);

/* A look begins: appends to 'msgs' a request for the switch's configuration,
 * if 'flows' or side_requests_restore_frags() need a mode, and one for its
 * meters.  Their replies come before that to a dump that is requested next. */
void side_requests_look(struct side_requests *, const struct flow_list *flows,
                        struct ovs_list *msgs);

/* Returns true if something was sent at this look whose refusal would come
 * before the reply to a barrier request. */
bool side_requests_want_barrier(const struct side_requests *);

/* Takes that reply: appends to 'msgs' what sets the mode, if it is another. */
void side_requests_take_config(struct side_requests *,
                               const struct ofp_header *reply,
                               struct ovs_list *msgs);

/* Notes that 'msgs', requests to forget connections, are being sent, and that
 * those before were taken, as the switch has replied to something since. */
void side_requests_note_flushes(struct side_requests *,
                                const struct ovs_list *msgs);

/* Takes the error 'name' to the request with 'xid'; may append to 'msgs'.
 * Returns false if it was none of these requests. */
bool side_requests_take_error(struct side_requests *, ovs_be32 xid,
                              const char *name, struct ovs_list *msgs);

#endif /* openflow/side-requests.h */
