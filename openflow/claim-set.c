/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-set.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "crc32c.h"
#include "openflow/address-set.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openflow/vlan-flows.h"
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
            uint32_t bits = address_to_u32(address_mask(prefix.plen));
            char *mask = (bits == UINT32_MAX ? xstrdup("")
                          : xasprintf("/%#"PRIx32, bits));

            flow_add(flows, "table=%d, priority=1,reg1=%#"PRIx32"%s%s "
                     "actions=%s", CLAIM_LIST, address_to_u32(prefix.network),
                     mask, network, actions);
            free(mask);
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

/* Table 20, a wall. */
static void
add_mac_wall(struct svec *flows, const char *mac, const char *whose)
{
    static const char *const fields[] = { "dl_src", "arp_sha" };

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        flow_add(flows, "table=%d, priority=3,arp,%s=%s "
                 "actions=drop # in: ARP from %s", CLAIM_ARP, fields[i], mac,
                 whose);
    }
}

static void
add_own_mac_walls(const struct flow_config *c, struct svec *flows)
{
    const struct claim_mac own[] = {
        c->claims.mac, { c->server_mac, false }, { c->client_mac, false },
    };
    static const char *const fields[] = { "dl_src", "arp_sha" };
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < 2 * ARRAY_SIZE(own); i++) {
        ds_clear(&s);
        claim_set_put_mac(&s, fields[i % 2], &own[i / 2]);
        flow_add(flows, "table=%d, priority=3,arp,%s "
                 "actions=drop # in: ARP from a MAC address of ours",
                 CLAIM_ARP, ds_cstr(&s));
    }
    ds_destroy(&s);
}

/* Table 20. */
static void
add_arp_flows(const struct flow_config *c, struct svec *flows)
{
    static const struct {
        int priority;
        const char *match, *shown;
    } kinds[] = {
        { 2, "arp_spa=0.0.0.0,arp_op=1", "TPA" },
        { 1, "arp_op=1", "SPA" },
        { 1, "arp_op=2", "SPA" },
    };

    add_mac_wall(flows, MULTICAST, "a multicast MAC address");
    add_mac_wall(flows, "00:00:00:00:00:00", "no host's MAC address");
    add_own_mac_walls(c, flows);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        flow_add(flows, "table=%d, priority=%d,arp,%s "
                 "actions=move:NXM_OF_ARP_%s[]->NXM_NX_REG1[],"
                 "resubmit(,%d),goto_table:%d", CLAIM_ARP, kinds[i].priority,
                 kinds[i].match, kinds[i].shown, CLAIM_LIST, CLAIM_HEARD);
    }
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # in: ARP, neither request nor reply", CLAIM_ARP);
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

/* Table 21.  A hard timeout: only the owner's ARP makes it begin anew, not who
 * asks for him. */
static void
add_heard_flows(const struct flow_config *c, struct svec *flows)
{
    flow_add(flows, "table=%d, priority=1,arp,"LISTENS" "
             "actions=learn(table=%d,hard_timeout=%"PRIu16",priority=1,"
             "cookie=%#"PRIx64",%sNXM_NX_REG1[],load:0x1->NXM_NX_REG6[2],"
             "load:NXM_NX_ARP_SHA[]->OXM_OF_PKT_REG4[0..47]),"
             "load:0->NXM_NX_REG6[0..1],goto_table:%d", CLAIM_HEARD,
             CLAIM_OWNERS, c->claims.hold, learned_cookie(c),
             c->name ? "OXM_OF_METADATA[]," : "", CLAIM_ASK);
    flow_add(flows, "table=%d, priority=0 actions=goto_table:%d", CLAIM_HEARD,
             CLAIM_ASK);
}

/* Table 22, who gets no answer. */
static void
add_ignored(const struct flow_config *c, struct svec *flows)
{
    struct svec prefixes = SVEC_EMPTY_INITIALIZER;
    const char *prefix;
    size_t i;

    svec_append(&prefixes, c->ignored_clients);
    if (c->claims.ignored) {
        svec_append(&prefixes, c->claims.ignored);
    }
    svec_sort_unique(&prefixes);
    SVEC_FOR_EACH (i, prefix, &prefixes) {
        flow_add(flows, "table=%d, priority=4,arp,arp_spa=%s "
                 "actions=drop # in: ARP from an ignored client", CLAIM_ASK,
                 prefix);
    }
    svec_destroy(&prefixes);
}

/* Table 22.  As in table 3, two addresses of the subnet differ if they do in
 * one of their host bits. */
static void
add_ask_flows(const struct flow_config *c, struct svec *flows)
{
    char real[ADDRESS_STRLEN];
    char *look_up = xasprintf("move:NXM_OF_ARP_TPA[]->NXM_NX_REG1[],"
                              "resubmit(,%d),resubmit(,%d),goto_table:%d",
                              CLAIM_LIST, CLAIM_OWNERS, CLAIM_ANSWER);

    add_ignored(c, flows);
    flow_add(flows, "table=%d, priority=3,arp,arp_op=2 "
             "actions=drop # in: ARP reply", CLAIM_ASK);
    flow_add(flows, "table=%d, priority=3,arp,arp_spa=0.0.0.0,arp_op=1 "
             "actions=drop # in: ARP probe", CLAIM_ASK);
    for (unsigned int i = 0; i < real_subnet_host_bits(&c->real); i++) {
        ovs_be32 bit = htonl(UINT32_C(1) << i);

        for (int asker = 0; asker < 2; asker++) {
            flow_add(flows, "table=%d, priority=2,arp,"
                     "arp_spa="IP_FMT"/"IP_FMT",arp_tpa="IP_FMT"/"IP_FMT" "
                     "actions=%s", CLAIM_ASK, IP_ARGS(asker ? bit : 0),
                     IP_ARGS(bit), IP_ARGS(asker ? 0 : bit), IP_ARGS(bit),
                     look_up);
        }
    }
    flow_add(flows, "table=%d, priority=1,arp,arp_spa=%s "
             "actions=drop # in: ARP announcement", CLAIM_ASK,
             address_prefix_to_string(real_subnet_prefix(&c->real), real));
    /* From elsewhere: it cannot be the same. */
    flow_add(flows, "table=%d, priority=0,arp actions=%s", CLAIM_ASK,
             look_up);
    free(look_up);
}

/* Appends the actions that make an answer of a request, whose target is in
 * register 1, and send it where that came from. */
static void
put_answer(struct ds *s, const struct flow_config *c)
{
    const struct claim_mac *m = &c->claims.mac;

    ds_put_cstr(s, "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],");
    if (m->is_oui) {
        ds_put_format(s, "load:%#"PRIx64"->NXM_OF_ETH_SRC[24..47],"
                      "move:NXM_NX_REG1[0..23]->NXM_OF_ETH_SRC[0..23],",
                      eth_addr_to_uint64(m->mac) >> 24);
    } else {
        ds_put_format(s, "set_field:"ETH_ADDR_FMT"->eth_src,",
                      ETH_ADDR_ARGS(m->mac));
    }
    ds_put_cstr(s, "load:0x2->NXM_OF_ARP_OP[],"
                "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],"
                "move:NXM_OF_ETH_SRC[]->NXM_NX_ARP_SHA[],"
                "move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],"
                "move:NXM_NX_REG1[]->NXM_OF_ARP_SPA[],");
    if (!vlan_is_untagged(c)) {
        ds_put_cstr(s, "push_vlan:0x8100,"
                    "move:"CAME_ON_VLAN"->OXM_OF_VLAN_VID[],");
    }
    ds_put_cstr(s, "IN_PORT");
}

/* Table 23.  Who asks one MAC address knows whose the address is, or was. */
static void
add_answer_flows(const struct flow_config *c, struct svec *flows)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct ds own = DS_EMPTY_INITIALIZER;

    put_answer(&s, c);
    claim_set_put_mac(&own, "dl_dst", &c->claims.mac);
    flow_add(flows, "table=%d, priority=3,arp,"DARK",dl_dst="MULTICAST" "
             "actions=%s", CLAIM_ANSWER, ds_cstr(&s));
    flow_add(flows, "table=%d, priority=3,arp,"DARK",%s actions=%s",
             CLAIM_ANSWER, ds_cstr(&own), ds_cstr(&s));
    flow_add(flows, "table=%d, priority=2,arp,"DARK" "
             "actions=drop # in: ARP for another host's MAC address",
             CLAIM_ANSWER);
    flow_add(flows, "table=%d, priority=1,"CLAIM_OWNED" "
             "actions=drop # in: ARP for an address that has an owner",
             CLAIM_ANSWER);
    flow_add(flows, "table=%d, priority=1,"ONLY_LISTENS" "
             "actions=drop # in: ARP for an address that may have an owner",
             CLAIM_ANSWER);
    flow_add(flows, "table=%d, priority=0 "
             "actions=drop # in: ARP for an address that is not claimed",
             CLAIM_ANSWER);
    ds_destroy(&s);
    ds_destroy(&own);
}

/* Tables 24 and 25.  What comes to another MAC address is brought here by the
 * switch. */
static void
add_ip_flows(const struct flow_config *c, int ip_table, struct svec *flows)
{
    struct ds own = DS_EMPTY_INITIALIZER;

    claim_set_put_mac(&own, "dl_dst", &c->claims.mac);
    flow_add(flows, "table=%d, priority=1,ip,%s "
             "actions=move:NXM_OF_IP_DST[]->NXM_NX_REG1[],"
             "resubmit(,%d),resubmit(,%d),goto_table:%d", CLAIM_IP,
             ds_cstr(&own), CLAIM_LIST, CLAIM_OWNERS, CLAIM_CHECK);
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
claim_set_add_flows(const struct flow_config *c, int ip_table,
                    struct svec *flows)
{
    add_arp_flows(c, flows);
    add_heard_flows(c, flows);
    add_ask_flows(c, flows);
    add_answer_flows(c, flows);
    add_ip_flows(c, ip_table, flows);
}
