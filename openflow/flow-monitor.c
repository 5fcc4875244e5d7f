/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-monitor.h"

#include <stdlib.h>

#include "bitmap.h"
#include "byte-order.h"
#include "flow.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-set.h"
#include "openflow/openflow.h"
#include "openvswitch/list.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-monitor.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

#define ALL_CHANGES (OFPFMF_ADD | OFPFMF_REMOVED | OFPFMF_MODIFY)

void
flow_monitor_clear(struct flow_monitor *monitor)
{
    free(monitor->xids);
    *monitor = (struct flow_monitor) FLOW_MONITOR_INITIALIZER;
}

static struct ofpbuf *
encode_add(uint32_t id, uint8_t table_id, const struct minimatch *match,
           enum ofp14_flow_monitor_flags flags,
           enum ofputil_protocol protocol)
{
    struct ofputil_flow_monitor_request request = {
        .id = id,
        .command = OFPFMC_ADD,
        .flags = flags,
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = table_id,
    };
    struct ofpbuf *msg = ofpbuf_new(0);

    if (match) {
        minimatch_expand(match, &request.match);
    } else {
        match_init_catchall(&request.match);
    }
    /* In 3.1, it takes one request a message. */
    ofputil_append_flow_monitor_request(&request, msg, protocol);
    return msg;
}

/* libopenvswitch encodes no other command than to add. */
static struct ofpbuf *
encode_delete(uint32_t id, enum ofputil_protocol protocol)
{
    struct ofpbuf *msg = encode_add(id, OFPTT_ALL, NULL, ALL_CHANGES,
                                    protocol);
    struct ofp14_flow_monitor_request *request = msg->msg;

    request->command = OFPFMC_DELETE;
    return msg;
}

static void
add_monitor(struct flow_monitor *monitor, uint8_t table_id,
            const struct minimatch *match, enum ofp14_flow_monitor_flags flags,
            enum ofputil_protocol protocol, struct ovs_list *msgs)
{
    uint32_t n = monitor->next_id - monitor->first_id;
    struct ofpbuf *msg = encode_add(monitor->next_id++, table_id, match,
                                    flags, protocol);

    monitor->xids = xrealloc(monitor->xids, (n + 1) * sizeof *monitor->xids);
    monitor->xids[n] = ((const struct ofp_header *) msg->data)->xid;
    ovs_list_push_back(msgs, &msg->list_node);
}

/* Stores into 'tables' those that 'flows' learn flows into. */
static void
get_learned_tables(const struct flow_list *flows, unsigned long *tables)
{
    for (size_t i = 0; i < flows->n; i++) {
        const struct ofputil_flow_mod *fm = &flows->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            if (a->type == OFPACT_LEARN) {
                bitmap_set1(tables, ofpact_get_LEARN(a)->table_id);
            }
        }
    }
}

static bool
is_catchall(const struct ofputil_flow_mod *fm)
{
    struct match match;

    minimatch_expand(&fm->match, &match);
    return flow_wildcards_is_catchall(&match.wc);
}

void
flow_monitor_set(struct flow_monitor *monitor, const struct flow_list *flows,
                 enum ofputil_protocol protocol, struct ovs_list *msgs)
{
    unsigned long *learned = bitmap_allocate(OFPTT_ALL + 1);
    unsigned long *done = bitmap_allocate(OFPTT_ALL + 1);

    for (uint32_t id = monitor->first_id; id < monitor->next_id; id++) {
        struct ofpbuf *msg = encode_delete(id, protocol);

        ovs_list_push_back(msgs, &msg->list_node);
    }
    monitor->first_id = monitor->next_id;

    get_learned_tables(flows, learned);
    for (size_t i = 0; i < flows->n; i++) {
        const struct ofputil_flow_mod *fm = &flows->fms[i];

        if (!bitmap_is_set(learned, fm->table_id)) {
            if (!bitmap_is_set(done, fm->table_id)) {
                bitmap_set1(done, fm->table_id);
                add_monitor(monitor, fm->table_id, NULL, ALL_CHANGES,
                            protocol, msgs);
            }
        } else {
            /* A monitor selects by table, match and output port, not by cookie
             * or priority, and Open vSwitch reports a flow that replaces one
             * as added.  So what replaces a flow that matches everything
             * cannot be told from what is learned, but by having it all
             * encoded. */
            add_monitor(monitor, fm->table_id, &fm->match,
                        is_catchall(fm) ? ALL_CHANGES & ~OFPFMF_ADD
                        : ALL_CHANGES, protocol, msgs);
        }
    }
    bitmap_free(learned);
    bitmap_free(done);
}

bool
flow_monitor_has_xid(const struct flow_monitor *monitor, ovs_be32 xid)
{
    for (uint32_t i = 0; i < monitor->next_id - monitor->first_id; i++) {
        if (monitor->xids[i] == xid) {
            return true;
        }
    }
    return false;
}

static bool
is_learned(ovs_be64 cookie)
{
    return (ntohll(cookie) & LEARNED_COOKIE_MASK) == LEARNED_COOKIE;
}

static bool
is_news(const struct ofputil_flow_update *update)
{
    switch (update->event) {
    case OFPFME_ADDED:
    case OFPFME_REMOVED:
    case OFPFME_MODIFIED:
        return !is_learned(update->cookie);

    case OFPFME_RESUMED:
        return true;

    case OFPFME_INITIAL:
    case OFPFME_ABBREV:
    case OFPFME_PAUSED:
        return false;
    }
    return false;
}

bool
flow_monitor_is_news(struct ofpbuf *reply)
{
    struct ofpbuf ofpacts;
    bool news = false;
    int retval = 0;

    ofpbuf_init(&ofpacts, 0);
    while (!retval && !news) {
        struct ofputil_flow_update update;

        retval = ofputil_decode_flow_update(&update, reply, &ofpacts);
        news = retval ? retval != EOF : is_news(&update);
    }
    ofpbuf_uninit(&ofpacts);
    return news;
}
