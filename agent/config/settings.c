/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/settings.h"

#include <stdlib.h>

#include "agent/config/option-values.h"
#include "dirs.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* With more learned flows, the switch would be too slow. */
#define MAX_LEARNED 1000000

static const struct {
    const char *section, *key, *option;
    const char *preset;         /* NULL for none. */
} names[N_SETTINGS] = {
    [SET_BRIDGE] = { "bridge", "name", "bridge", "copro0" },
    [SET_UPLINK] = { "bridge", "uplink", "uplink", NULL },
    [SET_DATAPATH_TYPE] = { "bridge", "datapath-type", "datapath-type", NULL },
    [SET_DB] = { "bridge", "db", "db", NULL },
    [SET_ADOPT] = { "bridge", "adopt", "adopt", "no" },
    [SET_CT_MARK] = { "bridge", "ct-mark", "ct-mark", "0x1000" },
    [SET_VLAN] = { "network", "vlan", "vlan", "2" },
    [SET_FAKE_PORT] = { "network", "fake-port", "fake-port", "ovsfake0" },
    [SET_FAKE_ADDRESS]
        = { "network", "fake-address", "fake-address", "10.10.0.1/16" },
    [SET_REAL_SUBNET] = { "network", "real-subnet", "real-subnet", NULL },
    [SET_IGNORE_CLIENTS]
        = { "network", "ignore-clients", "ignore-clients", NULL },
    [SET_CLIENTS] = { "network", "clients", "clients", "any" },
    [SET_MAX_CLIENTS] = { "network", "max-clients", "max-clients", "4096" },
    [SET_CT_ZONE] = { "network", "ct-zone", "ct-zone", NULL },
    [SET_PROTOCOLS] = { "network", "protocols", "protocols", "tcp,udp" },
    [SET_MAX_PAIRS] = { "network", "max-pairs", "max-pairs", "16384" },
    [SET_SERVER_MAC]
        = { "network", "server-mac", "server-mac", "0e:00:00:00:00:66" },
    [SET_CLIENT_MAC]
        = { "network", "client-mac", "client-mac", "0e:00:00:00:00:67" },
    [SET_TIMEOUT] = { "network", "timeout", "timeout", "300" },
};

const char *
setting_option(enum setting setting)
{
    return names[setting].option;
}

const char *
setting_key(enum setting setting)
{
    return names[setting].key;
}

const char *
setting_section(enum setting setting)
{
    return names[setting].section;
}

bool
setting_find(const char *key, enum setting *setting)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if (!strcmp(key, names[i].key)) {
            *setting = i;
            return true;
        }
    }
    return false;
}

/* Stores 'value', and returns NULL or what it must be. */
static char *
parse(struct options *o, enum setting setting, const char *value)
{
    switch (setting) {
    case SET_BRIDGE:
        return parse_name(value, &o->bridge);
    case SET_UPLINK:
        return parse_name(value, &o->uplink);
    case SET_DATAPATH_TYPE:
        return parse_datapath_type(value, &o->datapath_type);
    case SET_DB:
        return parse_db(value, o->directory, &o->db);
    case SET_ADOPT:
        return parse_yes_no(value, &o->adopt);
    case SET_CT_MARK:
        return parse_bit(value, &o->ct_mark);
    case SET_VLAN:
        return parse_vlans(value, &o->vlans);
    case SET_FAKE_PORT:
        return parse_name(value, &o->fake_port);
    case SET_FAKE_ADDRESS:
        return fake_address_parse(value, &o->fake);
    case SET_REAL_SUBNET:
        return real_subnet_parse(value, &o->real);
    case SET_CLIENTS:
        return parse_clients(value, &o->routed);
    case SET_IGNORE_CLIENTS:
        return parse_prefixes(value, &o->ignored_clients);
    case SET_MAX_CLIENTS:
        return parse_number(value, 1, MAX_LEARNED, &o->max_clients);
    case SET_CT_ZONE:
        return parse_u16(value, 1, UINT16_MAX, &o->ct_zone);
    case SET_PROTOCOLS:
        return parse_protocols(value, &o->protocols);
    case SET_MAX_PAIRS:
        return parse_number(value, 0, MAX_LEARNED, &o->max_pairs);
    case SET_SERVER_MAC:
        return parse_mac(value, &o->server_mac);
    case SET_CLIENT_MAC:
        return parse_mac(value, &o->client_mac);
    case SET_TIMEOUT:
        return parse_u16(value, 1, UINT16_MAX, &o->timeout);
    case N_SETTINGS:
        break;
    }
    OVS_NOT_REACHED();
}

void
settings_set_defaults(struct options *o)
{
    o->db = xasprintf("unix:%s/db.sock", ovs_rundir());
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if (names[i].preset) {
            ovs_assert(!parse(o, i, names[i].preset));
        }
    }
}

void
settings_destroy(struct options *o)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        free(o->given[i].value);
    }
    free(o->bridge);
    free(o->uplink);
    free(o->fake_port);
    free(o->datapath_type);
    free(o->db);
    free(o->vlans);
    svec_destroy(&o->ignored_clients);
}

static const char *
get_value(const struct options *o, enum setting setting)
{
    const char *given = o->given[setting].value;

    return given ? given : names[setting].preset;
}

/* Returns the setting's name as the user knows it, for the caller to free. */
static char *
get_name(const struct options *o, enum setting setting)
{
    const struct given *given = &o->given[setting];

    if (!o->config || (given->value && !given->line)) {
        return xasprintf("--%s", names[setting].option);
    }
    return xasprintf("[%s] %s", names[setting].section, names[setting].key);
}

/* Returns the error that 'setting' must be 'expected', which is freed. */
static char *
make_error(const struct options *o, enum setting setting, char *expected)
{
    unsigned int line = o->given[setting].line;
    const char *value = get_value(o, setting);
    char *name = get_name(o, setting);
    struct ds s = DS_EMPTY_INITIALIZER;

    if (name[0] == '[') {
        ds_put_cstr(&s, o->config);
        if (line) {
            ds_put_format(&s, ":%u", line);
        }
        ds_put_cstr(&s, ": ");
    }
    ds_put_format(&s, "%s%s%s: must be %s", name, value ? " " : "",
                  value ? value : "", expected);
    free(name);
    free(expected);
    return ds_steal_cstr(&s);
}

char *
setting_apply(struct options *o, enum setting setting, const char *value,
              unsigned int line)
{
    struct given *given = &o->given[setting];

    free(given->value);
    given->value = xstrdup(value);
    given->line = line;

    char *expected = parse(o, setting, value);
    given->refused = expected;
    return expected ? make_error(o, setting, expected) : NULL;
}

/* Checks of values against each other. */

static void
add_error(const struct options *o, enum setting setting, char *expected,
          struct svec *errors)
{
    svec_add_nocopy(errors, make_error(o, setting, expected));
}

/* Returns true if both have a value that can be compared. */
static bool
are_comparable(const struct options *o, enum setting a, enum setting b)
{
    return (get_value(o, a) && !o->given[a].refused
            && get_value(o, b) && !o->given[b].refused);
}

/* 'setting' must be 'how' 'other'. */
static void
add_relation(const struct options *o, enum setting setting, const char *how,
             enum setting other, struct svec *errors)
{
    char *name = get_name(o, other);

    add_error(o, setting, xasprintf("%s %s", how, name), errors);
    free(name);
}

static void
check_names(const struct options *o, struct svec *errors)
{
    static const enum setting pairs[][2] = {
        { SET_UPLINK, SET_BRIDGE },
        { SET_FAKE_PORT, SET_BRIDGE },
        { SET_FAKE_PORT, SET_UPLINK },
    };

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        enum setting a = pairs[i][0], b = pairs[i][1];

        if (are_comparable(o, a, b)
            && !strcmp(get_value(o, a), get_value(o, b))) {
            add_relation(o, a, "another name than that of", b, errors);
        }
    }
}

static void
check_addresses(const struct options *o, struct svec *errors)
{
    static const enum setting of_real_subnet[] = {
        SET_CLIENTS, SET_MAX_CLIENTS, SET_CT_ZONE, SET_PROTOCOLS
    };
    bool known = get_value(o, SET_REAL_SUBNET);

    for (size_t i = 0; i < ARRAY_SIZE(of_real_subnet) && !known; i++) {
        if (o->given[of_real_subnet[i]].value) {
            add_relation(o, of_real_subnet[i], "with", SET_REAL_SUBNET,
                         errors);
        }
    }
    if (known && o->given[SET_MAX_PAIRS].value) {
        add_relation(o, SET_MAX_PAIRS, "without", SET_REAL_SUBNET, errors);
    }
    if (o->given[SET_FAKE_ADDRESS].refused
        || o->given[SET_REAL_SUBNET].refused) {
        return;
    }

    char *expected = address_plan_check(&o->fake, &o->real);
    if (expected) {
        add_error(o, SET_FAKE_ADDRESS, expected, errors);
    }
}

void
settings_check(const struct options *o, struct svec *errors)
{
    if (!o->given[SET_UPLINK].value && o->mode != MODE_TRANSLATE) {
        add_error(o, SET_UPLINK,
                  xstrdup("given: the interface to the real subnet"), errors);
    }
    check_names(o, errors);
    if (are_comparable(o, SET_SERVER_MAC, SET_CLIENT_MAC)
        && eth_addr_equals(o->server_mac, o->client_mac)) {
        add_relation(o, SET_CLIENT_MAC, "another MAC address than that of",
                     SET_SERVER_MAC, errors);
    }
    check_addresses(o, errors);
}

void
settings_compare(const struct options *a, const struct options *b,
                 struct svec *changed)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if (!nullable_string_is_equal(get_value(a, i), get_value(b, i))) {
            svec_add(changed, names[i].option);
        }
    }
}
