/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_INDEX_H
#define OPENFLOW_FLOW_INDEX_H 1

/* Finding things in flow tables without going through all of them: a flow by
 * its table, priority and match, and the cookies that flows learn with.
 * Pure. */

#include <stdbool.h>

#include "openvswitch/hmap.h"
#include "openvswitch/types.h"

struct flow_list;
struct ofputil_flow_mod;

/* Returns an index of 'list', which must not change as long as the index is
 * used. */
struct flow_index *flow_index_create(const struct flow_list *list);
void flow_index_destroy(struct flow_index *);

/* Returns the flow with the table, priority and match of 'fm', NULL if there
 * is none. */
const struct ofputil_flow_mod *flow_index_find(
    const struct flow_index *, const struct ofputil_flow_mod *fm);

/* A set of cookies. */
struct cookie_set {
    struct hmap map;
};

#define COOKIE_SET_INITIALIZER(SET) { HMAP_INITIALIZER(&(SET)->map) }

void cookie_set_init(struct cookie_set *);
void cookie_set_destroy(struct cookie_set *);

/* Adds 'cookie'.  Returns false if it is there already. */
bool cookie_set_add(struct cookie_set *, ovs_be64 cookie);
bool cookie_set_contains(const struct cookie_set *, ovs_be64 cookie);

/* Iterates over the cookies. */
struct cookie_node {
    struct hmap_node hmap_node;
    ovs_be64 cookie;
};
#define COOKIE_SET_FOR_EACH(NODE, SET) \
    HMAP_FOR_EACH (NODE, hmap_node, &(SET)->map)

/* Adds the cookies, but 0, that the flows of 'list' learn flows with. */
void cookie_set_add_learned(struct cookie_set *, const struct flow_list *list);

#endif /* openflow/flow-index.h */
