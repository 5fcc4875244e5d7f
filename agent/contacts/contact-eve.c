/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-eve.h"

#include "agent/config/options.h"
#include "agent/contacts/contact-budget.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-table.h"
#include "openvswitch/json.h"
#include "util.h"

static void
put_time(struct json *object, const char *name, long long int msec)
{
    json_object_put(object, name, json_string_create_nocopy(
                        xastrftime_msec("%Y-%m-%dT%H:%M:%S.###000+0000", msec,
                                        true)));
}

static struct json *
create_event(const char *type, long long int msec,
             const struct contact_observer *observer)
{
    struct json *event = json_object_create();

    put_time(event, "timestamp", msec);
    json_object_put_string(event, "event_type", type);
    json_object_put_string(event, "in_iface", observer->options->uplink);
    return event;
}

/* What EVE has no name for. */
static struct json *
create_ours(const char *kind, const struct contact_observer *observer)
{
    struct json *json = json_object_create();

    json_object_put_string(json, "event", kind);
    json_object_put_string(json, "bridge", observer->options->bridge);
    json_object_put_string(json, "hostname", observer->hostname);
    json_object_put_string(json, "version", observer->version);
    return json;
}

static const struct network *
put_network(struct json *ours, const struct contact *c,
            const struct contact_observer *observer)
{
    const struct network *network = contact_network(observer->options,
                                                    c->network);

    if (network && network->name) {
        json_object_put_string(ours, "network", network->name);
    }
    return network;
}

/* What the switch makes of the addresses. */
static void
put_translated(struct json *ours, const struct contact *c,
               const struct network *network)
{
    struct in6_addr address;

    if (contact_fake_address(network, &c->packet, &address)) {
        json_object_put(ours, "fake_address",
                        contact_address_to_json(&address));
    }
    if (contact_seen_as(network, &c->packet, &address)) {
        json_object_put(ours, "seen_as", contact_address_to_json(&address));
    }
}

static void
put_macs(struct json *ether, const char *name, struct eth_addr mac)
{
    if (!eth_addr_is_zero(mac)) {
        char s[ETH_ADDR_STRLEN + 1];

        snprintf(s, sizeof s, ETH_ADDR_FMT, ETH_ADDR_ARGS(mac));
        json_object_put(ether, name,
                        json_array_create_1(json_string_create(s)));
    }
}

/* Where the packet was: the frame. */
static void
put_frame(struct json *event, const struct contact_packet *p)
{
    struct json *ether = json_object_create();

    put_macs(ether, "src_macs", p->client_mac);
    put_macs(ether, "dest_macs", p->target_mac);
    json_object_put(event, "ether", ether);
    if (p->vlan) {
        json_object_put(event, "vlan",
                        json_array_create_1(json_integer_create(p->vlan)));
    }
}

static void
put_icmp(struct json *event, const struct contact_packet *p,
         enum contact_answer answer)
{
    struct contact_icmp types = contact_icmp_types(p);

    json_object_put(event, "icmp_type", json_integer_create(types.request));
    json_object_put(event, "icmp_code", json_integer_create(0));
    if (answer == ANSWER_GIVEN) {
        json_object_put(event, "response_icmp_type",
                        json_integer_create(types.answer));
        json_object_put(event, "response_icmp_code", json_integer_create(0));
    }
}

/* Suricata's name. */
static const char *
get_protocol(const struct contact_packet *p)
{
    switch (contact_ip_protocol(p)) {
    case IPPROTO_TCP: return "TCP";
    case IPPROTO_UDP: return "UDP";
    case IPPROTO_ICMP: return "ICMP";
    case IPPROTO_ICMPV6: return "IPv6-ICMP";
    }
    OVS_NOT_REACHED();
}

static void
put_tuple(struct json *event, const struct contact *c,
          enum contact_answer answer)
{
    const struct contact_packet *p = &c->packet;

    json_object_put(event, "src_ip", contact_address_to_json(&p->client));
    json_object_put(event, "dest_ip", contact_address_to_json(&p->target));
    if (contact_has_ports(p)) {
        json_object_put(event, "src_port",
                        json_integer_create(p->client_port));
        json_object_put(event, "dest_port",
                        json_integer_create(p->target_port));
    } else {
        put_icmp(event, p, answer);
    }
    json_object_put(event, "ip_v", json_integer_create(
                        contact_packet_is_ipv4(p) ? 4 : 6));
    json_object_put_string(event, "proto", get_protocol(p));
    json_object_put(event, "flow_id", json_integer_create(contact_number(c)));
    contact_put_community_id(event, p);
}

static const char *
get_state(enum contact_answer answer)
{
    switch (answer) {
    case ANSWER_NONE: return "new";
    case ANSWER_REFUSED: return "closed";
    case ANSWER_GIVEN: return "established";
    }
    OVS_NOT_REACHED();
}

static struct json *
flow_to_json(const struct contact *c, bool ended)
{
    struct json *flow = json_object_create();

    put_time(flow, "start", c->first);
    json_object_put_string(flow, "state", get_state(c->answer));
    if (ended) {
        put_time(flow, "end", c->last);
        json_object_put(flow, "age", json_integer_create(
                            c->last / 1000 - c->first / 1000));
        json_object_put_string(flow, "reason", "timeout");
    }
    return flow;
}

/* An ARP request. */
static struct json *
arp_to_json(const struct contact_packet *p)
{
    struct json *arp = json_object_create();

    json_object_put_string(arp, "hw_type", "ethernet");
    json_object_put_string(arp, "proto_type", "ipv4");
    json_object_put_string(arp, "opcode", "request");
    contact_put_mac(arp, "src_mac", p->client_mac);
    json_object_put(arp, "src_ip", contact_address_to_json(&p->client));
    json_object_put_string(arp, "dest_mac", "00:00:00:00:00:00");
    json_object_put(arp, "dest_ip", contact_address_to_json(&p->target));
    return arp;
}

/* Takes ownership of 'flow', what the record has beside the addresses. */
static struct json *
contact_to_json(const struct contact *c, enum contact_answer answer,
                long long int msec, struct json *flow,
                const struct contact_observer *observer)
{
    bool arp = c->packet.kind == CONTACT_ARP;
    struct json *event = create_event(arp ? "arp" : "flow", msec, observer);

    put_frame(event, &c->packet);
    if (arp) {
        json_object_put(event, "arp", arp_to_json(&c->packet));
        json_destroy(flow);
    } else {
        put_tuple(event, c, answer);
        json_object_put(event, "flow", flow);
    }
    return event;
}

static void
put_denied(const struct contact *c, const struct contact_observer *observer,
           struct ds *s)
{
    struct json *flow = json_object_create();
    struct json *ours = create_ours("denied", observer);
    struct json *event;

    put_time(flow, "start", c->first);
    json_object_put_string(flow, "state", "new");
    json_object_put_string(flow, "action", "drop");
    event = contact_to_json(c, ANSWER_NONE, c->first, flow, observer);
    json_object_put_string(ours, "reason", contact_denial_name(c->denial));
    put_network(ours, c, observer);
    json_object_put(event, "pipette", ours);
    contact_put_line(event, s);
}

static void
put(const struct contact *c, bool ended,
    const struct contact_observer *observer, struct ds *s)
{
    struct json *event = contact_to_json(c, c->answer,
                                         ended ? c->last : c->first,
                                         flow_to_json(c, ended), observer);
    struct json *ours = create_ours(ended ? "end" : "start", observer);

    json_object_put_string(ours, "answer", contact_answer_name(c->answer));
    json_object_put(ours, "attempts", json_integer_create(c->attempts));
    put_translated(ours, c, put_network(ours, c, observer));
    json_object_put(event, "pipette", ours);
    contact_put_line(event, s);
}

void
contact_eve_put(const struct contact *c, bool ended,
                const struct contact_observer *observer, struct ds *s)
{
    if (c->denial) {
        put_denied(c, observer, s);
    } else {
        put(c, ended, observer, s);
    }
}

void
contact_eve_put_suppressed(const struct contact_suppressed *suppressed,
                           const struct contact_observer *observer,
                           struct ds *s)
{
    struct json *event = create_event("pipette", suppressed->last, observer);
    struct json *ours = create_ours("contacts-suppressed", observer);

    if (ipv6_addr_is_set(&suppressed->client)) {
        json_object_put(event, "src_ip",
                        contact_address_to_json(&suppressed->client));
    }
    json_object_put(ours, "suppressed", json_integer_create(suppressed->n));
    json_object_put(event, "pipette", ours);
    contact_put_line(event, s);
}
