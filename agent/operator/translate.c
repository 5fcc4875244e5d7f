/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/translate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

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

char *
translate(const struct fake_address *fake, const struct real_subnet *real,
          const char *words, struct ds *s)
{
    ovs_be32 client, target, ip;

    if (parse_pair(real, words, &client, &target)) {
        ip = address_plan_join(fake, real, client, target);
        ds_put_format(s, IP_FMT, IP_ARGS(ip));
    } else if (inet_pton(AF_INET, words, &ip) == 1
               && address_plan_split(fake, real, ip, &client, &target)) {
        ds_put_format(s, "client "IP_FMT" target "IP_FMT,
                      IP_ARGS(client), IP_ARGS(target));
    } else {
        return xasprintf("CLIENT,TARGET, two hosts of "IP_FMT"/%u, or what "
                         "they become in "IP_FMT"/%u, or - for a filter",
                         IP_ARGS(real->network), real->plen,
                         IP_ARGS(fake_address_network(fake)), fake->plen);
    }
    return NULL;
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
    if (!t->too_long && inet_pton(AF_INET, address, &ip) == 1
        && address_plan_split(t->fake, t->real, ip, &client, &target)) {
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
