/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claims-format.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openflow/claims.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "util.h"

#define SINCE_FORMAT "%Y-%m-%dT%H:%M:%SZ"
#define SAME_MSEC 2000          /* Of flows that came together. */

size_t
claims_n_networks(const struct claims *claims)
{
    return claims->n;
}

struct claims_figures
claims_get_figures(const struct claims *claims, size_t i)
{
    const struct claim_network *network = &claims->networks[i];
    struct claims_figures counts = {
        .network = network->name,
        .claimed = address_set_count(&network->addresses),
        .dark = address_set_count(&network->granted),
        .owned = network->owners.n,
    };

    for (size_t j = 0; j < network->owners.n; j++) {
        counts.dark -= address_set_contains(&network->granted,
                                            network->owners.owners[j].address);
    }
    counts.asked = counts.claimed - counts.dark - counts.owned;
    return counts;
}

static void
put_name(const struct claim_network *network, struct ds *s)
{
    if (network->name) {
        ds_put_format(s, "[%s] ", network->name);
    }
}

void
claims_format_counts(const struct claims *claims, struct ds *s)
{
    for (size_t i = 0; i < claims->n; i++) {
        const struct claims_figures c = claims_get_figures(claims, i);

        ds_put_cstr(s, "  ");
        put_name(&claims->networks[i], s);
        ds_put_format(s, "claims: %"PRIu64" addresses, %"PRIu64" dark, "
                      "%"PRIu64" owned, %"PRIu64" asked for\n",
                      c.claimed, c.dark, c.owned, c.asked);
    }
}

void
claims_put_json(const struct claims *claims, struct json *object)
{
    if (!claims->n) {
        return;
    }

    struct json *array = json_array_create_empty();
    for (size_t i = 0; i < claims->n; i++) {
        const struct claims_figures c = claims_get_figures(claims, i);
        struct json *json = json_object_create();

        if (c.network) {
            json_object_put_string(json, "network", c.network);
        }
        json_object_put(json, "claimed", json_integer_create(c.claimed));
        json_object_put(json, "dark", json_integer_create(c.dark));
        json_object_put(json, "owned", json_integer_create(c.owned));
        json_object_put(json, "asked", json_integer_create(c.asked));
        json_array_add(array, json);
    }
    json_object_put(object, "claims", array);
}

/* The list. */

enum state { DARK, OWNED, ASKED };

/* A range of addresses with the same state. */
struct line {
    struct address_range range;
    enum state state;
    struct eth_addr mac;
    long long int since;        /* 0 if there is no time to tell. */
};

static struct line
get_line(const struct claim_network *network, uint32_t address)
{
    const struct claim_owner *owner = claim_owners_find(&network->owners,
                                                        address);
    struct line line = { .range = { address, address } };

    if (owner) {
        line.state = OWNED;
        line.mac = owner->mac;
        line.since = owner->since;
    } else if (address_set_contains(&network->granted, address)) {
        line.state = DARK;
        line.since = network->granted_at;
        ignore(claim_list_get_since(&network->list, address, &line.since));
    } else {
        line.state = ASKED;
    }
    return line;
}

static void
put_line(const struct claim_network *network, const struct line *line,
         long long int ago, struct ds *s)
{
    put_name(network, s);
    address_range_format(line->range, s);
    switch (line->state) {
    case DARK:
        ds_put_cstr(s, ": dark");
        break;

    case OWNED:
        ds_put_format(s, ": owned by "ETH_ADDR_FMT, ETH_ADDR_ARGS(line->mac));
        break;

    case ASKED:
        ds_put_cstr(s, ": asked for");
        break;
    }
    if (line->since) {
        ds_put_cstr(s, " since ");
        ds_put_strftime_msec(s, SINCE_FORMAT, line->since + ago, true);
    }
    ds_put_char(s, '\n');
}

static bool
continues(const struct line *line, const struct line *next)
{
    return (line->state != OWNED && line->state == next->state
            && line->range.last + 1 == next->range.first
            && llabs(line->since - next->since) < SAME_MSEC);
}

static void
format_network(const struct claim_network *network, long long int ago,
               struct ds *s)
{
    uint32_t address = 0;
    struct line line = { .state = OWNED };
    bool first = true;

    while (address_set_next(&network->addresses, address, &address)) {
        struct line next = get_line(network, address);

        if (!first && continues(&line, &next)) {
            line.range.last = address;
        } else {
            if (!first) {
                put_line(network, &line, ago, s);
            }
            line = next;
            first = false;
        }
        address++;
    }
    if (!first) {
        put_line(network, &line, ago, s);
    }
}

bool
claims_format_list(const struct claims *claims, const char *name,
                   long long int now, long long int wall, struct ds *s)
{
    bool found = !name;

    for (size_t i = 0; i < claims->n; i++) {
        const struct claim_network *network = &claims->networks[i];

        if (!name || nullable_string_is_equal(name, network->name)) {
            found = true;
            format_network(network, wall - now, s);
        }
    }
    return found;
}
