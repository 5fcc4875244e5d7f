/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/drop-count.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "simap.h"
#include "svec.h"
#include "util.h"

#define NONE SIZE_MAX

struct drop_reason {
    char *words;
    uint64_t packets, bytes;
    uint64_t counting, counting_bytes;      /* What these will be. */
};

void
drop_count_init(struct drop_count *drops)
{
    *drops = (struct drop_count) { .as_of = LLONG_MIN };
}

void
drop_count_destroy(struct drop_count *drops)
{
    for (size_t i = 0; i < drops->n; i++) {
        free(drops->reasons[i].words);
    }
    free(drops->reasons);
    free(drops->which);
    flow_index_destroy(drops->index);
}

/* Returns the comment of 'flow', NULL if it has none. */
static const char *
get_comment(const char *flow)
{
    const char *comment = strchr(flow, '#');

    return comment ? comment + strspn(comment, "# ") : NULL;
}

/* Returns the index of the reason, which is new or not.  'indices' has those
 * there are. */
static size_t
add_reason(struct drop_count *drops, const char *words,
           struct simap *indices)
{
    struct simap_node *node = simap_find(indices, words);

    if (node) {
        return node->data;
    }
    simap_put(indices, words, drops->n);
    drops->reasons[drops->n] = (struct drop_reason) {
        .words = xstrdup(words)
    };
    return drops->n++;
}

/* Has 'drops', whose reasons 'indices' has, begin with the figures of
 * 'former'. */
static void
take_figures(struct drop_count *drops, const struct simap *indices,
             const struct drop_count *former)
{
    for (size_t i = 0; i < former->n; i++) {
        const struct simap_node *node = simap_find(indices,
                                                   former->reasons[i].words);

        if (node) {
            struct drop_reason *reason = &drops->reasons[node->data];

            reason->packets = former->reasons[i].packets;
            reason->bytes = former->reasons[i].bytes;
        }
    }
    drops->as_of = former->as_of;
}

void
drop_count_set_flows(struct drop_count *drops, const struct flow_list *flows,
                     const struct svec *text)
{
    struct simap indices = SIMAP_INITIALIZER(&indices);
    struct drop_count former = *drops;
    const char *line;
    size_t i;

    ovs_assert(flows->n == text->n);
    *drops = (struct drop_count) {
        .flows = flows,
        .index = flow_index_create(flows),
        .which = xmalloc(flows->n * sizeof *drops->which),
        .reasons = xmalloc(flows->n * sizeof *drops->reasons),
        .as_of = LLONG_MIN,
    };
    SVEC_FOR_EACH (i, line, text) {
        const char *comment = get_comment(line);

        drops->which[i] = (comment ? add_reason(drops, comment, &indices)
                           : NONE);
    }
    take_figures(drops, &indices, &former);
    simap_destroy(&indices);
    drop_count_destroy(&former);
}

void
drop_count_begin(struct drop_count *drops)
{
    for (size_t i = 0; i < drops->n; i++) {
        drops->reasons[i].counting = 0;
        drops->reasons[i].counting_bytes = 0;
    }
}

void
drop_count_add(struct drop_count *drops,
               const struct ofputil_flow_stats *stats)
{
    struct flow_list flow = FLOW_LIST_INITIALIZER;

    /* Somebody may have given a drop flow actions. */
    if (stats->ofpacts_len || stats->packet_count == UINT64_MAX) {
        return;
    }
    flow_list_add_stats(&flow, stats);
    const struct ofputil_flow_mod *fm = flow_index_find(drops->index,
                                                        &flow.fms[0]);
    size_t reason = fm ? drops->which[fm - drops->flows->fms] : NONE;

    if (reason != NONE) {
        drops->reasons[reason].counting += stats->packet_count;
        drops->reasons[reason].counting_bytes
            += stats->byte_count != UINT64_MAX ? stats->byte_count : 0;
    }
    flow_list_clear(&flow);
}

void
drop_count_end(struct drop_count *drops, long long int now)
{
    for (size_t i = 0; i < drops->n; i++) {
        drops->reasons[i].packets = drops->reasons[i].counting;
        drops->reasons[i].bytes = drops->reasons[i].counting_bytes;
    }
    drops->as_of = now;
}

static bool
is_known(const struct drop_count *drops)
{
    return drops->as_of != LLONG_MIN;
}

static long long int
get_age(const struct drop_count *drops, long long int now)
{
    return (now - drops->as_of) / 1000;
}

void
drop_count_format(const struct drop_count *drops, long long int now,
                  struct ds *s)
{
    uint64_t total = 0;

    if (!is_known(drops)) {
        return;
    }
    for (size_t i = 0; i < drops->n; i++) {
        total += drops->reasons[i].packets;
    }
    ds_put_format(s, "  dropped: %"PRIu64" packets, counted %lld s ago\n",
                  total, get_age(drops, now));
    for (size_t i = 0; i < drops->n; i++) {
        const struct drop_reason *reason = &drops->reasons[i];

        if (reason->packets) {
            ds_put_format(s, "%12"PRIu64"  %s\n", reason->packets,
                          reason->words);
        }
    }
}

/* Returns "WHY" of "[NETWORK] WHY", or of "WHY" alone, and stores "NETWORK",
 * for the caller to free, or NULL. */
static const char *
split_reason(const char *words, char **network)
{
    const char *end = words[0] == '[' ? strchr(words, ']') : NULL;

    *network = end ? xmemdup0(words + 1, end - words - 1) : NULL;
    return end ? end + strspn(end, "] ") : words;
}

static void
put_reason(struct json *object, const char *words)
{
    char *network;

    words = split_reason(words, &network);
    if (network) {
        json_object_put(object, "network",
                        json_string_create_nocopy(network));
    }
    json_object_put_string(object, "reason", words);
}

void
drop_count_get(const struct drop_count *drops, size_t i, long long int now,
               struct drop_figures *figures)
{
    const struct drop_reason *reason = &drops->reasons[i];

    *figures = (struct drop_figures) { .known = is_known(drops) };
    figures->reason = split_reason(reason->words, &figures->network);
    if (figures->known) {
        figures->packets = reason->packets;
        figures->bytes = reason->bytes;
        figures->seconds_ago = get_age(drops, now);
    }
}

void
drop_count_put_json(const struct drop_count *drops, long long int now,
                    struct json *object)
{
    struct json *array = json_array_create_empty();

    for (size_t i = 0; i < drops->n && is_known(drops); i++) {
        struct json *reason = json_object_create();

        put_reason(reason, drops->reasons[i].words);
        json_object_put(reason, "packets",
                        json_integer_create(drops->reasons[i].packets));
        json_array_add(array, reason);
    }
    json_object_put(object, "dropped", array);
    json_object_put(object, "dropped_seconds_ago",
                    is_known(drops)
                    ? json_integer_create(get_age(drops, now))
                    : json_null_create());
}
