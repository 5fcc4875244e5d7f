/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-index.h"

#include <stdlib.h>

#include "hash.h"
#include "openflow/flow-diff.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-actions.h"
#include "util.h"

struct flow_index {
    struct hmap map;            /* Of struct flow_node. */
};

struct flow_node {
    struct hmap_node hmap_node;
    const struct ofputil_flow_mod *fm;
};

static uint32_t
hash_flow(const struct ofputil_flow_mod *fm)
{
    return minimatch_hash(&fm->match, fm->table_id << 16 | fm->priority);
}

struct flow_index *
flow_index_create(const struct flow_list *list)
{
    struct flow_index *index = xmalloc(sizeof *index);

    hmap_init(&index->map);
    hmap_reserve(&index->map, list->n);
    for (size_t i = 0; i < list->n; i++) {
        struct flow_node *node = xmalloc(sizeof *node);

        node->fm = &list->fms[i];
        hmap_insert(&index->map, &node->hmap_node, hash_flow(node->fm));
    }
    return index;
}

void
flow_index_destroy(struct flow_index *index)
{
    struct flow_node *node;

    if (index) {
        HMAP_FOR_EACH_POP (node, hmap_node, &index->map) {
            free(node);
        }
        hmap_destroy(&index->map);
        free(index);
    }
}

const struct ofputil_flow_mod *
flow_index_find(const struct flow_index *index,
                const struct ofputil_flow_mod *fm)
{
    const struct flow_node *node;

    HMAP_FOR_EACH_WITH_HASH (node, hmap_node, hash_flow(fm), &index->map) {
        if (node->fm->table_id == fm->table_id
            && node->fm->priority == fm->priority
            && minimatch_equal(&node->fm->match, &fm->match)) {
            return node->fm;
        }
    }
    return NULL;
}

void
cookie_set_init(struct cookie_set *set)
{
    hmap_init(&set->map);
}

void
cookie_set_destroy(struct cookie_set *set)
{
    struct cookie_node *node;

    HMAP_FOR_EACH_POP (node, hmap_node, &set->map) {
        free(node);
    }
    hmap_destroy(&set->map);
}

static uint32_t
hash_cookie(ovs_be64 cookie)
{
    return hash_uint64((OVS_FORCE uint64_t) cookie);
}

bool
cookie_set_contains(const struct cookie_set *set, ovs_be64 cookie)
{
    const struct cookie_node *node;

    HMAP_FOR_EACH_WITH_HASH (node, hmap_node, hash_cookie(cookie),
                             &set->map) {
        if (node->cookie == cookie) {
            return true;
        }
    }
    return false;
}

bool
cookie_set_add(struct cookie_set *set, ovs_be64 cookie)
{
    if (cookie_set_contains(set, cookie)) {
        return false;
    }

    struct cookie_node *node = xmalloc(sizeof *node);
    node->cookie = cookie;
    hmap_insert(&set->map, &node->hmap_node, hash_cookie(cookie));
    return true;
}

void
cookie_set_add_learned(struct cookie_set *set, const struct flow_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *fm = &list->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            if (a->type == OFPACT_LEARN && ofpact_get_LEARN(a)->cookie) {
                cookie_set_add(set, ofpact_get_LEARN(a)->cookie);
            }
        }
    }
}
