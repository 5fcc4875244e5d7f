/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "netdev/firewall-sets.h"

#include <netinet/in.h>      /* Before <linux/netfilter.h>. */
#include <linux/netfilter.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "netdev/firewall.h"
#include "netdev/netlink.h"
#include "netdev/nft-message.h"
#include "util.h"

const struct firewall_family firewall_families[FIREWALL_N_FAMILIES] = {
    {
        .family = AF_INET,
        .nfproto = NFPROTO_IPV4,
        .size = sizeof(struct in_addr),
        .source = offsetof(struct iphdr, saddr),
        .destination = offsetof(struct iphdr, daddr),
        .second = NFT_SECOND,
        .ct_destination = NFT_CT_DST_IP,
        .icmp = IPPROTO_ICMP,
        .error_op = NFT_CMP_EQ, .error = ICMP_DEST_UNREACH,
        .addresses = "addresses", .ways = "ways", .own = "own",
        .sources = "sources",
    },
    {
        .family = AF_INET6,
        .nfproto = NFPROTO_IPV6,
        .size = sizeof(struct in6_addr),
        .source = offsetof(struct ip6_hdr, ip6_src),
        .destination = offsetof(struct ip6_hdr, ip6_dst),
        .second = NFT_SECOND_BEHIND_16,
        .ct_destination = NFT_CT_DST_IP6,
        .icmp = IPPROTO_ICMPV6,
        .error_op = NFT_CMP_LT, .error = ICMP6_INFOMSG_MASK,
        .addresses = "addresses6", .ways = "ways6", .own = "own6",
        .sources = "sources6",
    },
};

bool
firewall_has_family(const struct firewall_config *config, int family)
{
    for (size_t i = 0; i < config->n_ports; i++) {
        if (netlink_family(&config->ports[i].address) == family) {
            return true;
        }
    }
    return false;
}

const char *
firewall_mark_chain(uint32_t mark, char name[FIREWALL_CHAIN_SIZE])
{
    snprintf(name, FIREWALL_CHAIN_SIZE, "mark-0x%"PRIx32, mark);
    return name;
}

/* Types of nft(8), which shows elements by them. */
enum {
    TYPE_ADDRESS = 7,
    TYPE_ADDRESS6 = 8,
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
    uint8_t bytes[2 * sizeof(struct in6_addr)];
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
    size_t n = netlink_family_bits(netlink_family(&port->address)) / 8;

    /* That of IPv4 is at the end. */
    return key_start(&port->address.s6_addr[sizeof port->address - n], n);
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

BUILD_ASSERT_DECL(IFNAMSIZ <= sizeof(struct in6_addr));

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

bool
firewall_is_first_of_mark(const struct firewall_config *config, size_t i)
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
    int family;                 /* 0 for all. */
    uint32_t type, len;         /* Of the key. */
    struct key (*key)(const struct firewall_port *);
    bool (*wanted)(const struct firewall_config *, size_t i);
    bool map;                   /* To a mark's chain. */
    bool marks;                 /* For marks only. */
} sets[] = {
    { "addresses", AF_INET, TYPE_ADDRESS, 4, key_of_address, NULL, false,
      false },
    { "ways", AF_INET, TYPE_ADDRESS << TYPE_BITS | TYPE_INTERFACE,
      4 + IFNAMSIZ, key_of_way, NULL, false, false },
    { "own", AF_INET, TYPE_ADDRESS << TYPE_BITS | TYPE_ADDRESS, 4 + 4,
      key_of_own, NULL, false, true },
    { "ports", 0, TYPE_INTERFACE, IFNAMSIZ, key_of_port, is_first_of_port,
      true, true },
    { "sources", AF_INET, TYPE_ADDRESS, 4, key_of_address, NULL, true, true },
    { "marks", 0, TYPE_MARK, 4, key_of_mark, firewall_is_first_of_mark, true,
      true },
    { "addresses6", AF_INET6, TYPE_ADDRESS6, 16, key_of_address, NULL, false,
      false },
    { "ways6", AF_INET6, TYPE_ADDRESS6 << TYPE_BITS | TYPE_INTERFACE,
      16 + IFNAMSIZ, key_of_way, NULL, false, false },
    { "own6", AF_INET6, TYPE_ADDRESS6 << TYPE_BITS | TYPE_ADDRESS6, 16 + 16,
      key_of_own, NULL, false, true },
    { "sources6", AF_INET6, TYPE_ADDRESS6, 16, key_of_address, NULL, true,
      true },
};

static void
put_set(const struct firewall_builder *b, const struct set *set)
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
put_element(const struct firewall_builder *b, const struct set *set,
            const struct firewall_port *port)
{
    struct nl_msg *msg = nft_message(NFT_MSG_NEWSETELEM, NLM_F_CREATE,
                                     b->table);
    struct key key = set->key(port);
    char chain[FIREWALL_CHAIN_SIZE];

    nft_put_string(msg, NFTA_SET_ELEM_LIST_SET, set->name);

    struct nlattr *list = nft_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
    struct nlattr *element = nft_start(msg, NFTA_LIST_ELEM);
    nft_put_value(msg, NFTA_SET_ELEM_KEY, key.bytes, key.n);
    if (set->map) {
        nft_put_verdict(msg, NFTA_SET_ELEM_DATA, NFT_JUMP,
                        firewall_mark_chain(port->mark, chain));
    }
    nft_end(msg, element);
    nft_end(msg, list);
    b->take(msg, b->aux);
}

static bool
is_of_set(const struct firewall_config *config, const struct set *set,
          size_t i)
{
    return ((!set->family
             || netlink_family(&config->ports[i].address) == set->family)
            && (!set->wanted || set->wanted(config, i)));
}

static void
put_elements(const struct firewall_builder *b, const struct set *set)
{
    for (size_t i = 0; i < b->config->n_ports; i++) {
        if (is_of_set(b->config, set, i)) {
            put_element(b, set, &b->config->ports[i]);
        }
    }
}

static void
put_for_sets(const struct firewall_builder *b,
             void (*put)(const struct firewall_builder *, const struct set *))
{
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        if ((b->config->mark_mask || !sets[i].marks)
            && (!sets[i].family
                || firewall_has_family(b->config, sets[i].family))) {
            put(b, &sets[i]);
        }
    }
}

void
firewall_put_sets(const struct firewall_builder *b)
{
    put_for_sets(b, put_set);
}

void
firewall_put_elements(const struct firewall_builder *b)
{
    put_for_sets(b, put_elements);
}
