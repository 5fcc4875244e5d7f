/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall-table.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <inttypes.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
/* Before and after whatever chains others have. */
#define PRIORITY_COME INT32_MIN
#define PRIORITY_LET_IN INT32_MAX

/* How the messages are made. */
struct builder {
    const struct firewall_config *config;
    const char *table;
    void (*take)(struct nl_msg *, void *aux);
    void *aux;
};

char *
firewall_table_name(const struct firewall_config *config)
{
    return xasprintf(FIREWALL_TABLE_PREFIX"%s", config->bridge);
}

/* The table, its counter and its chains. */

static void
put_table(const struct builder *b)
{
    b->take(nft_message(NFT_MSG_NEWTABLE, NLM_F_CREATE, b->table), b->aux);
}

static void
put_counter(const struct builder *b, const char *name,
            const struct nft_counter *count)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWOBJ, NLM_F_CREATE, b->table);

    nft_put_string(msg, NFTA_OBJ_NAME, name);
    nft_put_u32(msg, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);

    struct nlattr *data = nft_start(msg, NFTA_OBJ_DATA);
    nft_put_u64(msg, NFTA_COUNTER_BYTES, count->bytes);
    nft_put_u64(msg, NFTA_COUNTER_PACKETS, count->packets);
    nft_end(msg, data);
    b->take(msg, b->aux);
}

static void
put_chain(const struct builder *b, const char *name, const char *type,
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

/* A chain for a mark. */

#define MARK_CHAIN_SIZE 16

static const char *
mark_chain(uint32_t mark, char name[MARK_CHAIN_SIZE])
{
    snprintf(name, MARK_CHAIN_SIZE, "mark-0x%"PRIx32, mark);
    return name;
}

static void
put_mark_chain(const struct builder *b, const struct firewall_port *port)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
                                     b->table);
    char name[MARK_CHAIN_SIZE];

    nft_put_string(msg, NFTA_CHAIN_NAME, mark_chain(port->mark, name));
    b->take(msg, b->aux);
}

/* Sets. */

/* Types of nft(8), which shows elements by them. */
enum {
    TYPE_ADDRESS = 7,
    TYPE_MARK = 19,
    TYPE_INTERFACE = 41,
    TYPE_BITS = 6,              /* Of one type, in that of a concatenation. */
};

/* Also for nft(8): the key is in the byte order of the machine. */
static void
put_host_order(struct nl_msg *msg)
{
    const uint32_t order = 1;
    uint8_t data[2 + sizeof order] = { 0, sizeof order };

    memcpy(data + 2, &order, sizeof order);
    nft_put_bytes(msg, NFTA_SET_USERDATA, data, sizeof data);
}

/* The parts of a key. */
struct key {
    uint8_t bytes[sizeof(ovs_be32) + IFNAMSIZ];
    size_t n;
};

static struct key
key_start(const void *data, size_t n)
{
    struct key key = { .n = n };

    memcpy(key.bytes, data, n);
    return key;
}

static struct key
key_of_address(const struct firewall_port *port)
{
    return key_start(&port->address, sizeof port->address);
}

static struct key
key_of_mark(const struct firewall_port *port)
{
    return key_start(&port->mark, sizeof port->mark);
}

static struct key
key_of_port(const struct firewall_port *port)
{
    char name[IFNAMSIZ] = "";

    ovs_strlcpy(name, port->name, sizeof name);
    return key_start(name, sizeof name);
}

static struct key
concatenate(struct key key, struct key second)
{
    memcpy(key.bytes + key.n, second.bytes, second.n);
    key.n += second.n;
    return key;
}

static struct key
key_of_way(const struct firewall_port *port)
{
    return concatenate(key_of_address(port), key_of_port(port));
}

static struct key
key_of_own(const struct firewall_port *port)
{
    return concatenate(key_of_address(port), key_of_address(port));
}

/* Several addresses can be on one port: each returns true for the first. */

static bool
is_first_of_port(const struct firewall_config *config, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (!strcmp(config->ports[j].name, config->ports[i].name)) {
            return false;
        }
    }
    return true;
}

static bool
is_first_of_mark(const struct firewall_config *config, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (config->ports[j].mark == config->ports[i].mark) {
            return false;
        }
    }
    return true;
}

static const struct set {
    const char *name;
    uint32_t type, len;         /* Of the key. */
    struct key (*key)(const struct firewall_port *);
    bool (*wanted)(const struct firewall_config *, size_t i);
    bool map;                   /* To a mark's chain. */
    bool marks;                 /* For marks only. */
} sets[] = {
    { "addresses", TYPE_ADDRESS, 4, key_of_address, NULL, false, false },
    { "ways", TYPE_ADDRESS << TYPE_BITS | TYPE_INTERFACE, 4 + IFNAMSIZ,
      key_of_way, NULL, false, false },
    { "own", TYPE_ADDRESS << TYPE_BITS | TYPE_ADDRESS, 4 + 4, key_of_own, NULL,
      false, true },
    { "ports", TYPE_INTERFACE, IFNAMSIZ, key_of_port, is_first_of_port, true,
      true },
    { "sources", TYPE_ADDRESS, 4, key_of_address, NULL, true, true },
    { "marks", TYPE_MARK, 4, key_of_mark, is_first_of_mark, true, true },
};

static void
put_set(const struct builder *b, const struct set *set)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWSET, NLM_F_CREATE, b->table);

    nft_put_string(msg, NFTA_SET_NAME, set->name);
    if (set->map) {
        nft_put_u32(msg, NFTA_SET_FLAGS, NFT_SET_MAP);
    }
    nft_put_u32(msg, NFTA_SET_KEY_TYPE, set->type);
    nft_put_u32(msg, NFTA_SET_KEY_LEN, set->len);
    if (set->map) {
        nft_put_u32(msg, NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT);
    }
    /* For this transaction. */
    nft_put_u32(msg, NFTA_SET_ID, set - sets + 1);
    if (set->type == TYPE_INTERFACE || set->type == TYPE_MARK) {
        put_host_order(msg);
    }
    b->take(msg, b->aux);
}

static void
put_element(const struct builder *b, const struct set *set,
            const struct firewall_port *port)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWSETELEM, NLM_F_CREATE,
                                     b->table);
    struct key key = set->key(port);
    char chain[MARK_CHAIN_SIZE];

    nft_put_string(msg, NFTA_SET_ELEM_LIST_SET, set->name);

    struct nlattr *list = nft_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
    struct nlattr *element = nft_start(msg, NFTA_LIST_ELEM);
    nft_put_value(msg, NFTA_SET_ELEM_KEY, key.bytes, key.n);
    if (set->map) {
        nft_put_verdict(msg, NFTA_SET_ELEM_DATA, NFT_JUMP,
                        mark_chain(port->mark, chain));
    }
    nft_end(msg, element);
    nft_end(msg, list);
    b->take(msg, b->aux);
}

static void
put_elements(const struct builder *b, const struct set *set)
{
    for (size_t i = 0; i < b->config->n_ports; i++) {
        if (!set->wanted || set->wanted(b->config, i)) {
            put_element(b, set, &b->config->ports[i]);
        }
    }
}

/* Rules. */

struct rule {
    struct nl_msg *msg;
    struct nlattr *expressions;
};

static struct rule
start_rule(const struct builder *b, const char *chain)
{
    struct rule r = { nft_message(NFT_MSG_NEWRULE,
                                  NLM_F_CREATE | NLM_F_APPEND, b->table),
                      NULL };

    nft_put_string(r.msg, NFTA_RULE_CHAIN, chain);
    r.expressions = nft_start(r.msg, NFTA_RULE_EXPRESSIONS);
    return r;
}

static void
end_rule(const struct builder *b, struct rule r)
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
match_ipv4(struct nl_msg *msg)
{
    nft_load_meta(msg, NFT_META_NFPROTO, NFT_FIRST);
    nft_compare_u8(msg, NFT_CMP_EQ, NFPROTO_IPV4);
}

static void
load_source(struct nl_msg *msg)
{
    nft_load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER,
                     offsetof(struct iphdr, saddr), sizeof(ovs_be32));
}

static void
match_source(struct nl_msg *msg)
{
    match_ipv4(msg);
    load_source(msg);
    nft_lookup(msg, "addresses", 0);
}

/* What leaves from one of the addresses, but not by its port. */
static void
match_elsewhere(struct nl_msg *msg)
{
    match_source(msg);
    load_source(msg);
    nft_load_meta(msg, NFT_META_OIFNAME, NFT_SECOND);
    nft_lookup(msg, "ways", NFT_LOOKUP_F_INV);
    nft_load_meta(msg, NFT_META_OIFNAME, NFT_FIRST);
    nft_compare_name(msg, NFT_CMP_NEQ, "lo");
}

static void
match_unreachable(struct nl_msg *msg)
{
    match_ipv4(msg);
    nft_load_meta(msg, NFT_META_L4PROTO, NFT_FIRST);
    nft_compare_u8(msg, NFT_CMP_EQ, IPPROTO_ICMP);
    nft_load_payload(msg, NFT_PAYLOAD_TRANSPORT_HEADER,
                     offsetof(struct icmphdr, type), sizeof(uint8_t));
    nft_compare_u8(msg, NFT_CMP_EQ, ICMP_DEST_UNREACH);
}

/* Matches the host's own connections from an address to containers behind the
 * same one. */
static void
match_health_check(struct nl_msg *msg)
{
    match_direction(msg, IP_CT_DIR_ORIGINAL);
    match_dnat(msg);
    load_source(msg);
    nft_load_ct(msg, NFT_CT_DST_IP, IP_CT_DIR_ORIGINAL, NFT_SECOND);
    nft_lookup(msg, "own", 0);
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
put_in(const struct builder *b)
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
put_out(const struct builder *b)
{
    struct rule r = start_rule(b, "mark-out");
    match_source(r.msg);
    match_health_check(r.msg);
    load_source(r.msg);
    nft_lookup_verdict(r.msg, "sources");
    end_rule(b, r);

    /* Answers of services on the host go by the rule from the address. */
    r = start_rule(b, "mark-out");
    match_source(r.msg);
    nft_verdict(r.msg, NFT_RETURN);
    end_rule(b, r);

    /* ICMP errors, about containers that do not answer.  What services on the
     * address of another agent answer may have the same mark. */
    r = start_rule(b, "mark-out");
    match_unreachable(r.msg);
    mark_answers(r.msg, b->config);
    end_rule(b, r);
}

static void
put_masquerade(const struct builder *b)
{
    struct rule r = start_rule(b, "host-out");

    match_elsewhere(r.msg);
    match_health_check(r.msg);
    nft_masquerade(r.msg);
    end_rule(b, r);
}

/* With one port, what leaves by it, which is nearly all, is passed at once: each
 * packet is seen. */
static void
pass_only_port(const struct builder *b, struct nl_msg *msg)
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
put_wall(const struct builder *b)
{
    struct rule r = start_rule(b, "wall");

    pass_only_port(b, r.msg);
    match_elsewhere(r.msg);
    nft_count(r.msg, FIREWALL_COUNTER);
    nft_verdict(r.msg, NF_DROP);
    end_rule(b, r);
}

/* What is for a fake address, by its port. */
static void
match_arrival(struct nl_msg *msg)
{
    nft_load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER,
                     offsetof(struct iphdr, daddr), sizeof(ovs_be32));
    nft_load_meta(msg, NFT_META_IIFNAME, NFT_SECOND);
    nft_lookup(msg, "ways", 0);
}

/* Linux writes its address into IP options, "record route" for one, and answers
 * with them: clients would see the fake address. */
static void
put_options(const struct builder *b)
{
    struct rule r = start_rule(b, "options");

    /* First what is cheap, as this sees each packet. */
    match_ipv4(r.msg);
    nft_load_payload(r.msg, NFT_PAYLOAD_NETWORK_HEADER, 0, sizeof(uint8_t));
    nft_mask_u8(r.msg, 0x0f);
    nft_compare_u8(r.msg, NFT_CMP_NEQ, sizeof(struct iphdr) / 4);
    match_arrival(r.msg);
    nft_verdict(r.msg, NF_DROP);
    end_rule(b, r);
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
put_mark(const struct builder *b, const struct firewall_port *port)
{
    char chain[MARK_CHAIN_SIZE];

    mark_chain(port->mark, chain);

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

static void
put_input_count(const struct builder *b, const char *name)
{
    struct rule r = start_rule(b, name);

    match_ipv4(r.msg);
    match_arrival(r.msg);
    nft_count(r.msg, name);
    end_rule(b, r);
}

/* The whole. */

static void
put_counters(const struct builder *b, const struct nft_counter *count)
{
    const struct nft_counter none = { 0, 0 };

    put_counter(b, FIREWALL_COUNTER, count);
    if (b->config->count_input) {
        put_counter(b, FIREWALL_COME, &none);
        put_counter(b, FIREWALL_LET_IN, &none);
    }
}

static void
put_for_marks(const struct builder *b,
              void (*put)(const struct builder *,
                          const struct firewall_port *))
{
    for (size_t i = 0; i < b->config->n_ports; i++) {
        if (is_first_of_mark(b->config, i)) {
            put(b, &b->config->ports[i]);
        }
    }
}

static void
put_chains(const struct builder *b)
{
    if (b->config->mark_mask) {
        put_chain(b, "mark-in", "filter", NF_INET_PRE_ROUTING, PRIORITY_MARK);
        put_chain(b, "mark-out", "route", NF_INET_LOCAL_OUT, PRIORITY_MARK);
        put_chain(b, "host-out", "nat", NF_INET_POST_ROUTING,
                  PRIORITY_MASQUERADE);
        put_for_marks(b, put_mark_chain);
    }
    put_chain(b, "wall", "filter", NF_INET_POST_ROUTING, PRIORITY_WALL);
    put_chain(b, "options", "filter", NF_INET_PRE_ROUTING, PRIORITY_OPTIONS);
    if (b->config->count_input) {
        put_chain(b, FIREWALL_COME, "filter", NF_INET_LOCAL_IN, PRIORITY_COME);
        put_chain(b, FIREWALL_LET_IN, "filter", NF_INET_LOCAL_IN,
                  PRIORITY_LET_IN);
    }
}

static void
put_for_sets(const struct builder *b,
             void (*put)(const struct builder *, const struct set *))
{
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        if (b->config->mark_mask || !sets[i].marks) {
            put(b, &sets[i]);
        }
    }
}

static void
put_rules(const struct builder *b)
{
    if (b->config->mark_mask) {
        put_in(b);
        put_out(b);
        put_masquerade(b);
        put_for_marks(b, put_mark);
    }
    put_wall(b);
    put_options(b);
    if (b->config->count_input) {
        put_input_count(b, FIREWALL_COME);
        put_input_count(b, FIREWALL_LET_IN);
    }
}

/* The order is that in which the kernel shows what they make. */
void
firewall_table_build(const struct firewall_config *config,
                     const struct nft_counter *count,
                     void (*take)(struct nl_msg *, void *aux), void *aux)
{
    char *table = firewall_table_name(config);
    const struct builder b = { config, table, take, aux };

    put_table(&b);
    put_counters(&b, count);
    put_chains(&b);
    put_for_sets(&b, put_set);
    put_rules(&b);
    put_for_sets(&b, put_elements);
    free(table);
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
    const struct nft_counter none = { 0, 0 };
    struct nft_text text = NFT_TEXT_INITIALIZER;

    firewall_table_build(config, &none, format_message, &text);
    return nft_text_steal(&text);
}
