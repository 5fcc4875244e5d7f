/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

#include "byte-order.h"
#include "util.h"

/* Returns true if 'ip' can be the source address of a host. */
static bool
is_host_address(ovs_be32 ip)
{
    uint8_t first = ntohl(ip) >> 24;

    /* 224 and up: multicast, reserved, limited broadcast. */
    return first != 0 && first != IN_LOOPBACKNET && first < 224;
}

/* Not ip_parse_cidr(), which takes 10.10.0.257 for 10.10.0.1. */
static bool
parse_cidr(const char *s, struct fake_address *fake)
{
    const char *slash = strchr(s, '/');

    if (!slash || !isdigit((unsigned char) slash[1])
        || !str_to_uint(slash + 1, 10, &fake->plen) || fake->plen > 32) {
        return false;
    }
    char *ip = xmemdup0(s, slash - s);
    bool ok = inet_pton(AF_INET, ip, &fake->ip) == 1;
    free(ip);
    return ok;
}

char *
fake_address_parse(const char *s, struct fake_address *fake)
{
    if (!parse_cidr(s, fake)) {
        return xstrdup("an IPv4 address and its prefix length, such as "
                       "10.10.0.1/16");
    }
    if (fake->plen != FAKE_PREFIX_LEN) {
        return xasprintf("a prefix length of %d, two bytes for client and "
                         "target", FAKE_PREFIX_LEN);
    }
    if (!is_host_address(fake->ip)) {
        return xstrdup("an address that a host can have");
    }

    ovs_be32 mask = be32_prefix_mask(fake->plen);
    if (!(fake->ip & ~mask)) {
        return xstrdup("a host's address, not that of the network");
    }
    if ((fake->ip & ~mask) == ~mask) {
        return xstrdup("a host's address, not the broadcast address");
    }
    return NULL;
}

ovs_be32
fake_address_network(const struct fake_address *fake)
{
    return fake->ip & be32_prefix_mask(fake->plen);
}

bool
fake_address_is_pair(const struct fake_address *fake,
                     uint8_t *client, uint8_t *target)
{
    *client = ntohl(fake->ip) >> 8;
    *target = ntohl(fake->ip);
    return *client != 0 && *client != UINT8_MAX;
}
