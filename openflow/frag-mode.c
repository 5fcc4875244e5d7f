/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/frag-mode.h"

#include "openflow/flow-diff.h"
#include "openflow/flow-sync.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-switch.h"
#include "util.h"

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

bool
frag_mode_is_needed(const struct flow_list *flows)
{
    for (size_t i = 0; i < flows->n; i++) {
        if (looks_into_fragments(&flows->fms[i])) {
            return true;
        }
    }
    return false;
}

struct ofpbuf *
frag_mode_change(const struct ofp_header *reply, const char *mode,
                 uint16_t miss_send_len, const char **former)
{
    struct ofputil_switch_config config;
    enum ofputil_frag_handling frag;

    ofputil_decode_get_config_reply(reply, &config);
    if (!mode || !ofputil_frag_handling_from_string(mode, &frag)) {
        frag = config.frag;
    }
    if (config.frag == frag && config.miss_send_len >= miss_send_len) {
        return NULL;
    }
    *former = (config.frag == frag ? NULL
               : ofputil_frag_handling_to_string(config.frag));
    config.frag = frag;
    config.miss_send_len = MAX(config.miss_send_len, miss_send_len);
    return ofputil_encode_set_config(&config, FLOW_SYNC_VERSION);
}
