/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/report-data.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "util.h"

#define BLOCK 4096              /* Contacts. */

void
report_data_init(struct report_data *d, size_t max)
{
    *d = (struct report_data) {
        .since = LLONG_MIN,
        .until = LLONG_MAX,
        .max = max,
        .contacts = HMAP_INITIALIZER(&d->contacts),
        .networks = { xstrdup("") },
        .n_networks = 1,
    };
    d->blocks = xcalloc(DIV_ROUND_UP(max, BLOCK), sizeof *d->blocks);
}

void
report_data_destroy(struct report_data *d)
{
    for (size_t i = 0; i < d->n_blocks; i++) {
        free(d->blocks[i]);
    }
    free(d->blocks);
    for (size_t i = 0; i < d->n_networks; i++) {
        free(d->networks[i]);
    }
    hmap_destroy(&d->contacts);
}

static struct report_contact *
get_slot(const struct report_data *d, size_t i)
{
    return &d->blocks[i / BLOCK][i % BLOCK];
}

const struct report_contact *
report_data_get(const struct report_data *d, size_t i)
{
    return get_slot(d, d->n < d->max ? i : (d->next + i) % d->max);
}

/* Returns where the next contact goes; if all places are taken, it is the
 * oldest one's. */
static struct report_contact *
allocate(struct report_data *d)
{
    struct report_contact *c;

    if (d->n < d->max) {
        if (d->n == d->n_blocks * BLOCK) {
            d->blocks[d->n_blocks++] = xmalloc(BLOCK * sizeof *c);
        }
        c = get_slot(d, d->n++);
    } else {
        c = get_slot(d, d->next);
        hmap_remove(&d->contacts, &c->node);
    }
    d->next = (d->next + 1) % d->max;
    return c;
}

static uint32_t
hash_record(const struct report_record *r)
{
    uint32_t hash = hash_add64(r->protocol << 16 | r->port, r->first);

    return address_hash(r->client, address_hash(r->target, hash));
}

static struct report_contact *
find_contact(const struct report_data *d, const struct report_record *r,
             uint32_t hash)
{
    struct report_contact *c;

    HMAP_FOR_EACH_WITH_HASH (c, node, hash, &d->contacts) {
        if (c->first == r->first && address_equals(c->client, r->client)
            && address_equals(c->target, r->target) && c->port == r->port
            && c->protocol == r->protocol) {
            return c;
        }
    }
    return NULL;
}

static uint8_t
find_network(struct report_data *d, const char *name)
{
    for (size_t i = 0; i < d->n_networks; i++) {
        if (!strcmp(name, d->networks[i])) {
            return i;
        }
    }
    if (d->n_networks > REPORT_MAX_NETWORKS) {
        return REPORT_MAX_NETWORKS;
    }
    d->networks[d->n_networks] = xstrdup(
        d->n_networks < REPORT_MAX_NETWORKS ? name : "(other)");
    return d->n_networks++;
}

static void
take_contact(struct report_data *d, const struct report_record *r)
{
    uint32_t hash = hash_record(r);
    struct report_contact *c = find_contact(d, r, hash);

    if (!c) {
        c = allocate(d);
        *c = (struct report_contact) {
            .first = r->first,
            .client = r->client,
            .target = r->target,
            .port = r->port,
            .protocol = r->protocol,
            .client_port = r->client_port,
        };
        hmap_insert(&d->contacts, &c->node, hash);
        d->n_contacts++;
    }
    c->duration = MIN(r->last - r->first, UINT32_MAX);
    c->attempts = r->attempts;
    c->answer = r->answer;
    c->vlan = r->vlan;
    c->network = find_network(d, r->network);
}

static void
take_record(struct report_data *d, enum report_line line,
            const struct report_record *r)
{
    if (r->first < d->since || r->first > d->until) {
        d->n_outside++;
    } else if (line == REPORT_LINE_CONTACT) {
        take_contact(d, r);
    } else if (line == REPORT_LINE_DENIED) {
        d->n_denied++;
    } else {
        d->n_suppressed += r->suppressed;
    }
}

void
report_data_take_line(const char *s, size_t n, void *data)
{
    struct report_data *d = data;
    struct report_record r;
    enum report_line line = (s ? report_line_parse(s, n, &r)
                             : REPORT_LINE_BROKEN);

    d->n_lines++;
    if (line == REPORT_LINE_BROKEN) {
        d->n_broken++;
    } else if (line == REPORT_LINE_OTHER) {
        d->n_other++;
    } else {
        take_record(d, line, &r);
    }
}
