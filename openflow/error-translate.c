/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-translate.h"

#include <netinet/icmp6.h>
#include <stdlib.h>

#include "csum.h"
#include "openflow/flow-family.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

/* What the IP headers of a family, without options or extension headers, have
 * where: offsets and sizes in bytes. */
static const struct layout {
    uint8_t magic[3];           /* Of a plan, so that what another flow has as
                                 * userdata is not taken for one. */
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
        .magic = { 'p', 'i', 'p' },
        .eth_type = ETH_TYPE_IP,
        .first = IP_IHL_VER(IP_HEADER_LEN / 4, 4), .first_mask = 0xff,
        .header_len = IP_HEADER_LEN,
        .length = 2,
        .proto = 9, .icmp = IPPROTO_ICMP,
        .csum = 10,
        .src = 12, .dst = 16, .address_size = 4,
    },
    {
        .magic = { 'p', 'i', '6' },
        .eth_type = ETH_TYPE_IPV6,
        .first = 0x60, .first_mask = 0xf0,
        .header_len = IPV6_HEADER_LEN,
        .length = 4, .base_length = IPV6_HEADER_LEN,
        .proto = 6, .icmp = IPPROTO_ICMPV6,
        .src = 8, .dst = 24, .address_size = 16,
    },
};

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

#define MAX_ADDRESS 16

static void
address_to_bytes(const struct layout *l, struct address a, uint8_t *bytes)
{
    struct in6_addr in6 = address_to_in6(a);

    /* That of IPv4 is at the end of the IPv4-mapped one. */
    memcpy(bytes, &in6.s6_addr[MAX_ADDRESS - l->address_size],
           l->address_size);
}

static struct address
address_from_bytes(const struct layout *l, const uint8_t *bytes)
{
    struct in6_addr in6 = address_to_in6(address_from_u32(0));

    memcpy(&in6.s6_addr[MAX_ADDRESS - l->address_size], bytes,
           l->address_size);
    return address_from_in6(&in6);
}

/* Userdata: this, the fake address and the real subnet's, and the network's
 * number, in 4 bytes. */
struct plan_head {
    uint8_t magic[3];
    uint8_t outbound;
    uint8_t fake_plen, real_plen;
    uint8_t zero[2];
};
BUILD_ASSERT_DECL(sizeof(struct plan_head) == 8);

static size_t
plan_size(const struct layout *l)
{
    return sizeof(struct plan_head) + 2 * l->address_size + sizeof(ovs_be32);
}

#define MAX_PLAN (sizeof(struct plan_head) + 2 * MAX_ADDRESS \
                  + sizeof(ovs_be32))

void
error_plan_put(const struct error_plan *plan, struct ds *s)
{
    const struct layout *l = layout_of(plan);
    struct plan_head head = {
        .outbound = plan->outbound,
        .fake_plen = plan->fake.plen,
        .real_plen = plan->real.plen,
    };
    ovs_be32 network = htonl(plan->network);
    uint8_t bytes[MAX_PLAN];
    uint8_t *addresses = bytes + sizeof head;

    memcpy(head.magic, l->magic, sizeof head.magic);
    memcpy(bytes, &head, sizeof head);
    address_to_bytes(l, plan->fake.ip, addresses);
    address_to_bytes(l, plan->real.network, addresses + l->address_size);
    memcpy(addresses + 2 * l->address_size, &network, sizeof network);
    for (size_t i = 0; i < plan_size(l); i++) {
        ds_put_format(s, "%s%02x", i ? "." : "", bytes[i]);
    }
}

/* Returns true if it is one that a network can have: so that nothing is
 * computed with other lengths. */
static bool
is_plan(const struct error_plan *plan, unsigned int bits)
{
    const struct real_subnet *real = &plan->real;

    if (address_is_ipv4(plan->fake.ip) != (bits == 32)
        || real->plen <= bits / 2 || real->plen > bits - 2
        || plan->fake.plen < 1 || plan->fake.plen > bits - 2
        || !address_equals(real_subnet_prefix(real).network, real->network)) {
        return false;
    }

    char *error = address_plan_check(&plan->fake, real);
    bool fits = !error;

    free(error);
    return fits;
}

bool
error_plan_parse(const void *userdata, size_t n, struct error_plan *plan)
{
    const struct layout *l = &layouts[n > plan_size(&layouts[0])];
    struct plan_head head;
    ovs_be32 network;

    if (n != plan_size(l)) {
        return false;
    }
    memcpy(&head, userdata, sizeof head);

    const uint8_t *addresses = (const uint8_t *) userdata + sizeof head;
    if (memcmp(head.magic, l->magic, sizeof head.magic) || head.outbound > 1) {
        return false;
    }
    memcpy(&network, addresses + 2 * l->address_size, sizeof network);
    *plan = (struct error_plan) {
        .outbound = head.outbound,
        .network = ntohl(network),
        .fake = { address_from_bytes(l, addresses), head.fake_plen },
        .real = { address_from_bytes(l, addresses + l->address_size),
                  head.real_plen },
    };
    return is_plan(plan, 8 * l->address_size);
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

static ovs_be16
get_be16(const uint8_t *p)
{
    return get_unaligned_be16((const ovs_be16 *) p);
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

static bool
is_ipv4_fragment(const uint8_t *ip)
{
    return IP_IS_FRAGMENT(((const struct ip_header *) ip)->ip_frag_off);
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
                || (!is_ipv4_fragment(ip) && !csum(ip, l->header_len))));
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
        e->has_start = !(get_be16(e->quoted + 6) & htons(IP_FRAG_OFF_MASK));
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
        sum = recalc_csum32(sum,
                            get_unaligned_be32((const ovs_be32 *) (old + i)),
                            get_unaligned_be32((const ovs_be32 *) (new + i)));
    }
    put_unaligned_be16((ovs_be16 *) csum_, sum);
}

static struct address
get_src(const struct error *e, const uint8_t *ip)
{
    return address_from_bytes(e->layout, ip + e->layout->src);
}

static struct address
get_dst(const struct error *e, const uint8_t *ip)
{
    return address_from_bytes(e->layout, ip + e->layout->dst);
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
        uint8_t new[MAX_ADDRESS];

        address_to_bytes(l, both[i].address, new);
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

static void
set_quoted(struct error *e, struct address src, struct address dst)
{
    uint8_t *covering = covering_csum(e);

    set_addresses(e, e->quoted, covering, src, dst);
    if (covering && e->proto == IPPROTO_UDP && !get_be16(covering)) {
        put_unaligned_be16((ovs_be16 *) covering, htons(0xffff));
    }
}

static bool
translate_outbound(const struct error_plan *plan, struct error *e)
{
    struct address pair = get_dst(e, e->ip);
    struct address client, target;

    if (!address_equals(get_src(e, e->ip), plan->fake.ip)
        || !address_equals(get_src(e, e->quoted), pair)
        || !address_equals(get_dst(e, e->quoted), plan->fake.ip)
        || !address_plan_split(&plan->fake, &plan->real, pair, &client,
                               &target)) {
        return false;
    }
    set_quoted(e, client, target);
    set_addresses(e, e->ip, NULL, target, client);
    return true;
}

/* Who sends it may be another than the client. */
static bool
translate_inbound(const struct error_plan *plan, struct error *e)
{
    struct address sender = get_src(e, e->ip);
    struct address target = get_dst(e, e->ip);
    struct address client = get_dst(e, e->quoted);

    if (!real_subnet_has_host(&plan->real, sender)
        || !real_subnet_has_host(&plan->real, target)
        || !real_subnet_has_host(&plan->real, client)
        || address_equals(sender, target) || address_equals(client, target)
        || !address_equals(get_src(e, e->quoted), target)) {
        return false;
    }
    set_quoted(e, plan->fake.ip,
               address_plan_join(&plan->fake, &plan->real, client, target));
    set_addresses(e, e->ip, NULL,
                  address_plan_join(&plan->fake, &plan->real, sender, target),
                  plan->fake.ip);
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

    ovs_be16 *sum = &((struct icmp_header *) e.icmp)->icmp_csum;
    put_unaligned_be16(sum, 0);
    put_unaligned_be16(sum, icmp_csum(&e));
    return ETH_HEADER_LEN + ip_length(e.layout, e.ip);
}
