/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall-table.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "netdev/firewall.h"
#include "netdev/nft-format.h"
#include "netdev/nft-message.h"
#include "openvswitch/compiler.h"
#include "openvswitch/dynamic-string.h"
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
    return xasprintf("pipette-%s", config->bridge);
}

/* The table, its counter and its chains. */

static void
put_table(const struct builder *b)
{
    b->take(nft_message(NFT_MSG_NEWTABLE, NLM_F_CREATE, b->table), b->aux);
}

static void
put_counter(const struct builder *b, const struct nft_counter *count)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWOBJ, NLM_F_CREATE, b->table);

    nft_put_string(msg, NFTA_OBJ_NAME, FIREWALL_COUNTER);
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
    nft_load_ct(msg, NFT_CT_DIRECTION, -1);
    nft_compare_u8(msg, NFT_CMP_EQ, dir);
}

static void
match_dnat(struct nl_msg *msg)
{
    nft_load_ct(msg, NFT_CT_STATUS, -1);
    nft_mask(msg, IPS_DST_NAT, 0);
    nft_compare_u32(msg, NFT_CMP_NEQ, 0);
}

static void
match_ipv4(struct nl_msg *msg)
{
    nft_load_meta(msg, NFT_META_NFPROTO);
    nft_compare_u8(msg, NFT_CMP_EQ, NFPROTO_IPV4);
}

static void
match_source(struct nl_msg *msg, ovs_be32 address)
{
    match_ipv4(msg);
    nft_load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER,
                     offsetof(struct iphdr, saddr), sizeof address);
    nft_compare_ip(msg, NFT_CMP_EQ, address);
}

static void
match_in(struct nl_msg *msg, const char *interface)
{
    nft_load_meta(msg, NFT_META_IIFNAME);
    nft_compare_name(msg, NFT_CMP_EQ, interface);
}

/* What leaves, but by 'interface'. */
static void
match_out_elsewhere(struct nl_msg *msg, const char *interface)
{
    nft_load_meta(msg, NFT_META_OIFNAME);
    nft_compare_name(msg, NFT_CMP_NEQ, interface);
    nft_load_meta(msg, NFT_META_OIFNAME);
    nft_compare_name(msg, NFT_CMP_NEQ, "lo");
}

static void
match_unreachable(struct nl_msg *msg)
{
    match_ipv4(msg);
    nft_load_meta(msg, NFT_META_L4PROTO);
    nft_compare_u8(msg, NFT_CMP_EQ, IPPROTO_ICMP);
    nft_load_payload(msg, NFT_PAYLOAD_TRANSPORT_HEADER,
                     offsetof(struct icmphdr, type), sizeof(uint8_t));
    nft_compare_u8(msg, NFT_CMP_EQ, ICMP_DEST_UNREACH);
}

/* The answers of connections of the port. */
static void
match_answers(struct nl_msg *msg, const struct firewall_config *config,
              const struct firewall_port *port)
{
    match_direction(msg, IP_CT_DIR_REPLY);
    nft_load_ct(msg, NFT_CT_MARK, -1);
    nft_mask(msg, config->mark_mask, 0);
    nft_compare_u32(msg, NFT_CMP_EQ, port->mark);
}

/* Matches the host's own connections to containers behind the address. */
static void
match_health_check(struct nl_msg *msg, const struct firewall_port *port)
{
    match_direction(msg, IP_CT_DIR_ORIGINAL);
    match_dnat(msg);
    nft_load_ct(msg, NFT_CT_DST_IP, IP_CT_DIR_ORIGINAL);
    nft_compare_ip(msg, NFT_CMP_EQ, port->address);
}

/* The bits of 'mark_mask' become the port's. */

static void
mark_connection(struct nl_msg *msg, const struct firewall_config *config,
                const struct firewall_port *port)
{
    nft_load_ct(msg, NFT_CT_MARK, -1);
    nft_mask(msg, ~config->mark_mask, port->mark);
    nft_store_ct(msg, NFT_CT_MARK);
}

static void
mark_packet(struct nl_msg *msg, const struct firewall_config *config,
            const struct firewall_port *port)
{
    nft_load_meta(msg, NFT_META_MARK);
    nft_mask(msg, ~config->mark_mask, port->mark);
    nft_store_meta(msg, NFT_META_MARK);
}

/* What comes in. */
static void
put_in(const struct builder *b, const struct firewall_port *port)
{
    struct rule r = start_rule(b, "mark-in");
    match_in(r.msg, port->name);
    match_direction(r.msg, IP_CT_DIR_ORIGINAL);
    mark_connection(r.msg, b->config, port);
    end_rule(b, r);

    /* With src_valid_mark, a strict reverse path filter asks whether an answer
     * with this mark would leave by the fake port. */
    r = start_rule(b, "mark-in");
    match_in(r.msg, port->name);
    match_direction(r.msg, IP_CT_DIR_ORIGINAL);
    match_dnat(r.msg);
    mark_packet(r.msg, b->config, port);
    end_rule(b, r);

    r = start_rule(b, "mark-in");
    match_answers(r.msg, b->config, port);
    mark_packet(r.msg, b->config, port);
    end_rule(b, r);
}

/* What the host itself sends. */
static void
put_out(const struct builder *b, const struct firewall_port *port)
{
    struct rule r = start_rule(b, "mark-out");
    match_source(r.msg, port->address);
    match_health_check(r.msg, port);
    mark_connection(r.msg, b->config, port);
    mark_packet(r.msg, b->config, port);
    end_rule(b, r);

    /* Answers of services on the host go by the rule from the address. */
    r = start_rule(b, "mark-out");
    match_source(r.msg, port->address);
    nft_verdict(r.msg, NFT_RETURN);
    end_rule(b, r);
}

/* ICMP errors, about containers that do not answer.  What services on the
 * address of another agent answer may have the same mark. */
static void
put_error_out(const struct builder *b, const struct firewall_port *port)
{
    struct rule r = start_rule(b, "mark-out");

    match_unreachable(r.msg);
    match_answers(r.msg, b->config, port);
    mark_packet(r.msg, b->config, port);
    end_rule(b, r);
}

static void
put_masquerade(const struct builder *b, const struct firewall_port *port)
{
    struct rule r = start_rule(b, "host-out");

    match_source(r.msg, port->address);
    match_out_elsewhere(r.msg, port->name);
    match_health_check(r.msg, port);
    nft_masquerade(r.msg);
    end_rule(b, r);
}

static void
put_wall(const struct builder *b, const struct firewall_port *port)
{
    struct rule r = start_rule(b, "wall");

    match_source(r.msg, port->address);
    match_out_elsewhere(r.msg, port->name);
    nft_count(r.msg, FIREWALL_COUNTER);
    nft_verdict(r.msg, NF_DROP);
    end_rule(b, r);
}

/* The whole. */

static void
put_for_addresses(const struct builder *b,
                  void (*put)(const struct builder *,
                              const struct firewall_port *))
{
    for (size_t i = 0; i < b->config->n_ports; i++) {
        put(b, &b->config->ports[i]);
    }
}

/* Several addresses can be on one port: returns true for the first. */
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

static void
put_for_ports(const struct builder *b,
              void (*put)(const struct builder *,
                          const struct firewall_port *))
{
    for (size_t i = 0; i < b->config->n_ports; i++) {
        if (is_first_of_port(b->config, i)) {
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
    }
    put_chain(b, "wall", "filter", NF_INET_POST_ROUTING, PRIORITY_WALL);
}

static void
put_rules(const struct builder *b)
{
    if (b->config->mark_mask) {
        put_for_ports(b, put_in);
        put_for_addresses(b, put_out);
        put_for_ports(b, put_error_out);
        put_for_addresses(b, put_masquerade);
    }
    put_for_addresses(b, put_wall);
}

void
firewall_table_build(const struct firewall_config *config,
                     const struct nft_counter *count,
                     void (*take)(struct nl_msg *, void *aux), void *aux)
{
    char *table = firewall_table_name(config);
    const struct builder b = { config, table, take, aux };

    put_table(&b);
    put_counter(&b, count);
    put_chains(&b);
    put_rules(&b);
    free(table);
}

static void
format_message(struct nl_msg *msg, void *s)
{
    nft_format(nlmsg_hdr(msg), s);
    nlmsg_free(msg);
}

void
firewall_table_format(const struct firewall_config *config, struct ds *s)
{
    const struct nft_counter none = { 0, 0 };

    firewall_table_build(config, &none, format_message, s);
}
