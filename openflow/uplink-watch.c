/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/uplink-watch.h"

#include "flow.h"
#include "openflow/flow-sync.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-connection.h"
#include "openvswitch/ofp-port.h"
#include "openvswitch/ofpbuf.h"

void
uplink_watch_restart(struct uplink_watch *watch)
{
    *watch = (struct uplink_watch) { .asked = false };
}

void
uplink_watch_begin(struct uplink_watch *watch, struct ovs_list *msgs)
{
    struct ofputil_async_cfg cfg = OFPUTIL_ASYNC_CFG_INIT;

    if (watch->asked) {
        return;
    }
    watch->asked = true;
    cfg.primary[OAM_PORT_STATUS] = (1u << OFPPR_ADD | 1u << OFPPR_DELETE
                                    | 1u << OFPPR_MODIFY);
    struct ofpbuf *msg = ofputil_encode_set_async_config(
        &cfg, 1u << OAM_PORT_STATUS, FLOW_SYNC_VERSION);
    ovs_list_push_back(msgs, &msg->list_node);
}

bool
uplink_watch_take(struct uplink_watch *watch, const struct ofp_header *oh,
                  uint16_t port)
{
    struct ofputil_port_status ps;

    if (ofputil_decode_port_status(oh, &ps)
        || ps.desc.port_no != u16_to_ofp(port)) {
        return false;
    }

    bool was_down = watch->down;
    watch->down = (ps.reason == OFPPR_DELETE
                   || ps.desc.state & OFPUTIL_PS_LINK_DOWN);
    return was_down && !watch->down;
}
