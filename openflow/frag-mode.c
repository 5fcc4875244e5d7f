/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/frag-mode.h"

#include "openflow/flow-diff.h"
#include "openflow/flow-sync.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-switch.h"

/* Ports, or what stands in their place: ICMP's type and code. */
static bool
looks_into_fragments(const struct ofputil_flow_mod *fm)
{
    struct match match;

    minimatch_expand(&fm->match, &match);

    const struct flow *mask = &match.wc.masks;
    bool no_fragments = (mask->nw_frag & FLOW_NW_FRAG_ANY
                         && !(match.flow.nw_frag & FLOW_NW_FRAG_ANY));

    return (mask->tp_src || mask->tp_dst) && !no_fragments;
}

struct ofpbuf *
frag_mode_encode_request(const struct flow_list *flows)
{
    static const struct ofputil_switch_config nx_match = {
        .frag = OFPUTIL_FRAG_NX_MATCH,
        /* As they are without a request: no packet comes to the agent. */
        .invalid_ttl_to_controller = 0,
        .miss_send_len = 0,
    };

    for (size_t i = 0; i < flows->n; i++) {
        if (looks_into_fragments(&flows->fms[i])) {
            return ofputil_encode_set_config(&nx_match, FLOW_SYNC_VERSION);
        }
    }
    return NULL;
}
