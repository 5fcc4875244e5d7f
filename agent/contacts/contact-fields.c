/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-fields.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>

#include "agent/config/options.h"
#include "agent/contacts/community-id.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-table.h"
#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "sha1.h"
#include "util.h"

const struct network *
contact_network(const struct options *options, uint32_t id)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (network_id(&options->networks[i]) == id) {
            return &options->networks[i];
        }
    }
    return NULL;
}

bool
contact_kind_is_used(enum contact_kind kind, const struct options *options)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (contact_kind_is_of(kind,
                               network_is_ipv4(&options->networks[i]))) {
            return true;
        }
    }
    return false;
}

const char *
contact_answer_name(enum contact_answer answer)
{
    switch (answer) {
    case ANSWER_NONE: return "none";
    case ANSWER_REFUSED: return "refused";
    case ANSWER_GIVEN: return "given";
    }
    OVS_NOT_REACHED();
}

uint8_t
contact_ip_protocol(const struct contact_packet *p)
{
    switch (p->kind) {
    case CONTACT_TCP: return IPPROTO_TCP;
    case CONTACT_UDP: return IPPROTO_UDP;
    case CONTACT_PING: return (contact_packet_is_ipv4(p) ? IPPROTO_ICMP
                               : IPPROTO_ICMPV6);
    case CONTACT_ARP: return 0;
    case CONTACT_ND: return IPPROTO_ICMPV6;
    case N_CONTACT_KINDS: break;
    }
    OVS_NOT_REACHED();
}

const char *
contact_transport_name(const struct contact_packet *p)
{
    return (contact_ip_protocol(p) == IPPROTO_ICMPV6 ? "ipv6-icmp"
            : contact_kind_name(p->kind));
}

struct contact_icmp
contact_icmp_types(const struct contact_packet *p)
{
    return (p->kind == CONTACT_ND
            ? (struct contact_icmp) { ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT }
            : contact_packet_is_ipv4(p)
            ? (struct contact_icmp) { ICMP4_ECHO_REQUEST, ICMP4_ECHO_REPLY }
            : (struct contact_icmp) { ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY });
}

bool
contact_has_ports(const struct contact_packet *p)
{
    return p->kind == CONTACT_TCP || p->kind == CONTACT_UDP;
}

bool
contact_seen_as(const struct network *network, const struct contact_packet *p,
                struct in6_addr *address)
{
    struct address client = address_from_in6(&p->client);
    struct address target = address_from_in6(&p->target);

    if (!network || contact_kind_asks_for_mac(p->kind)) {
        return false;
    } else if (network_serves_routed(network)
               && !real_subnet_has_host(&network->real, client)) {
        *address = p->client;
    } else {
        *address = address_to_in6(address_plan_join(&network->fake,
                                                    &network->real, client,
                                                    target));
    }
    return true;
}

bool
contact_fake_address(const struct network *network,
                     const struct contact_packet *p, struct in6_addr *address)
{
    if (!network || contact_kind_asks_for_mac(p->kind)) {
        return false;
    }
    *address = address_to_in6(network->fake.ip);
    return true;
}

/* Ids. */

/* What contact_table_take() tells contacts by, and when it began. */
static void
hash_contact(const struct contact *c, uint8_t digest[SHA1_DIGEST_SIZE])
{
    const struct contact_packet *p = &c->packet;
    const ovs_be32 network = htonl(c->network);
    const ovs_be16 port = htons(p->target_port);
    const ovs_be64 first = htonll(c->first);
    const uint8_t kind = p->kind;
    struct sha1_ctx sha1;

    sha1_init(&sha1);
    sha1_update(&sha1, &network, sizeof network);
    sha1_update(&sha1, &kind, sizeof kind);
    sha1_update(&sha1, &p->client, sizeof p->client);
    sha1_update(&sha1, &p->target, sizeof p->target);
    sha1_update(&sha1, &port, sizeof port);
    sha1_update(&sha1, &first, sizeof first);
    sha1_final(&sha1, digest);
}

/* So that programs with floating point numbers only do not round it. */
#define NUMBER_BITS 53

uint64_t
contact_number(const struct contact *c)
{
    uint8_t digest[SHA1_DIGEST_SIZE];
    uint64_t number = 0;

    hash_contact(c, digest);
    for (size_t i = 0; i < sizeof number; i++) {
        number = number << 8 | digest[i];
    }
    return number >> (64 - NUMBER_BITS);
}

void
contact_token(const struct contact *c, char token[CONTACT_TOKEN_LEN + 1])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "abcdefghijklmnopqrstuvwxyz";
    uint8_t digest[SHA1_DIGEST_SIZE];

    hash_contact(c, digest);
    for (size_t i = 0; i < CONTACT_TOKEN_LEN; i++) {
        token[i] = digits[digest[i] % (sizeof digits - 1)];
    }
    token[CONTACT_TOKEN_LEN] = '\0';
}

/* JSON. */

struct json *
contact_address_to_json(const struct in6_addr *address)
{
    char s[INET6_ADDRSTRLEN];

    contact_address_format(address, s);
    return json_string_create(s);
}

void
contact_put_mac(struct json *object, const char *name, struct eth_addr mac)
{
    if (!eth_addr_is_zero(mac)) {
        json_object_put_format(object, name, ETH_ADDR_FMT,
                               ETH_ADDR_ARGS(mac));
    }
}

void
contact_put_community_id(struct json *object, const struct contact_packet *p)
{
    bool ports = contact_has_ports(p);
    struct contact_icmp icmp = contact_icmp_types(p);
    struct ds id = DS_EMPTY_INITIALIZER;

    if (p->kind == CONTACT_ARP) {
        return;
    }
    /* ICMP has types in place of ports. */
    community_id_put(&p->client, &p->target, contact_ip_protocol(p),
                     ports ? p->client_port : icmp.request,
                     ports ? p->target_port : icmp.answer, &id);
    json_object_put_string(object, "community_id", ds_cstr(&id));
    ds_destroy(&id);
}

void
contact_put_line(struct json *record, struct ds *s)
{
    json_to_ds(record, JSSF_SORT, s);
    ds_put_char(s, '\n');
    json_destroy(record);
}

/* The journal. */

void
contact_journal_fields_put(const struct contact *c, bool ended,
                           const struct contact_observer *observer,
                           struct ds *s)
{
    const struct contact_packet *p = &c->packet;
    const struct network *network = contact_network(observer->options,
                                                    c->network);
    char client[INET6_ADDRSTRLEN], target[INET6_ADDRSTRLEN];

    ds_put_format(s, "PIPETTE_EVENT=%s\nPIPETTE_PROTOCOL=%s\n",
                  c->denial ? "denied" : ended ? "end" : "start",
                  contact_kind_name(p->kind));
    contact_address_format(&p->client, client);
    contact_address_format(&p->target, target);
    ds_put_format(s, "PIPETTE_CLIENT=%s\nPIPETTE_TARGET=%s\n", client,
                  target);
    if (contact_has_ports(p)) {
        ds_put_format(s, "PIPETTE_PORT=%d\n", p->target_port);
    }
    if (p->vlan) {
        ds_put_format(s, "PIPETTE_VLAN=%d\n", p->vlan);
    }
    if (network && network->name) {
        ds_put_format(s, "PIPETTE_NETWORK=%s\n", network->name);
    }
    ds_put_format(s, "PIPETTE_ANSWER=%s\n", contact_answer_name(c->answer));
}
