/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-monitor.h"

#include "byte-order.h"
#include "openflow/flow-set.h"
#include "openvswitch/ofp-monitor.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"

struct ofpbuf *
flow_monitor_encode_request(enum ofputil_protocol protocol)
{
    struct ofputil_flow_monitor_request request = {
        .id = 1,
        .command = OFPFMC_ADD,
        .flags = OFPFMF_ADD | OFPFMF_REMOVED | OFPFMF_MODIFY,
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = OFPTT_ALL,
    };
    struct ofpbuf *msg = ofpbuf_new(0);

    match_init_catchall(&request.match);
    ofputil_append_flow_monitor_request(&request, msg, protocol);
    ofpmsg_update_length(msg);
    return msg;
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
