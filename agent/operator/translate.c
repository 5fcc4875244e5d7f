/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/translate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "agent/config/options.h"
#include "openflow/address-plan.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

/* Stores the two addresses of "C,T". */
static bool
parse_pair(const struct real_subnet *real, const char *words,
           ovs_be32 *client, ovs_be32 *target)
{
    const char *comma = strchr(words, ',');

    if (!comma) {
        return false;
    }
    char *s = xmemdup0(words, comma - words);
    bool ok = (inet_pton(AF_INET, s, client) == 1
               && inet_pton(AF_INET, comma + 1, target) == 1
               && real_subnet_has_host(real, *client)
               && real_subnet_has_host(real, *target));
    free(s);
    return ok;
}

/* Returns 's' behind the network's name and a colon, or as it is if it has no
 * name in front.  Returns NULL if it has that of another network. */
static const char *
skip_name(const struct network *network, const char *s)
{
    const char *colon = strchr(s, ':');
    size_t n = colon ? colon - s : 0;

    return (!colon ? s
            : network->name && strlen(network->name) == n
              && !strncmp(s, network->name, n) ? colon + 1
            : NULL);
}

/* Appends the fake addresses for "C,T", a line each.  Returns false if there
 * is none. */
static bool
translate_pair(const struct options *options, const char *words, struct ds *s)
{
    bool found = false;

    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];
        const char *pair = skip_name(network, words);
        ovs_be32 client, target;

        if (pair && parse_pair(&network->real, pair, &client, &target)) {
            ovs_be32 ip = address_plan_join(&network->fake, &network->real,
                                            client, target);

            if (network->name) {
                ds_put_format(s, "network %s ", network->name);
            }
            ds_put_format(s, IP_FMT"\n", IP_ARGS(ip));
            found = true;
        }
    }
    return found;
}

/* Returns the network that 'ip' is a pair of, and stores its addresses.
 * Returns NULL if there is none. */
static const struct network *
split(const struct options *options, ovs_be32 ip, ovs_be32 *client,
      ovs_be32 *target)
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

static bool
translate_address(const struct options *options, const char *words,
                  struct ds *s)
{
    ovs_be32 client, target, ip;
    const struct network *network
        = (inet_pton(AF_INET, words, &ip) == 1
           ? split(options, ip, &client, &target) : NULL);

    if (network && network->name) {
        ds_put_format(s, "network %s ", network->name);
    }
    if (network) {
        ds_put_format(s, "client "IP_FMT" target "IP_FMT"\n",
                      IP_ARGS(client), IP_ARGS(target));
    }
    return network;
}

char *
translate(const struct options *options, const char *words, struct ds *s)
{
    const struct network *network = &options->networks[0];

    if (translate_pair(options, words, s)
        || translate_address(options, words, s)) {
        return NULL;
    } else if (network->name) {
        return xstrdup("CLIENT,TARGET or NETWORK:CLIENT,TARGET, two hosts of "
                       "a network's real subnet, or what they become in its "
                       "fake prefix, or - for a filter");
    }
    return xasprintf("CLIENT,TARGET, two hosts of "IP_FMT"/%u, or what "
                     "they become in "IP_FMT"/%u, or - for a filter",
                     IP_ARGS(network->real.network), network->real.plen,
                     IP_ARGS(fake_address_network(&network->fake)),
                     network->fake.plen);
}

static bool
is_of_address(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* Appends what is held, translated if it is a fake address. */
static void
flush(struct translator *t, struct ds *s)
{
    size_t n = t->n_held;
    ovs_be32 ip, client, target;

    /* A dot that ends a sentence is not part of an address. */
    while (n && t->held[n - 1] == '.') {
        n--;
    }

    char *address = xmemdup0(t->held, n);
    const struct network *network
        = (!t->too_long && inet_pton(AF_INET, address, &ip) == 1
           ? split(t->options, ip, &client, &target) : NULL);
    if (network) {
        if (network->name) {
            ds_put_format(s, "%s:", network->name);
        }
        ds_put_format(s, IP_FMT","IP_FMT, IP_ARGS(client), IP_ARGS(target));
        ds_put_buffer(s, t->held + n, t->n_held - n);
    } else {
        ds_put_buffer(s, t->held, t->n_held);
    }
    free(address);
    t->n_held = 0;
}

void
translator_feed(struct translator *t, const char *text, size_t n,
                struct ds *s)
{
    const char *end = text + n;
    const char *p = text;

    while (p < end) {
        if (is_of_address(*p)) {
            if (t->n_held == sizeof t->held) {
                t->too_long = true;
                flush(t, s);
            }
            t->held[t->n_held++] = *p++;
            continue;
        }

        const char *other = p;
        flush(t, s);
        t->too_long = false;
        while (p < end && !is_of_address(*p)) {
            p++;
        }
        ds_put_buffer(s, other, p - other);
    }
}

void
translator_finish(struct translator *t, struct ds *s)
{
    flush(t, s);
    t->too_long = false;
}
