/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/switch-listings.h"

#include <inttypes.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "bitmap.h"
#include "netdev/firewall.h"
#include "openflow/claims-format.h"
#include "openflow/drop-count.h"
#include "openflow/flow-listing.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

#define N_VLANS 4096

/* UINT64_MAX and all that is negative is not known. */
static void
add_number(struct listing *l, uint64_t value)
{
    if (value <= INT64_MAX) {
        listing_add_number(l, value);
    } else {
        listing_add_unknown(l);
    }
}

static void
add_text(struct listing *l, const char *value)
{
    if (value) {
        listing_add(l, value);
    } else {
        listing_add_unknown(l);
    }
}

static void
add_address(struct listing *l, struct address address)
{
    char s[ADDRESS_STRLEN];

    listing_add(l, address_to_string(address, s));
}

/* Hosts and flows. */

static const struct network *
find_network(const struct options *options, uint32_t id)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (network_id(&options->networks[i]) == id) {
            return &options->networks[i];
        }
    }
    return NULL;
}

/* Returns the VLAN that a host of 'network' is on if the switch does not say:
 * if there is only one. */
static int
get_only_vlan(const struct network *network)
{
    return (network && bitmap_count1(network->vlans, N_VLANS) == 1
            ? (int) bitmap_scan(network->vlans, true, 0, N_VLANS) : -1);
}

static const char *const host_columns[] = {
    "network", "role", "address", "vlan", "mac", "age", "idle", "packets",
    "bytes",
};

static void
add_host(struct listing *l, const struct options *options,
         const struct flow_row *row)
{
    static const char *const roles[] = {
        [HOST_CLIENT] = "client",
        [HOST_TARGET] = "target",
        [HOST_OWNER] = "owner",
        [HOST_PAIR] = "pair",
    };
    const struct network *network = find_network(options, row->network);
    struct address address = row->address;

    /* Of IPv6, the flows of these have no others: see flow-family.h. */
    if (network && (row->role == HOST_TARGET || row->role == HOST_OWNER)) {
        address.hi |= network->real.network.hi;
    }
    add_text(l, network ? network->name : NULL);
    listing_add(l, roles[row->role]);
    add_address(l, address);
    add_number(l, row->vlan >= 0 ? row->vlan : get_only_vlan(network));
    listing_add_format(l, ETH_ADDR_FMT, ETH_ADDR_ARGS(row->mac));
    add_number(l, row->age_msec / 1000);
    add_number(l, row->idle);
    add_number(l, row->packets);
    add_number(l, row->bytes);
}

static const char *const flow_columns[] = {
    "kind", "table", "priority", "packets", "bytes", "age", "match",
    "actions",
};

static void
add_flow(struct listing *l, const struct flow_row *row)
{
    static const char *const kinds[N_FLOW_KINDS] = {
        [FLOW_OWN] = "own",
        [FLOW_LEARNED] = "learned",
        [FLOW_FOREIGN] = "foreign",
    };

    listing_add(l, kinds[row->kind]);
    listing_add_number(l, row->table);
    listing_add_number(l, row->priority);
    add_number(l, row->packets);
    add_number(l, row->bytes);
    add_number(l, row->age_msec / 1000);
    listing_add(l, row->match);
    listing_add(l, row->actions);
}

/* How many rows to add, or to format, in one step. */
#define STEP 5000

struct switch_listing {
    const struct flow_listing *rows;
    size_t n;                   /* Rows to list, */
    size_t added, formatted;    /* and what was done so far. */
    enum listing_format format;
    struct listing *listing;
    struct ds s;
};

struct switch_listing *
switch_listing_create(const struct flow_listing *rows, size_t limit,
                      enum listing_format format)
{
    struct switch_listing *sl = xmalloc(sizeof *sl);

    *sl = (struct switch_listing) {
        .rows = rows,
        .n = MIN(rows->n, limit),
        .format = format,
        .listing = (rows->query.hosts
                    ? listing_create(host_columns, ARRAY_SIZE(host_columns))
                    : listing_create(flow_columns, ARRAY_SIZE(flow_columns))),
        .s = DS_EMPTY_INITIALIZER,
    };
    return sl;
}

void
switch_listing_destroy(struct switch_listing *sl)
{
    if (sl) {
        listing_destroy(sl->listing);
        ds_destroy(&sl->s);
        free(sl);
    }
}

static void
add_rows(struct switch_listing *sl, const struct options *options)
{
    for (int i = 0; i < STEP && sl->added < sl->n; i++) {
        const struct flow_row *row = &sl->rows->rows[sl->added++];

        if (sl->rows->query.hosts) {
            add_host(sl->listing, options, row);
        } else {
            add_flow(sl->listing, row);
        }
    }
}

static void
put_left_out(struct switch_listing *sl)
{
    uint64_t left_out = sl->rows->left_out + (sl->rows->n - sl->n);

    if (left_out && sl->format == LISTING_TEXT) {
        ds_put_format(&sl->s, "%"PRIu64" more left out: see --limit\n",
                      left_out);
    }
}

bool
switch_listing_run(struct switch_listing *sl, const struct options *options)
{
    if (sl->added < sl->n) {
        add_rows(sl, options);
        if (sl->n > STEP) {
            return false;
        }
    }
    listing_format_part(sl->listing, sl->format, sl->formatted, STEP, &sl->s);
    sl->formatted += MIN(STEP, sl->n - sl->formatted);
    if (sl->formatted < sl->n) {
        return false;
    }
    put_left_out(sl);
    return true;
}

const char *
switch_listing_text(const struct switch_listing *sl)
{
    return ds_cstr_ro(&sl->s);
}

/* Drops. */

static const char *const drop_columns[] = {
    "network", "reason", "packets", "bytes", "seconds_ago",
};

struct listing *
drops_to_listing(const struct drop_count *drops,
                 const struct firewall_walls *walls, long long int now)
{
    struct listing *l = listing_create(drop_columns,
                                       ARRAY_SIZE(drop_columns));

    for (size_t i = 0; i < drops->n; i++) {
        struct drop_figures figures;

        drop_count_get(drops, i, now, &figures);
        add_text(l, figures.network);
        listing_add(l, figures.reason);
        add_number(l, figures.known ? figures.packets : UINT64_MAX);
        add_number(l, figures.known ? figures.bytes : UINT64_MAX);
        add_number(l, figures.known ? figures.seconds_ago : -1);
        free(figures.network);
    }
    for (size_t i = 0; i < walls->n; i++) {
        const struct firewall_wall *wall = &walls->walls[i];

        listing_add_unknown(l);
        listing_add(l, wall->reason);
        add_number(l, wall->count.packets);
        add_number(l, wall->count.bytes);
        listing_add_number(l, 0);
    }
    return l;
}

/* Claims. */

static const char *const claim_columns[] = {
    "network", "first", "last", "state", "mac", "since",
};

static void
add_claim(const struct claim_line *line, void *l_)
{
    static const char *const states[] = {
        [CLAIM_IS_DARK] = "dark",
        [CLAIM_IS_OWNED] = "owned",
        [CLAIM_IS_ASKED] = "asked",
    };
    struct listing *l = l_;

    add_text(l, line->network);
    add_address(l, line->range.first);
    add_address(l, line->range.last);
    listing_add(l, states[line->state]);
    if (line->state == CLAIM_IS_OWNED) {
        listing_add_format(l, ETH_ADDR_FMT, ETH_ADDR_ARGS(line->mac));
    } else {
        listing_add_unknown(l);
    }
    if (line->since) {
        listing_add_time(l, line->since);
    } else {
        listing_add_unknown(l);
    }
}

struct listing *
claims_to_listing(const struct claims *claims, const char *network,
                  long long int now, long long int wall_msec)
{
    struct listing *l = listing_create(claim_columns,
                                       ARRAY_SIZE(claim_columns));

    if (!claims_list(claims, network, now, wall_msec, add_claim, l)) {
        listing_destroy(l);
        return NULL;
    }
    return l;
}
