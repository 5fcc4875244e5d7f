/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/switch-conn.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-monitor.h"
#include "openflow/flow-set.h"
#include "openflow/socket-watch.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofp-bundle.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/rconn.h"
#include "openvswitch/token-bucket.h"
#include "openvswitch/vlog.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(switch_conn);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

/* Bundles came with OpenFlow 1.4. */
#define OF_VERSION OFP14_VERSION
#define OF_PROTOCOL OFPUTIL_P_OF14_OXM

#define MAX_MESSAGES 50         /* To take in one pass. */
#define PROBE_INTERVAL 5        /* Seconds until a silent switch is asked. */
#define REPLY_TIMEOUT 10        /* Seconds until we give up a connection. */
#define LOOK_INTERVAL 60        /* Seconds between looks without a reason. */
#define MAX_LOOKS 20            /* Looks a second, for whatever reason. */
#define MAX_BACKOFF 1           /* Seconds between attempts to connect. */

enum conn_state {
    /* There is something to look at: a new connection, or other flows.  Next
     * we ask for the flows with our cookie. */
    S_LOOK,

    /* Waiting for these flows, in one reply or several.  Next we compare. */
    S_DUMP,

    /* The changes were put into a bundle, with a barrier request after them.
     * Its reply comes after the errors of all that the switch refused.  Only
     * without any do we commit: the switch would commit what is left. */
    S_STAGE,

    /* Waiting for the reply to the commit, or its error. */
    S_COMMIT,

    /* The switch has the flows.  We look again when the flow monitor has news,
     * and after LOOK_INTERVAL. */
    S_SETTLED,

    /* The switch refused a flow, so it has none of the changes.  It would
     * probably do so again: as in S_SETTLED, we wait for news. */
    S_REFUSED
};

struct switch_conn {
    char *target;
    struct rconn *rconn;
    unsigned int seqno;         /* Of the connection that 'state' is about. */
    enum conn_state state;
    bool right;                 /* No difference known. */
    bool refused;               /* The last changes were. */
    bool news;                  /* Look again. */
    long long int deadline;     /* When resting: to look in any case.
                                 * S_DUMP, S_STAGE, S_COMMIT: for replies. */
    struct token_bucket looks;  /* A token a look. */
    struct socket_watch *watch; /* NULL until a connection is lost: giving
                                 * it up can take the kernel 10 ms. */

    bool have_flows;            /* Were we told flows? */
    struct flow_list wanted;
    struct flow_list present;   /* S_DUMP: received so far. */
    struct flow_list changes;   /* S_STAGE, S_COMMIT: in the bundle. */
    ovs_be32 *change_xids;      /* An element a change. */
    ovs_be32 xid;               /* Of the request whose reply moves us on. */
    uint32_t bundle_id;

    struct ds present_words;
};

static void say(struct switch_conn *, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

static void
say(struct switch_conn *conn, const char *format, ...)
{
    va_list args;

    ds_clear(&conn->present_words);
    va_start(args, format);
    ds_put_format_valist(&conn->present_words, format, args);
    va_end(args);
}

static void
say_waiting(struct switch_conn *conn)
{
    say(conn, "waiting for the ports");
}

struct switch_conn *
switch_conn_create(const char *target)
{
    struct switch_conn *conn = xzalloc(sizeof *conn);

    conn->target = xstrdup(target);
    conn->rconn = rconn_create(0, MAX_BACKOFF, 0, 1u << OF_VERSION);
    token_bucket_init(&conn->looks, MAX_LOOKS, MAX_LOOKS * 1000);
    ds_init(&conn->present_words);
    say_waiting(conn);
    return conn;
}

static void
clear_changes(struct switch_conn *conn)
{
    flow_list_clear(&conn->changes);
    free(conn->change_xids);
    conn->change_xids = NULL;
}

/* Forgets what was under way. */
static void
restart(struct switch_conn *conn)
{
    clear_changes(conn);
    conn->right = conn->refused = false;
    conn->state = S_LOOK;
}

void
switch_conn_destroy(struct switch_conn *conn)
{
    if (conn) {
        rconn_destroy(conn->rconn);
        socket_watch_destroy(conn->watch);
        flow_list_clear(&conn->wanted);
        flow_list_clear(&conn->present);
        clear_changes(conn);
        ds_destroy(&conn->present_words);
        free(conn->target);
        free(conn);
    }
}

static void
connect_now(struct switch_conn *conn)
{
    rconn_connect(conn->rconn, conn->target, NULL);
    /* rconn_connect() takes a unix socket for one that needs no probes, but a
     * stopped ovs-vswitchd does not close it. */
    rconn_set_probe_interval(conn->rconn, PROBE_INTERVAL);
}

void
switch_conn_set_flows(struct switch_conn *conn, const struct svec *flows)
{
    flow_list_clear(&conn->wanted);
    char *error = flow_list_parse(&conn->wanted, flows);
    if (error) {
        /* The flow set is ours: this is a bug. */
        ovs_fatal(0, "%s", error);
    }
    if (!conn->have_flows) {
        conn->have_flows = true;
        connect_now(conn);
    }
    restart(conn);
}

void
switch_conn_release(struct switch_conn *conn)
{
    if (conn->have_flows) {
        rconn_disconnect(conn->rconn);
        restart(conn);
        flow_list_clear(&conn->wanted);
        conn->have_flows = false;
        say_waiting(conn);
    }
}

/* Sends 'msg' and returns its xid.  If that fails, the connection is gone and
 * the next one will begin with S_LOOK. */
static ovs_be32
send_msg(struct switch_conn *conn, struct ofpbuf *msg)
{
    ovs_be32 xid = ((const struct ofp_header *) msg->data)->xid;

    rconn_send(conn->rconn, msg, NULL);
    return xid;
}

/* S_LOOK */
static void
send_dump_request(struct switch_conn *conn)
{
    struct ofputil_flow_stats_request request = {
        .cookie = htonll(FLOW_COOKIE),
        .cookie_mask = OVS_BE64_MAX,
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = OFPTT_ALL,
    };

    match_init_catchall(&request.match);
    conn->news = false;
    flow_list_clear(&conn->present);
    conn->xid = send_msg(conn, ofputil_encode_flow_stats_request(&request,
                                                                 OF_PROTOCOL));
    conn->state = S_DUMP;
    conn->deadline = time_msec() + REPLY_TIMEOUT * 1000;
    if (!conn->right && !conn->refused) {
        say(conn, "reading the flows");
    }
}

static ovs_be32
send_bundle_ctrl(struct switch_conn *conn, uint16_t type)
{
    struct ofputil_bundle_ctrl_msg ctrl = {
        .bundle_id = conn->bundle_id,
        .type = type,
        .flags = OFPBF_ATOMIC | OFPBF_ORDERED,
    };

    return send_msg(conn, ofputil_encode_bundle_ctrl_request(OF_VERSION,
                                                             &ctrl));
}

static ovs_be32
send_bundle_add(struct switch_conn *conn, const struct ofputil_flow_mod *fm)
{
    struct ofpbuf *msg = ofputil_encode_flow_mod(fm, OF_PROTOCOL);
    struct ofputil_bundle_add_msg add = {
        .bundle_id = conn->bundle_id,
        .flags = OFPBF_ATOMIC | OFPBF_ORDERED,
        .msg = msg->data,
    };
    ovs_be32 xid = send_msg(conn, ofputil_encode_bundle_add(OF_VERSION, &add));

    ofpbuf_delete(msg);
    return xid;
}

/* Waits for news, or for LOOK_INTERVAL. */
static void
rest(struct switch_conn *conn, enum conn_state state)
{
    conn->deadline = time_msec() + LOOK_INTERVAL * 1000;
    conn->state = state;
}

static void
settle(struct switch_conn *conn)
{
    if (conn->right) {
        rest(conn, S_SETTLED);
        return;
    }
    say(conn, "%"PRIuSIZE" flows, sent %"PRIuSIZE" changes",
        conn->wanted.n, conn->changes.n);
    clear_changes(conn);
    conn->right = true;
    conn->refused = false;
    rest(conn, S_SETTLED);
}

static void
send_changes(struct switch_conn *conn)
{
    clear_changes(conn);
    flow_list_diff(&conn->wanted, &conn->present, &conn->changes);
    flow_list_clear(&conn->present);
    if (!conn->changes.n) {
        settle(conn);
        return;
    }

    conn->right = false;

    /* An id of its own, so that nothing left of an earlier one is in it. */
    conn->bundle_id++;
    send_bundle_ctrl(conn, OFPBCT_OPEN_REQUEST);
    conn->change_xids = xmalloc(conn->changes.n * sizeof *conn->change_xids);
    for (size_t i = 0; i < conn->changes.n; i++) {
        conn->change_xids[i] = send_bundle_add(conn, &conn->changes.fms[i]);
    }
    conn->xid = send_msg(conn, ofputil_encode_barrier_request(OF_VERSION));
    conn->state = S_STAGE;
    if (!conn->refused) {
        say(conn, "changing %"PRIuSIZE" flows", conn->changes.n);
    }
}

/* S_DUMP */
static void
handle_dump_reply(struct switch_conn *conn, struct ofpbuf *msg)
{
    const struct ofp_header *oh = msg->data;
    bool more = ofpmp_more(oh);
    struct ofpbuf ofpacts;
    int retval;

    ofpbuf_init(&ofpacts, 0);
    for (;;) {
        struct ofputil_flow_stats stats;

        retval = ofputil_decode_flow_stats_reply(&stats, msg, true, &ofpacts);
        if (retval) {
            break;
        }
        flow_list_add_stats(&conn->present, &stats);
    }
    ofpbuf_uninit(&ofpacts);

    if (retval != EOF) {
        VLOG_WARN_RL(&rl, "%s: cannot decode the switch's flows",
                     conn->target);
        rconn_reconnect(conn->rconn);
    } else if (!more) {
        send_changes(conn);
    }
}

static void
refuse(struct switch_conn *conn)
{
    if (conn->state == S_STAGE) {
        send_bundle_ctrl(conn, OFPBCT_DISCARD_REQUEST);
    }
    conn->right = false;
    conn->refused = true;
    rest(conn, S_REFUSED);
}

/* Takes an error.  What follows from the first (the commit fails because one
 * of its changes did) and what is about a request that no longer matters says
 * nothing new. */
static void
handle_error(struct switch_conn *conn, const struct ofp_header *oh)
{
    const char *name = ofperr_to_string(ofperr_decode_msg(oh, NULL));

    for (size_t i = 0; i < conn->changes.n; i++) {
        if (conn->change_xids[i] == oh->xid && conn->state != S_REFUSED) {
            char *flow = flow_mod_to_string(&conn->changes.fms[i]);

            say(conn, "the switch refused the flow \"%s\": %s", flow, name);
            free(flow);
            refuse(conn);
            return;
        }
    }
    if (conn->xid == oh->xid && conn->state != S_REFUSED) {
        say(conn, "the switch refused a request: %s", name);
        refuse(conn);
    }
}

static void
handle_msg(struct switch_conn *conn, struct ofpbuf *msg)
{
    const struct ofp_header *oh = msg->data;
    bool awaited = oh->xid == conn->xid;
    enum ofptype type;

    if (ofptype_decode(&type, oh)) {
        return;
    }
    switch ((int) type) {
    case OFPTYPE_ECHO_REQUEST:
        send_msg(conn, ofputil_encode_echo_reply(oh));
        break;

    case OFPTYPE_ERROR:
        handle_error(conn, oh);
        break;

    case OFPTYPE_FLOW_STATS_REPLY:
        if (conn->state == S_DUMP && awaited) {
            handle_dump_reply(conn, msg);
        }
        break;

    case OFPTYPE_FLOW_MONITOR_STATS_REPLY:
        conn->news |= flow_monitor_is_news(msg);
        break;

    case OFPTYPE_BARRIER_REPLY:
        if (conn->state == S_STAGE && awaited) {
            conn->xid = send_bundle_ctrl(conn, OFPBCT_COMMIT_REQUEST);
            conn->state = S_COMMIT;
        }
        break;

    case OFPTYPE_BUNDLE_CONTROL:
        if (conn->state == S_COMMIT && awaited) {
            settle(conn);
        }
        break;
    }
}

static bool
is_resting(const struct switch_conn *conn)
{
    return conn->state == S_SETTLED || conn->state == S_REFUSED;
}

static bool
has_reason_to_look(const struct switch_conn *conn)
{
    return (conn->state == S_LOOK
            || (is_resting(conn)
                && (conn->news || time_msec() >= conn->deadline)));
}

/* Looks at the switch if there is a reason to, and if that was not done too
 * often already.  Gives the connection up if the switch owes us a reply. */
static void
look_if_due(struct switch_conn *conn)
{
    if (has_reason_to_look(conn)) {
        if (token_bucket_withdraw(&conn->looks, 1000)) {
            clear_changes(conn);
            send_dump_request(conn);
        }
    } else if (!is_resting(conn) && time_msec() >= conn->deadline) {
        VLOG_WARN_RL(&rl, "%s: no reply in %d seconds, reconnecting",
                     conn->target, REPLY_TIMEOUT);
        rconn_reconnect(conn->rconn);
        restart(conn);
    }
}

void
switch_conn_run(struct switch_conn *conn)
{
    bool made = conn->watch && socket_watch_run(conn->watch);

    rconn_run(conn->rconn);
    if (!conn->have_flows) {
        return;
    }
    if (made && !rconn_is_connected(conn->rconn)) {
        connect_now(conn);
    }
    if (!rconn_is_connected(conn->rconn)) {
        if (!conn->watch && conn->seqno) {
            conn->watch = socket_watch_create(conn->target
                                              + strlen("unix:"));
        }
        say(conn, "not connected to %s", conn->target);
        restart(conn);
        return;
    }

    unsigned int seqno = rconn_get_connection_seqno(conn->rconn);
    if (conn->seqno != seqno) {
        conn->seqno = seqno;
        restart(conn);
        /* First, so that nothing is missed between the two. */
        send_msg(conn, flow_monitor_encode_request(OF_PROTOCOL));
    }
    look_if_due(conn);

    /* If there are more, switch_conn_wait() wakes us up for them. */
    for (int i = 0; i < MAX_MESSAGES && conn->seqno == seqno; i++) {
        struct ofpbuf *msg = rconn_recv(conn->rconn);

        if (!msg) {
            break;
        }
        handle_msg(conn, msg);
        ofpbuf_delete(msg);
        seqno = rconn_get_connection_seqno(conn->rconn);
    }
    look_if_due(conn);
}

void
switch_conn_wait(struct switch_conn *conn)
{
    rconn_run_wait(conn->rconn);
    rconn_recv_wait(conn->rconn);
    if (conn->watch) {
        socket_watch_wait(conn->watch);
    }
    if (!conn->have_flows || !rconn_is_connected(conn->rconn)) {
        return;
    }
    if (has_reason_to_look(conn)) {
        token_bucket_wait(&conn->looks, 1000);
    } else {
        poll_timer_wait_until(conn->deadline);
    }
}

bool
switch_conn_is_right(const struct switch_conn *conn)
{
    return conn->right;
}

bool
switch_conn_is_stuck(const struct switch_conn *conn)
{
    return conn->refused;
}

void
switch_conn_format_wanted(const struct switch_conn *conn, struct ds *s)
{
    if (conn->have_flows) {
        ds_put_format(s, "%"PRIuSIZE" flows", conn->wanted.n);
    } else {
        ds_put_cstr(s, "the flow set");
    }
}

const char *
switch_conn_present(const struct switch_conn *conn)
{
    return ds_cstr_ro(&conn->present_words);
}
