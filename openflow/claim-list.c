/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-list.h"

#include <stdlib.h>

#include "openflow/claim-set.h"
#include "openflow/flow-family.h"
#include "openvswitch/ofp-flow.h"
#include "util.h"

void
claim_list_destroy(struct claim_list *list)
{
    free(list->items);
    *list = (struct claim_list) CLAIM_LIST_INITIALIZER;
}

void
claim_list_add(struct claim_list *list, const struct claim_list_key *key,
               uint64_t high, const struct ofputil_flow_stats *stats,
               long long int now)
{
    struct address_range range = flow_family_get_target(&stats->match);

    range.first.hi |= high;
    range.last.hi |= high;
    if (list->n >= list->allocated) {
        list->items = x2nrealloc(list->items, &list->allocated,
                                 sizeof *list->items);
    }
    list->items[list->n++] = (struct claim_listed) {
        .range = range,
        .answers = claim_set_is_answering(key, stats->ofpacts,
                                          stats->ofpacts_len),
        .since = (now - stats->duration_sec * 1000LL
                  - stats->duration_nsec / 1000000),
    };
}

static int
compare(const void *a_, const void *b_)
{
    const struct claim_listed *a = a_, *b = b_;

    return address_compare(a->range.first, b->range.first);
}

void
claim_list_replace(struct claim_list *list, struct claim_list *fresh)
{
    struct claim_list former = *list;

    *list = *fresh;
    *fresh = former;
    fresh->n = 0;
    if (list->n) {
        qsort(list->items, list->n, sizeof *list->items, compare);
    }
}

void
claim_list_get(const struct claim_list *list, bool only_answered,
               struct address_set *addresses)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].answers || !only_answered) {
            address_set_add_range(addresses, list->items[i].range);
        }
    }
}

bool
claim_list_get_since(const struct claim_list *list, struct address address,
                     long long int *since)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct claim_listed *item = &list->items[i];

        if (item->answers && address_range_contains(item->range, address)) {
            *since = item->since;
            return true;
        }
    }
    return false;
}
