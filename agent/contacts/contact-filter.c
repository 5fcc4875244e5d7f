/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/contacts/contact-filter.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "agent/config/option-values.h"
#include "agent/config/options.h"
#include "agent/contacts/contact-fields.h"
#include "agent/contacts/contact-table.h"
#include "agent/operator/command-args.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

#define CONTACTS_LIMIT 1000
#define TOP_LIMIT 20

static char *
parse_kind(const char *s, const struct options *options,
           struct contact_filter *f)
{
    struct ds names = DS_EMPTY_INITIALIZER;
    const char *last = NULL;

    for (size_t i = 0; i < N_CONTACT_KINDS; i++) {
        if (!contact_kind_is_used(i, options)) {
            continue;
        } else if (!strcmp(s, contact_kind_name(i))) {
            f->kind = i;
            f->any_kind = false;
            ds_destroy(&names);
            return NULL;
        } else if (last) {
            ds_put_format(&names, "%s%s", names.length ? ", " : "", last);
        }
        last = contact_kind_name(i);
    }
    ds_put_format(&names, " or %s", last);
    return ds_steal_cstr(&names);
}

static char *
parse_network(const char *s, const struct options *options,
              struct contact_filter *f)
{
    struct ds names = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < options->n_networks; i++) {
        const struct network *network = &options->networks[i];

        if (network->name && !strcmp(s, network->name)) {
            f->network = network_id(network);
            f->any_network = false;
            ds_destroy(&names);
            return NULL;
        }
        ds_put_format(&names, "%s%s", i ? ", " : "a network: ",
                      network->name ? network->name : "");
    }
    if (!options->networks[0].name) {
        ds_clear(&names);
        ds_put_cstr(&names, "left out: the only network has no name");
    }
    return ds_steal_cstr(&names);
}

static char *
parse_id(const char *s, struct contact_filter *f)
{
    char *end;

    errno = 0;
    f->has_after = true;
    f->after = strtoull(s, &end, 10);
    return (s[0] < '0' || s[0] > '9' || *end || errno
            ? xstrdup("the id of a contact, a whole number") : NULL);
}

static char *
parse_since(const char *s, long long int now, struct contact_filter *f)
{
    unsigned int seconds;
    char *expected = command_parse_duration(s, &seconds);

    if (!expected) {
        f->since = now - seconds * 1000LL;
    }
    return expected;
}

static char *
parse_limit(const char *s, struct contact_filter *f)
{
    unsigned int limit;
    char *expected = parse_number(s, 1, CONTACT_FILTER_MAX_LIMIT, &limit);

    if (!expected) {
        f->limit = limit;
    }
    return expected;
}

static char *
parse_port(const char *s, struct contact_filter *f)
{
    f->any_port = false;
    return parse_number(s, 0, UINT16_MAX, &f->port);
}

static char *
parse_range(const char *s, struct address_range *range)
{
    char *expected = address_range_parse(s, range);

    if (!expected) {
        return NULL;
    }
    free(expected);
    expected = address_refuse(s);
    return (expected ? expected : address_looks_like_ipv6(s)
            ? xstrdup("an IPv6 address, range or network, such as fc01::9, "
                      "fc01::20-fc01::29 or fc01::40/122")
            : xstrdup("an IPv4 address, range or network, such as "
                      "192.168.2.9, 192.168.2.20-192.168.2.29 or "
                      "192.168.2.64/26"));
}

enum {
    OPT_SINCE, OPT_NETWORK, OPT_LIMIT, OPT_CLIENT, OPT_TARGET, OPT_PORT,
    OPT_PROTOCOL, N_COMMON, OPT_SORT = N_COMMON, OPT_AFTER = N_COMMON,
    N_OPTIONS
};

static char *
parse_option(int option, bool top, const char *s, const struct options *o,
             long long int now, struct contact_filter *f)
{
    switch (option) {
    case OPT_SINCE:
        return parse_since(s, now, f);
    case OPT_NETWORK:
        return parse_network(s, o, f);
    case OPT_LIMIT:
        return parse_limit(s, f);
    case OPT_CLIENT:
        return parse_range(s, &f->client);
    case OPT_TARGET:
        return parse_range(s, &f->target);
    case OPT_PORT:
        return parse_port(s, f);
    case OPT_PROTOCOL:
        return parse_kind(s, o, f);
    case OPT_SORT:              /* Or OPT_AFTER. */
        if (!top) {
            return parse_id(s, f);
        }
        f->sort = s;
        return NULL;
    default:
        OVS_NOT_REACHED();
    }
}

char *
contact_filter_parse(int argc, const char *argv[], bool top,
                     const struct options *options, long long int now,
                     struct contact_filter *f)
{
    struct command_option args[N_OPTIONS] = {
        [OPT_SINCE] = { .name = "since" },
        [OPT_NETWORK] = { .name = "network" },
        [OPT_LIMIT] = { .name = "limit" },
        [OPT_CLIENT] = { .name = "client" },
        [OPT_TARGET] = { .name = "target" },
        [OPT_PORT] = { .name = "port" },
        [OPT_PROTOCOL] = { .name = "protocol" },
        [N_COMMON] = { .name = top ? "sort" : "after" },
    };

    *f = (struct contact_filter) {
        .since = LLONG_MIN,
        .client = { ADDRESS_INIT_MIN, ADDRESS_INIT_MAX },
        .target = { ADDRESS_INIT_MIN, ADDRESS_INIT_MAX },
        .any_port = true,
        .any_kind = true,
        .any_network = true,
        .limit = top ? TOP_LIMIT : CONTACTS_LIMIT,
    };

    char *error = command_args_parse(argc, argv, COMMAND_TABLE_FORMATS,
                                     &f->format, args, N_OPTIONS);
    for (int i = 0; i < N_OPTIONS && !error; i++) {
        char *expected = (args[i].value
                          ? parse_option(i, top, args[i].value, options, now,
                                         f)
                          : NULL);

        if (expected) {
            error = xasprintf("--%s %s: must be %s", args[i].name,
                              args[i].value, expected);
            free(expected);
        }
    }
    return error;
}

static bool
has_port(const struct contact_packet *p, unsigned int port)
{
    return contact_has_ports(p) && p->target_port == port;
}

bool
contact_filter_has(const struct contact_filter *f, const struct contact *c)
{
    const struct contact_packet *p = &c->packet;

    return (c->id && c->id > f->after
            && c->first >= f->since
            && (f->any_network || c->network == f->network)
            && (f->any_kind || p->kind == f->kind)
            && (f->any_port || has_port(p, f->port))
            && address_range_contains(f->client, address_from_in6(&p->client))
            && address_range_contains(f->target,
                                      address_from_in6(&p->target)));
}
