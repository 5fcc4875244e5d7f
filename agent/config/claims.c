/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/config/claims.h"

#include <ifaddrs.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "agent/config/option-values.h"
#include "agent/config/options.h"
#include "agent/config/settings.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

void
network_claims_destroy(struct network_claims *claims)
{
    address_set_destroy(&claims->claim);
    address_set_destroy(&claims->exclude);
    svec_destroy(&claims->ignored);
}

/* Returns the addresses that hosts of 'real' can have. */
static struct address_range
get_hosts(const struct real_subnet *real)
{
    return (struct address_range) {
        address_next(real->network), address_previous(real_subnet_last(real))
    };
}

void
network_get_claims(const struct network *network, struct address_set *set)
{
    const struct network_claims *claims = &network->claims;
    struct address_set hosts = ADDRESS_SET_INITIALIZER;

    if (!network->real.plen) {
        return;
    }
    address_set_add_range(&hosts, get_hosts(&network->real));
    address_set_add(set, claims->unused ? &hosts : &claims->claim);
    address_set_intersect(set, &hosts);
    address_set_subtract(set, &claims->exclude);
    address_set_destroy(&hosts);
}

/* Parsers. */

/* Returns the first address that both have, for an error. */
static char *
refuse_overlap(const struct address_set *set, struct address_range range)
{
    struct address_set both = ADDRESS_SET_INITIALIZER;
    char *expected = NULL;

    address_set_add_range(&both, range);
    address_set_intersect(&both, set);
    if (!address_set_is_empty(&both)) {
        char s[ADDRESS_STRLEN];

        expected = xasprintf("a list that has each address once: %s is in it "
                             "twice", address_to_string(both.ranges[0].first,
                                                        s));
    }
    address_set_destroy(&both);
    return expected;
}

char *
parse_addresses(const char *s, struct address_set *addresses)
{
    struct svec items = SVEC_EMPTY_INITIALIZER;
    char *expected = NULL;
    const char *item;
    size_t i;

    address_set_clear(addresses);
    split_list(s, &items);
    SVEC_FOR_EACH (i, item, &items) {
        struct address_range range;

        expected = address_range_parse(item, &range);
        if (!expected) {
            expected = refuse_overlap(addresses, range);
        }
        if (expected) {
            break;
        }
        address_set_add_range(addresses, range);
    }
    svec_destroy(&items);
    return expected;
}

/* Frees 'expected'. */
static char *
add_unused(char *expected)
{
    char *longer = xasprintf("%s; or unused", expected);

    free(expected);
    return longer;
}

char *
parse_claim(const char *s, bool *unused, struct address_set *claim)
{
    address_set_clear(claim);
    *unused = !strcmp(s, "unused");
    if (*unused) {
        return NULL;
    }

    char *expected = parse_addresses(s, claim);
    return (expected && strstr(expected, "addresses, ranges")
            ? add_unused(expected) : expected);
}

char *
parse_claim_mac(const char *s, struct claim_mac *mac)
{
    char *whole = xasprintf("%s:00:00:00", s);
    char *expected;

    mac->is_oui = strlen(s) == strlen("0e:70:69");
    expected = parse_mac(mac->is_oui ? whole : s, &mac->mac);
    free(whole);
    if (expected && strstr(expected, "such as")) {
        free(expected);
        return xstrdup("a MAC address, such as 0e:70:69:00:00:01, or the "
                       "first three bytes of one, such as 0e:70:69");
    }
    return expected;
}

/* Checks. */

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

static const struct given *
get_given(const struct check *c, enum setting setting)
{
    return setting_given(c->options, c->network, setting);
}

/* 'setting' must be with 'other'. */
static void
require(const struct check *c, enum setting setting, enum setting other)
{
    if (get_given(c, setting)->value && !setting_value(c->options, c->network,
                                                       other)) {
        char *name = setting_name(c->options, c->network, other);

        add_error(c, setting, xasprintf("with %s", name));
        free(name);
    }
}

/* Addresses of the other family are no better than other words. */
static char *
expect_family(const struct check *c, enum setting setting)
{
    char *expected = address_ranges_expected(network_is_ipv4(c->network));

    return setting == SET_CLAIM ? add_unused(expected) : expected;
}

static void
check_subnet(const struct check *c, enum setting setting,
             const struct address_set *set)
{
    const struct address_prefix subnet = real_subnet_prefix(
        &c->network->real);
    struct address_set outside = ADDRESS_SET_INITIALIZER;

    address_set_assign(&outside, set);
    address_set_subtract_range(&outside, address_prefix_range(subnet));
    if (!address_set_is_empty(&outside)) {
        struct address first = outside.ranges[0].first;
        char s[ADDRESS_STRLEN], subnet_s[ADDRESS_STRLEN];

        add_error(c, setting, (
                      address_is_ipv4(first) == network_is_ipv4(c->network)
                      ? xasprintf("addresses of %s: %s is not",
                                  address_prefix_to_string(subnet, subnet_s),
                                  address_to_string(first, s))
                      : expect_family(c, setting)));
    }
    address_set_destroy(&outside);
}

/* The walls of all networks drop what comes from their own MAC addresses. */
static void
check_mac(const struct check *c)
{
    static const enum setting own[] = { SET_SERVER_MAC, SET_CLIENT_MAC };

    for (size_t i = 0; i < c->options->n_networks; i++) {
        const struct network *other = &c->options->networks[i];

        for (size_t j = 0; j < ARRAY_SIZE(own); j++) {
            const struct eth_addr mac
                = j ? other->client_mac : other->server_mac;

            if (setting_given(c->options, other, own[j])->refused
                || !claim_mac_covers(&c->network->claims.mac, mac)) {
                continue;
            }
            char *name = setting_name(c->options, other, own[j]);
            add_error(c, SET_CLAIM_MAC, xasprintf(
                          "apart from %s, "ETH_ADDR_FMT, name,
                          ETH_ADDR_ARGS(mac)));
            free(name);
            return;
        }
    }
}

/* Returns true if what is claimed would be claimed on this host. */
static bool
is_for_this_host(const struct options *options)
{
    return (options->mode == MODE_DAEMON || options->mode == MODE_ONCE
            || options->mode == MODE_CHECK_CONFIG);
}

static bool
get_address(const struct sockaddr *sa, struct address *ip)
{
    if (sa && sa->sa_family == AF_INET) {
        *ip = address_from_ip(ALIGNED_CAST(const struct sockaddr_in *, sa)
                              ->sin_addr.s_addr);
    } else if (sa && sa->sa_family == AF_INET6) {
        *ip = address_from_in6(&ALIGNED_CAST(const struct sockaddr_in6 *, sa)
                               ->sin6_addr);
    } else {
        return false;
    }
    return true;
}

/* The owners of all are asked for one by one.  Returns true if there are not
 * too many. */
static bool
check_number(const struct check *c, const struct address_set *set)
{
    uint64_t n = address_set_count(set);

    if (n > CLAIMS_MAX) {
        add_error(c, SET_CLAIM, xasprintf(
                      "%d addresses at most, because each is asked for before "
                      "it is answered for: these are %"PRIu64, CLAIMS_MAX,
                      n));
    }
    return n <= CLAIMS_MAX;
}

/* Of the claimed addresses 'set', none may be of this host. */
static void
check_own_addresses(const struct check *c, const struct address_set *set)
{
    struct ifaddrs *list;

    if (!is_for_this_host(c->options) || getifaddrs(&list)) {
        return;
    }
    for (const struct ifaddrs *a = list; a; a = a->ifa_next) {
        char s[ADDRESS_STRLEN];
        struct address ip;

        if (get_address(a->ifa_addr, &ip) && address_set_contains(set, ip)) {
            add_error(c, SET_CLAIM, xasprintf(
                          "without %s, which %s of this host has; exclude it",
                          address_to_string(ip, s), a->ifa_name));
            break;
        }
    }
    freeifaddrs(list);
}

static void
check_network(const struct check *c)
{
    static const enum setting of_claim[] = {
        SET_EXCLUDE, SET_CLAIM_MAC, SET_CLAIM_HOLD, SET_CLAIM_IGNORE
    };
    const struct network_claims *claims = &c->network->claims;

    require(c, SET_CLAIM, SET_REAL_SUBNET);
    for (size_t i = 0; i < ARRAY_SIZE(of_claim); i++) {
        require(c, of_claim[i], SET_CLAIM);
    }
    if (!get_given(c, SET_CLAIM)->value || get_given(c, SET_CLAIM)->refused
        || get_given(c, SET_EXCLUDE)->refused || !c->network->real.plen
        || get_given(c, SET_REAL_SUBNET)->refused) {
        return;
    }
    check_subnet(c, SET_CLAIM, &claims->claim);
    check_subnet(c, SET_EXCLUDE, &claims->exclude);
    if (!get_given(c, SET_CLAIM_MAC)->refused) {
        check_mac(c);
    }

    struct address_set set = ADDRESS_SET_INITIALIZER;
    network_get_claims(c->network, &set);
    if (address_set_is_empty(&set)) {
        add_error(c, SET_CLAIM, xstrdup("addresses of hosts that exclude "
                                        "does not take away"));
    }
    if (check_number(c, &set)) {
        check_own_addresses(c, &set);
    }
    address_set_destroy(&set);
}

void
claims_check(const struct options *options, struct svec *errors)
{
    struct check c = { options, NULL, errors };

    for (size_t i = 0; i < options->n_networks; i++) {
        c.network = &options->networks[i];
        check_network(&c);
    }
}
