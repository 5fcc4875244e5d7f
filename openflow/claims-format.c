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
        if (claims->networks[i].ipv6) {
            ds_put_cstr(s, "  ");
            put_name(&claims->networks[i], s);
            ds_put_format(s, "neighbour discovery: %s\n",
                          claims->networks[i].by_agent
                          ? "by the agent: no answers while it is away"
                          : "by the switch");
        }
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
        if (claims->networks[i].ipv6) {
            json_object_put_string(json, "neighbour_discovery",
                                   (claims->networks[i].by_agent ? "agent"
                                    : "switch"));
        }
        json_array_add(array, json);
    }
    json_object_put(object, "claims", array);
}

/* The list. */

static struct claim_line
get_line(const struct claim_network *network, struct address address)
{
    const struct claim_owner *owner = claim_owners_find(&network->owners,
                                                        address);
    struct claim_line line = { .range = { address, address } };

    if (owner) {
        line.state = CLAIM_IS_OWNED;
        line.mac = owner->mac;
        line.since = owner->since;
    } else if (address_set_contains(&network->granted, address)) {
        line.state = CLAIM_IS_DARK;
        line.since = network->granted_at;
        ignore(claim_list_get_since(&network->list, address, &line.since));
    } else {
        line.state = CLAIM_IS_ASKED;
    }
    return line;
}

/* What a list is for. */
struct reader {
    claim_line_cb *take;
    void *aux;
    long long int ago;          /* From 'now' to the time of the day. */
};

static void
give_line(const struct claim_network *network, struct claim_line line,
          const struct reader *reader)
{
    line.network = network->name;
    line.since += line.since ? reader->ago : 0;
    reader->take(&line, reader->aux);
}

static void
put_line(const struct claim_line *line, void *s_)
{
    struct ds *s = s_;

    if (line->network) {
        ds_put_format(s, "[%s] ", line->network);
    }
    address_range_format(line->range, s);
    switch (line->state) {
    case CLAIM_IS_DARK:
        ds_put_cstr(s, ": dark");
        break;

    case CLAIM_IS_OWNED:
        ds_put_format(s, ": owned by "ETH_ADDR_FMT, ETH_ADDR_ARGS(line->mac));
        break;

    case CLAIM_IS_ASKED:
        ds_put_cstr(s, ": asked for");
        break;
    }
    if (line->since) {
        ds_put_cstr(s, " since ");
        ds_put_strftime_msec(s, SINCE_FORMAT, line->since, true);
    }
    ds_put_char(s, '\n');
}

static bool
continues(const struct claim_line *line, const struct claim_line *next)
{
    return (line->state != CLAIM_IS_OWNED && line->state == next->state
            && address_equals(address_next(line->range.last),
                              next->range.first)
            && llabs(line->since - next->since) < SAME_MSEC);
}

static void
list_network(const struct claim_network *network, const struct reader *reader)
{
    struct address address = ADDRESS_INIT_MIN;
    struct claim_line line = { .state = CLAIM_IS_OWNED };
    bool first = true;

    while (address_set_next(&network->addresses, address, &address)) {
        struct claim_line next = get_line(network, address);

        if (!first && continues(&line, &next)) {
            line.range.last = address;
        } else {
            if (!first) {
                give_line(network, line, reader);
            }
            line = next;
            first = false;
        }
        address = address_next(address);
    }
    if (!first) {
        give_line(network, line, reader);
    }
}

bool
claims_list(const struct claims *claims, const char *name, long long int now,
            long long int wall, claim_line_cb *take, void *aux)
{
    const struct reader reader = { take, aux, wall - now };
    bool found = !name;

    for (size_t i = 0; i < claims->n; i++) {
        const struct claim_network *network = &claims->networks[i];

        if (!name || nullable_string_is_equal(name, network->name)) {
            found = true;
            list_network(network, &reader);
        }
    }
    return found;
}

bool
claims_format_list(const struct claims *claims, const char *name,
                   long long int now, long long int wall, struct ds *s)
{
    return claims_list(claims, name, now, wall, put_line, s);
}
