/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-sync.h"

#include <limits.h>
#include <stdlib.h>

#include "byte-order.h"
#include "openflow/drop-count.h"
#include "openflow/flow-count.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-monitor.h"
#include "openflow/flow-set.h"
#include "openflow/frag-mode.h"
#include "openflow/nat-diff.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-bundle.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-util.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

#define OF_VERSION FLOW_SYNC_VERSION
#define OF_PROTOCOL OFPUTIL_P_OF14_OXM

#define REPLY_TIMEOUT_MSEC 10000        /* Until we give up a connection. */
#define COUNT_INTERVAL_MSEC 1000        /* Between two counts. */

enum sync_state {
    S_DISCONNECTED,

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

    /* The switch has the flows.  The flow monitor may have news. */
    S_SETTLED,

    /* The switch refused a flow, so it has none of the changes.  It would
     * probably do so again: as in S_SETTLED, we wait to be told to look. */
    S_REFUSED
};

struct flow_sync {
    enum sync_state state;
    bool right;                 /* No difference known. */
    bool refused;               /* The last changes were. */
    bool news;                  /* Look again. */
    const char *failure;        /* Of the connection, or NULL. */
    long long int deadline;     /* S_DUMP, S_STAGE, S_COMMIT: for replies. */
    struct ovs_list outbox;     /* Of struct ofpbuf: messages to send. */

    struct flow_list wanted;
    struct flow_list present;   /* S_DUMP: received so far. */
    struct flow_list changes;   /* S_STAGE, S_COMMIT: in the bundle. */
    struct ovs_list with_commit;    /* S_STAGE: to send right after it. */
    ovs_be32 open_xid;          /* Of the request to open the bundle. */
    ovs_be32 *change_xids;      /* An element a change. */
    ovs_be32 xid;               /* Of the request whose reply moves us on. */
    uint32_t bundle_id;

    struct flow_count count;
    bool recount;               /* Count when there is time. */
    long long int last_count;
    unsigned int foreign;

    struct drop_count drops;
    bool drops_wanted;          /* Count them when there is time. */
    bool counting_drops;        /* Outside of a look. */
    ovs_be32 drops_xid;         /* Of that request. */

    struct ds present_words;
};

static void say(struct flow_sync *, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

static void
say(struct flow_sync *sync, const char *format, ...)
{
    va_list args;

    ds_clear(&sync->present_words);
    va_start(args, format);
    ds_put_format_valist(&sync->present_words, format, args);
    va_end(args);
}

struct flow_sync *
flow_sync_create(void)
{
    struct flow_sync *sync = xzalloc(sizeof *sync);

    ovs_list_init(&sync->outbox);
    ovs_list_init(&sync->with_commit);
    sync->last_count = -COUNT_INTERVAL_MSEC;
    drop_count_init(&sync->drops);
    ds_init(&sync->present_words);
    say(sync, "not connected");
    return sync;
}

static void
clear_changes(struct flow_sync *sync)
{
    flow_list_clear(&sync->changes);
    free(sync->change_xids);
    sync->change_xids = NULL;
    ofpbuf_list_delete(&sync->with_commit);
}

/* Forgets what was under way. */
static void
restart(struct flow_sync *sync, enum sync_state state)
{
    clear_changes(sync);
    flow_list_clear(&sync->present);
    ofpbuf_list_delete(&sync->outbox);
    sync->right = sync->refused = sync->recount = false;
    sync->drops_wanted = sync->counting_drops = false;
    sync->failure = NULL;
    sync->foreign = 0;
    sync->state = state;
}

void
flow_sync_destroy(struct flow_sync *sync)
{
    if (sync) {
        restart(sync, S_DISCONNECTED);
        flow_list_clear(&sync->wanted);
        drop_count_destroy(&sync->drops);
        ds_destroy(&sync->present_words);
        free(sync);
    }
}

void
flow_sync_set_flows(struct flow_sync *sync, const struct svec *flows)
{
    flow_list_clear(&sync->wanted);
    char *error = flow_list_parse(&sync->wanted, flows);
    if (!error) {
        error = drop_count_set_flows(&sync->drops, flows);
    }
    if (error) {
        /* The flow set is ours: this is a bug. */
        ovs_fatal(0, "%s", error);
    }
    if (sync->state != S_DISCONNECTED) {
        restart(sync, S_LOOK);
    }
}

/* Puts 'msg' into the outbox and returns its xid. */
static ovs_be32
send_msg(struct flow_sync *sync, struct ofpbuf *msg)
{
    ovs_be32 xid = ((const struct ofp_header *) msg->data)->xid;

    ofpmsg_update_length(msg);
    ovs_list_push_back(&sync->outbox, &msg->list_node);
    return xid;
}

struct ofpbuf *
flow_sync_send(struct flow_sync *sync)
{
    return (ovs_list_is_empty(&sync->outbox) ? NULL
            : ofpbuf_from_list(ovs_list_pop_front(&sync->outbox)));
}

void
flow_sync_connect(struct flow_sync *sync)
{
    restart(sync, S_LOOK);
    /* First, so that nothing is missed between this and the dump. */
    send_msg(sync, flow_monitor_encode_request(OF_PROTOCOL));
    say(sync, "connected");
}

void
flow_sync_disconnect(struct flow_sync *sync)
{
    restart(sync, S_DISCONNECTED);
    say(sync, "not connected");
}

static bool
is_resting(const struct flow_sync *sync)
{
    return sync->state == S_SETTLED || sync->state == S_REFUSED;
}

static bool
awaits_reply(const struct flow_sync *sync)
{
    return (sync->state == S_DUMP || sync->state == S_STAGE
            || sync->state == S_COMMIT);
}

bool
flow_sync_wants_look(const struct flow_sync *sync)
{
    return sync->state == S_LOOK || (is_resting(sync) && sync->news);
}

/* Asks for the flows with our cookie, and returns the request's xid. */
static ovs_be32
send_dump_request(struct flow_sync *sync)
{
    struct ofputil_flow_stats_request request = {
        .cookie = htonll(FLOW_COOKIE),
        .cookie_mask = OVS_BE64_MAX,
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = OFPTT_ALL,
    };

    match_init_catchall(&request.match);
    drop_count_begin(&sync->drops);
    sync->drops_wanted = sync->counting_drops = false;
    return send_msg(sync, ofputil_encode_flow_stats_request(&request,
                                                            OF_PROTOCOL));
}

/* Before the flows that need it, and at each look: nobody tells of changes. */
static void
send_frag_mode(struct flow_sync *sync)
{
    struct ofpbuf *request = frag_mode_encode_request(&sync->wanted);

    if (request) {
        send_msg(sync, request);
    }
}

void
flow_sync_look(struct flow_sync *sync, long long int now)
{
    if (sync->state != S_LOOK && !is_resting(sync)) {
        return;
    }
    clear_changes(sync);
    flow_list_clear(&sync->present);
    sync->news = false;
    send_frag_mode(sync);
    sync->xid = send_dump_request(sync);
    sync->state = S_DUMP;
    sync->deadline = now + REPLY_TIMEOUT_MSEC;
    if (!sync->right && !sync->refused) {
        say(sync, "reading the flows");
    }
}

static ovs_be32
send_bundle_ctrl(struct flow_sync *sync, uint16_t type)
{
    struct ofputil_bundle_ctrl_msg ctrl = {
        .bundle_id = sync->bundle_id,
        .type = type,
        .flags = OFPBF_ATOMIC | OFPBF_ORDERED,
    };

    return send_msg(sync, ofputil_encode_bundle_ctrl_request(OF_VERSION,
                                                             &ctrl));
}

static ovs_be32
send_bundle_add(struct flow_sync *sync, const struct ofputil_flow_mod *fm)
{
    struct ofpbuf *msg = ofputil_encode_flow_mod(fm, OF_PROTOCOL);
    struct ofputil_bundle_add_msg add = {
        .bundle_id = sync->bundle_id,
        .flags = OFPBF_ATOMIC | OFPBF_ORDERED,
        .msg = msg->data,
    };
    ovs_be32 xid = send_msg(sync, ofputil_encode_bundle_add(OF_VERSION, &add));

    ofpbuf_delete(msg);
    return xid;
}

static void
rest(struct flow_sync *sync, enum sync_state state)
{
    sync->state = state;
    sync->recount = true;
}

static void
settle(struct flow_sync *sync)
{
    if (!sync->right) {
        say(sync, "%"PRIuSIZE" flows, sent %"PRIuSIZE" changes",
            sync->wanted.n, sync->changes.n);
        clear_changes(sync);
        sync->right = true;
        sync->refused = false;
    }
    rest(sync, S_SETTLED);
}

static void
send_changes(struct flow_sync *sync)
{
    clear_changes(sync);
    flow_list_diff(&sync->wanted, &sync->present, &sync->changes);
    nat_diff(&sync->wanted, &sync->present, &sync->with_commit);
    flow_list_clear(&sync->present);
    if (!sync->changes.n) {
        settle(sync);
        return;
    }

    sync->right = false;

    /* An id of its own, so that nothing left of an earlier one is in it. */
    sync->bundle_id++;
    sync->open_xid = send_bundle_ctrl(sync, OFPBCT_OPEN_REQUEST);
    sync->change_xids = xmalloc(sync->changes.n * sizeof *sync->change_xids);
    for (size_t i = 0; i < sync->changes.n; i++) {
        sync->change_xids[i] = send_bundle_add(sync, &sync->changes.fms[i]);
    }
    sync->xid = send_msg(sync, ofputil_encode_barrier_request(OF_VERSION));
    sync->state = S_STAGE;
    if (!sync->refused) {
        say(sync, "changing %"PRIuSIZE" flows", sync->changes.n);
    }
}

/* What the new flows make wrong goes right behind the commit: no reply is
 * waited for, after which nothing would tell any more. */
static void
commit(struct flow_sync *sync)
{
    sync->xid = send_bundle_ctrl(sync, OFPBCT_COMMIT_REQUEST);
    while (!ovs_list_is_empty(&sync->with_commit)) {
        send_msg(sync,
                 ofpbuf_from_list(ovs_list_pop_front(&sync->with_commit)));
    }
    sync->state = S_COMMIT;
}

/* In S_DUMP the flows are compared, too. */
static void
handle_dump_reply(struct flow_sync *sync, struct ofpbuf *msg,
                  long long int now)
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
        if (sync->state == S_DUMP) {
            flow_list_add_stats(&sync->present, &stats);
        }
        drop_count_add(&sync->drops, &stats);
    }
    ofpbuf_uninit(&ofpacts);

    if (retval != EOF) {
        sync->failure = "cannot decode the switch's flows";
    } else if (!more) {
        drop_count_end(&sync->drops, now);
        sync->counting_drops = false;
        if (sync->state == S_DUMP) {
            send_changes(sync);
        }
    }
}

static void
refuse(struct flow_sync *sync)
{
    if (sync->state == S_STAGE) {
        send_bundle_ctrl(sync, OFPBCT_DISCARD_REQUEST);
    }
    sync->right = false;
    sync->refused = true;
    rest(sync, S_REFUSED);
}

/* Takes an error.  What follows from the first (the commit fails because one
 * of its changes did) and what is about a request that no longer matters says
 * nothing new. */
static void
handle_error(struct flow_sync *sync, const struct ofp_header *oh)
{
    const char *name = ofperr_to_string(ofperr_decode_msg(oh, NULL));

    if (!awaits_reply(sync)) {
        return;
    }
    for (size_t i = 0; i < sync->changes.n; i++) {
        if (sync->change_xids[i] == oh->xid) {
            char *flow = flow_mod_to_string(&sync->changes.fms[i]);

            say(sync, "the switch refused the flow \"%s\": %s", flow, name);
            free(flow);
            refuse(sync);
            return;
        }
    }
    if (sync->xid == oh->xid
        || (sync->changes.n && sync->open_xid == oh->xid)) {
        say(sync, "the switch refused a request: %s", name);
        refuse(sync);
    }
}

void
flow_sync_receive(struct flow_sync *sync, struct ofpbuf *msg,
                  long long int now)
{
    const struct ofp_header *oh = msg->data;
    bool awaited = oh->xid == sync->xid;
    enum ofptype type;

    if (ofptype_decode(&type, oh)) {
        return;
    }
    switch ((int) type) {
    case OFPTYPE_ECHO_REQUEST:
        send_msg(sync, ofputil_encode_echo_reply(oh));
        break;

    case OFPTYPE_ERROR:
        handle_error(sync, oh);
        break;

    case OFPTYPE_FLOW_STATS_REPLY:
        if (sync->state == S_DUMP ? awaited
            : sync->counting_drops && oh->xid == sync->drops_xid) {
            handle_dump_reply(sync, msg, now);
        }
        break;

    case OFPTYPE_FLOW_MONITOR_STATS_REPLY:
        sync->news |= flow_monitor_is_news(msg);
        break;

    case OFPTYPE_AGGREGATE_STATS_REPLY:
        flow_count_take_reply(&sync->count, oh, &sync->foreign);
        break;

    case OFPTYPE_BARRIER_REPLY:
        if (sync->state == S_STAGE && awaited) {
            commit(sync);
        }
        break;

    case OFPTYPE_BUNDLE_CONTROL:
        if (sync->state == S_COMMIT && awaited) {
            settle(sync);
        }
        break;
    }
    flow_sync_run(sync, now);
}

static bool
wants_count(const struct flow_sync *sync)
{
    return is_resting(sync) && sync->recount;
}

static bool
wants_drops(const struct flow_sync *sync)
{
    return is_resting(sync) && sync->drops_wanted && !sync->counting_drops;
}

static long long int
next_drops(const struct flow_sync *sync)
{
    return sync->drops.as_of + COUNT_INTERVAL_MSEC;
}

void
flow_sync_run(struct flow_sync *sync, long long int now)
{
    if (wants_drops(sync) && now >= next_drops(sync)) {
        sync->drops_xid = send_dump_request(sync);
        sync->counting_drops = true;
    }
    if (wants_count(sync) && now >= sync->last_count + COUNT_INTERVAL_MSEC) {
        sync->recount = false;
        sync->last_count = now;
        for (int i = 0; i < N_COUNTS; i++) {
            send_msg(sync, flow_count_encode_request(&sync->count, i,
                                                     OF_PROTOCOL));
        }
    }
}

long long int
flow_sync_next(const struct flow_sync *sync)
{
    long long int next = awaits_reply(sync) ? sync->deadline : LLONG_MAX;

    if (wants_count(sync)) {
        next = MIN(next, sync->last_count + COUNT_INTERVAL_MSEC);
    }
    if (wants_drops(sync)) {
        next = MIN(next, next_drops(sync));
    }
    return next;
}

const char *
flow_sync_failure(const struct flow_sync *sync, long long int now)
{
    return (sync->failure ? sync->failure
            : awaits_reply(sync) && now >= sync->deadline
            ? "no reply in 10 seconds" : NULL);
}

bool
flow_sync_is_right(const struct flow_sync *sync)
{
    return sync->right;
}

bool
flow_sync_is_stuck(const struct flow_sync *sync)
{
    return sync->refused;
}

unsigned int
flow_sync_foreign(const struct flow_sync *sync)
{
    return sync->foreign;
}

void
flow_sync_want_drops(struct flow_sync *sync)
{
    sync->drops_wanted = true;
}

const struct drop_count *
flow_sync_drops(const struct flow_sync *sync)
{
    return &sync->drops;
}

void
flow_sync_format_wanted(const struct flow_sync *sync, struct ds *s)
{
    ds_put_format(s, "%"PRIuSIZE" flows", sync->wanted.n);
}

const char *
flow_sync_present(const struct flow_sync *sync)
{
    return ds_cstr_ro(&sync->present_words);
}
