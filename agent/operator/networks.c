/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/networks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "agent/config/options.h"
#include "agent/config/settings.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(networks);

/* Others can cause these messages as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(20, 20);
static struct vlog_rate_limit networks_rl = VLOG_RATE_LIMIT_INIT(600, 600);

void
network_format(const struct options *options, const struct network *network,
               struct ds *s)
{
    ds_put_format(s, "[%s]: VLAN %s", network->name,
                  setting_value(options, network, SET_VLAN));
    char fake[ADDRESS_STRLEN];

    if (network->real.plen) {
        ds_put_cstr(s, ", ");
        address_prefix_format(real_subnet_prefix(&network->real), s);
    }
    ds_put_format(s, ": services on %s/%u of %s",
                  address_to_string(network->fake.ip, fake),
                  network->fake.plen, network->fake_port);
    if (network_serves_routed(network)) {
        ds_put_format(s, ", connection tracking zone %"PRIu16,
                      network_ct_zone(network));
    }
    if (network->real.plen) {
        ds_put_format(s, ", metadata %#"PRIx32, network_id(network));
    }
}

static void
put_address(struct json *json, const char *name, struct address ip,
            unsigned int plen)
{
    char s[ADDRESS_STRLEN];

    json_object_put_format(json, name, "%s/%u", address_to_string(ip, s),
                           plen);
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

/* The log. */

/* Warns if a client and a target have the fake address as their pair. */
static void
warn_of_pair(const struct fake_address *fake, const struct real_subnet *real)
{
    struct address client, target;
    char c[ADDRESS_STRLEN], t[ADDRESS_STRLEN], f[ADDRESS_STRLEN];

    if (address_plan_split(fake, real, fake->ip, &client, &target)) {
        /* Of addresses that are not known, the last bytes are: ".5"; as IPv6,
         * "::5". */
        int skip = (real->plen || !fake_address_is_ipv4(fake) ? 0
                    : strlen("0.0.0"));

        VLOG_WARN("a client %s that asks for target %s cannot be served: it "
                  "would have the fake address; %s has no such pair",
                  address_to_string(client, c) + skip,
                  address_to_string(target, t) + skip,
                  address_to_string(address_next(fake_address_network(fake)),
                                    f));
    }
}

void
networks_warn_of_pairs(const struct options *options)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        warn_of_pair(&options->networks[i].fake, &options->networks[i].real);
    }
}

/* Of the only network. */
static void
log_ready_network(const struct network *network)
{
    char s[ADDRESS_STRLEN];

    VLOG_INFO_RL(&rl, "ready (%s %s): services on %s answer for every "
                 "address of the real subnet", program_name, PIPETTE_VERSION,
                 address_to_string(network->fake.ip, s));
    if (network_serves_routed(network)) {
        VLOG_INFO_RL(&rl, "routed clients are in connection tracking zone "
                     "%"PRIu16, network_ct_zone(network));
    }
}

void
networks_log_ready(const struct options *options)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!options->networks[0].name) {
        log_ready_network(&options->networks[0]);
        return;
    }
    VLOG_INFO_RL(&rl, "ready (%s %s): %"PRIuSIZE" network%s", program_name,
                 PIPETTE_VERSION, options->n_networks,
                 options->n_networks > 1 ? "s" : "");
    for (size_t i = 0; i < options->n_networks; i++) {
        ds_clear(&s);
        network_format(options, &options->networks[i], &s);
        VLOG_INFO_RL(&networks_rl, "%s", ds_cstr(&s));
    }
    ds_destroy(&s);
}
