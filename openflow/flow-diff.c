/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-diff.h"

#include <stdlib.h>

#include "byte-order.h"
#include "openflow/flow-index.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-actions.h"
#include "svec.h"
#include "util.h"

static struct ofputil_flow_mod *
flow_list_add(struct flow_list *list)
{
    if (list->n >= list->allocated) {
        list->fms = x2nrealloc(list->fms, &list->allocated,
                               sizeof *list->fms);
    }
    return &list->fms[list->n++];
}

void
flow_list_clear(struct flow_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        minimatch_destroy(&list->fms[i].match);
        free(list->fms[i].ofpacts);
    }
    free(list->fms);
    *list = (struct flow_list) FLOW_LIST_INITIALIZER;
}

char *
flow_mod_parse(struct ofputil_flow_mod *fm, const char *flow,
               const struct ofputil_port_map *ports)
{
    enum ofputil_protocol usable;
    char *s = xmemdup0(flow, strcspn(flow, "#"));
    char *error = parse_ofp_flow_mod_str(fm, s, ports, NULL, OFPFC_ADD,
                                         &usable);

    free(s);
    return error;
}

char *
flow_list_parse(struct flow_list *list, const struct svec *flows)
{
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, flows) {
        struct ofputil_flow_mod fm;
        char *error = flow_mod_parse(&fm, flow, NULL);

        if (error) {
            char *s = xasprintf("%s: %s", flow, error);

            free(error);
            return s;
        }
        *flow_list_add(list) = fm;
    }
    return NULL;
}

/* Initializes '*fm' as a flow_mod with 'command', for flows with 'cookie' only
 * if 'cookie_mask' is all-ones, but without match and actions. */
static void
init_flow_mod(struct ofputil_flow_mod *fm, uint16_t command,
              ovs_be64 cookie, ovs_be64 cookie_mask)
{
    *fm = (struct ofputil_flow_mod) {
        .command = command,
        .cookie = cookie & cookie_mask,
        .cookie_mask = cookie_mask,
        .new_cookie = command == OFPFC_ADD ? cookie : OVS_BE64_MAX,
        .table_id = OFPTT_ALL,
        .buffer_id = UINT32_MAX,
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
    };
}

void
flow_list_add_stats(struct flow_list *list,
                    const struct ofputil_flow_stats *stats)
{
    struct ofputil_flow_mod *fm = flow_list_add(list);

    init_flow_mod(fm, OFPFC_ADD, stats->cookie, 0);
    minimatch_init(&fm->match, &stats->match);
    fm->table_id = stats->table_id;
    fm->priority = stats->priority;
    fm->idle_timeout = stats->idle_timeout;
    fm->hard_timeout = stats->hard_timeout;
    fm->flags = stats->flags;
    fm->importance = stats->importance;
    fm->ofpacts = xmemdup(stats->ofpacts, stats->ofpacts_len);
    fm->ofpacts_len = stats->ofpacts_len;
}

static bool
is_same(const struct ofputil_flow_mod *a, const struct ofputil_flow_mod *b)
{
    return (a->new_cookie == b->new_cookie
            && a->idle_timeout == b->idle_timeout
            && a->hard_timeout == b->hard_timeout
            && a->flags == b->flags
            && a->importance == b->importance
            && ofpacts_equal_stringwise(a->ofpacts, a->ofpacts_len,
                                        b->ofpacts, b->ofpacts_len));
}

static void
delete_cookie(ovs_be64 cookie, struct flow_list *changes)
{
    struct ofputil_flow_mod *change = flow_list_add(changes);

    init_flow_mod(change, OFPFC_DELETE, cookie, OVS_BE64_MAX);
    minimatch_init_catchall(&change->match);
}

/* Appends to 'changes' the deletion of the learned flows that are not true any
 * more: what flows of 'present' have learned, and what has a cookie in
 * 'learned', unless 'wanted' still learns the like. */
static void
delete_learned(const struct flow_list *wanted, const struct flow_list *present,
               const struct cookie_set *learned, struct flow_list *changes)
{
    struct cookie_set valid = COOKIE_SET_INITIALIZER(&valid);
    struct cookie_set found = COOKIE_SET_INITIALIZER(&found);
    const struct cookie_node *node;

    cookie_set_add_learned(&valid, wanted);
    cookie_set_add_learned(&found, present);
    if (learned) {
        COOKIE_SET_FOR_EACH (node, learned) {
            cookie_set_add(&found, node->cookie);
        }
    }
    COOKIE_SET_FOR_EACH (node, &found) {
        if (!cookie_set_contains(&valid, node->cookie)) {
            delete_cookie(node->cookie, changes);
        }
    }
    cookie_set_destroy(&valid);
    cookie_set_destroy(&found);
}

static void
delete_flow(const struct ofputil_flow_mod *fm, struct flow_list *changes)
{
    struct ofputil_flow_mod *change = flow_list_add(changes);

    init_flow_mod(change, OFPFC_DELETE_STRICT, fm->new_cookie, OVS_BE64_MAX);
    minimatch_clone(&change->match, &fm->match);
    change->table_id = fm->table_id;
    change->priority = fm->priority;
}

static void
add_flow(const struct ofputil_flow_mod *fm, struct flow_list *changes)
{
    struct ofputil_flow_mod *change = flow_list_add(changes);

    *change = *fm;
    minimatch_clone(&change->match, &fm->match);
    change->ofpacts = xmemdup(fm->ofpacts, fm->ofpacts_len);
}

void
flow_list_diff(const struct flow_list *wanted,
               const struct flow_list *present,
               const struct cookie_set *learned,
               struct flow_list *changes)
{
    struct flow_index *of_wanted = flow_index_create(wanted);
    struct flow_index *of_present = flow_index_create(present);

    for (size_t i = 0; i < present->n; i++) {
        if (!flow_index_find(of_wanted, &present->fms[i])) {
            delete_flow(&present->fms[i], changes);
        }
    }
    delete_learned(wanted, present, learned, changes);
    for (size_t i = 0; i < wanted->n; i++) {
        const struct ofputil_flow_mod *fm = &wanted->fms[i];
        const struct ofputil_flow_mod *old = flow_index_find(of_present, fm);

        if (!old || !is_same(old, fm)) {
            add_flow(fm, changes);
        }
    }
    flow_index_destroy(of_wanted);
    flow_index_destroy(of_present);
}

/* As ovs-ofctl(8) takes it for del-flows. */
static char *
deletion_to_string(const struct ofputil_flow_mod *fm)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct match match;

    ds_put_format(&s, "cookie=0x%"PRIx64"/-1", ntohll(fm->cookie));
    if (fm->command == OFPFC_DELETE_STRICT) {
        minimatch_expand(&fm->match, &match);
        char *words = match_to_string(&match, NULL, fm->priority);
        ds_put_format(&s, ", table=%"PRIu8"%s%s", fm->table_id,
                      words[0] ? ", " : "", words);
        free(words);
    }
    return ds_steal_cstr(&s);
}

char *
flow_mod_to_string(const struct ofputil_flow_mod *fm)
{
    struct ofputil_flow_stats stats = {
        .cookie = fm->new_cookie,
        .table_id = fm->table_id,
        .priority = fm->priority,
        .idle_timeout = fm->idle_timeout,
        .hard_timeout = fm->hard_timeout,
        .flags = fm->flags,
        .importance = fm->importance,
        .ofpacts = fm->ofpacts,
        .ofpacts_len = fm->ofpacts_len,
    };
    struct ds s = DS_EMPTY_INITIALIZER;

    if (fm->command != OFPFC_ADD) {
        return deletion_to_string(fm);
    }
    minimatch_expand(&fm->match, &stats.match);
    ofputil_flow_stats_format(&s, &stats, NULL, NULL, false);
    return ds_steal_cstr(&s);
}

void
flow_list_format(const struct flow_list *list, bool signs, struct ds *s)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *fm = &list->fms[i];
        char *flow = flow_mod_to_string(fm);

        if (signs) {
            ds_put_char(s, fm->command == OFPFC_ADD ? '+' : '-');
        }
        ds_put_format(s, "%s\n", flow);
        free(flow);
    }
}
