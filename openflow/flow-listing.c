/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/flow-listing.h"

#include <errno.h>
#include <stdlib.h>

#include "byte-order.h"
#include "coverage.h"
#include "openflow/flow-stats.h"
#include "openflow/learned-host.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "util.h"

COVERAGE_DEFINE(flow_listing);

void
flow_listing_init(struct flow_listing *l)
{
    *l = (struct flow_listing) { .state = LISTING_NONE };
}

static void
free_text(struct flow_row *row)
{
    free(row->match);
    free(row->actions);
}

void
flow_listing_destroy(struct flow_listing *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free_text(&l->rows[i]);
    }
    free(l->rows);
    free(l->failure);
}

void
flow_listing_cancel(struct flow_listing *l)
{
    flow_listing_destroy(l);
    flow_listing_init(l);
}

void
flow_listing_begin(struct flow_listing *l, const struct flow_query *query)
{
    flow_listing_cancel(l);
    l->query = *query;
    l->state = LISTING_WANTED;
}

static bool
is_open(const struct flow_listing *l)
{
    return l->state == LISTING_WANTED || l->state == LISTING_UNDER_WAY;
}

void
flow_listing_fail(struct flow_listing *l, const char *why)
{
    if (is_open(l)) {
        flow_listing_cancel(l);
        l->state = LISTING_FAILED;
        l->failure = xstrdup(why);
    }
}

void
flow_listing_restart(struct flow_listing *l)
{
    if (l->state == LISTING_UNDER_WAY) {
        const struct flow_query query = l->query;

        flow_listing_begin(l, &query);
    }
}

/* Returns the flows that are to be dumped: no more than necessary. */
static struct flow_stats_filter
get_filter(const struct flow_query *query)
{
    return (query->hosts || query->kinds == 1u << FLOW_LEARNED
            ? FLOW_STATS_LEARNED
            : query->kinds == 1u << FLOW_OWN ? FLOW_STATS_OWN
            : FLOW_STATS_ALL);
}

void
flow_listing_run(struct flow_listing *l, struct ovs_list *msgs)
{
    if (l->state == LISTING_WANTED) {
        struct ofpbuf *msg = flow_stats_encode_dump(get_filter(&l->query),
                                                    &l->xid);

        COVERAGE_INC(flow_listing);
        ovs_list_push_back(msgs, &msg->list_node);
        l->state = LISTING_UNDER_WAY;
    }
}

/* Rows. */

static enum flow_kind
get_kind(ovs_be64 cookie_)
{
    uint64_t cookie = ntohll(cookie_);

    return (cookie == FLOW_COOKIE ? FLOW_OWN
            : (cookie & LEARNED_COOKIE_MASK) == LEARNED_COOKIE ? FLOW_LEARNED
            : FLOW_FOREIGN);
}

/* Stores into '*row' what 'stats' says, but for texts.  Returns false if it
 * was not asked for. */
static bool
get_row(const struct flow_query *query,
        const struct ofputil_flow_stats *stats, struct flow_row *row)
{
    *row = (struct flow_row) {
        .kind = get_kind(stats->cookie),
        .table = stats->table_id,
        .priority = stats->priority,
        .packets = stats->packet_count,
        .bytes = stats->byte_count,
        .age_msec = (stats->duration_sec * 1000LL
                     + stats->duration_nsec / 1000000),
        .idle = stats->idle_age,
    };
    if (query->hosts) {
        return (learned_host_parse(stats, row)
                && (!query->one_network || row->network == query->network));
    }
    return (query->kinds & 1u << row->kind) != 0;
}

static void
put_text(struct flow_row *row, const struct ofputil_flow_stats *stats)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ofpact_format_params params = { .s = &s };

    match_format(&stats->match, NULL, &s, OFP_DEFAULT_PRIORITY);
    row->match = ds_steal_cstr(&s);
    ofpacts_format(stats->ofpacts, stats->ofpacts_len, &params);
    row->actions = ds_steal_cstr(&s);
}

static size_t
text_size(const struct flow_row *row)
{
    return row->match ? strlen(row->match) + strlen(row->actions) + 2 : 0;
}

/* Makes room by leaving a learned flow out.  Returns false if there is
 * none. */
static bool
drop_learned(struct flow_listing *l)
{
    for (size_t i = MIN(l->last_learned + 1, l->n); i-- > 0; ) {
        if (l->rows[i].kind == FLOW_LEARNED) {
            l->text -= text_size(&l->rows[i]);
            free_text(&l->rows[i]);
            l->rows[i] = l->rows[--l->n];
            l->last_learned = i;
            return true;
        }
    }
    l->last_learned = 0;
    return false;
}

static size_t
get_max_text(const struct flow_listing *l)
{
    return l->query.max_text ? l->query.max_text : FLOW_LISTING_MAX_TEXT;
}

static void
add_row(struct flow_listing *l, const struct ofputil_flow_stats *stats)
{
    struct flow_row row;

    if (!get_row(&l->query, stats, &row)) {
        return;
    }
    l->full |= l->n >= l->query.limit;
    if (l->full) {
        l->left_out++;
        if (row.kind == FLOW_LEARNED || !drop_learned(l)) {
            return;
        }
    }
    if (!l->query.hosts) {
        put_text(&row, stats);
        if (l->text + text_size(&row) > get_max_text(l)) {
            l->left_out++;
            l->full = true;
            free_text(&row);
            return;
        }
        l->text += text_size(&row);
    }
    if (l->n >= l->allocated) {
        l->rows = x2nrealloc(l->rows, &l->allocated, sizeof *l->rows);
    }
    if (row.kind == FLOW_LEARNED) {
        l->last_learned = l->n;
    }
    l->rows[l->n++] = row;
}

#define COMPARE(A, B) ((A) < (B) ? -1 : (A) > (B))

static int
compare_flows(const void *a_, const void *b_)
{
    const struct flow_row *a = a_, *b = b_;
    int order = COMPARE(a->table, b->table);

    if (!order) {
        order = COMPARE(b->priority, a->priority);
    }
    return order ? order : strcmp(a->match, b->match);
}

static int
compare_hosts(const void *a_, const void *b_)
{
    const struct flow_row *a = a_, *b = b_;
    int order = COMPARE(a->network, b->network);

    if (!order) {
        order = COMPARE(a->role, b->role);
    }
    if (!order) {
        order = address_compare(a->address, b->address);
    }
    return order ? order : COMPARE(a->table, b->table);
}

static void
end(struct flow_listing *l)
{
    if (l->n) {
        qsort(l->rows, l->n, sizeof *l->rows,
              l->query.hosts ? compare_hosts : compare_flows);
    }
    l->state = LISTING_DONE;
}

bool
flow_listing_take(struct flow_listing *l, struct ofpbuf *reply)
{
    const struct ofp_header *oh = reply->data;
    struct ofputil_flow_stats stats;
    struct ofpbuf ofpacts;
    int retval;

    if (l->state != LISTING_UNDER_WAY || oh->xid != l->xid) {
        return false;
    }
    bool more = ofpmp_more(oh);
    ofpbuf_init(&ofpacts, 0);
    while (!(retval = ofputil_decode_flow_stats_reply(&stats, reply, true,
                                                      &ofpacts))) {
        add_row(l, &stats);
    }
    ofpbuf_uninit(&ofpacts);
    if (retval != EOF) {
        flow_listing_fail(l, "cannot decode the switch's flows");
    } else if (!more) {
        end(l);
    }
    return true;
}

bool
flow_listing_take_error(struct flow_listing *l, ovs_be32 xid,
                        const char *name)
{
    if (l->state != LISTING_UNDER_WAY || xid != l->xid) {
        return false;
    }
    char *why = xasprintf("the switch refused to list its flows: %s", name);

    flow_listing_fail(l, why);
    free(why);
    return true;
}

bool
flow_query_is_part_of(const struct flow_query *query,
                      const struct flow_query *other)
{
    return (query->hosts == other->hosts && query->kinds == other->kinds
            && query->one_network == other->one_network
            && query->network == other->network
            && query->limit <= other->limit);
}
