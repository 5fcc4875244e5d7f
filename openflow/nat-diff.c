/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/nat-diff.h"

#include "openflow/flow-diff.h"
#include "openflow/flow-sync.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-ct.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"

struct translation {
    uint16_t zone;
    ovs_be32 target;            /* What stands in its place; 0 if none. */
};

/* Returns what 'a' does with targets.  The agent's zone is a number, not from a
 * field. */
static struct translation
get_translation(const struct ofpact *a)
{
    struct translation t = { .target = 0 };

    if (a->type != OFPACT_CT || ofpact_get_CT(a)->zone_src.field) {
        return t;
    }

    const struct ofpact_conntrack *ct = ofpact_get_CT(a);
    const struct ofpact *nested;

    t.zone = ct->zone_imm;
    OFPACT_FOR_EACH (nested, ct->actions, ofpact_ct_get_action_len(ct)) {
        if (nested->type == OFPACT_NAT) {
            const struct ofpact_nat *nat = ofpact_get_NAT(nested);

            if (nat->flags & NX_NAT_F_DST && nat->range_af == AF_INET) {
                t.target = nat->range.addr.ipv4.min;
            }
        }
    }
    return t;
}

static bool
translates(const struct flow_list *list, const struct translation *t)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *fm = &list->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            struct translation other = get_translation(a);

            if (other.target == t->target && other.zone == t->zone) {
                return true;
            }
        }
    }
    return false;
}

/* The service's answers come from the address that was put in. */
static struct ofpbuf *
encode_flush(struct translation t)
{
    struct ofp_ct_match match = { .l3_type = AF_INET };

    in6_addr_set_mapped_ipv4(&match.tuple_reply.src, t.target);
    return ofp_ct_match_encode(&match, &t.zone, FLOW_SYNC_VERSION);
}

void
nat_diff(const struct flow_list *wanted, const struct flow_list *present,
         struct ovs_list *msgs)
{
    for (size_t i = 0; i < present->n; i++) {
        const struct ofputil_flow_mod *fm = &present->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            struct translation t = get_translation(a);

            if (t.target && !translates(wanted, &t)) {
                ovs_list_push_back(msgs, &encode_flush(t)->list_node);
            }
        }
    }
}
