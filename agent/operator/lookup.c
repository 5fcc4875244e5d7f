/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "agent/config/option-values.h"
#include "agent/config/options.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-ports.h"
#include "agent/operator/command-args.h"
#include "bitmap.h"
#include "netdev/conntrack.h"
#include "openflow/address-plan.h"
#include "openflow/flow-set.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

#define N_VLANS 4096

/* Arguments. */

/* Returns NULL, or 'name', 's' and what that must be, and frees 'expected'. */
static char *
refuse(const char *name, const char *s, char *expected)
{
    char *error = expected ? xasprintf("%s%s: must be %s", name, s, expected)
                           : NULL;

    free(expected);
    return error;
}

static char *
parse_kind(const char *s, enum contact_kind *kind)
{
    *kind = !strcmp(s, "udp") ? CONTACT_UDP : CONTACT_TCP;
    return strcmp(s, contact_kind_name(*kind)) ? xstrdup("tcp or udp") : NULL;
}

/* Of a family that a network has. */
static char *
parse_client(const char *s, const struct options *options,
             struct address *client)
{
    bool families[2] = { false, false };        /* IPv6, IPv4. */
    char *expected = address_refuse(s);

    for (size_t i = 0; i < options->n_networks; i++) {
        families[network_is_ipv4(&options->networks[i])] = true;
    }
    if (expected) {
        return expected;
    } else if (address_parse(s, client)
               && families[address_is_ipv4(*client)]) {
        return NULL;
    }
    return xasprintf("the %s address that the service sees",
                     families[false] && families[true] ? "IPv4 or IPv6"
                     : address_family_name(families[true]));
}

static char *
parse_port(const char *s, uint16_t *port)
{
    unsigned int number = 0;
    char *expected = parse_number(s, 1, UINT16_MAX, &number);

    *port = number;
    return expected;
}

static char *
parse_network(const char *s, const struct options *options,
              const struct network **network)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        if (nullable_string_is_equal(options->networks[i].name, s)) {
            *network = &options->networks[i];
            return NULL;
        }
    }
    return xstrdup(options->networks[0].name ? "the name of a network"
                   : "left out: the only network has no name");
}

#define N_WORDS 3

char *
lookup_parse(int argc, const char *argv[], const struct options *options,
             struct lookup *lookup)
{
    enum { PORT, NETWORK, N };
    struct command_option args[N] = {
        [PORT] = { .name = "port" },
        [NETWORK] = { .name = "network" },
    };
    char *error;

    *lookup = (struct lookup) { .network = NULL };
    if (argc <= N_WORDS) {
        return xstrdup("PROTOCOL CLIENT PORT: must be given");
    }
    error = refuse("", argv[1], parse_kind(argv[1], &lookup->kind));
    if (!error) {
        error = refuse("", argv[2], parse_client(argv[2], options,
                                                 &lookup->client));
    }
    if (!error) {
        error = refuse("", argv[3], parse_port(argv[3],
                                               &lookup->client_port));
    }
    if (!error) {
        error = command_args_parse(argc - N_WORDS, argv + N_WORDS,
                                   COMMAND_TABLE_FORMATS, &lookup->format,
                                   args, N);
    }
    if (!error && args[PORT].value) {
        error = refuse("--port ", args[PORT].value,
                       parse_port(args[PORT].value, &lookup->port));
    }
    if (!error && args[NETWORK].value) {
        error = refuse("--network ", args[NETWORK].value,
                       parse_network(args[NETWORK].value, options,
                                     &lookup->network));
    }
    return error;
}

/* What is found. */

static const char *const columns[] = {
    "last", "network", "vlan", "protocol", "client", "client_port", "target",
    "port", "answer", "found_in"
};

static void
add_port(struct listing *l, uint16_t port)
{
    if (port) {
        listing_add_number(l, port);
    } else {
        listing_add_unknown(l);
    }
}

/* If there is only one, it is that. */
static void
add_vlan(struct listing *l, const struct network *network,
         const struct contact_port *seen)
{
    if (seen) {
        listing_add_number(l, seen->vlan);
    } else if (network && bitmap_count1(network->vlans, N_VLANS) == 1) {
        listing_add_number(l, bitmap_scan(network->vlans, true, 0, N_VLANS));
    } else {
        listing_add_unknown(l);
    }
}

static void
add_time(struct listing *l, const struct contact_port *seen)
{
    if (seen) {
        char *time = xastrftime_msec("%Y-%m-%dT%H:%M:%S.###Z", seen->last,
                                     true);

        listing_add(l, time);
        free(time);
    } else {
        listing_add_unknown(l);
    }
}

static void
add_address(struct listing *l, const struct in6_addr *address)
{
    char s[INET6_ADDRSTRLEN];

    contact_address_format(address, s);
    listing_add(l, s);
}

/* 'seen' is what the contacts have of it, or NULL. */
static void
add_row(struct listing *l, const struct lookup *lookup,
        const struct network *network, const struct in6_addr *client,
        const struct in6_addr *target, const struct contact_port *seen,
        const char *found_in)
{
    add_time(l, seen);
    if (network && network->name) {
        listing_add(l, network->name);
    } else {
        listing_add_unknown(l);
    }
    add_vlan(l, network, seen);
    listing_add(l, contact_kind_name(lookup->kind));
    add_address(l, client);
    listing_add_number(l, lookup->client_port);
    add_address(l, target);
    add_port(l, seen ? seen->target_port : lookup->port);
    if (seen) {
        listing_add(l, contact_answer_name(seen->answered ? ANSWER_GIVEN
                                           : ANSWER_NONE));
    } else {
        listing_add_unknown(l);
    }
    listing_add(l, found_in);
}

/* Returns how many connections the contacts have, 'network' NULL for any. */
static size_t
find_seen(const struct lookup *lookup, const struct lookup_sources *sources,
          const struct network *network, const struct contact_port *found[])
{
    const struct contact_ports_query query = {
        .kind = lookup->kind,
        .seen_as = address_to_in6(lookup->client),
        .client_port = lookup->client_port,
        .target_port = lookup->port,
        .one_network = network != NULL,
        .network = network ? network_id(network) : 0,
    };

    return (sources->ports
            ? contact_ports_find(sources->ports, &query, found) : 0);
}

/* Returns what the contacts have of that target, or NULL. */
static const struct contact_port *
find_seen_target(const struct lookup *lookup,
                 const struct lookup_sources *sources,
                 const struct network *network, const struct in6_addr *target)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    size_t n = find_seen(lookup, sources, network, found);

    for (size_t i = 0; i < n; i++) {
        if (ipv6_addr_equals(&found[i]->target, target)) {
            return found[i];
        }
    }
    return NULL;
}

static bool
is_wanted(const struct lookup *lookup, const struct network *network)
{
    return (network_is_ipv4(network) == address_is_ipv4(lookup->client)
            && (!lookup->network || lookup->network == network));
}

/* Fake prefixes are apart, so that the address is of one network at most. */
static void
look_at_address(const struct lookup *lookup,
                const struct lookup_sources *sources, struct listing *l)
{
    for (size_t i = 0; i < sources->options->n_networks; i++) {
        const struct network *network = &sources->options->networks[i];
        struct address client, target;

        if (network->real.plen && is_wanted(lookup, network)
            && address_plan_split(&network->fake, &network->real,
                                  lookup->client, &client, &target)) {
            struct in6_addr c = address_to_in6(client);
            struct in6_addr t = address_to_in6(target);

            add_row(l, lookup, network, &c, &t,
                    find_seen_target(lookup, sources, network, &t),
                    "address");
        }
    }
}

/* Stores into 'asked' the networks whose routed clients are tracked.  Returns
 * how many. */
static size_t
get_tracked(const struct lookup *lookup, const struct options *options,
            const struct network *asked[])
{
    size_t n = 0;

    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        if (lookup->port && is_wanted(lookup, network)
            && network_serves_routed(network)
            && !real_subnet_has_host(&network->real, lookup->client)) {
            asked[n++] = network;
        }
    }
    return n;
}

/* Returns an errno value. */
static int
look_at_connections(const struct lookup *lookup,
                    const struct lookup_sources *sources, struct listing *l)
{
    size_t max = sources->options->n_networks;
    const struct network **asked = xmalloc(max * sizeof *asked);
    struct conntrack_query *queries = xcalloc(max, sizeof *queries);
    size_t n = get_tracked(lookup, sources->options, asked);
    struct in6_addr client = address_to_in6(lookup->client);

    for (size_t i = 0; i < n; i++) {
        queries[i] = (struct conntrack_query) {
            .zone = network_ct_zone(asked[i]),
            .protocol = (lookup->kind == CONTACT_UDP ? IPPROTO_UDP
                         : IPPROTO_TCP),
            .service = address_to_in6(asked[i]->fake.ip),
            .service_port = lookup->port,
            .client = client,
            .client_port = lookup->client_port,
        };
    }

    int error = n ? sources->find_connections(queries, n) : 0;
    for (size_t i = 0; i < n && !error; i++) {
        const struct in6_addr *target = &queries[i].target;

        if (ipv6_addr_is_set(target)) {
            add_row(l, lookup, asked[i], &client, target,
                    find_seen_target(lookup, sources, asked[i], target),
                    "connections");
        }
    }
    free(queries);
    free(asked);
    return error;
}

static void
look_at_contacts(const struct lookup *lookup,
                 const struct lookup_sources *sources, struct listing *l)
{
    const struct contact_port *found[CONTACT_PORTS_FOUND];
    size_t n = find_seen(lookup, sources, lookup->network, found);

    for (size_t i = 0; i < n; i++) {
        add_row(l, lookup, contact_network(sources->options,
                                           found[i]->network),
                &found[i]->client, &found[i]->target, found[i], "contacts");
    }
}

/* Returns why nothing is found. */
static char *
not_found(const struct lookup *lookup, const struct lookup_sources *sources,
          int error)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_format(&s, "%s ", contact_kind_name(lookup->kind));
    address_format(lookup->client, &s);
    ds_put_format(&s, " port %"PRIu16": not found", lookup->client_port);
    ds_put_format(&s, " in %s", sources->ports ? "contacts"
                  : "the address (contacts are not configured)");
    if (error) {
        ds_put_format(&s, ", and the kernel's connections cannot be read: %s",
                      ovs_strerror(error));
    } else if (lookup->port) {
        ds_put_cstr(&s, ", nor in the kernel's connections");
    } else {
        ds_put_cstr(&s, "; the kernel's connections need --port, the "
                    "service's port");
    }
    return ds_steal_cstr(&s);
}

char *
lookup_run(const struct lookup *lookup, const struct lookup_sources *sources,
           struct listing **listing)
{
    struct listing *l = listing_create(columns, ARRAY_SIZE(columns));
    int error = 0;

    look_at_address(lookup, sources, l);
    if (!listing_n_rows(l)) {
        error = look_at_connections(lookup, sources, l);
    }
    if (!listing_n_rows(l)) {
        look_at_contacts(lookup, sources, l);
    }
    if (!listing_n_rows(l)) {
        listing_destroy(l);
        return not_found(lookup, sources, error);
    }
    *listing = l;
    return NULL;
}
