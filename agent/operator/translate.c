/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/translate.h"

#include <stdlib.h>
#include <string.h>

#include "agent/config/options.h"
#include "agent/operator/contact-targets.h"
#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Stores the two addresses of "C,T". */
static bool
split_words(const char *words, struct address *client,
            struct address *target)
{
    const char *comma = strchr(words, ',');

    return (comma && address_parse_n(words, comma - words, client)
            && address_parse(comma + 1, target));
}

/* The same for two hosts of a subnet. */
static bool
parse_pair(const struct real_subnet *real, const char *words,
           struct address *client, struct address *target)
{
    return (split_words(words, client, target)
            && real_subnet_has_host(real, *client)
            && real_subnet_has_host(real, *target));
}

/* Returns 's' behind the network's name and a colon, NULL if it does not begin
 * with that. */
static const char *
skip_name(const struct network *network, const char *s)
{
    size_t n = network->name ? strlen(network->name) : 0;

    return n && !strncmp(s, network->name, n) && s[n] == ':' ? s + n + 1
                                                             : NULL;
}

/* Stores the addresses of "C,T" or "NAME:C,T", of 'network'. */
static bool
parse_words(const struct network *network, const char *words,
            struct address *client, struct address *target)
{
    const char *pair = skip_name(network, words);

    return (network->real.plen
            && (parse_pair(&network->real, words, client, target)
                || (pair && parse_pair(&network->real, pair, client,
                                       target))));
}

/* Appends the fake addresses for "C,T", a line each.  Returns false if there
 * is none. */
static bool
translate_pair(const struct options *options, const char *words, struct ds *s)
{
    bool found = false;

    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];
        struct address client, target;

        if (parse_words(network, words, &client, &target)) {
            if (network->name) {
                ds_put_format(s, "network %s ", network->name);
            }
            address_format(address_plan_join(&network->fake, &network->real,
                                             client, target), s);
            ds_put_char(s, '\n');
            found = true;
        }
    }
    return found;
}

const struct network *
translate_split(const struct options *options, struct address ip,
                struct address *client, struct address *target)
{
    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        if (network->real.plen
            && address_plan_split(&network->fake, &network->real, ip, client,
                                  target)) {
            return network;
        }
    }
    return NULL;
}

/* Appends the fake addresses that the contact log has for "C,T". */
static bool
translate_seen(const struct contact_targets *targets, const char *words,
               struct ds *s)
{
    struct address client, target;

    return (targets && split_words(words, &client, &target)
            && contact_targets_put_seen(targets, client, target, s));
}

/* Parses "ADDRESS", "ADDRESS:PORT" or, of IPv6, "[ADDRESS]:PORT"; without a
 * port, that is 0. */
static bool
parse_endpoint(const char *s, struct address *ip, int *port)
{
    bool brackets = s[0] == '[';
    const char *begin = s + brackets;
    const char *end = strchr(begin, brackets ? ']' : ':');

    *port = 0;
    if (address_parse(s, ip)) {
        return true;
    } else if (!end || end[brackets] != ':') {
        return false;
    }
    return (address_parse_n(begin, end - begin, ip)
            && address_is_ipv4(*ip) != brackets
            && str_to_int(end + brackets + 1, 10, port)
            && *port > 0 && *port <= UINT16_MAX);
}

/* Appends the targets of the routed client "ADDRESS" or "ADDRESS:PORT". */
static bool
translate_routed(const struct contact_targets *targets, const char *words,
                 struct ds *s)
{
    struct address ip;
    int port;
    bool ok = (targets && parse_endpoint(words, &ip, &port)
               && contact_targets_count(targets, ip, port));

    if (ok) {
        contact_targets_put_lines(targets, ip, port, s);
    }
    return ok;
}

static bool
translate_address(const struct options *options, const char *words,
                  struct ds *s)
{
    struct address client, target, ip;
    const struct network *network
        = (address_parse(words, &ip)
           ? translate_split(options, ip, &client, &target) : NULL);

    if (network && network->name) {
        ds_put_format(s, "network %s ", network->name);
    }
    if (network) {
        ds_put_cstr(s, "client ");
        address_format(client, s);
        ds_put_cstr(s, " target ");
        address_format(target, s);
        ds_put_char(s, '\n');
    }
    return network;
}

char *
translate(const struct options *options, const struct contact_targets *targets,
          const char *words, struct ds *s)
{
    const struct network *network = &options->networks[0];
    const char *routed = targets ? ", or a client of the contact log" : "";
    char *expected = address_refuse(words);

    if (expected) {
        return expected;
    } else if (translate_pair(options, words, s)
        || translate_address(options, words, s)
        || translate_seen(targets, words, s)
        || translate_routed(targets, words, s)) {
        return NULL;
    } else if (network->name) {
        return xasprintf("CLIENT,TARGET or NETWORK:CLIENT,TARGET, two hosts "
                         "of a network's real subnet, or what they become in "
                         "its fake prefix%s, or - for a filter", routed);
    } else if (!network->real.plen) {
        return xstrdup("CLIENT,TARGET, ADDRESS or ADDRESS:PORT, as the "
                       "contact log has them, or - for a filter");
    }

    char real[ADDRESS_STRLEN], fake[ADDRESS_STRLEN];
    return xasprintf("CLIENT,TARGET, two hosts of %s, or what they become in "
                     "%s%s, or - for a filter",
                     address_prefix_to_string(
                         real_subnet_prefix(&network->real), real),
                     address_prefix_to_string(
                         fake_address_prefix(&network->fake), fake), routed);
}
