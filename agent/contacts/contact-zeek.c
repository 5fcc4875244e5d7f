/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-zeek.h"

#include "agent/config/options.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-record.h"
#include "agent/contacts/contact-table.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "util.h"

static double
to_seconds(long long int msec)
{
    return msec / 1000.0;
}

static const char *
get_state(enum contact_kind kind, enum contact_answer answer)
{
    if (kind == CONTACT_PING || kind == CONTACT_ND) {
        return "OTH";
    } else if (kind == CONTACT_UDP) {
        /* To Zeek, an ICMP error is a connection of its own. */
        return answer == ANSWER_GIVEN ? "SF" : "S0";
    }
    switch (answer) {
    case ANSWER_NONE: return "S0";
    case ANSWER_REFUSED: return "REJ";
    case ANSWER_GIVEN: return "S1";
    }
    OVS_NOT_REACHED();
}

static void
put_tuple(struct json *record, const struct contact_packet *p)
{
    bool ports = contact_has_ports(p);
    struct contact_icmp icmp = contact_icmp_types(p);

    /* ICMP has types in place of ports.  To Zeek, ICMPv6 is ICMP, too. */
    json_object_put(record, "id.orig_h", contact_address_to_json(&p->client));
    json_object_put(record, "id.orig_p", json_integer_create(
                        ports ? p->client_port : icmp.request));
    json_object_put(record, "id.resp_h", contact_address_to_json(&p->target));
    json_object_put(record, "id.resp_p", json_integer_create(
                        ports ? p->target_port : icmp.answer));
    json_object_put_string(record, "proto", (ports ? contact_kind_name(p->kind)
                                             : "icmp"));
    json_object_put(record, "ip_proto",
                    json_integer_create(contact_ip_protocol(p)));
    contact_put_community_id(record, p);
}

static void
put_frame(struct json *record, const struct contact_packet *p)
{
    contact_put_mac(record, "orig_l2_addr", p->client_mac);
    contact_put_mac(record, "resp_l2_addr", p->target_mac);
    if (p->vlan) {
        json_object_put(record, "vlan", json_integer_create(p->vlan));
    }
}

/* Local is what is in the real subnet.  Targets are; of clients, it is not
 * known without one.  Only neighbours ask by neighbour discovery. */
static void
put_network(struct json *record, const struct contact *c,
            const struct contact_observer *observer)
{
    const struct network *network = contact_network(observer->options,
                                                    c->network);

    json_object_put(record, "local_resp", json_boolean_create(true));
    if (network && network->real.plen) {
        struct address client = address_from_in6(&c->packet.client);

        json_object_put(record, "local_orig", json_boolean_create(
                            c->packet.kind == CONTACT_ND
                            || real_subnet_has_host(&network->real, client)));
    }
    if (network && network->name) {
        json_object_put_string(record, "pipette.network", network->name);
    }
}

/* What the switch makes of the addresses. */
static void
put_translated(struct json *record, const struct contact *c,
               const struct contact_observer *observer)
{
    const struct network *network = contact_network(observer->options,
                                                    c->network);
    struct in6_addr address;

    if (contact_fake_address(network, &c->packet, &address)) {
        json_object_put(record, "pipette.fake_address",
                        contact_address_to_json(&address));
    }
    if (contact_seen_as(network, &c->packet, &address)) {
        json_object_put(record, "pipette.seen_as",
                        contact_address_to_json(&address));
    }
}

/* What all records have. */
static struct json *
contact_to_json(const struct contact *c, const char *event,
                const struct contact_observer *observer)
{
    struct json *record = json_object_create();
    char token[CONTACT_TOKEN_LEN + 1];

    contact_token(c, token);
    json_object_put(record, "ts", json_real_create(to_seconds(c->first)));
    json_object_put_format(record, "uid", "C%s", token);
    put_tuple(record, &c->packet);
    put_frame(record, &c->packet);
    put_network(record, c, observer);
    json_object_put_string(record, "pipette.event", event);
    json_object_put_string(record, "pipette.bridge",
                           observer->options->bridge);
    json_object_put_string(record, "pipette.hostname", observer->hostname);
    json_object_put_string(record, "pipette.version", observer->version);
    return record;
}

static struct json *
denied_to_json(const struct contact *c,
               const struct contact_observer *observer)
{
    struct json *record = contact_to_json(c, "denied", observer);

    json_object_put_string(record, "conn_state",
                           get_state(c->packet.kind, ANSWER_NONE));
    json_object_put_string(record, "pipette.reason",
                           contact_denial_name(c->denial));
    return record;
}

static struct json *
answered_to_json(const struct contact *c, bool ended,
                 const struct contact_observer *observer)
{
    struct json *record = contact_to_json(c, ended ? "end" : "start",
                                          observer);

    if (ended && c->last > c->first) {
        json_object_put(record, "duration", json_real_create(
                            to_seconds(c->last - c->first)));
    }
    put_translated(record, c, observer);
    json_object_put_string(record, "conn_state",
                           get_state(c->packet.kind, c->answer));
    json_object_put_string(record, "pipette.answer",
                           contact_answer_name(c->answer));
    json_object_put(record, "pipette.attempts",
                    json_integer_create(c->attempts));
    return record;
}

void
contact_zeek_put(const struct contact *c, bool ended,
                 const struct contact_observer *observer, struct ds *s)
{
    if (c->packet.kind != CONTACT_ARP) {
        contact_put_line(c->denial ? denied_to_json(c, observer)
                         : answered_to_json(c, ended, observer), s);
    }
}
