/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/network-checks.h"

#include <stdlib.h>

#include "agent/config/settings.h"
#include "bitmap.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "sset.h"
#include "svec.h"
#include "util.h"

#define N_VLANS 4096

/* A network, and one that comes before it.  There may be 20,000 of these, so
 * that a value was refused is asked for last. */
struct pair {
    const struct options *options;
    const struct network *network, *other;
    struct svec *errors;
};

/* Returns "[network NAME] in line N", where the other network has 'setting',
 * for the caller to free. */
static char *
name_other(const struct pair *p, enum setting setting)
{
    unsigned int line = setting_given(p->options, p->other, setting)->line;

    return xasprintf("[network%s%s] in line %u", p->other->name ? " " : "",
                     p->other->name ? p->other->name : "",
                     line ? line : p->other->line);
}

/* 'setting' must be 'expected', which ends in the other network's. */
static void OVS_PRINTF_FORMAT(3, 4)
add_error(const struct pair *p, enum setting setting, const char *format, ...)
{
    struct ds expected = DS_EMPTY_INITIALIZER;
    char *other = name_other(p, setting);
    va_list args;

    va_start(args, format);
    ds_put_format_valist(&expected, format, args);
    va_end(args);
    ds_put_format(&expected, " %s", other);
    free(other);
    svec_add_nocopy(p->errors,
                    setting_error(p->options, p->network, setting,
                                  ds_steal_cstr(&expected)));
}

static bool
is_refused(const struct pair *p, enum setting setting)
{
    return (setting_given(p->options, p->network, setting)->refused
            || setting_given(p->options, p->other, setting)->refused);
}

/* The first VLAN that is in both says enough.  An IPv4 and an IPv6 network may
 * have the same. */
static void
check_vlans(const struct pair *p)
{
    int vlan;

    if (network_is_ipv4(p->network) != network_is_ipv4(p->other)) {
        return;
    }
    BITMAP_FOR_EACH_1 (vlan, N_VLANS, p->network->vlans) {
        if (bitmap_is_set(p->other->vlans, vlan)) {
            if (is_refused(p, SET_VLAN)) {
                return;
            } else if (vlan) {
                add_error(p, SET_VLAN, "without VLAN %d, which is of", vlan);
            } else {
                add_error(p, SET_VLAN, "tagged: frames without a tag are of");
            }
            return;
        }
    }
}

static bool
overlaps_real(struct address_prefix fake, const struct real_subnet *real)
{
    return (real->plen
            && address_prefix_overlaps(fake, real_subnet_prefix(real)));
}

/* A client whose own address is of a fake prefix would be taken for another
 * one, so real subnets are apart from the fake prefixes of all networks. */
static void
check_prefixes(const struct pair *p)
{
    const struct network *n = p->network, *o = p->other;
    const struct address_prefix fake = fake_address_prefix(&n->fake);
    const struct address_prefix other = fake_address_prefix(&o->fake);
    char s[ADDRESS_STRLEN];

    if (is_refused(p, SET_FAKE_ADDRESS)) {
        return;
    } else if (address_prefix_overlaps(fake, other)) {
        add_error(p, SET_FAKE_ADDRESS, "apart from %s of",
                  address_prefix_to_string(other, s));
    }
    if (is_refused(p, SET_REAL_SUBNET)) {
        return;
    } else if (overlaps_real(fake, &o->real)) {
        add_error(p, SET_FAKE_ADDRESS, "apart from the real subnet %s of",
                  address_prefix_to_string(real_subnet_prefix(&o->real), s));
    } else if (overlaps_real(other, &n->real)) {
        add_error(p, SET_REAL_SUBNET, "apart from the fake prefix %s of",
                  address_prefix_to_string(other, s));
    }
}

static void
check_fake_ports(const struct pair *p)
{
    if (!strcmp(p->network->fake_port, p->other->fake_port)
        && !eth_addr_equals(p->network->server_mac, p->other->server_mac)
        && !is_refused(p, SET_FAKE_PORT) && !is_refused(p, SET_SERVER_MAC)) {
        add_error(p, SET_SERVER_MAC, ETH_ADDR_FMT", as %s has it in",
                  ETH_ADDR_ARGS(p->other->server_mac), p->other->fake_port);
    }
}

/* The zones are numbers of 16 bits: those given, and those from VLANs. */
static void
check_zones(const struct pair *p)
{
    if (network_serves_routed(p->network)
        && network_serves_routed(p->other)
        && network_ct_zone(p->network) == network_ct_zone(p->other)
        && !is_refused(p, SET_CT_ZONE) && !is_refused(p, SET_VLAN)) {
        add_error(p, SET_CT_ZONE, "another zone than %d of",
                  network_ct_zone(p->other));
    }
}

/* Flows and learned flows tell networks by these numbers. */
static void
check_ids(const struct pair *p)
{
    if (p->other->name && network_id(p->network) == network_id(p->other)) {
        svec_add_nocopy(p->errors, xasprintf(
                            "%s:%u: [network %s]: must have another name, "
                            "because its hash is that of [network %s] in "
                            "line %u", p->options->config, p->network->line,
                            p->network->name, p->other->name,
                            p->other->line));
    }
}

static void
check_pair(const struct pair *p)
{
    check_vlans(p);
    check_prefixes(p);
    check_fake_ports(p);
    check_zones(p);
    check_ids(p);
}

/* Only a network that is the only one can do without these. */
static void
check_alone(const struct options *o, const struct network *network,
            struct svec *errors)
{
    if (!network->name) {
        svec_add_nocopy(errors, xasprintf(
                            "%s:%u: [network]: must have a name, such as "
                            "[network lab], because there are several "
                            "networks", o->config, network->line));
    }
    if (!setting_value(o, network, SET_REAL_SUBNET)) {
        svec_add_nocopy(errors, setting_error(
                            o, network, SET_REAL_SUBNET,
                            xstrdup("given, because there are several "
                                    "networks")));
    }
}

/* Each fake port has a mark, in bits from that of the configuration on. */
static void
check_marks(const struct options *o, struct svec *errors)
{
    struct sset fake_ports = SSET_INITIALIZER(&fake_ports);

    for (size_t i = 0; i < o->n_networks; i++) {
        sset_add(&fake_ports, o->networks[i].fake_port);
    }
    size_t n = sset_count(&fake_ports);
    if (o->ct_mark && !options_mark_mask(o->ct_mark, n)) {
        svec_add_nocopy(errors, setting_error(
                            o, NULL, SET_CT_MARK,
                            xasprintf("a lower bit: %"PRIuSIZE" fake ports "
                                      "need more bits", n)));
    }
    sset_destroy(&fake_ports);
}

void
network_checks(const struct options *o, struct svec *errors)
{
    check_marks(o, errors);
    for (size_t i = 0; o->n_networks > 1 && i < o->n_networks; i++) {
        struct pair p = { o, &o->networks[i], NULL, errors };

        check_alone(o, p.network, errors);
        for (size_t j = 0; j < i; j++) {
            p.other = &o->networks[j];
            check_pair(&p);
        }
    }
}
