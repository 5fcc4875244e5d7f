/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-set.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "crc32c.h"
#include "openflow/address-set.h"
#include "openflow/claim-answer.h"
#include "openflow/claim-family.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/meta-flow.h"
#include "openvswitch/ofp-actions.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

BUILD_ASSERT_DECL(CLAIM_OWNERS == 19);  /* See CLAIM_LOOK_UP_OWNER. */

/* Register 6. */
#define LISTENS "reg6=0x1/0x1"
#define ONLY_LISTENS "reg6=0x1/0x7"
#define DARK "reg6=0x2/0x6"

#define MULTICAST "01:00:00:00:00:00/01:00:00:00:00:00"

bool
claim_set_is_wanted(const struct flow_config *config)
{
    const struct address_set *addresses = config->claims.addresses;

    return addresses && !address_set_is_empty(addresses);
}

void
claim_set_put_mac(struct ds *s, const char *field, const struct claim_mac *m)
{
    ds_put_format(s, "%s="ETH_ADDR_FMT, field, ETH_ADDR_ARGS(m->mac));
    if (m->is_oui) {
        ds_put_format(s, "/"ETH_ADDR_FMT, ETH_ADDR_ARGS(claim_mac_mask(m)));
    }
}

/* Table 18. */

#define LISTENING 1
#define ANSWERING 3

/* What flows that answer note: the size is that of the action's room. */
struct list_note {
    uint8_t bytes[6];
};

static struct list_note
get_note(const struct claim_list_key *key)
{
    ovs_be32 hash = crc32c((const uint8_t *) key->vlans, bitmap_n_bytes(4096));
    struct list_note note = { { 0 } };

    memcpy(note.bytes, &hash, sizeof hash);
    return note;
}

static char *
answer_actions(const struct claim_list_key *key)
{
    struct list_note note = get_note(key);
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_format(&s, "load:%#x->NXM_NX_REG6[0..1],note:", ANSWERING);
    for (size_t i = 0; i < sizeof note.bytes; i++) {
        ds_put_format(&s, "%s%02x", i ? "." : "", note.bytes[i]);
    }
    return ds_steal_cstr(&s);
}

void
claim_set_add_list(const struct claim_list_key *key,
                   const struct address_set *addresses, bool answer,
                   struct svec *flows)
{
    char *network = (key->named ? xasprintf(",metadata=%#"PRIx32, key->id)
                     : xstrdup(""));
    char *actions = (answer ? answer_actions(key)
                     : xasprintf("load:%#x->NXM_NX_REG6[0..1]", LISTENING));

    for (size_t i = 0; i < addresses->n; i++) {
        struct address_range rest = addresses->ranges[i];
        struct address_prefix prefix;

        while (address_range_take_prefix(&rest, &prefix)) {
            char *match = flow_family_target_match(prefix);

            flow_add(flows, "table=%d, priority=1,%s%s actions=%s",
                     CLAIM_LIST, match, network, actions);
            free(match);
        }
    }
    free(network);
    free(actions);
}

bool
claim_set_is_answering(const struct claim_list_key *key,
                       const struct ofpact *ofpacts, size_t ofpacts_len)
{
    struct list_note note = get_note(key);
    bool answers = false, noted = false;
    const struct ofpact *a;

    OFPACT_FOR_EACH (a, ofpacts, ofpacts_len) {
        if (a->type == OFPACT_SET_FIELD) {
            const struct ofpact_set_field *set = ofpact_get_SET_FIELD(a);

            answers = (set->field->id == MFF_REG6
                       && set->value->be32 == htonl(ANSWERING));
        } else if (a->type == OFPACT_NOTE) {
            const struct ofpact_note *found = ofpact_get_NOTE(a);

            noted = (found->length >= sizeof note.bytes
                     && !memcmp(found->data, note.bytes, sizeof note.bytes));
        }
    }
    return answers && noted;
}

bool
claim_set_is_listed(const char *flow)
{
    const char *table = strstr(flow, ", table=");

    return table && atoi(table + strlen(", table=")) == CLAIM_LIST;
}

/* What the flows of one network are made of. */
struct builder {
    const struct flow_config *config;
    const struct flow_family *family;
    const struct claim_family *claim;
    char real[ADDRESS_STRLEN];
    char *look_up;              /* Actions: is the target claimed, and dark? */
    struct svec *flows;
};

/* Appends the flow of 'rule' to 'table'.  Where it goes on, the address that
 * it shows has been looked up. */
static void
add_rule(struct builder *b, int table, const struct claim_rule *rule)
{
    const struct flow_family *f = b->family;
    struct ds match = DS_EMPTY_INITIALIZER;

    if (rule->match[0]) {
        ds_put_format(&match, ",%s", rule->match);
    }
    if (rule->in_real) {
        ds_put_format(&match, ",%s=%s", rule->in_real, b->real);
    }
    if (rule->more) {
        ds_put_cstr(&match, rule->more);
    }
    switch (rule->verdict) {
    case CLAIM_DROP:
        flow_add(b->flows, "table=%d, priority=%d%s actions=drop # in: %s",
                 table, rule->priority, ds_cstr(&match), rule->text);
        break;

    case CLAIM_SHOW:
        flow_add(b->flows, "table=%d, priority=%d%s "
                 "actions=move:%s%s->%s,resubmit(,%d),goto_table:%d", table,
                 rule->priority, ds_cstr(&match), rule->text, f->target_bits,
                 f->target_reg, CLAIM_LIST, CLAIM_HEARD);
        break;

    case CLAIM_PASS:
        flow_add(b->flows, "table=%d, priority=%d%s actions=goto_table:%d",
                 table, rule->priority, ds_cstr(&match), CLAIM_ASK);
        break;

    case CLAIM_LOOK_UP:
        flow_add(b->flows, "table=%d, priority=%d%s actions=%s", table,
                 rule->priority, ds_cstr(&match), b->look_up);
        break;
    }
    ds_destroy(&match);
}

/* Table 20, walls. */
static void
add_mac_walls(struct builder *b, const char *mac, size_t n_fields,
              const char *whose)
{
    const struct claim_family *c = b->claim;

    for (size_t i = 0; i < n_fields; i++) {
        flow_add(b->flows, "table=%d, priority=%d,%s=%s "
                 "actions=drop # in: %s from %s", CLAIM_NEIGHBOURS,
                 c->mac_priority, c->macs[i], mac, c->name, whose);
    }
}

static void
add_own_mac_walls(struct builder *b)
{
    const struct flow_config *c = b->config;
    const struct claim_mac own[] = {
        c->claims.mac, { c->server_mac, false }, { c->client_mac, false },
    };
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
        ds_clear(&s);
        claim_set_put_mac(&s, "", &own[i]);
        add_mac_walls(b, ds_cstr(&s) + strlen("="), b->claim->n_macs,
                      "a MAC address of ours");
    }
    ds_destroy(&s);
}

/* Table 20. */
static void
add_neighbour_flows(struct builder *b)
{
    const struct claim_family *c = b->claim;

    add_mac_walls(b, MULTICAST, c->n_macs, "a multicast MAC address");
    add_mac_walls(b, "00:00:00:00:00:00", c->n_needed_macs,
                  "no host's MAC address");
    add_own_mac_walls(b);
    for (size_t i = 0; c->source_priority && b->family->no_client[i]; i++) {
        flow_add(b->flows, "table=%d, priority=%d,%s,%s=%s "
                 "actions=drop # in: %s from no host's address",
                 CLAIM_NEIGHBOURS, c->source_priority, c->any, c->asker,
                 b->family->no_client[i], c->name);
    }
    for (size_t i = 0; i < c->n_hears; i++) {
        add_rule(b, CLAIM_NEIGHBOURS, &c->hears[i]);
    }
}

/* Returns the cookie of what is learned into table 19: who has an address is
 * true whatever is claimed. */
static uint64_t
learned_cookie(const struct flow_config *c)
{
    char real[ADDRESS_STRLEN];
    char *valid = xasprintf("owners %s%s%s", address_prefix_to_string(
                                real_subnet_prefix(&c->real), real),
                            c->name ? " network " : "",
                            c->name ? c->name : "");
    uint64_t cookie = flow_values_learned_cookie(valid);

    free(valid);
    return cookie;
}

/* Table 21.  A hard timeout: only what the owner says makes it begin anew, not
 * who asks for him. */
static void
add_heard_flows(struct builder *b)
{
    const struct flow_config *c = b->config;

    flow_add(b->flows, "table=%d, priority=1,%s,"LISTENS" "
             "actions=learn(table=%d,hard_timeout=%"PRIu16",priority=1,"
             "cookie=%#"PRIx64",%s%s,load:0x1->NXM_NX_REG6[2],"
             "load:%s[]->OXM_OF_PKT_REG4[0..47]),"
             "load:0->NXM_NX_REG6[0..1],goto_table:%d", CLAIM_HEARD,
             b->claim->any, CLAIM_OWNERS, c->claims.hold, learned_cookie(c),
             c->name ? "OXM_OF_METADATA[]," : "", b->family->target_reg,
             b->claim->owner_mac, CLAIM_ASK);
    flow_add(b->flows, "table=%d, priority=0 actions=goto_table:%d",
             CLAIM_HEARD, CLAIM_ASK);
}

/* Table 22, who gets no answer. */
static void
add_ignored(struct builder *b)
{
    const struct flow_config *c = b->config;
    struct svec prefixes = SVEC_EMPTY_INITIALIZER;
    const char *prefix;
    size_t i;

    svec_append(&prefixes, c->ignored_clients);
    if (c->claims.ignored) {
        svec_append(&prefixes, c->claims.ignored);
    }
    svec_sort_unique(&prefixes);
    SVEC_FOR_EACH (i, prefix, &prefixes) {
        flow_add(b->flows, "table=%d, priority=%d,%s,%s=%s "
                 "actions=drop # in: %s from an ignored client", CLAIM_ASK,
                 b->claim->ignored_priority, b->claim->any, b->claim->asker,
                 prefix, b->claim->name);
    }
    svec_destroy(&prefixes);
}

/* Table 22.  As in table 3, two addresses of the subnet differ if they do in
 * one of their host bits. */
static void
add_comparing_flows(struct builder *b)
{
    for (unsigned int i = 0; i < real_subnet_host_bits(&b->config->real);
         i++) {
        ovs_be32 bit = htonl(UINT32_C(1) << i);

        for (int asker = 0; asker < 2; asker++) {
            flow_add(b->flows, "table=%d, priority=2,arp,"
                     "arp_spa="IP_FMT"/"IP_FMT",arp_tpa="IP_FMT"/"IP_FMT" "
                     "actions=%s", CLAIM_ASK, IP_ARGS(asker ? bit : 0),
                     IP_ARGS(bit), IP_ARGS(asker ? 0 : bit), IP_ARGS(bit),
                     b->look_up);
        }
    }
}

/* Table 22. */
static void
add_ask_flows(struct builder *b)
{
    const struct claim_family *c = b->claim;
    bool compared = !c->compares;

    add_ignored(b);
    for (size_t i = 0; i < c->n_asks; i++) {
        if (!compared && c->asks[i].priority < 2) {
            add_comparing_flows(b);
            compared = true;
        }
        add_rule(b, CLAIM_ASK, &c->asks[i]);
    }
}

/* Table 23.  Who asks one MAC address knows whose the address is, or was. */
static void
add_answer_flows(struct builder *b)
{
    const struct claim_family *c = b->claim;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ds own = DS_EMPTY_INITIALIZER;

    claim_answer_put(&s, b->config);
    claim_set_put_mac(&own, "dl_dst", &b->config->claims.mac);
    flow_add(b->flows, "table=%d, priority=3,%s,"DARK",dl_dst="MULTICAST"%s "
             "actions=%s", CLAIM_ANSWER, c->any, c->request, ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=3,%s,"DARK",%s%s actions=%s",
             CLAIM_ANSWER, c->any, ds_cstr(&own), c->request, ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=2,%s,"DARK" "
             "actions=drop # in: %s for another host's MAC address",
             CLAIM_ANSWER, c->any, c->name);
    flow_add(b->flows, "table=%d, priority=1,"CLAIM_OWNED" "
             "actions=drop # in: %s for an address that has an owner",
             CLAIM_ANSWER, c->name);
    flow_add(b->flows, "table=%d, priority=1,"ONLY_LISTENS" "
             "actions=drop # in: %s for an address that may have an owner",
             CLAIM_ANSWER, c->name);
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=drop # in: %s for an address that is not claimed",
             CLAIM_ANSWER, c->name);
    claim_answer_add_flows(b->config, b->flows);
    ds_destroy(&s);
    ds_destroy(&own);
}

/* Tables 24 and 25.  What comes to another MAC address is brought here by the
 * switch. */
static void
add_ip_flows(struct builder *b, int ip_table)
{
    const struct flow_family *f = b->family;
    struct svec *flows = b->flows;
    struct ds own = DS_EMPTY_INITIALIZER;

    claim_set_put_mac(&own, "dl_dst", &b->config->claims.mac);
    flow_add(flows, "table=%d, priority=1,%s,%s "
             "actions=move:%s%s->%s,"
             "resubmit(,%d),resubmit(,%d),goto_table:%d", CLAIM_IP, f->ip,
             ds_cstr(&own), f->dst_field, f->target_bits, f->target_reg,
             CLAIM_LIST, CLAIM_OWNERS, CLAIM_CHECK);
    ds_destroy(&own);
    flow_add(flows, "table=%d, priority=0 actions=resubmit(,%d)", CLAIM_IP,
             ip_table);

    flow_add(flows, "table=%d, priority=1,"DARK" actions=resubmit(,%d)",
             CLAIM_CHECK, ip_table);
    flow_add(flows, "table=%d, priority=1,"CLAIM_OWNED" "
             "actions=drop # in: for an address that has an owner",
             CLAIM_CHECK);
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # in: for an address that is not claimed",
             CLAIM_CHECK);
}

void
claim_set_add_entrances(const struct flow_config *c, int table,
                        struct svec *flows)
{
    const struct claim_family *claim = claim_family_of(c);

    for (size_t i = 0; claim->entrances[i]; i++) {
        flow_add(flows, "table=%d, %s actions=goto_table:%d", table,
                 claim->entrances[i], CLAIM_NEIGHBOURS);
    }
}

void
claim_set_add_flows(const struct flow_config *c, int ip_table,
                    struct svec *flows)
{
    struct builder b = {
        .config = c,
        .family = flow_family_of(c),
        .claim = claim_family_of(c),
        .flows = flows,
    };

    address_prefix_to_string(real_subnet_prefix(&c->real), b.real);
    b.look_up = xasprintf("move:%s%s->%s,resubmit(,%d),resubmit(,%d),"
                          "goto_table:%d", b.claim->target,
                          b.family->target_bits, b.family->target_reg,
                          CLAIM_LIST, CLAIM_OWNERS, CLAIM_ANSWER);
    add_neighbour_flows(&b);
    add_heard_flows(&b);
    add_ask_flows(&b);
    add_answer_flows(&b);
    add_ip_flows(&b, ip_table);
    free(b.look_up);
}
