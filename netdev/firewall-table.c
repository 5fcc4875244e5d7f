/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall-table.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/firewall-sets.h"
#include "netdev/firewall.h"
#include "netdev/nft-format.h"
#include "netdev/nft-message.h"
#include "util.h"

/* Priorities, of linux/netfilter_ipv4.h: destination NAT comes at -100, source
 * NAT at 100, and so does the source address that NAT puts back into answers.
 *
 * Marks come after destination NAT: only packets that it sent elsewhere have
 * them. */
#define PRIORITY_MARK -90
/* Before Docker's rules, which would leave the address as it is. */
#define PRIORITY_MASQUERADE 90
#define PRIORITY_WALL 150
/* Before all else. */
#define PRIORITY_OPTIONS -300
/* Before fragments are put together, at -400. */
#define PRIORITY_HEADERS -450
/* Before and after whatever chains others have. */
#define PRIORITY_COME INT32_MIN
#define PRIORITY_LET_IN INT32_MAX

/* The walls, which have a counter each.  Those against IPv6 extension headers
 * know them by their number. */
static const struct wall {
    const char *counter, *reason;
    uint8_t header;
} walls[FIREWALL_N_WALLS] = {
    { "wall", "wall: of the fake address, leaving by another port", 0 },
    { "hop-by-hop", "in: IPv6 hop-by-hop options", IPPROTO_HOPOPTS },
    { "routing", "in: IPv6 routing header", IPPROTO_ROUTING },
    { "destination-options", "in: IPv6 destination options",
      IPPROTO_DSTOPTS },
    { "authentication", "in: IPv6 authentication header", IPPROTO_AH },
    { "atomic-fragment", "in: IPv6 atomic fragment", IPPROTO_FRAGMENT },
};

size_t
firewall_table_n_walls(const struct firewall_config *config)
{
    return firewall_has_family(config, AF_INET6) ? FIREWALL_N_WALLS : 1;
}

const char *
firewall_table_reason(size_t wall)
{
    return walls[wall].reason;
}

char *
firewall_table_name(const struct firewall_config *config)
{
    return xasprintf(FIREWALL_TABLE_PREFIX"%s", config->bridge);
}

/* The table, its counters and its chains. */

static void
put_table(const struct firewall_builder *b)
{
    b->take(nft_message(NFT_MSG_NEWTABLE, NLM_F_CREATE, b->table), b->aux);
}

static void
put_counter(const struct firewall_builder *b,
            const struct nft_named_counter *counter)
{
    const struct nft_counter *count = &counter->value;
    struct nl_msg *msg = nft_message(NFT_MSG_NEWOBJ, NLM_F_CREATE, b->table);

    nft_put_string(msg, NFTA_OBJ_NAME, counter->name);
    nft_put_u32(msg, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);

    struct nlattr *data = nft_start(msg, NFTA_OBJ_DATA);
    nft_put_u64(msg, NFTA_COUNTER_BYTES, count->bytes);
    nft_put_u64(msg, NFTA_COUNTER_PACKETS, count->packets);
    nft_end(msg, data);
    b->take(msg, b->aux);
}

static void
put_chain(const struct firewall_builder *b, const char *name, const char *type,
          uint32_t hooknum, int32_t priority)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                                     b->table);

    nft_put_string(msg, NFTA_CHAIN_NAME, name);

    struct nlattr *hook = nft_start(msg, NFTA_CHAIN_HOOK);
    nft_put_u32(msg, NFTA_HOOK_HOOKNUM, hooknum);
    nft_put_u32(msg, NFTA_HOOK_PRIORITY, priority);
    nft_end(msg, hook);

    nft_put_u32(msg, NFTA_CHAIN_POLICY, NF_ACCEPT);
    nft_put_string(msg, NFTA_CHAIN_TYPE, type);
    b->take(msg, b->aux);
}

static void
put_mark_chain(const struct firewall_builder *b,
               const struct firewall_port *port)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                                     b->table);
    char name[FIREWALL_CHAIN_SIZE];

    nft_put_string(msg, NFTA_CHAIN_NAME,
                   firewall_mark_chain(port->mark, name));
    b->take(msg, b->aux);
}

/* Rules. */

struct rule {
    struct nl_msg *msg;
    struct nlattr *expressions;
};

static struct rule
start_rule(const struct firewall_builder *b, const char *chain)
{
    struct rule r = { nft_message(NFT_MSG_NEWRULE,
                                  NLM_F_CREATE | NLM_F_APPEND, b->table),
                      NULL };

    nft_put_string(r.msg, NFTA_RULE_CHAIN, chain);
    r.expressions = nft_start(r.msg, NFTA_RULE_EXPRESSIONS);
    return r;
}

static void
end_rule(const struct firewall_builder *b, struct rule r)
{
    nft_end(r.msg, r.expressions);
    b->take(r.msg, b->aux);
}

static void
match_direction(struct nl_msg *msg, enum ip_conntrack_dir dir)
{
    nft_load_ct(msg, NFT_CT_DIRECTION, -1, NFT_FIRST);
    nft_compare_u8(msg, NFT_CMP_EQ, dir);
}

static void
match_dnat(struct nl_msg *msg)
{
    nft_load_ct(msg, NFT_CT_STATUS, -1, NFT_FIRST);
    nft_mask(msg, IPS_DST_NAT, 0);
    nft_compare_u32(msg, NFT_CMP_NEQ, 0);
}

static void
match_family(struct nl_msg *msg, const struct firewall_family *f)
{
    nft_load_meta(msg, NFT_META_NFPROTO, NFT_FIRST);
    nft_compare_u8(msg, NFT_CMP_EQ, f->nfproto);
}

static void
load_source(struct nl_msg *msg, const struct firewall_family *f)
{
    nft_load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER, f->source, f->size);
}

static void
match_source(struct nl_msg *msg, const struct firewall_family *f)
{
    match_family(msg, f);
    load_source(msg, f);
    nft_lookup(msg, f->addresses, 0);
}

/* What leaves from one of the addresses, but not by its port. */
static void
match_elsewhere(struct nl_msg *msg, const struct firewall_family *f)
{
    match_source(msg, f);
    load_source(msg, f);
    nft_load_meta(msg, NFT_META_OIFNAME, f->second);
    nft_lookup(msg, f->ways, NFT_LOOKUP_F_INV);
    nft_load_meta(msg, NFT_META_OIFNAME, NFT_FIRST);
    nft_compare_name(msg, NFT_CMP_NEQ, "lo");
}

/* What comes to one of the addresses by its port, or with NFT_LOOKUP_F_INV in
 * 'flags' anything else. */
static void
match_way_in(struct nl_msg *msg, const struct firewall_family *f,
             uint32_t flags)
{
    nft_load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER, f->destination,
                     f->size);
    nft_load_meta(msg, NFT_META_IIFNAME, f->second);
    nft_lookup(msg, f->ways, flags);
}

static void
match_icmp_error(struct nl_msg *msg, const struct firewall_family *f)
{
    match_family(msg, f);
    nft_load_meta(msg, NFT_META_L4PROTO, NFT_FIRST);
    nft_compare_u8(msg, NFT_CMP_EQ, f->icmp);
    /* The type. */
    nft_load_payload(msg, NFT_PAYLOAD_TRANSPORT_HEADER, 0, sizeof(uint8_t));
    nft_compare_u8(msg, f->error_op, f->error);
}

/* Matches the host's own connections from an address to containers behind the
 * same one. */
static void
match_health_check(struct nl_msg *msg, const struct firewall_family *f)
{
    match_direction(msg, IP_CT_DIR_ORIGINAL);
    match_dnat(msg);
    load_source(msg, f);
    nft_load_ct(msg, f->ct_destination, IP_CT_DIR_ORIGINAL, f->second);
    nft_lookup(msg, f->own, 0);
}

/* The answers of the ports' connections have these connections' mark. */
static void
mark_answers(struct nl_msg *msg, const struct firewall_config *config)
{
    match_direction(msg, IP_CT_DIR_REPLY);
    nft_load_ct(msg, NFT_CT_MARK, -1, NFT_FIRST);
    nft_mask(msg, config->mark_mask, 0);
    nft_lookup_verdict(msg, "marks");
}

/* What comes in. */
static void
put_in(const struct firewall_builder *b)
{
    struct rule r = start_rule(b, "mark-in");
    match_direction(r.msg, IP_CT_DIR_ORIGINAL);
    nft_load_meta(r.msg, NFT_META_IIFNAME, NFT_FIRST);
    nft_lookup_verdict(r.msg, "ports");
    end_rule(b, r);

    r = start_rule(b, "mark-in");
    mark_answers(r.msg, b->config);
    end_rule(b, r);
}

/* What the host itself sends. */
static void
put_out(const struct firewall_builder *b, const struct firewall_family *f)
{
    struct rule r = start_rule(b, "mark-out");
    match_source(r.msg, f);
    match_health_check(r.msg, f);
    load_source(r.msg, f);
    nft_lookup_verdict(r.msg, f->sources);
    end_rule(b, r);

    /* Answers of services on the host go by the rule from the address. */
    r = start_rule(b, "mark-out");
    match_source(r.msg, f);
    nft_verdict(r.msg, NFT_RETURN);
    end_rule(b, r);

    /* ICMP errors, about containers that do not answer.  What services on the
     * address of another agent answer may have the same mark. */
    r = start_rule(b, "mark-out");
    match_icmp_error(r.msg, f);
    mark_answers(r.msg, b->config);
    end_rule(b, r);
}

static void
put_masquerade(const struct firewall_builder *b,
               const struct firewall_family *f)
{
    struct rule r = start_rule(b, "host-out");

    match_elsewhere(r.msg, f);
    match_health_check(r.msg, f);
    nft_masquerade(r.msg);
    end_rule(b, r);
}

/* With one port, what leaves by it, which is nearly all, is passed at once: each
 * packet is seen. */
static void
pass_only_port(const struct firewall_builder *b, struct nl_msg *msg)
{
    const struct firewall_port *ports = b->config->ports;

    for (size_t i = 1; i < b->config->n_ports; i++) {
        if (strcmp(ports[i].name, ports[0].name)) {
            return;
        }
    }
    nft_load_meta(msg, NFT_META_OIFNAME, NFT_FIRST);
    nft_compare_name(msg, NFT_CMP_NEQ, ports[0].name);
}

static void
count_and_drop(struct nl_msg *msg, enum firewall_wall_id wall)
{
    nft_count(msg, walls[wall].counter);
    nft_verdict(msg, NF_DROP);
}

static void
put_wall(const struct firewall_builder *b, const struct firewall_family *f)
{
    struct rule r = start_rule(b, "wall");

    pass_only_port(b, r.msg);
    match_elsewhere(r.msg, f);
    count_and_drop(r.msg, FIREWALL_WALL);
    end_rule(b, r);
}

/* Linux writes its address into IP options, "record route" for one, and answers
 * with them: clients would see the fake address. */
static void
put_options(const struct firewall_builder *b, const struct firewall_family *f)
{
    struct rule r = start_rule(b, "options");

    /* First what is cheap, as this sees each packet. */
    match_family(r.msg, f);
    nft_load_payload(r.msg, NFT_PAYLOAD_NETWORK_HEADER, 0, sizeof(uint8_t));
    nft_mask_u8(r.msg, 0x0f);
    nft_compare_u8(r.msg, NFT_CMP_NEQ, sizeof(struct iphdr) / 4);
    match_way_in(r.msg, f, 0);
    nft_verdict(r.msg, NF_DROP);
    end_rule(b, r);
}

/* A fragment header that says that there is only one fragment (RFC 6946). */
static void
match_atomic_fragment(struct nl_msg *msg)
{
    const ovs_be16 offset_and_more = htons(0xfff9);
    const ovs_be16 none = 0;

    nft_load_extension(msg, IPPROTO_FRAGMENT,
                       offsetof(struct ip6_frag, ip6f_offlg), sizeof none);
    nft_mask_be16(msg, offset_and_more);
    nft_compare(msg, NFT_CMP_EQ, &none, sizeof none);
}

static void
put_header(const struct firewall_builder *b, enum firewall_wall_id wall)
{
    struct rule r = start_rule(b, "headers");

    if (walls[wall].header == IPPROTO_FRAGMENT) {
        match_atomic_fragment(r.msg);
    } else {
        nft_load_has_extension(r.msg, walls[wall].header);
        nft_compare_u8(r.msg, NFT_CMP_EQ, true);
    }
    count_and_drop(r.msg, wall);
    end_rule(b, r);
}

/* IPv6 extension headers, which the switch cannot match: see
 * firewall-table.h. */
static void
put_headers(const struct firewall_builder *b, const struct firewall_family *f)
{
    struct rule r = start_rule(b, "headers");

    nft_load_meta(r.msg, NFT_META_NFPROTO, NFT_FIRST);
    nft_compare_u8(r.msg, NFT_CMP_NEQ, f->nfproto);
    nft_verdict(r.msg, NFT_RETURN);
    end_rule(b, r);

    r = start_rule(b, "headers");
    match_way_in(r.msg, f, NFT_LOOKUP_F_INV);
    nft_verdict(r.msg, NFT_RETURN);
    end_rule(b, r);

    for (int wall = FIREWALL_WALL + 1; wall < FIREWALL_N_WALLS; wall++) {
        put_header(b, wall);
    }
}

/* The bits of 'mark_mask' become the port's. */

static void
mark_connection(struct nl_msg *msg, const struct firewall_config *config,
                const struct firewall_port *port)
{
    nft_load_ct(msg, NFT_CT_MARK, -1, NFT_FIRST);
    nft_mask(msg, ~config->mark_mask, port->mark);
    nft_store_ct(msg, NFT_CT_MARK);
}

static void
mark_packet(struct nl_msg *msg, const struct firewall_config *config,
            const struct firewall_port *port)
{
    nft_load_meta(msg, NFT_META_MARK, NFT_FIRST);
    nft_mask(msg, ~config->mark_mask, port->mark);
    nft_store_meta(msg, NFT_META_MARK);
}

static void
put_mark(const struct firewall_builder *b, const struct firewall_port *port)
{
    char chain[FIREWALL_CHAIN_SIZE];

    firewall_mark_chain(port->mark, chain);

    struct rule r = start_rule(b, chain);
    match_direction(r.msg, IP_CT_DIR_ORIGINAL);
    mark_connection(r.msg, b->config, port);
    end_rule(b, r);

    /* With src_valid_mark, a strict reverse path filter asks whether an answer
     * with this mark would leave by the fake port. */
    r = start_rule(b, chain);
    match_direction(r.msg, IP_CT_DIR_ORIGINAL);
    match_dnat(r.msg);
    mark_packet(r.msg, b->config, port);
    end_rule(b, r);

    r = start_rule(b, chain);
    match_direction(r.msg, IP_CT_DIR_REPLY);
    mark_packet(r.msg, b->config, port);
    end_rule(b, r);
}

/* What came for the fake addresses by their ports: see firewall-table.h. */

static const char *const input_counters[] = {
    FIREWALL_COME, FIREWALL_LET_IN
};

static void
put_input_counters(const struct firewall_builder *b)
{
    for (size_t i = 0; i < ARRAY_SIZE(input_counters)
         && b->config->count_input; i++) {
        const struct nft_named_counter counter = { .name = input_counters[i] };

        put_counter(b, &counter);
    }
}

static void
put_input_chains(const struct firewall_builder *b)
{
    if (b->config->count_input) {
        put_chain(b, FIREWALL_COME, "filter", NF_INET_LOCAL_IN, PRIORITY_COME);
        put_chain(b, FIREWALL_LET_IN, "filter", NF_INET_LOCAL_IN,
                  PRIORITY_LET_IN);
    }
}

static void
put_input_rules(const struct firewall_builder *b,
                const struct firewall_family *f)
{
    for (size_t i = 0; i < ARRAY_SIZE(input_counters)
         && b->config->count_input; i++) {
        struct rule r = start_rule(b, input_counters[i]);

        match_family(r.msg, f);
        match_way_in(r.msg, f, 0);
        nft_count(r.msg, input_counters[i]);
        end_rule(b, r);
    }
}

/* The whole. */

static void
put_for_marks(const struct firewall_builder *b,
              void (*put)(const struct firewall_builder *,
                          const struct firewall_port *))
{
    for (size_t i = 0; i < b->config->n_ports; i++) {
        if (firewall_is_first_of_mark(b->config, i)) {
            put(b, &b->config->ports[i]);
        }
    }
}

static void
put_for_families(const struct firewall_builder *b,
                 void (*put)(const struct firewall_builder *,
                             const struct firewall_family *))
{
    for (size_t i = 0; i < FIREWALL_N_FAMILIES; i++) {
        if (firewall_has_family(b->config, firewall_families[i].family)) {
            put(b, &firewall_families[i]);
        }
    }
}

/* The chain, and the rules, against what only this family has. */

static void
put_own_chain(const struct firewall_builder *b,
              const struct firewall_family *f)
{
    if (f->family == AF_INET) {
        put_chain(b, "options", "filter", NF_INET_PRE_ROUTING,
                  PRIORITY_OPTIONS);
    } else {
        put_chain(b, "headers", "filter", NF_INET_PRE_ROUTING,
                  PRIORITY_HEADERS);
    }
}

static void
put_own_rules(const struct firewall_builder *b,
              const struct firewall_family *f)
{
    if (f->family == AF_INET) {
        put_options(b, f);
    } else {
        put_headers(b, f);
    }
}

static void
put_chains(const struct firewall_builder *b)
{
    if (b->config->mark_mask) {
        put_chain(b, "mark-in", "filter", NF_INET_PRE_ROUTING, PRIORITY_MARK);
        put_chain(b, "mark-out", "route", NF_INET_LOCAL_OUT, PRIORITY_MARK);
        put_chain(b, "host-out", "nat", NF_INET_POST_ROUTING,
                  PRIORITY_MASQUERADE);
        put_for_marks(b, put_mark_chain);
    }
    put_chain(b, "wall", "filter", NF_INET_POST_ROUTING, PRIORITY_WALL);
    put_for_families(b, put_own_chain);
    put_input_chains(b);
}

static void
put_rules(const struct firewall_builder *b)
{
    if (b->config->mark_mask) {
        put_in(b);
        put_for_families(b, put_out);
        put_for_families(b, put_masquerade);
        put_for_marks(b, put_mark);
    }
    put_for_families(b, put_wall);
    put_for_families(b, put_own_rules);
    put_for_families(b, put_input_rules);
}

/* The order is that in which the kernel shows what they make. */
void
firewall_table_build(const struct firewall_config *config,
                     const struct nft_named_counter counters[],
                     void (*take)(struct nl_msg *, void *aux), void *aux)
{
    char *table = firewall_table_name(config);
    const struct firewall_builder b = { config, table, take, aux };

    put_table(&b);
    for (size_t i = 0; i < firewall_table_n_walls(config); i++) {
        put_counter(&b, &counters[i]);
    }
    put_input_counters(&b);
    put_chains(&b);
    firewall_put_sets(&b);
    put_rules(&b);
    firewall_put_elements(&b);
    free(table);
}

void
firewall_table_init_counters(struct nft_named_counter counters[])
{
    for (size_t i = 0; i < FIREWALL_N_WALLS; i++) {
        counters[i] = (struct nft_named_counter) {
            .name = walls[i].counter
        };
    }
}

static void
format_message(struct nl_msg *msg, void *text)
{
    nft_text_add(text, nlmsg_hdr(msg));
    nlmsg_free(msg);
}

char *
firewall_table_format(const struct firewall_config *config)
{
    struct nft_named_counter counters[FIREWALL_N_WALLS];
    struct nft_text text = NFT_TEXT_INITIALIZER;

    firewall_table_init_counters(counters);
    firewall_table_build(config, counters, format_message, &text);
    return nft_text_steal(&text);
}
