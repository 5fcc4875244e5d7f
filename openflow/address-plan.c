/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/address-plan.h"

#include <ctype.h>
#include <string.h>

#include "util.h"

/* What differs between the families.  The fake prefix is not shorter than the
 * longest that is private, 10/8, or fd00::/8 of RFC 4193; and a subnet of two
 * host bits is the smallest with two hosts. */
#define MIN_FAKE_PLEN 8
#define MIN_HOST_BITS 2

static const struct family {
    unsigned int bits;
    unsigned int unknown_bits;  /* Host bits of a subnet that is not known. */
    const char *each;           /* Those in words. */
    struct address zero;
    const char *fake, *real, *prefixes;     /* Examples. */
    const char *first, *last;   /* Of a prefix, in words. */
} ipv4 = {
    .bits = 32,
    .unknown_bits = 8,
    .each = "two bytes",
    .zero = ADDRESS_INIT_IPV4(0),
    .fake = "10.10.0.1/16",
    .real = "192.168.2.0/24",
    .prefixes = "192.168.2.9 or 10.1.0.0/16",
    .first = "that of the network",
    .last = "the broadcast address",
}, ipv6 = {
    .bits = 128,
    .unknown_bits = 32,
    .each = "twice 32 bits",
    .zero = ADDRESS_INIT_MIN,
    .fake = "fc04::1/64",
    .real = "fc01::/96",
    .prefixes = "fc01::9 or fc02::/64",
    .first = "that of all routers of the prefix",
    .last = "the last one of the prefix, which is reserved",
};

static const struct family *
get_family(struct address a)
{
    return address_is_ipv4(a) ? &ipv4 : &ipv6;
}

/* The same of a text, which may be none of an address. */
static const struct family *
guess_family(const char *s)
{
    return address_looks_like_ipv6(s) ? &ipv6 : &ipv4;
}

/* Addresses that no host has, or not for others than its neighbours. */
static const struct {
    struct address_prefix prefix;
    const char *name;           /* In an error; NULL of IPv4. */
} never[] = {
    { { ADDRESS_INIT_IPV4(0), 96 + 8 }, NULL },
    { { ADDRESS_INIT_IPV4(0x7f000000), 96 + 8 }, NULL },
    { { ADDRESS_INIT_IPV4(0xe0000000), 96 + 3 }, NULL },
    { { { 0, 0 }, 128 }, "the unspecified address" },
    { { { 0, 1 }, 128 }, "the loopback address" },
    { { { 0, 0 }, 96 }, "an IPv4-compatible address" },
    { { { 0, 0xffff00000000 }, 96 }, "an IPv4-mapped address" },
    { { { UINT64_C(0xfe80) << 48, 0 }, 10 }, "a link-local address" },
    { { { UINT64_C(0xfec0) << 48, 0 }, 10 }, "a site-local address" },
    { { { UINT64_C(0xff00) << 48, 0 }, 8 }, "a multicast address" },
};

/* Returns what 'p' has in it that is no host's, in words, "" of IPv4; NULL if
 * there is none. */
static const char *
find_never(struct address_prefix p)
{
    for (size_t i = 0; i < ARRAY_SIZE(never); i++) {
        if (address_is_ipv4(p.network) == !never[i].name
            && address_prefix_overlaps(never[i].prefix, p)) {
            return never[i].name ? never[i].name : "";
        }
    }
    return NULL;
}

bool
address_is_host(struct address a)
{
    return !find_never((struct address_prefix) { a, ADDRESS_BITS });
}

/* Returns that 'expected' would be right, not 'found'. */
static char *
refuse_never(const char *expected, const char *found)
{
    return xasprintf("%s%s%s", expected, found[0] ? ", not " : "", found);
}

/* Not ip_parse_cidr(), which takes 10.10.0.257 for 10.10.0.1. */
static bool
parse_cidr(const char *s, struct address *ip, unsigned int *plen)
{
    const char *slash = strchr(s, '/');

    return (slash && isdigit((unsigned char) slash[1])
            && str_to_uint(slash + 1, 10, plen)
            && address_parse_n(s, slash - s, ip)
            && *plen <= get_family(*ip)->bits);
}

/* Returns true if all host bits of 'a', which is in 'p', are 1. */
static bool
is_last(struct address a, struct address_prefix p)
{
    return address_is_max(address_or(a, address_mask(p.plen)));
}

char *
fake_address_parse(const char *s, struct fake_address *fake)
{
    char *expected = address_refuse(s);

    if (expected) {
        return expected;
    }
    if (!parse_cidr(s, &fake->ip, &fake->plen)) {
        bool v6 = address_looks_like_ipv6(s);

        return xasprintf("an %s address and its prefix length, such as %s",
                         address_family_name(!v6), guess_family(s)->fake);
    }

    const struct family *f = get_family(fake->ip);
    unsigned int max = f->bits - 2 * MIN_HOST_BITS;
    if (fake->plen < MIN_FAKE_PLEN || fake->plen > max) {
        return xasprintf("a prefix length from %d to %u", MIN_FAKE_PLEN, max);
    }
    const char *found = find_never(address_prefix_of(fake->ip, f->bits));
    if (found) {
        return refuse_never("an address that a host can have", found);
    }

    struct address_prefix p = fake_address_prefix(fake);
    if (address_equals(fake->ip, p.network)) {
        return xasprintf("a host's address, not %s", f->first);
    }
    if (is_last(fake->ip, p)) {
        return xasprintf("a host's address, not %s", f->last);
    }
    found = find_never(p);
    return (found ? xasprintf("of a prefix that does not have %s in it", found)
            : NULL);
}

char *
real_subnet_parse(const char *s, struct real_subnet *real)
{
    char *expected = address_refuse(s);

    if (expected) {
        return expected;
    }
    if (!parse_cidr(s, &real->network, &real->plen)) {
        return xasprintf("a network's address and its prefix length, such as "
                         "%s", guess_family(s)->real);
    }

    const struct family *f = get_family(real->network);
    unsigned int min = f->bits - (f->bits - MIN_FAKE_PLEN) / 2;
    unsigned int max = f->bits - MIN_HOST_BITS;
    if (real->plen < min || real->plen > max) {
        return xasprintf("a prefix length from %u to %u", min, max);
    }

    struct address_prefix p = real_subnet_prefix(real);
    const char *found = find_never(p);
    if (found) {
        return refuse_never("addresses that hosts can have", found);
    }
    if (!address_equals(p.network, real->network)) {
        char text[ADDRESS_STRLEN];

        return xasprintf("the network's address, %s",
                         address_prefix_to_string(p, text));
    }
    return NULL;
}

char *
prefixes_expected(bool is_ipv4)
{
    return xasprintf("%s addresses or networks, such as %s, with commas "
                     "between", address_family_name(is_ipv4),
                     (is_ipv4 ? &ipv4 : &ipv6)->prefixes);
}

char *
prefix_parse(const char *s, struct address_prefix *prefix)
{
    char *expected = address_refuse(s);
    unsigned int plen;
    struct address ip;

    if (expected) {
        return expected;
    }
    if (!strchr(s, '/') && address_parse(s, &ip)) {
        *prefix = (struct address_prefix) { ip, ADDRESS_BITS };
        return NULL;
    }
    if (!parse_cidr(s, &ip, &plen) || !plen) {
        return prefixes_expected(!address_looks_like_ipv6(s));
    }

    struct address_prefix p = address_prefix_of(ip, plen);
    if (!address_equals(p.network, ip)) {
        char text[ADDRESS_STRLEN];

        return xasprintf("networks' addresses, such as %s",
                         address_prefix_to_string(p, text));
    }
    *prefix = p;
    return NULL;
}

/* Of a real subnet that is not known. */
static char *
check_unknown(const struct fake_address *fake)
{
    const struct family *f = get_family(fake->ip);
    unsigned int plen = f->bits - 2 * f->unknown_bits;

    return (fake->plen == plen ? NULL
            : xasprintf("a prefix length of %u, %s for client and target",
                        plen, f->each));
}

char *
address_plan_check(const struct fake_address *fake,
                   const struct real_subnet *real)
{
    const struct family *f = get_family(fake->ip);
    char text[ADDRESS_STRLEN];

    if (!real->plen) {
        return check_unknown(fake);
    }

    const struct family *rf = get_family(real->network);
    unsigned int n = real_subnet_host_bits(real);
    address_prefix_to_string(real_subnet_prefix(real), text);
    if (f != rf) {
        return xasprintf("%s, such as %s, because %s is",
                         address_family_name(rf == &ipv4), rf->fake, text);
    }
    if (fake->plen > f->bits - 2 * n) {
        return xasprintf("a prefix length of %u at most: %s has %u host bits, "
                         "client and target together need 2 x %u = %u of %u",
                         f->bits - 2 * n, text, n, n, 2 * n, f->bits);
    }
    if (address_prefix_overlaps(fake_address_prefix(fake),
                                real_subnet_prefix(real))) {
        return xasprintf("of another network: %s is in its prefix", text);
    }
    return NULL;
}

bool
fake_address_is_ipv4(const struct fake_address *fake)
{
    return address_is_ipv4(fake->ip);
}

struct address_prefix
fake_address_prefix(const struct fake_address *fake)
{
    return address_prefix_of(fake->ip, fake->plen);
}

struct address
fake_address_network(const struct fake_address *fake)
{
    return fake_address_prefix(fake).network;
}

struct address_prefix
address_plan_pairs(const struct fake_address *fake,
                   const struct real_subnet *real)
{
    return (struct address_prefix) {
        fake_address_network(fake),
        ADDRESS_BITS - 2 * address_plan_host_bits(fake, real)
    };
}

struct address_prefix
real_subnet_prefix(const struct real_subnet *real)
{
    return address_prefix_of(real->network, real->plen);
}

struct address
real_subnet_last(const struct real_subnet *real)
{
    struct address_prefix p = real_subnet_prefix(real);

    return address_or(p.network, address_not(address_mask(p.plen)));
}

unsigned int
real_subnet_host_bits(const struct real_subnet *real)
{
    return get_family(real->network)->bits - real->plen;
}

unsigned int
address_plan_host_bits(const struct fake_address *fake,
                       const struct real_subnet *real)
{
    return (real->plen ? real_subnet_host_bits(real)
            : get_family(fake->ip)->unknown_bits);
}

bool
real_subnet_has_host(const struct real_subnet *real, struct address ip)
{
    struct address_prefix p = real_subnet_prefix(real);

    return (real->plen && address_prefix_contains(p, ip)
            && !address_equals(ip, p.network) && !is_last(ip, p));
}

static struct address
get_host_part(struct address a, unsigned int n)
{
    return address_and(a, address_not(address_mask(ADDRESS_BITS - n)));
}

struct address
address_plan_join(const struct fake_address *fake,
                  const struct real_subnet *real,
                  struct address client, struct address target)
{
    unsigned int n = address_plan_host_bits(fake, real);

    return address_or(fake_address_network(fake),
                      address_or(address_shift_left(get_host_part(client, n),
                                                    n),
                                 get_host_part(target, n)));
}

bool
address_plan_split(const struct fake_address *fake,
                   const struct real_subnet *real, struct address ip,
                   struct address *client, struct address *target)
{
    unsigned int n = address_plan_host_bits(fake, real);
    struct address base = (real->plen ? real->network
                           : get_family(fake->ip)->zero);
    const struct address_prefix subnet = { base, ADDRESS_BITS - n };
    struct address part = get_host_part(address_shift_right(ip, n), n);

    *client = address_or(base, part);
    *target = address_or(base, get_host_part(ip, n));
    return (address_prefix_contains(address_plan_pairs(fake, real), ip)
            && !address_is_min(part) && !is_last(*client, subnet)
            && (!real->plen || real_subnet_has_host(real, *target)));
}
