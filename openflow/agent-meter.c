/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/agent-meter.h"

#include <inttypes.h>

#include "openflow/flow-diff.h"
#include "openflow/flow-sync.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-meter.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(agent_meter);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

static ovs_be32
push(struct ovs_list *msgs, struct ofpbuf *msg)
{
    ovs_list_push_back(msgs, &msg->list_node);
    return ((const struct ofp_header *) msg->data)->xid;
}

void
agent_meter_restart(struct agent_meter *m)
{
    m->known = false;
    m->change_xid = m->count_xid = 0;
    m->error = NULL;
}

static bool
is_used(const struct agent_meter *m, const struct ofputil_flow_mod *fm)
{
    return ofpacts_get_meter(fm->ofpacts, fm->ofpacts_len) == m->id;
}

void
agent_meter_adapt(const struct agent_meter *m, struct flow_list *flows)
{
    for (size_t i = 0; m->error && i < flows->n; i++) {
        if (is_used(m, &flows->fms[i])) {
            flows->fms[i].ofpacts_len = 0;
        }
    }
}

void
agent_meter_look(struct agent_meter *m, const struct flow_list *flows)
{
    m->wanted = m->found = m->right = false;
    for (size_t i = 0; i < flows->n && !m->wanted; i++) {
        m->wanted = is_used(m, &flows->fms[i]);
    }
    m->change_xid = 0;
}

static bool
is_right(const struct agent_meter *m,
         const struct ofputil_meter_config *config)
{
    return (config->flags == (OFPMF13_PKTPS | OFPMF13_BURST | OFPMF13_STATS)
            && config->n_bands == 1
            && config->bands[0].type == OFPMBT13_DROP
            && config->bands[0].rate == m->rate
            && config->bands[0].burst_size == m->rate);
}

void
agent_meter_take(struct agent_meter *m,
                 const struct ofputil_meter_config *config)
{
    if (config->meter_id == m->id) {
        m->found = true;
        m->right = is_right(m, config);
    }
}

static void
change(struct agent_meter *m, enum ofp13_meter_mod_command command,
       struct ovs_list *msgs)
{
    struct ofputil_meter_band band = {
        .type = OFPMBT13_DROP, .rate = m->rate, .burst_size = m->rate,
    };
    const struct ofputil_meter_mod mod = {
        .command = command,
        .meter = {
            .meter_id = m->id,
            .flags = OFPMF13_PKTPS | OFPMF13_BURST | OFPMF13_STATS,
            .n_bands = 1,
            .bands = &band,
        },
    };

    VLOG_DBG_RL(&rl, "%s meter %"PRIu32,
                (command == OFPMC13_ADD ? "add"
                 : command == OFPMC13_MODIFY ? "change" : "delete"), m->id);
    m->change_xid = push(msgs, ofputil_encode_meter_mod(FLOW_SYNC_VERSION,
                                                        &mod));
}

void
agent_meter_end(struct agent_meter *m, struct ovs_list *msgs)
{
    if (m->wanted && !m->found) {
        change(m, OFPMC13_ADD, msgs);
    } else if (m->wanted && !m->right) {
        change(m, OFPMC13_MODIFY, msgs);
    } else if (!m->wanted && m->found) {
        change(m, OFPMC13_DELETE, msgs);
    }
}

bool
agent_meter_take_error(struct agent_meter *m, ovs_be32 xid, const char *name)
{
    if (m->change_xid && xid == m->change_xid) {
        if (m->wanted) {
            VLOG_WARN_RL(&rl, "the switch refused the meter of %s: %s; %s",
                         m->what, name, m->without);
            m->error = name;
        } else {
            VLOG_WARN_RL(&rl, "the switch refused to delete the meter of %s: "
                         "%s", m->what, name);
        }
    } else if (m->count_xid && xid == m->count_xid) {
        m->count_xid = 0;
    } else {
        return false;
    }
    return true;
}

void
agent_meter_count(struct agent_meter *m, struct ovs_list *msgs)
{
    if (m->wanted) {
        m->count_xid = push(msgs, ofputil_encode_meter_request(
            FLOW_SYNC_VERSION, OFPUTIL_METER_STATS, m->id));
    }
}

bool
agent_meter_take_count(struct agent_meter *m, struct ofpbuf *reply)
{
    const struct ofp_header *oh = reply->data;
    struct ofputil_meter_stats stats;
    struct ofpbuf bands;

    if (!m->count_xid || oh->xid != m->count_xid) {
        return false;
    }
    m->count_xid = 0;
    ofpbuf_init(&bands, 64);
    while (!ofputil_decode_meter_stats(reply, &stats, &bands)) {
        if (stats.meter_id == m->id && stats.n_bands == 1) {
            m->known = true;
            m->limited = stats.bands[0].packet_count;
        }
    }
    ofpbuf_uninit(&bands);
    return true;
}
