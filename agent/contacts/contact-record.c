/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-record.h"

#include "agent/config/options.h"
#include "agent/contacts/community-id.h"
#include "agent/contacts/contact-table.h"
#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "util.h"

#define ECS_VERSION "8.17.0"

/* ICMP echo has these in place of ports: the types. */
#define ECHO_REQUEST_PORT 8
#define ECHO_REPLY_PORT 0

#define NSEC_PER_MSEC 1000000

static const struct network *
find_network(const struct options *options, uint32_t id)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (network_id(&options->networks[i]) == id) {
            return &options->networks[i];
        }
    }
    return NULL;
}

static void
put_time(struct json *object, const char *name, long long int msec)
{
    json_object_put(object, name, json_string_create_nocopy(
                        xastrftime_msec("%Y-%m-%dT%H:%M:%S.###Z", msec,
                                        true)));
}

static struct json *
address_to_json(const struct in6_addr *address)
{
    char s[INET6_ADDRSTRLEN];

    ipv6_string_mapped(s, address);
    return json_string_create(s);
}

/* ECS writes them as RFC 7042 does. */
static void
put_mac(struct json *object, struct eth_addr mac)
{
    if (!eth_addr_is_zero(mac)) {
        json_object_put_format(object, "mac", "%02X-%02X-%02X-%02X-%02X-%02X",
                               ETH_ADDR_ARGS(mac));
    }
}

static bool
has_ports(const struct contact_packet *p)
{
    return p->kind == CONTACT_TCP || p->kind == CONTACT_UDP;
}

/* 'fake' is what the service sees in the address's place, or NULL. */
static struct json *
end_to_json(const struct contact_packet *p, const struct in6_addr *address,
            uint16_t port, struct eth_addr mac, struct json *fake)
{
    struct json *end = json_object_create();

    json_object_put(end, "ip", address_to_json(address));
    if (has_ports(p)) {
        json_object_put(end, "port", json_integer_create(port));
    }
    put_mac(end, mac);
    if (fake) {
        struct json *nat = json_object_create();

        json_object_put(nat, "ip", fake);
        json_object_put(end, "nat", nat);
    }
    return end;
}

/* Returns the client as the service sees it: a pair, or, if it is routed and
 * served as such, itself. */
static struct json *
seen_client(const struct network *network, const struct contact_packet *p)
{
    ovs_be32 client = in6_addr_get_mapped_ipv4(&p->client);
    ovs_be32 target = in6_addr_get_mapped_ipv4(&p->target);

    if (network_serves_routed(network)
        && !real_subnet_has_host(&network->real, client)) {
        return address_to_json(&p->client);
    }

    struct in6_addr pair = in6_addr_mapped_ipv4(
        address_plan_join(&network->fake, &network->real, client, target));
    return address_to_json(&pair);
}

static struct json *
source_to_json(const struct network *network, const struct contact_packet *p)
{
    bool translated = network && p->kind != CONTACT_ARP;

    return end_to_json(p, &p->client, p->client_port, p->client_mac,
                       translated ? seen_client(network, p) : NULL);
}

static struct json *
destination_to_json(const struct network *network,
                    const struct contact_packet *p)
{
    bool translated = network && p->kind != CONTACT_ARP;
    struct in6_addr fake = in6_addr_mapped_ipv4(
        translated ? network->fake.ip : 0);

    return end_to_json(p, &p->target, p->target_port, p->target_mac,
                       translated ? address_to_json(&fake) : NULL);
}

static const char *
get_outcome(enum contact_answer answer, bool ended)
{
    switch (answer) {
    case ANSWER_GIVEN: return "success";
    case ANSWER_REFUSED: return "failure";
    case ANSWER_NONE: return ended ? "failure" : "unknown";
    }
    OVS_NOT_REACHED();
}

static struct json *
event_to_json(const struct contact *c, bool ended)
{
    struct json *event = json_object_create();

    json_object_put_string(event, "kind", "event");
    json_object_put(event, "category",
                    json_array_create_1(json_string_create("network")));
    json_object_put(event, "type", json_array_create_2(
                        json_string_create("connection"),
                        json_string_create(ended ? "end" : "start")));
    json_object_put_string(event, "dataset", "pipette.contact");
    json_object_put_string(event, "outcome", get_outcome(c->answer, ended));
    put_time(event, "start", c->first);
    if (ended) {
        put_time(event, "end", c->last);
        json_object_put(event, "duration", json_integer_create(
                            (c->last - c->first) * NSEC_PER_MSEC));
    }
    return event;
}

static void
put_protocol(struct json *json, const struct contact_packet *p)
{
    static const uint8_t protocols[] = {
        [CONTACT_TCP] = IPPROTO_TCP,
        [CONTACT_UDP] = IPPROTO_UDP,
        [CONTACT_PING] = IPPROTO_ICMP,
    };

    if (p->kind == CONTACT_ARP) {
        json_object_put_string(json, "type", "arp");
        return;
    }

    bool ping = p->kind == CONTACT_PING;
    struct ds id = DS_EMPTY_INITIALIZER;

    json_object_put_string(json, "type", "ipv4");
    json_object_put_string(json, "transport", contact_kind_name(p->kind));
    json_object_put_format(json, "iana_number", "%d", protocols[p->kind]);
    community_id_put(&p->client, &p->target, protocols[p->kind],
                     ping ? ECHO_REQUEST_PORT : p->client_port,
                     ping ? ECHO_REPLY_PORT : p->target_port, &id);
    json_object_put_string(json, "community_id", ds_cstr(&id));
    ds_destroy(&id);
}

static struct json *
network_to_json(const struct network *network, const struct contact_packet *p)
{
    struct json *json = json_object_create();

    put_protocol(json, p);
    json_object_put_string(json, "direction", "inbound");
    if (network && network->name) {
        json_object_put_string(json, "name", network->name);
    }
    if (p->vlan) {
        struct json *vlan = json_object_create();

        json_object_put_format(vlan, "id", "%d", p->vlan);
        json_object_put(json, "vlan", vlan);
    }
    return json;
}

static struct json *
observer_to_json(const struct contact_observer *observer)
{
    struct json *json = json_object_create();

    json_object_put_string(json, "type", "honeypot");
    json_object_put_string(json, "product", "pipette-agent");
    json_object_put_string(json, "version", observer->version);
    json_object_put_string(json, "hostname", observer->hostname);
    return json;
}

static struct json *
ours_to_json(const struct contact *c, const struct options *options)
{
    static const char *const answers[] = {
        [ANSWER_NONE] = "none",
        [ANSWER_REFUSED] = "refused",
        [ANSWER_GIVEN] = "given",
    };
    struct json *json = json_object_create();

    json_object_put_string(json, "bridge", options->bridge);
    json_object_put_string(json, "answer", answers[c->answer]);
    json_object_put(json, "attempts", json_integer_create(c->attempts));
    return json;
}

void
contact_record_put(const struct contact *c, bool ended,
                   const struct contact_observer *observer, struct ds *s)
{
    const struct contact_packet *p = &c->packet;
    const struct network *network = find_network(observer->options,
                                                 c->network);
    struct json *record = json_object_create();
    struct json *ecs = json_object_create();
    struct json *related = json_object_create();

    put_time(record, "@timestamp", ended ? c->last : c->first);
    json_object_put_string(ecs, "version", ECS_VERSION);
    json_object_put(record, "ecs", ecs);
    json_object_put(record, "event", event_to_json(c, ended));
    json_object_put(record, "source", source_to_json(network, p));
    json_object_put(record, "destination", destination_to_json(network, p));
    json_object_put(record, "network", network_to_json(network, p));
    json_object_put(related, "ip", json_array_create_2(
                        address_to_json(&p->client),
                        address_to_json(&p->target)));
    json_object_put(record, "related", related);
    json_object_put(record, "observer", observer_to_json(observer));
    json_object_put(record, "pipette", ours_to_json(c, observer->options));
    json_to_ds(record, JSSF_SORT, s);
    ds_put_char(s, '\n');
    json_destroy(record);
}
