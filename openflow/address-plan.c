/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/address-plan.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

#include "byte-order.h"
#include "packets.h"
#include "util.h"

/* The fake prefix is not shorter than the longest that is private, 10/8, and
 * a subnet of two host bits is the smallest with two hosts. */
#define MIN_FAKE_PLEN 8
#define MAX_REAL_PLEN 30
#define MIN_REAL_PLEN (32 - (32 - MIN_FAKE_PLEN) / 2)
#define MAX_FAKE_PLEN (32 - 2 * (32 - MAX_REAL_PLEN))

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
parse_cidr(const char *s, ovs_be32 *ip, unsigned int *plen)
{
    const char *slash = strchr(s, '/');

    if (!slash || !isdigit((unsigned char) slash[1])
        || !str_to_uint(slash + 1, 10, plen) || *plen > 32) {
        return false;
    }
    char *address = xmemdup0(s, slash - s);
    bool ok = inet_pton(AF_INET, address, ip) == 1;
    free(address);
    return ok;
}

char *
fake_address_parse(const char *s, struct fake_address *fake)
{
    if (!parse_cidr(s, &fake->ip, &fake->plen)) {
        return xstrdup("an IPv4 address and its prefix length, such as "
                       "10.10.0.1/16");
    }
    if (fake->plen < MIN_FAKE_PLEN || fake->plen > MAX_FAKE_PLEN) {
        return xasprintf("a prefix length from %d to %d",
                         MIN_FAKE_PLEN, MAX_FAKE_PLEN);
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

char *
real_subnet_parse(const char *s, struct real_subnet *real)
{
    if (!parse_cidr(s, &real->network, &real->plen)) {
        return xstrdup("a network's address and its prefix length, such as "
                       "192.168.2.0/24");
    }
    if (real->plen < MIN_REAL_PLEN || real->plen > MAX_REAL_PLEN) {
        return xasprintf("a prefix length from %d to %d",
                         MIN_REAL_PLEN, MAX_REAL_PLEN);
    }
    if (!is_host_address(real->network)) {
        return xstrdup("addresses that hosts can have");
    }

    ovs_be32 network = real->network & be32_prefix_mask(real->plen);
    if (network != real->network) {
        return xasprintf("the network's address, "IP_FMT"/%u",
                         IP_ARGS(network), real->plen);
    }
    return NULL;
}

char *
prefix_parse(const char *s, char **prefix)
{
    char *full = strchr(s, '/') ? xstrdup(s) : xasprintf("%s/32", s);
    unsigned int plen;
    ovs_be32 ip;
    bool valid = parse_cidr(full, &ip, &plen) && plen;

    free(full);
    if (!valid) {
        return xstrdup("IPv4 addresses or networks, such as 192.168.2.9 or "
                       "10.1.0.0/16, with commas between");
    }

    ovs_be32 network = ip & be32_prefix_mask(plen);
    if (network != ip) {
        return xasprintf("networks' addresses, such as "IP_FMT"/%u",
                         IP_ARGS(network), plen);
    }
    *prefix = (plen == 32 ? xasprintf(IP_FMT, IP_ARGS(ip))
               : xasprintf(IP_FMT"/%u", IP_ARGS(ip), plen));
    return NULL;
}

char *
address_plan_check(const struct fake_address *fake,
                   const struct real_subnet *real)
{
    if (!real->plen) {
        return (fake->plen == UNKNOWN_FAKE_PLEN ? NULL
                : xasprintf("a prefix length of %d, two bytes for client and "
                            "target", UNKNOWN_FAKE_PLEN));
    }

    unsigned int n = real_subnet_host_bits(real);
    if (fake->plen > 32 - 2 * n) {
        return xasprintf("a prefix length of %u at most: "IP_FMT"/%u has %u "
                         "host bits, client and target together need 2 x %u "
                         "= %u of 32", 32 - 2 * n, IP_ARGS(real->network),
                         real->plen, n, n, 2 * n);
    }

    /* The fake prefix is the shorter one. */
    if ((real->network & be32_prefix_mask(fake->plen))
        == fake_address_network(fake)) {
        return xasprintf("of another network: "IP_FMT"/%u is in its prefix",
                         IP_ARGS(real->network), real->plen);
    }
    return NULL;
}

ovs_be32
fake_address_network(const struct fake_address *fake)
{
    return fake->ip & be32_prefix_mask(fake->plen);
}

ovs_be32
real_subnet_broadcast(const struct real_subnet *real)
{
    return real->network | ~be32_prefix_mask(real->plen);
}

unsigned int
real_subnet_host_bits(const struct real_subnet *real)
{
    return real->plen ? 32 - real->plen : UNKNOWN_HOST_BITS;
}

/* Returns true if a host of 'real' can have host part 'host'. */
static bool
is_host_part(const struct real_subnet *real, uint32_t host)
{
    return host && host != (UINT32_C(1) << real_subnet_host_bits(real)) - 1;
}

bool
real_subnet_has_host(const struct real_subnet *real, ovs_be32 ip)
{
    ovs_be32 mask = be32_prefix_mask(real->plen);

    return ((ip & mask) == real->network
            && is_host_part(real, ntohl(ip & ~mask)));
}

ovs_be32
address_plan_join(const struct fake_address *fake,
                  const struct real_subnet *real,
                  ovs_be32 client, ovs_be32 target)
{
    unsigned int n = real_subnet_host_bits(real);
    uint32_t mask = (UINT32_C(1) << n) - 1;

    return (fake_address_network(fake)
            | htonl((ntohl(client) & mask) << n | (ntohl(target) & mask)));
}

bool
address_plan_split(const struct fake_address *fake,
                   const struct real_subnet *real, ovs_be32 ip,
                   ovs_be32 *client, ovs_be32 *target)
{
    unsigned int n = real_subnet_host_bits(real);
    uint32_t mask = (UINT32_C(1) << n) - 1;
    uint32_t client_part = ntohl(ip) >> n & mask;

    *client = real->network | htonl(client_part);
    *target = real->network | htonl(ntohl(ip) & mask);
    return (address_plan_join(fake, real, *client, *target) == ip
            && is_host_part(real, client_part)
            && (!real->plen || real_subnet_has_host(real, *target)));
}
