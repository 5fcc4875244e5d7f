/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/settings.h"

#include <stdlib.h>

#include "agent/config/claims.h"
#include "agent/config/network-checks.h"
#include "agent/config/option-values.h"
#include "dirs.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

/* With more learned flows, the switch would be too slow. */
#define MAX_LEARNED 1000000

/* More than the userspace datapath tracks unless it is told to. */
#define MAX_CONNECTIONS 10000000

/* Owners are asked again, three times, before it is over. */
#define MIN_CLAIM_HOLD 15

/* Of contacts: in seconds, and records a second. */
#define MAX_WINDOW 86400
#define MAX_RATE 100000

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
    [SET_CONTACT_LOG] = { "contacts", "log", "contact-log", NULL },
    [SET_CONTACT_LOG_FORMAT]
        = { "contacts", "log-format", "contact-log-format", "ecs" },
    [SET_CONTACT_WINDOW] = { "contacts", "window", "contact-window", "60" },
    [SET_CONTACT_RATE] = { "contacts", "rate", "contact-rate", "1000" },
    [SET_CONTACT_DENIED] = { "contacts", "denied", "contact-denied", "no" },
    [SET_VLAN] = { "network", "vlan", "vlan", "2" },
    [SET_FAKE_PORT] = { "network", "fake-port", "fake-port", "ovsfake0" },
    [SET_FAKE_ADDRESS]
        = { "network", "fake-address", "fake-address", "10.10.0.1/16" },
    [SET_REAL_SUBNET] = { "network", "real-subnet", "real-subnet", NULL },
    [SET_IGNORE_CLIENTS]
        = { "network", "ignore-clients", "ignore-clients", NULL },
    [SET_CLIENTS] = { "network", "clients", "clients", "any" },
    [SET_MAX_CLIENTS] = { "network", "max-clients", "max-clients", "4096" },
    [SET_MAX_CONNECTIONS]
        = { "network", "max-connections", "max-connections", "262144" },
    [SET_CT_ZONE] = { "network", "ct-zone", "ct-zone", NULL },
    [SET_PROTOCOLS] = { "network", "protocols", "protocols", "tcp,udp" },
    [SET_MAX_PAIRS] = { "network", "max-pairs", "max-pairs", "16384" },
    [SET_OVERFLOW_POLICY]
        = { "network", "overflow-policy", "overflow-policy", "evict" },
    [SET_SERVER_MAC]
        = { "network", "server-mac", "server-mac", "0e:00:00:00:00:66" },
    [SET_CLIENT_MAC]
        = { "network", "client-mac", "client-mac", "0e:00:00:00:00:67" },
    [SET_TIMEOUT] = { "network", "timeout", "timeout", "300" },
    [SET_CLAIM] = { "network", "claim", "claim", NULL },
    [SET_EXCLUDE] = { "network", "exclude", "exclude", NULL },
    [SET_CLAIM_MAC] = { "network", "claim-mac", "claim-mac", "0e:70:69" },
    [SET_CLAIM_HOLD] = { "network", "claim-hold", "claim-hold", "3600" },
    [SET_CLAIM_IGNORE] = { "network", "claim-ignore", "claim-ignore", NULL },
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

bool
setting_is_of_network(enum setting setting)
{
    return !strcmp(names[setting].section, "network");
}

bool
setting_is_flag(enum setting setting)
{
    return setting == SET_ADOPT || setting == SET_CONTACT_DENIED;
}

/* Stores 'value', and returns NULL or what it must be. */
static char *
parse(struct options *o, struct network *n, enum setting setting,
      const char *value)
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
    case SET_CONTACT_LOG:
        return parse_contact_log(value, o->directory, &o->contact_log);
    case SET_CONTACT_LOG_FORMAT:
        return parse_contact_format(value, &o->contact_log_format);
    case SET_CONTACT_WINDOW:
        return parse_number(value, 1, MAX_WINDOW, &o->contact_window);
    case SET_CONTACT_RATE:
        return parse_number(value, 1, MAX_RATE, &o->contact_rate);
    case SET_CONTACT_DENIED:
        return parse_yes_no(value, &o->contact_denied);
    case SET_VLAN:
        return parse_vlans(value, &n->vlans);
    case SET_FAKE_PORT:
        return parse_name(value, &n->fake_port);
    case SET_FAKE_ADDRESS:
        return fake_address_parse(value, &n->fake);
    case SET_REAL_SUBNET:
        return real_subnet_parse(value, &n->real);
    case SET_CLIENTS:
        return parse_clients(value, &n->routed);
    case SET_IGNORE_CLIENTS:
        return parse_prefixes(value, &n->ignored_clients);
    case SET_MAX_CLIENTS:
        return parse_number(value, 1, MAX_LEARNED, &n->max_clients);
    case SET_MAX_CONNECTIONS:
        return parse_number(value, 0, MAX_CONNECTIONS, &n->max_connections);
    case SET_CT_ZONE:
        return parse_u16(value, 1, UINT16_MAX, &n->ct_zone);
    case SET_PROTOCOLS:
        return parse_protocols(value, &n->protocols);
    case SET_MAX_PAIRS:
        return parse_number(value, 0, MAX_LEARNED, &n->max_pairs);
    case SET_OVERFLOW_POLICY:
        return parse_overflow_policy(value, &n->refuse_pairs);
    case SET_SERVER_MAC:
        return parse_mac(value, &n->server_mac);
    case SET_CLIENT_MAC:
        return parse_mac(value, &n->client_mac);
    case SET_TIMEOUT:
        return parse_u16(value, 1, UINT16_MAX, &n->timeout);
    case SET_CLAIM:
        return parse_claim(value, &n->claims.unused, &n->claims.claim);
    case SET_EXCLUDE:
        return parse_addresses(value, &n->claims.exclude);
    case SET_CLAIM_MAC:
        return parse_claim_mac(value, &n->claims.mac);
    case SET_CLAIM_HOLD:
        return parse_u16(value, MIN_CLAIM_HOLD, UINT16_MAX, &n->claims.hold);
    case SET_CLAIM_IGNORE:
        return parse_prefixes(value, &n->claims.ignored);
    case N_SETTINGS:
        break;
    }
    OVS_NOT_REACHED();
}

/* Gives the settings of 'network', or of the bridge if that is NULL, their
 * defaults. */
static void
set_defaults(struct options *o, struct network *network)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if (names[i].preset
            && setting_is_of_network(i) == (network != NULL)) {
            ovs_assert(!parse(o, network, i, names[i].preset));
        }
    }
}

void
settings_set_defaults(struct options *o)
{
    o->db = xasprintf("unix:%s/db.sock", ovs_rundir());
    set_defaults(o, NULL);
}

struct network *
settings_get_network(struct options *o, const char *name, unsigned int line)
{
    for (size_t i = 0; i < o->n_networks; i++) {
        if (nullable_string_is_equal(o->networks[i].name, name)) {
            return &o->networks[i];
        }
    }

    o->networks = xrealloc(o->networks,
                           (o->n_networks + 1) * sizeof *o->networks);
    struct network *network = &o->networks[o->n_networks++];
    *network = (struct network) {
        .name = nullable_xstrdup(name), .line = line
    };
    set_defaults(o, network);
    return network;
}

static int
compare_names(const void *a_, const void *b_)
{
    const struct network *a = a_, *b = b_;

    return (!a->name || !b->name ? (a->name != NULL) - (b->name != NULL)
            : strcmp(a->name, b->name));
}

void
settings_complete(struct options *o)
{
    if (!o->n_networks) {
        settings_get_network(o, NULL, 0);
    }
    qsort(o->networks, o->n_networks, sizeof *o->networks, compare_names);
}

static void
destroy_given(struct given given[N_SETTINGS])
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        free(given[i].value);
    }
}

void
settings_destroy(struct options *o)
{
    for (size_t i = 0; i < o->n_networks; i++) {
        struct network *network = &o->networks[i];

        destroy_given(network->given);
        free(network->name);
        free(network->fake_port);
        free(network->vlans);
        svec_destroy(&network->ignored_clients);
        network_claims_destroy(&network->claims);
    }
    free(o->networks);
    destroy_given(o->given);
    free(o->bridge);
    free(o->uplink);
    free(o->datapath_type);
    free(o->db);
    free(o->contact_log);
}

/* Returns where what the user gave is. */
static struct given *
get_given(struct options *o, struct network *network, enum setting setting)
{
    return (setting_is_of_network(setting) ? &network->given[setting]
            : &o->given[setting]);
}

const struct given *
setting_given(const struct options *o, const struct network *network,
              enum setting setting)
{
    return get_given(CONST_CAST(struct options *, o),
                     CONST_CAST(struct network *, network), setting);
}

const char *
setting_value(const struct options *o, const struct network *network,
              enum setting setting)
{
    const char *given = setting_given(o, network, setting)->value;

    return given ? given : names[setting].preset;
}

char *
setting_name(const struct options *o, const struct network *network,
         enum setting setting)
{
    const struct given *given = setting_given(o, network, setting);

    if (!o->config || (given->value && !given->line)) {
        return xasprintf("--%s", names[setting].option);
    }
    bool named = setting_is_of_network(setting) && network->name;
    return xasprintf("[%s%s%s] %s", names[setting].section, named ? " " : "",
                     named ? network->name : "", names[setting].key);
}

char *
setting_error(const struct options *o, const struct network *network,
              enum setting setting, char *expected)
{
    unsigned int line = setting_given(o, network, setting)->line;
    const char *value = setting_value(o, network, setting);
    char *name = setting_name(o, network, setting);
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!line && setting_is_of_network(setting)) {
        line = network->line;
    }
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
setting_apply(struct options *o, struct network *network,
              enum setting setting, const char *value, unsigned int line)
{
    struct given *given = get_given(o, network, setting);

    free(given->value);
    given->value = xstrdup(value);
    given->line = line;

    char *expected = parse(o, network, setting, value);
    given->refused = expected;
    return expected ? setting_error(o, network, setting, expected) : NULL;
}

/* Checks of values against each other. */

/* What is checked: a network, and the bridge. */
struct check {
    const struct options *options;
    const struct network *network;
    struct svec *errors;
};

static void
add_error(const struct check *c, enum setting setting, char *expected)
{
    svec_add_nocopy(c->errors, setting_error(c->options, c->network, setting,
                                             expected));
}

static const char *
get_value(const struct check *c, enum setting setting)
{
    return setting_value(c->options, c->network, setting);
}

static bool
is_given(const struct check *c, enum setting setting)
{
    return setting_given(c->options, c->network, setting)->value;
}

static bool
is_refused(const struct check *c, enum setting setting)
{
    return setting_given(c->options, c->network, setting)->refused;
}

/* Returns true if both have a value that can be compared. */
static bool
are_comparable(const struct check *c, enum setting a, enum setting b)
{
    return (get_value(c, a) && !is_refused(c, a)
            && get_value(c, b) && !is_refused(c, b));
}

/* 'setting' must be 'how' 'other'. */
static void
add_relation(const struct check *c, enum setting setting, const char *how,
             enum setting other)
{
    char *name = setting_name(c->options, c->network, other);

    add_error(c, setting, xasprintf("%s %s", how, name));
    free(name);
}

/* The names of two ports must not be the same. */
static void
check_names(const struct check *c, enum setting a, enum setting b)
{
    if (are_comparable(c, a, b) && !strcmp(get_value(c, a), get_value(c, b))) {
        add_relation(c, a, "another name than that of", b);
    }
}

/* Those of the other family are no clients of the network. */
static void
check_prefixes(const struct check *c, enum setting setting,
               const struct svec *prefixes)
{
    bool ipv4 = network_is_ipv4(c->network);
    const char *prefix;
    size_t i;

    SVEC_FOR_EACH (i, prefix, prefixes) {
        if (!is_refused(c, setting)
            && address_looks_like_ipv6(prefix) == ipv4) {
            add_error(c, setting, prefixes_expected(ipv4));
            return;
        }
    }
}

static void
check_addresses(const struct check *c)
{
    static const enum setting of_real_subnet[] = {
        SET_CLIENTS, SET_MAX_CLIENTS, SET_MAX_CONNECTIONS, SET_CT_ZONE,
        SET_PROTOCOLS
    };
    static const enum setting of_pairs[] = {
        SET_MAX_PAIRS, SET_OVERFLOW_POLICY
    };
    bool known = get_value(c, SET_REAL_SUBNET);

    for (size_t i = 0; i < ARRAY_SIZE(of_real_subnet) && !known; i++) {
        if (is_given(c, of_real_subnet[i])) {
            add_relation(c, of_real_subnet[i], "with", SET_REAL_SUBNET);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(of_pairs) && known; i++) {
        if (is_given(c, of_pairs[i])) {
            add_relation(c, of_pairs[i], "without", SET_REAL_SUBNET);
        }
    }
    if (is_refused(c, SET_FAKE_ADDRESS) || is_refused(c, SET_REAL_SUBNET)) {
        return;
    }

    char *expected = address_plan_check(&c->network->fake, &c->network->real);
    if (expected) {
        add_error(c, SET_FAKE_ADDRESS, expected);
        return;
    }
    check_prefixes(c, SET_IGNORE_CLIENTS, &c->network->ignored_clients);
    check_prefixes(c, SET_CLAIM_IGNORE, &c->network->claims.ignored);
}

static void
check_contacts(const struct check *c)
{
    static const enum setting of_log[] = {
        SET_CONTACT_LOG_FORMAT, SET_CONTACT_WINDOW, SET_CONTACT_RATE,
        SET_CONTACT_DENIED
    };

    for (size_t i = 0; i < ARRAY_SIZE(of_log); i++) {
        if (is_given(c, of_log[i]) && !is_given(c, SET_CONTACT_LOG)) {
            add_relation(c, of_log[i], "with", SET_CONTACT_LOG);
        }
    }
}

static void
check_network(const struct check *c)
{
    check_names(c, SET_FAKE_PORT, SET_BRIDGE);
    check_names(c, SET_FAKE_PORT, SET_UPLINK);
    if (are_comparable(c, SET_SERVER_MAC, SET_CLIENT_MAC)
        && eth_addr_equals(c->network->server_mac, c->network->client_mac)) {
        add_relation(c, SET_CLIENT_MAC, "another MAC address than that of",
                     SET_SERVER_MAC);
    }
    check_addresses(c);
}

void
settings_check(const struct options *o, struct svec *errors)
{
    struct check c = { o, NULL, errors };

    if (!is_given(&c, SET_UPLINK) && o->mode != MODE_TRANSLATE) {
        add_error(&c, SET_UPLINK,
                  xstrdup("given: the interface to the real subnet"));
    }
    check_names(&c, SET_UPLINK, SET_BRIDGE);
    check_contacts(&c);
    for (size_t i = 0; i < o->n_networks; i++) {
        c.network = &o->networks[i];
        check_network(&c);
    }
    network_checks(o, errors);
    claims_check(o, errors);
}

/* Comparing. */

static void
compare(const struct options *a, const struct network *na,
        const struct options *b, const struct network *nb,
        struct svec *changed)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if (setting_is_of_network(i) == (na != NULL)
            && !nullable_string_is_equal(setting_value(a, na, i),
                                         setting_value(b, nb, i))) {
            svec_add_nocopy(changed, xasprintf(
                                "%s%s%s%s", na && na->name ? "[network " : "",
                                na && na->name ? na->name : "",
                                na && na->name ? "] " : "",
                                names[i].option));
        }
    }
}

static void
add_network(const struct network *network, const char *verb,
            struct svec *changed)
{
    svec_add_nocopy(changed, xasprintf(
                        "network%s%s %s", network->name ? " " : "",
                        network->name ? network->name : "", verb));
}

void
settings_compare(const struct options *a, const struct options *b,
                 struct svec *changed)
{
    size_t i = 0, j = 0;

    compare(a, NULL, b, NULL, changed);
    while (i < a->n_networks || j < b->n_networks) {
        const struct network *na = &a->networks[i], *nb = &b->networks[j];
        int order = (i >= a->n_networks ? 1
                     : j >= b->n_networks ? -1
                     : compare_names(na, nb));

        if (order < 0) {
            add_network(na, "removed", changed);
        } else if (order > 0) {
            add_network(nb, "added", changed);
        } else {
            compare(a, na, b, nb, changed);
        }
        i += order <= 0;
        j += order >= 0;
    }
}
