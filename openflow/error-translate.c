/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-translate.h"

#include <netinet/icmp6.h>

#include "csum.h"
#include "openflow/error-plan.h"
#include "openflow/flow-family.h"
#include "packets.h"
#include "util.h"

/* What the IP headers of a family, without options or extension headers, have
 * where: offsets and sizes in bytes. */
static const struct layout {
    uint16_t eth_type;
    uint8_t first, first_mask;  /* The first byte of such a header. */
    size_t header_len;
    size_t length, base_length; /* Where the length is, and of how many bytes
                                 * when that is 0. */
    size_t proto;
    uint8_t icmp;               /* That protocol. */
    size_t csum;                /* 0 if there is none. */
    size_t src, dst, address_size;
} layouts[] = {
    {
        .eth_type = ETH_TYPE_IP,
        .first = IP_IHL_VER(IP_HEADER_LEN / 4, 4), .first_mask = 0xff,
        .header_len = IP_HEADER_LEN,
        .length = 2,
        .proto = 9, .icmp = IPPROTO_ICMP,
        .csum = 10,
        .src = 12, .dst = 16, .address_size = 4,
    },
    {
        .eth_type = ETH_TYPE_IPV6,
        .first = 0x60, .first_mask = 0xf0,
        .header_len = IPV6_HEADER_LEN,
        .length = 4, .base_length = IPV6_HEADER_LEN,
        .proto = 6, .icmp = IPPROTO_ICMPV6,
        .src = 8, .dst = 24, .address_size = 16,
    },
};

#define IPV4_FRAG 6             /* Where it says what fragment it is. */
#define ICMP_CSUM 2             /* Of both. */

static const struct layout *
layout_of(const struct error_plan *plan)
{
    return &layouts[!fake_address_is_ipv4(&plan->fake)];
}

static bool
is_ipv6(const struct layout *l)
{
    return l->eth_type == ETH_TYPE_IPV6;
}

/* The parts of a frame. */
struct error {
    const struct layout *layout;
    uint8_t *ip, *icmp;
    size_t icmp_size;           /* Of the message, in bytes. */
    uint8_t *quoted;
    uint8_t proto;              /* Of the quoted packet; */
    bool has_start;             /* it is not a fragment but the first. */
    uint8_t *payload;           /* Behind its headers of IP; */
    size_t payload_size;        /* so much of it is there. */
};

#define QUOTED_PAYLOAD 8        /* At least: RFC 792.  RFC 4443 wants more. */
#define FRAGMENT_HEADER_LEN 8   /* RFC 8200 section 4.5. */
BUILD_ASSERT_DECL(QUOTED_PAYLOAD >= FRAGMENT_HEADER_LEN);

static size_t
min_error(const struct layout *l)
{
    return ICMP_HEADER_LEN + l->header_len + QUOTED_PAYLOAD;
}

/* A frame has no alignment, and is bytes for the compiler. */

static ovs_be16
get_be16(const uint8_t *p)
{
    ovs_be16 value;

    memcpy(&value, p, sizeof value);
    return value;
}

static ovs_be32
get_be32(const uint8_t *p)
{
    ovs_be32 value;

    memcpy(&value, p, sizeof value);
    return value;
}

static void
put_be16(uint8_t *p, ovs_be16 value)
{
    memcpy(p, &value, sizeof value);
}

static bool
is_plain(const struct layout *l, const uint8_t *ip)
{
    return (ip[0] & l->first_mask) == l->first;
}

/* Returns the length of an IP packet with its header. */
static size_t
ip_length(const struct layout *l, const uint8_t *ip)
{
    return l->base_length + ntohs(get_be16(ip + l->length));
}

/* Returns true if the IP packet of at most 'size' bytes is whole, and one that
 * may have an error in it. */
static bool
is_icmp_packet(const struct layout *l, const uint8_t *ip, size_t size)
{
    size_t length = ip_length(l, ip);

    return (is_plain(l, ip)
            && ip[l->proto] == l->icmp
            && length <= size && length >= l->header_len + min_error(l)
            && (is_ipv6(l)
                || (!IP_IS_FRAGMENT(get_be16(ip + IPV4_FRAG))
                    && !csum(ip, l->header_len))));
}

/* Returns what the message's checksum must be if that is 0 now. */
static ovs_be16
icmp_csum(const struct error *e)
{
    uint32_t partial = 0;

    if (is_ipv6(e->layout)) {
        partial = packet_csum_pseudoheader6(
            (const struct ovs_16aligned_ip6_hdr *) e->ip);
    }
    return csum_finish(csum_continue(partial, e->icmp, e->icmp_size));
}

/* What says how long the quote is, if something follows, is the second byte
 * after the checksum; of ICMPv6 the first, in those errors that have no number
 * there. */
static bool
has_extensions(const struct error *e)
{
    if (!is_ipv6(e->layout)) {
        return e->icmp[5];
    }
    return (e->icmp[4] && (e->icmp[0] == ICMP6_DST_UNREACH
                           || e->icmp[0] == ICMP6_TIME_EXCEEDED));
}

static bool
is_plain_error(const struct error *e, const struct flow_family *family)
{
    return (memchr(family->errors, e->icmp[0], family->n_errors)
            && !has_extensions(e) && !icmp_csum(e));
}

/* All of <https://www.iana.org/assignments/ipv6-parameters>, "IPv6 Extension
 * Header Types". */
static bool
is_extension_header(uint8_t proto)
{
    static const uint8_t headers[] = {
        0, 43, 44, 50, 51, 60, 135, 139, 140, 253, 254
    };

    return memchr(headers, proto, sizeof headers) != NULL;
}

/* Of extension headers, that of fragments alone has no addresses. */
static bool
parse_quote(struct error *e)
{
    const struct layout *l = e->layout;
    bool ipv6 = is_ipv6(l);

    e->proto = e->quoted[l->proto];
    e->payload = e->quoted + l->header_len;
    e->payload_size = e->icmp_size - ICMP_HEADER_LEN - l->header_len;
    if (!ipv6) {
        e->has_start = !(get_be16(e->quoted + IPV4_FRAG)
                         & htons(IP_FRAG_OFF_MASK));
    } else if (e->proto == IPPROTO_FRAGMENT) {
        e->proto = e->payload[0];
        e->has_start = !(get_be16(e->payload + 2) & htons(0xfff8));
        e->payload += FRAGMENT_HEADER_LEN;
        e->payload_size -= FRAGMENT_HEADER_LEN;
    } else {
        e->has_start = true;
    }
    return is_plain(l, e->quoted) && !(ipv6 && is_extension_header(e->proto));
}

static bool
parse(const struct error_plan *plan, void *frame, size_t size,
      struct error *e)
{
    const struct layout *l = layout_of(plan);
    const struct eth_header *eth = frame;

    if (size < ETH_HEADER_LEN + l->header_len + min_error(l)
        || eth->eth_type != htons(l->eth_type)) {
        return false;
    }
    e->layout = l;
    e->ip = (uint8_t *) frame + ETH_HEADER_LEN;
    if (!is_icmp_packet(l, e->ip, size - ETH_HEADER_LEN)) {
        return false;
    }
    e->icmp = e->ip + l->header_len;
    e->icmp_size = ip_length(l, e->ip) - l->header_len;
    e->quoted = e->icmp + ICMP_HEADER_LEN;
    return (is_plain_error(e, flow_family_of_address(plan->fake.ip))
            && parse_quote(e));
}

/* Updates the checksum that covers an address of 'size' bytes. */
static void
update(uint8_t *csum_, const uint8_t *old, const uint8_t *new, size_t size)
{
    ovs_be16 sum = get_be16(csum_);

    for (size_t i = 0; i < size; i += 4) {
        sum = recalc_csum32(sum, get_be32(old + i), get_be32(new + i));
    }
    put_be16(csum_, sum);
}

static struct address
get_src(const struct error *e, const uint8_t *ip)
{
    return address_from_bytes(ip + e->layout->src, e->layout->address_size);
}

static struct address
get_dst(const struct error *e, const uint8_t *ip)
{
    return address_from_bytes(ip + e->layout->dst, e->layout->address_size);
}

/* Sets the addresses in the header 'ip', and what covers them: its checksum,
 * and that at 'covering', unless NULL. */
static void
set_addresses(const struct error *e, uint8_t *ip, uint8_t *covering,
              struct address src, struct address dst)
{
    const struct layout *l = e->layout;
    const struct { size_t at; struct address address; } both[] = {
        { l->src, src }, { l->dst, dst }
    };

    for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
        uint8_t *old = ip + both[i].at;
        uint8_t new[sizeof(struct in6_addr)];

        address_to_bytes(both[i].address, new, l->address_size);
        if (l->csum) {
            update(ip + l->csum, old, new, l->address_size);
        }
        if (covering) {
            update(covering, old, new, l->address_size);
        }
        memcpy(old, new, l->address_size);
    }
}

/* Returns the checksum of what is quoted, which covers the addresses, too, or
 * NULL if none does, or it is not quoted. */
static uint8_t *
covering_csum(const struct error *e)
{
    size_t at, end;

    if (e->proto == IPPROTO_TCP) {
        at = offsetof(struct tcp_header, tcp_csum);
    } else if (e->proto == IPPROTO_UDP) {
        at = offsetof(struct udp_header, udp_csum);
    } else if (e->proto == IPPROTO_ICMPV6 && is_ipv6(e->layout)) {
        at = offsetof(struct icmp6_header, icmp6_cksum);
    } else {
        return NULL;
    }
    end = at + sizeof(ovs_be16);
    if (!e->has_start || e->payload_size < end) {
        return NULL;
    }
    /* A UDP datagram may have none. */
    return (e->proto == IPPROTO_UDP && !get_be16(e->payload + at)
            ? NULL : e->payload + at);
}

/* Sets the addresses of the packet and of the quoted one. */
static void
set_addresses_of(struct error *e, struct address src, struct address dst,
                 struct address quoted_src, struct address quoted_dst)
{
    uint8_t *covering = covering_csum(e);

    set_addresses(e, e->quoted, covering, quoted_src, quoted_dst);
    if (covering && e->proto == IPPROTO_UDP && !get_be16(covering)) {
        put_be16(covering, htons(0xffff));
    }
    set_addresses(e, e->ip, NULL, src, dst);
}

/* Returns true if 'a' is of an inside client, or as such a one is seen. */
static bool
is_inside(const struct error_plan *plan, struct address a)
{
    return (address_prefix_contains(real_subnet_prefix(&plan->real), a)
            || address_prefix_contains(fake_address_prefix(&plan->fake), a));
}

/* Stores the client, and the target as which the fake host speaks. */
static bool
find_pair(const struct error_plan *plan, struct address seen,
          struct address *client, struct address *target)
{
    if (plan->routed) {
        *client = seen;
        *target = plan->target;
        return (!is_inside(plan, seen)
                && real_subnet_has_host(&plan->real, *target));
    }
    return address_plan_split(&plan->fake, &plan->real, seen, client, target);
}

static bool
translate_outbound(const struct error_plan *plan, struct error *e)
{
    struct address seen = get_dst(e, e->ip);
    struct address client, target;

    if (!address_equals(get_src(e, e->ip), plan->fake.ip)
        || !address_equals(get_src(e, e->quoted), seen)
        || !address_equals(get_dst(e, e->quoted), plan->fake.ip)
        || !find_pair(plan, seen, &client, &target)) {
        return false;
    }
    set_addresses_of(e, target, client, client, target);
    return true;
}

/* Returns how the fake host sees who asks for 'target'. */
static struct address
seen_as(const struct error_plan *plan, struct address who,
        struct address target)
{
    return (plan->routed ? who
            : address_plan_join(&plan->fake, &plan->real, who, target));
}

/* Who sends it may be another than the client: about a routed client's
 * packets, anybody. */
static bool
translate_inbound(const struct error_plan *plan, struct error *e)
{
    struct address sender = get_src(e, e->ip);
    struct address target = get_dst(e, e->ip);
    struct address client = get_dst(e, e->quoted);

    if (!real_subnet_has_host(&plan->real, target)
        || !address_equals(get_src(e, e->quoted), target)
        || address_equals(sender, target) || address_equals(client, target)
        || (plan->routed ? is_inside(plan, client)
            : (!real_subnet_has_host(&plan->real, sender)
               || !real_subnet_has_host(&plan->real, client)))) {
        return false;
    }
    set_addresses_of(e, seen_as(plan, sender, target), plan->fake.ip,
                     plan->fake.ip, seen_as(plan, client, target));
    return true;
}

size_t
error_translate(const struct error_plan *plan, void *frame, size_t size)
{
    struct error e;

    if (!parse(plan, frame, size, &e)
        || !(plan->outbound ? translate_outbound(plan, &e)
             : translate_inbound(plan, &e))) {
        return 0;
    }

    put_be16(e.icmp + ICMP_CSUM, 0);
    put_be16(e.icmp + ICMP_CSUM, icmp_csum(&e));
    return ETH_HEADER_LEN + ip_length(e.layout, e.ip);
}
