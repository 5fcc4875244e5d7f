/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-diff.h"

#include <stdlib.h>

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

const struct ofputil_flow_mod *
flow_list_find(const struct flow_list *list, const struct ofputil_flow_mod *fm)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *f = &list->fms[i];

        if (f->table_id == fm->table_id && f->priority == fm->priority
            && minimatch_equal(&f->match, &fm->match)) {
            return f;
        }
    }
    return NULL;
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

static bool
learns_with(const struct flow_list *list, ovs_be64 cookie)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ofputil_flow_mod *fm = &list->fms[i];
        const struct ofpact *a;

        OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
            if (a->type == OFPACT_LEARN
                && ofpact_get_LEARN(a)->cookie == cookie) {
                return true;
            }
        }
    }
    return false;
}

static bool
deletes_cookie(const struct flow_list *changes, ovs_be64 cookie)
{
    for (size_t i = 0; i < changes->n; i++) {
        if (changes->fms[i].command == OFPFC_DELETE
            && changes->fms[i].cookie == cookie) {
            return true;
        }
    }
    return false;
}

/* Appends to 'changes' the deletion of what the flow 'fm' has learned, unless
 * 'wanted' still learns the like. */
static void
delete_learned(const struct flow_list *wanted,
               const struct ofputil_flow_mod *fm, struct flow_list *changes)
{
    const struct ofpact *a;

    OFPACT_FOR_EACH (a, fm->ofpacts, fm->ofpacts_len) {
        if (a->type == OFPACT_LEARN) {
            ovs_be64 cookie = ofpact_get_LEARN(a)->cookie;

            if (cookie && !learns_with(wanted, cookie)
                && !deletes_cookie(changes, cookie)) {
                struct ofputil_flow_mod *change = flow_list_add(changes);

                init_flow_mod(change, OFPFC_DELETE, cookie, OVS_BE64_MAX);
                minimatch_init_catchall(&change->match);
            }
        }
    }
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
               struct flow_list *changes)
{
    for (size_t i = 0; i < present->n; i++) {
        if (!flow_list_find(wanted, &present->fms[i])) {
            delete_flow(&present->fms[i], changes);
        }
        delete_learned(wanted, &present->fms[i], changes);
    }
    for (size_t i = 0; i < wanted->n; i++) {
        const struct ofputil_flow_mod *fm = &wanted->fms[i];
        const struct ofputil_flow_mod *old = flow_list_find(present, fm);

        if (!old || !is_same(old, fm)) {
            add_flow(fm, changes);
        }
    }
}

char *
flow_mod_to_string(const struct ofputil_flow_mod *fm)
{
    struct ofputil_flow_stats stats = {
        .cookie = fm->command == OFPFC_ADD ? fm->new_cookie : fm->cookie,
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

    minimatch_expand(&fm->match, &stats.match);
    ofputil_flow_stats_format(&s, &stats, NULL, NULL, false);
    return ds_steal_cstr(&s);
}
