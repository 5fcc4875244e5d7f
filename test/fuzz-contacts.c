/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: frames on the uplink, and what becomes of them: packet, scope,
 * table, record.
 *
 * The first byte of the input, modulo the number of configurations, chooses
 * one.  Then come frames: a byte, two bytes with the size, big-endian, and so
 * many bytes.  Bit 0 of the byte says that the frame is sent; bits 1 to 3 say
 * how much time, of "steps", has passed since the last one; bits 4 to 7 how
 * many hundreds of bytes of its end the tap left out. */

#include <config.h>

#include "test/fuzz.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/config-file.h"
#include "agent/config/options.h"
#include "agent/config/settings.h"
#include "agent/contacts/contact-eve.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-scope.h"
#include "agent/contacts/contact-table.h"
#include "agent/contacts/contact-zeek.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

#define WINDOW_MSEC 60000
#define ANSWER_MSEC 1000
#define MAX_CONTACTS 4
#define START_MSEC 1700000000000

/* The last two: the clock is set back. */
static const long long int steps[] = {
    0, 1, 500, ANSWER_MSEC, WINDOW_MSEC, 3600000, -500, -3600000
};

#define BRIDGE "[bridge]\nuplink = up0\n"

static const char *const configurations[] = {
    BRIDGE
    "[network]\n"
    "real-subnet = 192.168.2.0/24\n"
    "protocols = tcp,udp,icmp\n"
    "claim = 192.168.2.64/26\n"
    "ignore-clients = 192.168.2.9\n",

    BRIDGE,

    BRIDGE
    "[network]\n"
    "vlan = 1001-1004\n",

    BRIDGE
    "[network]\n"
    "vlan = untagged\n"
    "real-subnet = 172.16.16.0/20\n"
    "fake-address = 10.0.0.1/8\n"
    "clients = subnet\n",

    BRIDGE
    "[network lab]\n"
    "vlan = 2\n"
    "real-subnet = 192.168.2.0/24\n"
    "protocols = tcp,udp,icmp\n"
    "[network dmz]\n"
    "vlan = 3\n"
    "real-subnet = 192.168.2.0/24\n"
    "fake-address = 10.11.0.1/16\n",

    BRIDGE
    "[network lab]\n"
    "real-subnet = 192.168.2.0/24\n"
    "[network lab6]\n"
    "fake-address = fc04::1/64\n"
    "real-subnet = fc01::/96\n"
    "protocols = tcp,udp,icmp\n"
    "claim = fc01::1:0/112\n"
    "ignore-clients = fc01::9\n",
};

static struct setup {
    struct options options;
    struct contact_scope *scope;
} setups[ARRAY_SIZE(configurations)];

static void
set_up(struct setup *setup, const char *text)
{
    struct svec errors = SVEC_EMPTY_INITIALIZER;
    struct options *o = &setup->options;

    *o = (struct options) { .config = xstrdup("FILE") };
    settings_set_defaults(o);
    ovs_assert(config_file_parse(o, text, strlen(text), &errors));
    settings_complete(o);
    settings_check(o, &errors);
    if (errors.n) {
        ovs_fatal(0, "%s", errors.names[0]);
    }
    svec_destroy(&errors);
    setup->scope = contact_scope_create(o);
}

static const struct setup *
get_setup(uint8_t selector)
{
    size_t i = selector % ARRAY_SIZE(setups);

    if (!setups[i].scope) {
        set_up(&setups[i], configurations[i]);
    }
    return &setups[i];
}

struct run {
    const struct setup *setup;
    struct contact_table table;
    long long int now;
    uint64_t n_begun, n_ended;
};

static void
check_packet(const struct contact_packet *p, bool sent)
{
    ovs_assert((p->answer != ANSWER_NONE) == sent);
    ovs_assert(p->kind < N_CONTACT_KINDS);
    ovs_assert(p->vlan < 4096);
    ovs_assert(contact_has_ports(p) || (!p->client_port && !p->target_port));
}

static void
check_table(const struct run *run)
{
    const struct contact_table *t = &run->table;
    uint64_t n = 0;

    for (size_t i = 0; i < N_CONTACT_KINDS; i++) {
        n += contact_table_n_contacts(t, i);
    }
    ovs_assert(t->n <= MAX_CONTACTS);
    ovs_assert(t->n == ovs_list_size(&t->all));
    ovs_assert(hmap_count(&t->open) <= t->n);
    ovs_assert(run->n_begun <= n && run->n_ended <= n);

    const struct contact *c;
    LIST_FOR_EACH (c, list_node, &t->all) {
        /* None is of the future: it would wait for that, and so would those
         * behind it. */
        ovs_assert(c->first <= run->now + CONTACT_TABLE_SLACK);
        ovs_assert(c->attempts);
    }
}

typedef void put_record(const struct contact *, bool ended,
                        const struct contact_observer *, struct ds *);

static put_record *const formats[] = {
    contact_record_put, contact_eve_put, contact_zeek_put
};

/* It is one line, and JSON. */
static void
check_line(const struct ds *s)
{
    ovs_assert(strchr(s->string, '\n') == s->string + s->length - 1);

    struct json *json = json_from_string(s->string);
    ovs_assert(json->type == JSON_OBJECT);
    json_destroy(json);
}

static void
check_record(const struct run *run, const struct contact *c, bool ended)
{
    const struct contact_observer observer = {
        &run->setup->options, "pot", "1.0"
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct ds s = DS_EMPTY_INITIALIZER;

        formats[i](c, ended, &observer, &s);
        if (s.length) {
            check_line(&s);
        } else {
            ovs_assert(formats[i] == contact_zeek_put
                       && c->packet.kind == CONTACT_ARP);
        }
        ds_destroy(&s);
    }
}

static void
record(struct run *run)
{
    struct contact *c;

    while ((c = contact_table_next_ended(&run->table, run->now))) {
        check_record(run, c, true);
        run->n_ended++;
    }
    while ((c = contact_table_next_begun(&run->table,
                                         run->now - ANSWER_MSEC))) {
        check_record(run, c, false);
        run->n_begun++;
    }
}

static void
format_packet(const struct contact_packet *p, const struct network *network,
              enum contact_denial denial)
{
    static const char *const words[] = { "to", "refused by", "answered by" };
    struct ds *s = &fuzz_outcome;

    ds_put_format(s, "%s ", contact_kind_name(p->kind));
    ipv6_format_mapped(&p->client, s);
    ds_put_format(s, " %s ", words[p->answer]);
    ipv6_format_mapped(&p->target, s);
    ds_put_format(s, " port %"PRIu16", VLAN %"PRIu16, p->target_port,
                  p->vlan);
    if (!network) {
        ds_put_cstr(s, ", no network");
    } else if (network->name) {
        ds_put_format(s, ", network %s", network->name);
    }
    ds_put_format(s, "%s%s; ", denial ? ", denied: " : "",
                  contact_denial_name(denial));
}

static void
take_frame(struct run *run, const uint8_t *data, size_t size, size_t cut,
           bool sent)
{
    /* Of exactly its size, so that reading beyond it is seen. */
    uint8_t *frame = xmalloc(size ? size : 1);
    struct contact_packet packet;

    memcpy(frame, data, size);
    if (contact_packet_parse(frame, size, size + cut, sent, &packet)) {
        enum contact_denial denial;
        const struct network *network = contact_scope_find(
            run->setup->scope, &packet, &denial);

        check_packet(&packet, sent);
        ovs_assert(network || !denial);
        format_packet(&packet, network, denial);
        if (network && !denial) {
            contact_table_take(&run->table, network_id(network), &packet,
                               run->now);
        }
    } else {
        ds_put_cstr(&fuzz_outcome, "nothing; ");
    }
    free(frame);
}

static void
take_frames(struct run *run, const uint8_t *data, size_t size)
{
    while (size >= 3) {
        size_t n = MIN((size_t) (data[1] << 8 | data[2]), size - 3);

        run->now += steps[data[0] >> 1 & 7];
        take_frame(run, data + 3, n, (data[0] >> 4) * 100, data[0] & 1);
        record(run);
        check_table(run);
        data += 3 + n;
        size -= 3 + n;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = { .now = START_MSEC };

    ds_clear(&fuzz_outcome);
    if (!size) {
        return 0;
    }
    run.setup = get_setup(data[0]);
    contact_table_init(&run.table, MAX_CONTACTS, WINDOW_MSEC);
    take_frames(&run, data + 1, size - 1);

    /* All that is in the table ends. */
    run.now += WINDOW_MSEC + CONTACT_TABLE_SLACK;
    record(&run);
    ovs_assert(!hmap_count(&run.table.open));
    ds_put_format(&fuzz_outcome, "%"PRIu64" begun, %"PRIu64" ended",
                  run.n_begun, run.n_ended);
    contact_table_destroy(&run.table);
    return 0;
}
