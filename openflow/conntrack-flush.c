/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/conntrack-flush.h"

#include "byte-order.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-index.h"
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

/* Returns what 'a' does with targets.  The agent's zone is a number, not from
 * a field. */
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

/* Identifies a translation in a cookie_set. */
static ovs_be64
translation_key(const struct translation *t)
{
    return htonll((uint64_t) t->zone << 32 | ntohl(t->target));
}

/* Adds to 'set' the translations of the flows in 'list'. */
static void
add_translations(struct cookie_set *set, const struct flow_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *fm = &list->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            struct translation t = get_translation(a);

            if (t.target) {
                cookie_set_add(set, translation_key(&t));
            }
        }
    }
}

/* The service's answers come from the address that was put in. */
static struct ofpbuf *
encode_flush(uint16_t zone, ovs_be32 target)
{
    struct ofp_ct_match match = { .l3_type = AF_INET };

    in6_addr_set_mapped_ipv4(&match.tuple_reply.src, target);
    return ofp_ct_match_encode(&match, &zone, FLOW_SYNC_VERSION);
}

static struct ofpbuf *
encode_flush_zone(uint16_t zone)
{
    const struct ofp_ct_match match = { .l3_type = 0 };

    return ofp_ct_match_encode(&match, &zone, FLOW_SYNC_VERSION);
}

static void
flush_stale(const struct cookie_set *valid, const struct cookie_set *found,
            struct ovs_list *msgs)
{
    const struct cookie_node *node;

    COOKIE_SET_FOR_EACH (node, found) {
        uint64_t key = ntohll(node->cookie);

        if (!cookie_set_contains(valid, node->cookie)) {
            ovs_list_push_back(msgs, &encode_flush(key >> 32, htonl(key))
                               ->list_node);
        }
    }
}

static void
flush_zones(const struct cookie_set *translations, struct ovs_list *msgs)
{
    struct cookie_set zones = COOKIE_SET_INITIALIZER(&zones);
    const struct cookie_node *node;

    COOKIE_SET_FOR_EACH (node, translations) {
        uint16_t zone = ntohll(node->cookie) >> 32;

        if (cookie_set_add(&zones, htonll(zone))) {
            ovs_list_push_back(msgs, &encode_flush_zone(zone)->list_node);
        }
    }
    cookie_set_destroy(&zones);
}

/* Returns true if a cookie in 'stale' is not of what 'present' learns. */
static bool
has_unknown(const struct flow_list *present, const struct cookie_set *stale)
{
    struct cookie_set learned = COOKIE_SET_INITIALIZER(&learned);
    const struct cookie_node *node;
    bool unknown = false;

    cookie_set_add_learned(&learned, present);
    COOKIE_SET_FOR_EACH (node, stale) {
        unknown |= !cookie_set_contains(&learned, node->cookie);
    }
    cookie_set_destroy(&learned);
    return unknown;
}

void
conntrack_flush_stale(const struct flow_list *wanted,
                      const struct flow_list *present,
                      const struct cookie_set *stale, struct ovs_list *msgs)
{
    struct cookie_set valid = COOKIE_SET_INITIALIZER(&valid);
    struct cookie_set found = COOKIE_SET_INITIALIZER(&found);

    add_translations(&valid, wanted);
    add_translations(&found, present);
    flush_stale(&valid, &found, msgs);
    if (has_unknown(present, stale)) {
        flush_zones(&valid, msgs);
    }
    cookie_set_destroy(&valid);
    cookie_set_destroy(&found);
}
