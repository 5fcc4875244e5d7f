/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-scope.h"

#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-packet.h"
#include "bitmap.h"
#include "openflow/address-set.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

#define N_VLANS 4096

/* With more, the filter would be too long: BPF_MAXINSNS. */
#define MAX_SUBNETS 32

struct scope {
    const struct network *network;
    struct address_set ignored; /* Clients. */
    struct address_set claimed;
};

struct contact_scope {
    struct scope *scopes;
    size_t n;
    struct scope *by_vlan[2][N_VLANS];  /* IPv6, IPv4; 0 without a tag. */
};

static void
init_scope(struct scope *scope, const struct network *network)
{
    const char *prefix;
    size_t i;

    *scope = (struct scope) { .network = network };
    SVEC_FOR_EACH (i, prefix, &network->ignored_clients) {
        struct address_range range;

        /* options_parse() took it. */
        ovs_assert(!address_range_parse(prefix, &range));
        address_set_add_range(&scope->ignored, range);
    }
    network_get_claims(network, &scope->claimed);
}

/* The published flow set of one VLAN does not look at tags. */
static bool
takes_any_vlan(const struct network *network)
{
    return (!network->real.plen
            && bitmap_count1(network->vlans, N_VLANS) == 1
            && !bitmap_is_set(network->vlans, 0));
}

struct contact_scope *
contact_scope_create(const struct options *options)
{
    struct contact_scope *s = xzalloc(sizeof *s);

    s->n = options->n_networks;
    s->scopes = xcalloc(s->n, sizeof *s->scopes);
    for (size_t i = 0; i < s->n; i++) {
        const struct network *network = &options->networks[i];

        init_scope(&s->scopes[i], network);
        for (size_t vlan = 0; vlan < N_VLANS; vlan++) {
            if (bitmap_is_set(network->vlans, vlan)
                || takes_any_vlan(network)) {
                s->by_vlan[network_is_ipv4(network)][vlan] = &s->scopes[i];
            }
        }
    }
    return s;
}

void
contact_scope_destroy(struct contact_scope *s)
{
    if (s) {
        for (size_t i = 0; i < s->n; i++) {
            address_set_destroy(&s->scopes[i].ignored);
            address_set_destroy(&s->scopes[i].claimed);
        }
        free(s->scopes);
        free(s);
    }
}

static bool
has_target(const struct scope *scope, const struct contact_packet *p)
{
    const struct real_subnet *real = &scope->network->real;
    struct address target = address_from_in6(&p->target);

    return (contact_kind_asks_for_mac(p->kind)
            ? address_set_contains(&scope->claimed, target)
            : !real->plen || real_subnet_has_host(real, target));
}

static bool
has_protocol(const struct network *network, enum contact_kind kind)
{
    static const unsigned int protocols[] = {
        [CONTACT_TCP] = FLOW_TCP,
        [CONTACT_UDP] = FLOW_UDP,
        [CONTACT_PING] = FLOW_ICMP,
    };

    return (contact_kind_asks_for_mac(kind)
            || network->protocols & protocols[kind]);
}

const char *
contact_denial_name(enum contact_denial denial)
{
    static const char *const names[] = {
        [DENIED_NOT] = "",
        [DENIED_CLIENT] = "ignored client",
        [DENIED_PROTOCOL] = "protocol that is not served",
        [DENIED_OWN_ADDRESS] = "client with the target's address",
        [DENIED_SOURCE] = "source that no client has",
        [DENIED_ROUTED] = "client outside of the real subnet",
        [DENIED_PORTS] = "no ports",
        [DENIED_OPTIONS] = "IP options",
        [DENIED_EXTENSIONS] = "extension headers",
    };

    BUILD_ASSERT(ARRAY_SIZE(names) == N_CONTACT_DENIALS);
    return names[denial];
}

bool
contact_denial_is_of(enum contact_denial denial, bool ipv4)
{
    return denial != (ipv4 ? DENIED_EXTENSIONS : DENIED_OPTIONS);
}

static bool
is_in_fake_prefix(const struct contact_scope *s, struct address address)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct fake_address *fake = &s->scopes[i].network->fake;

        if (address_prefix_contains(fake_address_prefix(fake), address)) {
            return true;
        }
    }
    return false;
}

/* Returns true if a network has addresses of 'p'. */
static bool
is_in_use(const struct contact_scope *s, struct address_prefix p)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct network *network = s->scopes[i].network;

        if (address_prefix_overlaps(p, fake_address_prefix(&network->fake))
            || (network->real.plen
                && address_prefix_overlaps(
                    p, real_subnet_prefix(&network->real)))) {
            return true;
        }
    }
    return false;
}

/* Examples may be a laboratory's own addresses: then it is one that a client
 * has. */
static bool
is_in_documentation(const struct contact_scope *s, struct address address)
{
    const struct flow_family *f = flow_family_of_address(address);

    for (size_t i = 0;
         i < ARRAY_SIZE(f->documentation) && f->documentation[i].plen; i++) {
        if (address_prefix_contains(f->documentation[i], address)) {
            return !is_in_use(s, f->documentation[i]);
        }
    }
    return false;
}

static bool
is_no_host(struct eth_addr mac)
{
    return eth_addr_is_multicast(mac) || eth_addr_is_zero(mac);
}

/* The walls of a known subnet: subnet-shared.c and subnet-set.c have them. */
static bool
has_no_client(const struct contact_scope *s, const struct network *network,
              const struct contact_packet *p)
{
    struct address client = address_from_in6(&p->client);

    return (!address_is_host(client)
            || address_equals(client, network->real.network)
            || address_equals(client, real_subnet_last(&network->real))
            || is_in_fake_prefix(s, client)
            || is_in_documentation(s, client)
            || is_no_host(p->client_mac) || is_no_host(p->target_mac)
            || eth_addr_equals(p->client_mac, network->server_mac)
            || eth_addr_equals(p->client_mac, network->client_mac));
}

static bool
has_ports(const struct contact_packet *p)
{
    return !contact_has_ports(p) || p->client_port || p->target_port;
}

/* A router asks for MAC addresses from its link-local address. */
static bool
is_outside(const struct network *network, const struct contact_packet *p)
{
    return (network->real.plen && !network_serves_routed(network)
            && !real_subnet_has_host(&network->real,
                                     address_from_in6(&p->client))
            && !(p->kind == CONTACT_ND && IN6_IS_ADDR_LINKLOCAL(&p->client)));
}

/* A tag without a VLAN is none to Open vSwitch's flows that want one, nor to
 * those that want no tag. */
static const struct scope *
find_scope(const struct contact_scope *s, const struct contact_packet *p)
{
    bool ipv4 = contact_packet_is_ipv4(p);
    const struct scope *scope = s->by_vlan[ipv4][p->vlan % N_VLANS];

    return (scope && p->priority_tag && !takes_any_vlan(scope->network)
            ? NULL : scope);
}

const struct network *
contact_scope_find(const struct contact_scope *s,
                   const struct contact_packet *p,
                   enum contact_denial *denial)
{
    const struct scope *scope = find_scope(s, p);
    struct address client = address_from_in6(&p->client);

    *denial = DENIED_NOT;
    if (!scope || !has_target(scope, p)) {
        return NULL;
    }
    if (address_set_contains(&scope->ignored, client)) {
        *denial = DENIED_CLIENT;
    } else if (!has_protocol(scope->network, p->kind)) {
        *denial = DENIED_PROTOCOL;
    } else if (ipv6_addr_equals(&p->client, &p->target)) {
        *denial = DENIED_OWN_ADDRESS;
    } else if (scope->network->real.plen
               && !contact_kind_asks_for_mac(p->kind)
               && has_no_client(s, scope->network, p)) {
        *denial = DENIED_SOURCE;
    } else if (is_outside(scope->network, p)) {
        *denial = DENIED_ROUTED;
    } else if (scope->network->real.plen && !has_ports(p)) {
        *denial = DENIED_PORTS;
    } else if (p->ip_options) {
        *denial = (contact_packet_is_ipv4(p) ? DENIED_OPTIONS
                   : DENIED_EXTENSIONS);
    }
    return scope->network;
}

/* Filters. */

/* What is of contacts, in a family. */
struct family_filter {
    const char *received[5], *sent[8];  /* Any of them, up to NULL. */
};

/* pcap-filter(7) looks into what follows an IPv4 header, but not behind that
 * of IPv6, which has 40 bytes: flags of TCP are 13 bytes on, types of ICMPv6 0
 * bytes.  What has extension headers is rare, and shown but for later
 * fragments, which are no contacts. */
#define IPV6_EXTENDED \
    "ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 51 or ip6[6] == 60 or " \
    "(ip6[6] == 44 and ip6[42:2] & 0xfff8 == 0)"

static const struct family_filter family_filters[] = {
    {
        .received = {
            "ip6[6] == 6 and ip6[53] & 0x16 == 2",
            "ip6[6] == 17",
            "ip6[6] == 58 and ip6[40] == 128",
            IPV6_EXTENDED,
        },
        .sent = {
            "ip6[6] == 6 and ip6[53] & 4 != 0",
            "ip6[6] == 6 and ip6[53] & 0x12 == 0x12",
            "ip6[6] == 17",
            "ip6[6] == 58 and ip6[40] == 129",
            "ip6[6] == 58 and ip6[40] == 1",
            "ip6[6] == 58 and ip6[40] == 136",
            IPV6_EXTENDED,
        },
    },
    {
        .received = {
            "tcp[tcpflags] & (tcp-syn|tcp-ack|tcp-rst) == tcp-syn",
            "udp",
            "icmp[icmptype] == icmp-echo",
        },
        .sent = {
            "tcp[tcpflags] & tcp-rst != 0",
            "tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)",
            "udp",
            "icmp[icmptype] == icmp-echoreply",
            "icmp[icmptype] == icmp-unreach",
            "arp[6:2] == 2",
        },
    },
};

static bool
has_family(const struct contact_scope *s, bool ipv4)
{
    for (size_t i = 0; i < s->n; i++) {
        if (network_is_ipv4(s->scopes[i].network) == ipv4) {
            return true;
        }
    }
    return false;
}

/* Appends the real subnets of a family, of what is received the
 * destination's. */
static void
format_subnets(const struct contact_scope *s, bool ipv4, bool sent,
               struct ds *ds)
{
    const char *before = " and (";

    for (size_t i = 0; i < s->n; i++) {
        if (!s->scopes[i].network->real.plen) {
            return;
        }
    }
    if (s->n > MAX_SUBNETS) {
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct network *network = s->scopes[i].network;

        if (network_is_ipv4(network) == ipv4) {
            ds_put_format(ds, "%s%s net ", before, sent ? "src" : "dst");
            address_prefix_format(real_subnet_prefix(&network->real), ds);
            before = " or ";
        }
    }
    ds_put_char(ds, ')');
}

static void
format_family(const struct contact_scope *s, bool ipv4, bool sent,
              struct ds *ds)
{
    const struct family_filter *filter = &family_filters[ipv4];
    const char *const *kinds = sent ? filter->sent : filter->received;

    ds_put_char(ds, '(');
    for (size_t i = 0; kinds[i]; i++) {
        ds_put_format(ds, "%s(%s)", i ? " or " : "", kinds[i]);
    }
    ds_put_char(ds, ')');
    format_subnets(s, ipv4, sent, ds);
}

void
contact_scope_format_filter(const struct contact_scope *s, bool sent,
                            struct ds *ds)
{
    struct ds one = DS_EMPTY_INITIALIZER;

    if (!has_family(s, false) || !has_family(s, true)) {
        format_family(s, has_family(s, true), sent, &one);
    } else {
        ds_put_char(&one, '(');
        format_family(s, true, sent, &one);
        ds_put_cstr(&one, ") or (");
        format_family(s, false, sent, &one);
        ds_put_char(&one, ')');
    }

    /* A tag may be within the frame or beside it: "vlan" shifts what follows
     * it. */
    ds_put_format(ds, "(%s) or (vlan and (%s))", ds_cstr(&one),
                  ds_cstr(&one));
    ds_destroy(&one);
}
