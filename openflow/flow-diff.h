/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_DIFF_H
#define OPENFLOW_FLOW_DIFF_H 1

/* Differences between flow tables
 * ===============================
 *
 * A flow table here is a list of flow_mods: what would add its flows.  The
 * wanted table comes from text, the present one from a switch's dump, and
 * their difference is the list of flow_mods that turns one into the other.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "openvswitch/compiler.h"
#include "openvswitch/ofp-flow.h"

struct cookie_set;
struct ds;
struct svec;

struct flow_list {
    struct ofputil_flow_mod *fms;
    size_t n, allocated;
};

#define FLOW_LIST_INITIALIZER { NULL, 0, 0 }

/* Frees the flow_mods of 'list' and leaves it empty. */
void flow_list_clear(struct flow_list *list);

/* Makes '*fm' of 'flow', a line in the syntax of ovs-ofctl(8), which may end
 * in a comment ("# why").  It may hold the port names that are in 'ports', or
 * none if 'ports' is NULL.  Returns NULL if successful, otherwise the error as
 * an owned string. */
char *flow_mod_parse(struct ofputil_flow_mod *fm, const char *flow,
                     const struct ofputil_port_map *ports)
    OVS_WARN_UNUSED_RESULT;

/* Appends a flow_mod for each of 'flows', lines in the syntax of ovs-ofctl(8)
 * with port numbers, not names.  Returns NULL if successful, otherwise the
 * line and its error as an owned string; 'list' then has the lines before. */
char *flow_list_parse(struct flow_list *list, const struct svec *flows)
    OVS_WARN_UNUSED_RESULT;

/* Appends the flow that 'stats' describes. */
void flow_list_add_stats(struct flow_list *list,
                         const struct ofputil_flow_stats *stats);

/* Appends to 'changes' what turns 'present' into 'wanted':
 *
 *   - deletion of each flow present that is not wanted,
 *   - deletion of all flows that have a cookie that a flow present learns with,
 *     or that is in 'learned' unless that is NULL, and that no wanted flow
 *     learns with: they say what is not true any more,
 *   - addition of each wanted flow that is not present, or is with other
 *     actions, timeouts or flags (which replaces it).
 *
 * Flows that are the same on both sides do not appear: their counters go on.
 * 'present' should hold only flows with the agent's own cookie. */
void flow_list_diff(const struct flow_list *wanted,
                    const struct flow_list *present,
                    const struct cookie_set *learned,
                    struct flow_list *changes);

/* Returns 'fm' as one line, for the caller to free: as ovs-ofctl(8) dumps the
 * flow that it adds, or takes the flows to delete for "del-flows". */
char *flow_mod_to_string(const struct ofputil_flow_mod *fm);

/* Appends to 's' a line of that for each of 'list'; if 'signs', with "+" in
 * front of what adds a flow and "-" of what deletes flows. */
void flow_list_format(const struct flow_list *list, bool signs, struct ds *s);

#endif /* openflow/flow-diff.h */
