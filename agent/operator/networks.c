/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/networks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/config/settings.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "util.h"

void
network_format(const struct options *options, const struct network *network,
               struct ds *s)
{
    ds_put_format(s, "[%s]: VLAN %s", network->name,
                  setting_value(options, network, SET_VLAN));
    if (network->real.plen) {
        ds_put_format(s, ", "IP_FMT"/%u", IP_ARGS(network->real.network),
                      network->real.plen);
    }
    ds_put_format(s, ": services on "IP_FMT"/%u of %s",
                  IP_ARGS(network->fake.ip), network->fake.plen,
                  network->fake_port);
    if (network_serves_routed(network)) {
        ds_put_format(s, ", connection tracking zone %"PRIu16,
                      network_ct_zone(network));
    }
    if (network->real.plen) {
        ds_put_format(s, ", metadata %#"PRIx32, network_id(network));
    }
}

static void
put_address(struct json *json, const char *name, ovs_be32 ip,
            unsigned int plen)
{
    json_object_put_format(json, name, IP_FMT"/%u", IP_ARGS(ip), plen);
}

static struct json *
network_to_json(const struct options *options, const struct network *network)
{
    struct json *json = json_object_create();

    json_object_put_string(json, "vlan",
                           setting_value(options, network, SET_VLAN));
    if (network->real.plen) {
        put_address(json, "real_subnet", network->real.network,
                    network->real.plen);
    }
    put_address(json, "fake_address", network->fake.ip, network->fake.plen);
    json_object_put_string(json, "fake_port", network->fake_port);
    if (network_serves_routed(network)) {
        json_object_put(json, "ct_zone",
                        json_integer_create(network_ct_zone(network)));
    }
    if (network->real.plen) {
        json_object_put(json, "metadata",
                        json_integer_create(network_id(network)));
    }
    return json;
}

struct json *
networks_to_json(const struct options *options)
{
    struct json *json = json_object_create();

    for (size_t i = 0; i < options->n_networks; i++) {
        json_object_put(json, options->networks[i].name,
                        network_to_json(options, &options->networks[i]));
    }
    return json;
}
