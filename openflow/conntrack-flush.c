/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/conntrack-flush.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/address.h"
#include "openflow/flow-diff.h"
#include "openflow/flow-index.h"
#include "openflow/flow-sync.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-ct.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

/* What stands in the place of targets, in connections of a zone. */
struct translation {
    struct hmap_node node;
    uint16_t zone;
    struct address target;
};

static const struct translation *
find_translation(const struct hmap *translations, uint16_t zone,
                 struct address target)
{
    const struct translation *t;

    HMAP_FOR_EACH_WITH_HASH (t, node, address_hash(target, zone),
                             translations) {
        if (t->zone == zone && address_equals(t->target, target)) {
            return t;
        }
    }
    return NULL;
}

static void
add_translation(struct hmap *translations, uint16_t zone,
                struct address target)
{
    if (!find_translation(translations, zone, target)) {
        struct translation *t = xmalloc(sizeof *t);

        t->zone = zone;
        t->target = target;
        hmap_insert(translations, &t->node, address_hash(target, zone));
    }
}

static void
destroy_translations(struct hmap *translations)
{
    struct translation *t;

    HMAP_FOR_EACH_POP (t, node, translations) {
        free(t);
    }
    hmap_destroy(translations);
}

/* Returns true if 'nat' puts an address in the place of targets, and stores
 * it. */
static bool
get_target(const struct ofpact_nat *nat, struct address *target)
{
    if (!(nat->flags & NX_NAT_F_DST)) {
        return false;
    } else if (nat->range_af == AF_INET) {
        *target = address_from_ip(nat->range.addr.ipv4.min);
        return true;
    } else if (nat->range_af == AF_INET6) {
        *target = address_from_in6(&nat->range.addr.ipv6.min);
        return true;
    }
    return false;
}

/* Adds what 'a' does with targets.  The agent's zone is a number, not from a
 * field. */
static void
add_translations_of(struct hmap *translations, const struct ofpact *a)
{
    if (a->type != OFPACT_CT || ofpact_get_CT(a)->zone_src.field) {
        return;
    }

    const struct ofpact_conntrack *ct = ofpact_get_CT(a);
    const struct ofpact *nested;
    struct address target;

    OFPACT_FOR_EACH (nested, ct->actions, ofpact_ct_get_action_len(ct)) {
        if (nested->type == OFPACT_NAT
            && get_target(ofpact_get_NAT(nested), &target)) {
            add_translation(translations, ct->zone_imm, target);
        }
    }
}

/* Adds the translations of the flows in 'list'. */
static void
add_translations(struct hmap *translations, const struct flow_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *fm = &list->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            add_translations_of(translations, a);
        }
    }
}

/* The service's answers come from the address that was put in. */
static struct ofpbuf *
encode_flush(const struct translation *t)
{
    const struct ofp_ct_match match = {
        .l3_type = address_is_ipv4(t->target) ? AF_INET : AF_INET6,
        .tuple_reply.src = address_to_in6(t->target),
    };

    uint16_t zone = t->zone;

    return ofp_ct_match_encode(&match, &zone, FLOW_SYNC_VERSION);
}

static struct ofpbuf *
encode_flush_zone(uint16_t zone)
{
    const struct ofp_ct_match match = { .l3_type = 0 };

    return ofp_ct_match_encode(&match, &zone, FLOW_SYNC_VERSION);
}

static void
flush_stale(const struct hmap *valid, const struct hmap *found,
            struct ovs_list *msgs)
{
    const struct translation *t;

    HMAP_FOR_EACH (t, node, found) {
        if (!find_translation(valid, t->zone, t->target)) {
            ovs_list_push_back(msgs, &encode_flush(t)->list_node);
        }
    }
}

static void
flush_zones(const struct hmap *translations, struct ovs_list *msgs)
{
    struct cookie_set zones = COOKIE_SET_INITIALIZER(&zones);
    const struct translation *t;

    HMAP_FOR_EACH (t, node, translations) {
        if (cookie_set_add(&zones, htonll(t->zone))) {
            ovs_list_push_back(msgs, &encode_flush_zone(t->zone)->list_node);
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
    struct hmap valid = HMAP_INITIALIZER(&valid);
    struct hmap found = HMAP_INITIALIZER(&found);

    add_translations(&valid, wanted);
    add_translations(&found, present);
    flush_stale(&valid, &found, msgs);
    if (has_unknown(present, stale)) {
        flush_zones(&valid, msgs);
    }
    destroy_translations(&valid);
    destroy_translations(&found);
}
