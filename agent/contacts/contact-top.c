/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-list.h"

#include <stdlib.h>

#include "agent/contacts/contact-filter.h"
#include "agent/contacts/contact-table.h"
#include "agent/operator/listing.h"
#include "hash.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/hmap.h"
#include "packets.h"
#include "util.h"

#define RATE_MSEC 60000

/* Things of three kinds, of which each contact has one.  A row is of one kind,
 * and counts how many of both others it has. */
enum thing_kind { CLIENTS, TARGETS, PORTS, N_THING_KINDS };

struct thing {
    struct in6_addr address;    /* All zeros of ports. */
    enum contact_kind kind;     /* Of ports only, otherwise 0. */
    unsigned int port;          /* Likewise. */
};

static struct thing
get_thing(const struct contact *c, enum thing_kind kind)
{
    const struct contact_packet *p = &c->packet;

    switch (kind) {
    case CLIENTS: return (struct thing) { .address = p->client };
    case TARGETS: return (struct thing) { .address = p->target };
    case PORTS: return (struct thing) { .kind = p->kind,
                                        .port = p->target_port };
    case N_THING_KINDS: break;
    }
    OVS_NOT_REACHED();
}

static uint32_t
hash_thing(const struct thing *thing, uint32_t basis)
{
    return hash_3words(hash_bytes(&thing->address, sizeof thing->address,
                                  basis), thing->kind, thing->port);
}

static bool
is_equal(const struct thing *a, const struct thing *b)
{
    return (ipv6_addr_equals(&a->address, &b->address) && a->kind == b->kind
            && a->port == b->port);
}

struct row {
    struct hmap_node node;
    struct thing thing;
    uint64_t contacts, per_minute, attempts, answered;
    uint64_t others[N_THING_KINDS];     /* How many different ones. */
    long long int last;
};

/* One of the others of a row. */
struct other {
    struct hmap_node node;
    const struct row *row;
    enum thing_kind kind;
    struct thing thing;
};

struct top {
    enum thing_kind kind;
    struct hmap rows, others;
};

static struct row *
get_row(struct top *top, const struct contact *c)
{
    struct thing thing = get_thing(c, top->kind);
    uint32_t hash = hash_thing(&thing, 0);
    struct row *row;

    HMAP_FOR_EACH_WITH_HASH (row, node, hash, &top->rows) {
        if (is_equal(&row->thing, &thing)) {
            return row;
        }
    }
    row = xzalloc(sizeof *row);
    row->thing = thing;
    hmap_insert(&top->rows, &row->node, hash);
    return row;
}

static void
count_other(struct top *top, struct row *row, const struct contact *c,
            enum thing_kind kind)
{
    struct thing thing = get_thing(c, kind);
    uint32_t hash = hash_thing(&thing, hash_pointer(row, kind));
    struct other *other;

    HMAP_FOR_EACH_WITH_HASH (other, node, hash, &top->others) {
        if (other->row == row && other->kind == kind
            && is_equal(&other->thing, &thing)) {
            return;
        }
    }
    other = xmalloc(sizeof *other);
    *other = (struct other) { .row = row, .kind = kind, .thing = thing };
    hmap_insert(&top->others, &other->node, hash);
    row->others[kind]++;
}

static void
count(struct top *top, const struct contact *c, long long int now)
{
    struct row *row = get_row(top, c);

    row->contacts++;
    row->per_minute += c->first > now - RATE_MSEC;
    row->attempts += c->attempts;
    row->answered += c->answer != ANSWER_NONE;
    row->last = MAX(row->last, c->last);
    for (enum thing_kind kind = 0; kind < N_THING_KINDS; kind++) {
        if (kind != top->kind) {
            count_other(top, row, c, kind);
        }
    }
}

/* Columns. */

static const char *const columns[N_THING_KINDS][10] = {
    [CLIENTS] = { "client", "contacts", "per_minute", "attempts", "targets",
                  "ports", "answered", "last" },
    [TARGETS] = { "target", "contacts", "per_minute", "attempts", "clients",
                  "ports", "answered", "last" },
    [PORTS] = { "protocol", "port", "contacts", "per_minute", "attempts",
                "clients", "targets", "answered", "last" },
};

static size_t
count_columns(enum thing_kind kind)
{
    size_t n = 0;

    while (n < ARRAY_SIZE(columns[kind]) && columns[kind][n]) {
        n++;
    }
    return n;
}

/* Returns the number in the column. */
static uint64_t
get_number(const struct row *row, const char *column)
{
    return (!strcmp(column, "contacts") ? row->contacts
            : !strcmp(column, "per_minute") ? row->per_minute
            : !strcmp(column, "attempts") ? row->attempts
            : !strcmp(column, "clients") ? row->others[CLIENTS]
            : !strcmp(column, "targets") ? row->others[TARGETS]
            : !strcmp(column, "ports") ? row->others[PORTS]
            : row->answered);
}

static void
add_port(struct listing *l, const struct thing *thing)
{
    if (thing->kind == CONTACT_TCP || thing->kind == CONTACT_UDP) {
        listing_add_number(l, thing->port);
    } else {
        listing_add_unknown(l);
    }
}

static void
add_value(struct listing *l, const struct row *row, const char *column)
{
    if (!strcmp(column, "client") || !strcmp(column, "target")) {
        char s[INET6_ADDRSTRLEN];

        contact_address_format(&row->thing.address, s);
        listing_add(l, s);
    } else if (!strcmp(column, "protocol")) {
        listing_add(l, contact_kind_name(row->thing.kind));
    } else if (!strcmp(column, "port")) {
        add_port(l, &row->thing);
    } else if (!strcmp(column, "last")) {
        listing_add_time(l, row->last);
    } else {
        listing_add_number(l, get_number(row, column));
    }
}

/* Order. */

struct element {
    const struct row *row;
    const char *sort;           /* A column. */
};

static int
compare_keys(const struct thing *a, const struct thing *b)
{
    int order = memcmp(&a->address, &b->address, sizeof a->address);

    return (order ? order
            : a->kind != b->kind ? (a->kind < b->kind ? -1 : 1)
            : a->port < b->port ? -1 : a->port > b->port);
}

/* Numbers: the largest first; keys: the smallest first; the last ones first. */
static int
compare(const void *a_, const void *b_)
{
    const struct element *a = a_, *b = b_;
    int keys = compare_keys(&a->row->thing, &b->row->thing);
    uint64_t x, y;

    if (!strcmp(a->sort, "client") || !strcmp(a->sort, "target")
        || !strcmp(a->sort, "protocol") || !strcmp(a->sort, "port")) {
        return keys;
    } else if (!strcmp(a->sort, "last")) {
        x = a->row->last;
        y = b->row->last;
    } else {
        x = get_number(a->row, a->sort);
        y = get_number(b->row, a->sort);
    }
    return x > y ? -1 : x < y ? 1 : keys;
}

static struct listing *
list_rows(const struct top *top, const char *sort, size_t limit)
{
    size_t n_columns = count_columns(top->kind);
    struct listing *l = listing_create(columns[top->kind], n_columns);
    size_t n = hmap_count(&top->rows);
    struct element *elements = xmalloc(MAX(n, 1) * sizeof *elements);
    const struct row *row;
    size_t i = 0;

    HMAP_FOR_EACH (row, node, &top->rows) {
        elements[i++] = (struct element) { row, sort };
    }
    qsort(elements, n, sizeof *elements, compare);
    for (i = 0; i < MIN(n, limit); i++) {
        for (size_t j = 0; j < n_columns; j++) {
            add_value(l, elements[i].row, columns[top->kind][j]);
        }
    }
    free(elements);
    return l;
}

static char *
check_sort(enum thing_kind kind, const char *sort)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    size_t n = count_columns(kind);

    ds_put_format(&s, "--sort %s: must be one of ", sort);
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(sort, columns[kind][i])) {
            ds_destroy(&s);
            return NULL;
        }
        ds_put_format(&s, "%s%s", i ? ", " : "", columns[kind][i]);
    }
    return ds_steal_cstr(&s);
}

static void
destroy(struct top *top)
{
    struct other *other;
    struct row *row;

    HMAP_FOR_EACH_POP (other, node, &top->others) {
        free(other);
    }
    hmap_destroy(&top->others);
    HMAP_FOR_EACH_POP (row, node, &top->rows) {
        free(row);
    }
    hmap_destroy(&top->rows);
}

char *
contact_top(const struct contact_table *t, const char *what,
            const struct contact_filter *f, long long int now,
            struct listing **listing)
{
    static const char *const kinds[] = { "clients", "targets", "ports" };
    const char *sort = f->sort ? f->sort : "contacts";
    struct top top = { .kind = 0 };
    const struct contact *c;

    while (top.kind < N_THING_KINDS && strcmp(what, kinds[top.kind])) {
        top.kind++;
    }
    if (top.kind == N_THING_KINDS) {
        return xasprintf("%s: must be clients, targets or ports", what);
    }
    char *error = check_sort(top.kind, sort);
    if (error) {
        return error;
    }

    hmap_init(&top.rows);
    hmap_init(&top.others);
    LIST_FOR_EACH (c, list_node, &t->all) {
        if (contact_filter_has(f, c)) {
            count(&top, c, now);
        }
    }
    *listing = list_rows(&top, sort, f->limit);
    destroy(&top);
    return NULL;
}
