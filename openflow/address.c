/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte-order.h"
#include "hash.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

const char *
address_family_name(bool ipv4)
{
    return ipv4 ? "IPv4" : "IPv6";
}

struct address
address_from_ip(ovs_be32 ip)
{
    return address_from_u32(ntohl(ip));
}

ovs_be32
address_to_ip(struct address a)
{
    return htonl(address_to_u32(a));
}

struct address
address_from_in6(const struct in6_addr *in6)
{
    ovs_be64 halves[2];

    memcpy(halves, in6, sizeof halves);
    return (struct address) { ntohll(halves[0]), ntohll(halves[1]) };
}

struct in6_addr
address_to_in6(struct address a)
{
    const ovs_be64 halves[2] = { htonll(a.hi), htonll(a.lo) };
    struct in6_addr in6;

    memcpy(&in6, halves, sizeof in6);
    return in6;
}

/* The bytes of IPv4 are at the end of the IPv4-mapped address. */

struct address
address_from_bytes(const void *bytes, size_t n)
{
    struct in6_addr in6 = address_to_in6(address_from_u32(0));

    memcpy(&in6.s6_addr[sizeof in6 - n], bytes, n);
    return address_from_in6(&in6);
}

void
address_to_bytes(struct address a, void *bytes, size_t n)
{
    struct in6_addr in6 = address_to_in6(a);

    memcpy(bytes, &in6.s6_addr[sizeof in6 - n], n);
}

uint32_t
address_hash(struct address a, uint32_t basis)
{
    return hash_uint64_basis(a.hi, hash_uint64_basis(a.lo, basis));
}

/* Prefixes. */

unsigned int
address_prefix_plen(struct address_prefix p)
{
    return (address_is_ipv4(p.network) && p.plen >= ADDRESS_MAPPED_PLEN
            ? p.plen - ADDRESS_MAPPED_PLEN : p.plen);
}

bool
address_prefix_overlaps(struct address_prefix a, struct address_prefix b)
{
    return (a.plen <= b.plen ? address_prefix_contains(a, b.network)
            : address_prefix_contains(b, a.network));
}

/* Text. */

bool
address_parse(const char *s, struct address *a)
{
    struct in6_addr in6;
    ovs_be32 ip;

    if (inet_pton(AF_INET, s, &ip) == 1) {
        *a = address_from_ip(ip);
        return true;
    } else if (inet_pton(AF_INET6, s, &in6) == 1
               && !IN6_IS_ADDR_V4MAPPED(&in6)) {
        *a = address_from_in6(&in6);
        return true;
    }
    return false;
}

bool
address_parse_n(const char *s, size_t n, struct address *a)
{
    char copy[INET6_ADDRSTRLEN];

    if (n >= sizeof copy) {
        return false;
    }
    memcpy(copy, s, n);
    copy[n] = '\0';
    return strlen(copy) == n && address_parse(copy, a);
}

/* Returns what would be right for the first 'n' bytes of 's' if these are an
 * IPv4-mapped address. */
static char *
refuse_mapped(const char *s, size_t n)
{
    char *copy = xmemdup0(s, n);
    struct in6_addr in6;
    bool mapped = (inet_pton(AF_INET6, copy, &in6) == 1
                   && IN6_IS_ADDR_V4MAPPED(&in6));

    free(copy);
    if (!mapped) {
        return NULL;
    }
    char text[ADDRESS_STRLEN];
    return xasprintf("written as %s, which is IPv4, not IPv4-mapped",
                     address_to_string(address_from_in6(&in6), text));
}

char *
address_refuse(const char *s)
{
    static const char ends[] = "/-,]";
    const char *zone = strchr(s, '%');

    if (zone) {
        return xasprintf("without the zone index %.*s, which has a meaning on "
                         "one host only", (int) strcspn(zone, ends), zone);
    }
    for (;;) {
        size_t n = strcspn(s, ends);
        char *expected = refuse_mapped(s, n);

        if (expected || !s[n]) {
            return expected;
        }
        s += n + 1;
    }
}

bool
address_looks_like_ipv6(const char *s)
{
    return strchr(s, ':') != NULL;
}

const char *
address_to_string(struct address a, char s[ADDRESS_STRLEN])
{
    const struct in6_addr in6 = address_to_in6(a);
    bool ipv4 = address_is_ipv4(a);

    inet_ntop(ipv4 ? AF_INET : AF_INET6, &in6.s6_addr[ipv4 ? 12 : 0], s,
              INET6_ADDRSTRLEN);
    return s;
}

const char *
address_prefix_to_string(struct address_prefix p, char s[ADDRESS_STRLEN])
{
    size_t n = strlen(address_to_string(p.network, s));

    snprintf(s + n, ADDRESS_STRLEN - n, "/%u", address_prefix_plen(p));
    return s;
}

void
address_format(struct address a, struct ds *ds)
{
    char s[ADDRESS_STRLEN];

    ds_put_cstr(ds, address_to_string(a, s));
}

void
address_prefix_format(struct address_prefix p, struct ds *ds)
{
    char s[ADDRESS_STRLEN];

    ds_put_cstr(ds, address_prefix_to_string(p, s));
}
