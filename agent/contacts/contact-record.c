/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-record.h"

#include "agent/config/options.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-scope.h"
#include "agent/contacts/contact-table.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "util.h"

#define ECS_VERSION "8.17.0"

#define NSEC_PER_MSEC 1000000

static void
put_time(struct json *object, const char *name, long long int msec)
{
    json_object_put(object, name, json_string_create_nocopy(
                        xastrftime_msec("%Y-%m-%dT%H:%M:%S.###Z", msec,
                                        true)));
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

/* 'seen' is what the service sees in the address's place, or NULL. */
static struct json *
end_to_json(const struct contact_packet *p, const struct in6_addr *address,
            uint16_t port, struct eth_addr mac, const struct in6_addr *seen)
{
    struct json *end = json_object_create();

    json_object_put(end, "ip", contact_address_to_json(address));
    if (contact_has_ports(p)) {
        json_object_put(end, "port", json_integer_create(port));
    }
    put_mac(end, mac);
    if (seen) {
        struct json *nat = json_object_create();

        json_object_put(nat, "ip", contact_address_to_json(seen));
        json_object_put(end, "nat", nat);
    }
    return end;
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
                        json_string_create(c->denial ? "denied"
                                           : ended ? "end" : "start")));
    json_object_put_string(event, "dataset", "pipette.contact");
    if (c->denial) {
        json_object_put_string(event, "reason",
                               contact_denial_name(c->denial));
    }
    json_object_put_string(event, "outcome",
                           get_outcome(c->answer, ended || c->denial));
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
    if (p->kind == CONTACT_ARP) {
        json_object_put_string(json, "type", "arp");
        return;
    }

    json_object_put_string(json, "type", (contact_packet_is_ipv4(p) ? "ipv4"
                                          : "ipv6"));
    json_object_put_string(json, "transport", contact_transport_name(p));
    json_object_put_format(json, "iana_number", "%d", contact_ip_protocol(p));
    if (p->kind == CONTACT_ND) {
        json_object_put_string(json, "protocol", contact_kind_name(p->kind));
    }
    contact_put_community_id(json, p);
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
    struct json *json = json_object_create();

    json_object_put_string(json, "bridge", options->bridge);
    json_object_put_string(json, "answer", contact_answer_name(c->answer));
    json_object_put(json, "attempts", json_integer_create(c->attempts));
    return json;
}

static struct json *
ecs_to_json(void)
{
    struct json *json = json_object_create();

    json_object_put_string(json, "version", ECS_VERSION);
    return json;
}

void
contact_record_put(const struct contact *c, bool ended,
                   const struct contact_observer *observer, struct ds *s)
{
    const struct contact_packet *p = &c->packet;
    const struct network *network = contact_network(observer->options,
                                                    c->network);
    struct json *record = json_object_create();
    struct json *related = json_object_create();
    struct in6_addr client, fake;
    bool translated = (!c->denial && contact_seen_as(network, p, &client)
                       && contact_fake_address(network, p, &fake));

    put_time(record, "@timestamp", ended ? c->last : c->first);
    json_object_put(record, "ecs", ecs_to_json());
    json_object_put(record, "event", event_to_json(c, ended));
    json_object_put(record, "source",
                    end_to_json(p, &p->client, p->client_port, p->client_mac,
                                translated ? &client : NULL));
    json_object_put(record, "destination",
                    end_to_json(p, &p->target, p->target_port, p->target_mac,
                                translated ? &fake : NULL));
    json_object_put(record, "network", network_to_json(network, p));
    json_object_put(related, "ip", json_array_create_2(
                        contact_address_to_json(&p->client),
                        contact_address_to_json(&p->target)));
    json_object_put(record, "related", related);
    json_object_put(record, "observer", observer_to_json(observer));
    json_object_put(record, "pipette", ours_to_json(c, observer->options));
    contact_put_line(record, s);
}

static struct json *
suppressed_event_to_json(const struct contact_suppressed *suppressed)
{
    struct json *event = json_object_create();

    json_object_put_string(event, "kind", "event");
    json_object_put(event, "category",
                    json_array_create_1(json_string_create("network")));
    json_object_put(event, "type", json_array_create_2(
                        json_string_create("connection"),
                        json_string_create("info")));
    json_object_put_string(event, "dataset", "pipette.contact");
    json_object_put_string(event, "action", "contacts-suppressed");
    put_time(event, "start", suppressed->first);
    put_time(event, "end", suppressed->last);
    return event;
}

void
contact_record_put_suppressed(const struct contact_suppressed *suppressed,
                              const struct contact_observer *observer,
                              struct ds *s)
{
    struct json *record = json_object_create();
    struct json *ours = json_object_create();

    put_time(record, "@timestamp", suppressed->last);
    json_object_put(record, "ecs", ecs_to_json());
    json_object_put(record, "event", suppressed_event_to_json(suppressed));
    if (ipv6_addr_is_set(&suppressed->client)) {
        struct json *source = json_object_create();

        json_object_put(source, "ip",
                        contact_address_to_json(&suppressed->client));
        json_object_put(record, "source", source);
    }
    json_object_put(record, "observer", observer_to_json(observer));
    json_object_put_string(ours, "bridge", observer->options->bridge);
    json_object_put(ours, "suppressed", json_integer_create(suppressed->n));
    json_object_put(record, "pipette", ours);
    contact_put_line(record, s);
}
