/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/switch-conn.h"

#include <stdlib.h>

#include "coverage.h"
#include "openflow/flow-sync.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/rconn.h"
#include "openvswitch/vlog.h"
#include "simap.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(switch_conn);
COVERAGE_DEFINE(switch_connected);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

#define MAX_MESSAGES 50         /* To take in one pass, */
#define MAX_RECEIVE_MSEC 20     /* and until when to take another one. */
#define PROBE_INTERVAL 5        /* Seconds until a silent switch is asked. */
#define MAX_BACKOFF 1           /* Seconds between attempts to connect. */

struct switch_conn {
    char *target;
    char *not_connected;        /* In words. */
    struct rconn *rconn;
    unsigned int seqno;         /* Of the connection that 'sync' is about. */
    bool have_flows;            /* Were we told flows? */
    struct flow_sync *sync;
};

struct switch_conn *
switch_conn_create(const char *target)
{
    struct switch_conn *conn = xzalloc(sizeof *conn);

    conn->target = xstrdup(target);
    conn->not_connected = xasprintf("not connected to %s", target);
    conn->rconn = rconn_create(0, MAX_BACKOFF, 0, 1u << FLOW_SYNC_VERSION);
    conn->sync = flow_sync_create();
    return conn;
}

void
switch_conn_destroy(struct switch_conn *conn)
{
    if (conn) {
        rconn_destroy(conn->rconn);
        flow_sync_destroy(conn->sync);
        free(conn->target);
        free(conn->not_connected);
        free(conn);
    }
}

static void
start_connecting(struct switch_conn *conn)
{
    rconn_connect(conn->rconn, conn->target, NULL);
    /* rconn_connect() takes a unix socket for one that needs no probes, but a
     * stopped ovs-vswitchd does not close it. */
    rconn_set_probe_interval(conn->rconn, PROBE_INTERVAL);
}

void
switch_conn_set_claims(struct switch_conn *conn,
                       const struct flow_config *configs, size_t n)
{
    flow_sync_set_claims(conn->sync, configs, n);
}

void
switch_conn_revoke_claims(struct switch_conn *conn)
{
    flow_sync_revoke_claims(conn->sync);
}

const struct claims *
switch_conn_claims(const struct switch_conn *conn)
{
    return flow_sync_claims(conn->sync);
}

void
switch_conn_connect_now(struct switch_conn *conn)
{
    /* An attempt that is under way is as good. */
    if (conn->have_flows
        && !strcmp(rconn_get_state(conn->rconn), "BACKOFF")) {
        start_connecting(conn);
    }
}

void
switch_conn_set_flows(struct switch_conn *conn, const struct svec *flows)
{
    flow_sync_set_flows(conn->sync, flows);
    if (!conn->have_flows) {
        conn->have_flows = true;
        start_connecting(conn);
    }
}

void
switch_conn_release(struct switch_conn *conn)
{
    if (conn->have_flows) {
        conn->have_flows = false;
        rconn_disconnect(conn->rconn);
        flow_sync_disconnect(conn->sync);
    }
}

/* Sends what waits.  If that fails, the connection is gone, and the next one
 * begins anew. */
static void
send_all(struct switch_conn *conn)
{
    struct ofpbuf *msg;

    while ((msg = flow_sync_send(conn->sync))) {
        rconn_send(conn->rconn, msg, NULL);
    }
}

/* Takes what the switch sent, as long as it is about the same connection.  If
 * there is more, switch_conn_wait() wakes us up for it. */
static void
receive_all(struct switch_conn *conn, long long int now)
{
    for (int i = 0;
         i < MAX_MESSAGES && (!i || time_msec() < now + MAX_RECEIVE_MSEC);
         i++) {
        struct ofpbuf *msg = rconn_recv(conn->rconn);

        if (msg && rconn_get_connection_seqno(conn->rconn) == conn->seqno) {
            flow_sync_receive(conn->sync, msg, now);
        }
        ofpbuf_delete(msg);
        if (!msg) {
            break;
        }
    }
}

void
switch_conn_run(struct switch_conn *conn)
{
    long long int now = time_msec();

    rconn_run(conn->rconn);
    if (!conn->have_flows) {
        return;
    }
    if (!rconn_is_connected(conn->rconn)) {
        flow_sync_disconnect(conn->sync);
        return;
    }

    unsigned int seqno = rconn_get_connection_seqno(conn->rconn);
    if (conn->seqno != seqno) {
        COVERAGE_INC(switch_connected);
        conn->seqno = seqno;
        flow_sync_connect(conn->sync);
    }
    receive_all(conn, now);
    flow_sync_run(conn->sync, now);

    const char *failure = flow_sync_failure(conn->sync, now);
    if (failure) {
        VLOG_WARN_RL(&rl, "%s: %s, reconnecting", conn->target, failure);
        rconn_reconnect(conn->rconn);
        flow_sync_disconnect(conn->sync);
    }
    send_all(conn);
}

void
switch_conn_wait(struct switch_conn *conn)
{
    rconn_run_wait(conn->rconn);
    rconn_recv_wait(conn->rconn);
    if (conn->have_flows && rconn_is_connected(conn->rconn)) {
        poll_timer_wait_until(flow_sync_next(conn->sync));
    }
}

bool
switch_conn_wants_look(const struct switch_conn *conn)
{
    return flow_sync_wants_look(conn->sync);
}

void
switch_conn_look(struct switch_conn *conn)
{
    flow_sync_look(conn->sync, time_msec());
    send_all(conn);
}

bool
switch_conn_is_in_sync(const struct switch_conn *conn)
{
    return flow_sync_is_in_sync(conn->sync);
}

bool
switch_conn_is_blocked(const struct switch_conn *conn)
{
    return flow_sync_is_blocked(conn->sync);
}

bool
switch_conn_is_full(const struct switch_conn *conn)
{
    return flow_sync_is_full(conn->sync);
}

void
switch_conn_set_wants_tables(struct switch_conn *conn, bool wants_tables)
{
    flow_sync_set_wants_tables(conn->sync, wants_tables);
}

const struct table_use *
switch_conn_table_use(const struct switch_conn *conn)
{
    return flow_sync_table_use(conn->sync);
}

unsigned int
switch_conn_foreign(const struct switch_conn *conn)
{
    return flow_sync_foreign(conn->sync);
}

bool
switch_conn_foreign_is_known(const struct switch_conn *conn)
{
    return flow_sync_foreign_is_known(conn->sync);
}

void
switch_conn_get_figures(const struct switch_conn *conn,
                        struct flow_figures *figures)
{
    flow_sync_get_figures(conn->sync, figures);
}

const struct drop_count *
switch_conn_drops(const struct switch_conn *conn)
{
    return flow_sync_drops(conn->sync);
}

void
switch_conn_request_counts(struct switch_conn *conn)
{
    flow_sync_request_counts(conn->sync);
}

const struct error_relay *
switch_conn_errors(const struct switch_conn *conn)
{
    return flow_sync_errors(conn->sync);
}

void
switch_conn_list(struct switch_conn *conn, const struct flow_query *query)
{
    flow_sync_list(conn->sync, query);
}

void
switch_conn_end_list(struct switch_conn *conn)
{
    flow_sync_end_list(conn->sync);
}

const struct flow_listing *
switch_conn_listing(const struct switch_conn *conn)
{
    return flow_sync_listing(conn->sync);
}

const char *
switch_conn_former_frags(const struct switch_conn *conn)
{
    return flow_sync_former_frags(conn->sync);
}

void
switch_conn_restore_frags(struct switch_conn *conn, const char *mode)
{
    flow_sync_restore_frags(conn->sync, mode);
}

void
switch_conn_format_flows(const struct switch_conn *conn, struct ds *s)
{
    flow_sync_format_flows(conn->sync, s);
}

void
switch_conn_format_changes(const struct switch_conn *conn, struct ds *s)
{
    flow_sync_format_changes(conn->sync, s);
}

void
switch_conn_get_memory_usage(const struct switch_conn *conn,
                             struct simap *usage)
{
    flow_sync_get_memory_usage(conn->sync, usage);
    simap_increase(usage, "openflow-txqlen",
                   rconn_count_txqlen(conn->rconn));
}

void
switch_conn_format_wanted(const struct switch_conn *conn, struct ds *s)
{
    if (conn->have_flows) {
        flow_sync_format_wanted(conn->sync, s);
    } else {
        ds_put_cstr(s, "the flow set");
    }
}

const char *
switch_conn_present(const struct switch_conn *conn)
{
    return (!conn->have_flows ? "waiting for the ports"
            : !rconn_is_connected(conn->rconn) ? conn->not_connected
            : flow_sync_present(conn->sync));
}
