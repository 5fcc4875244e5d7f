/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-translate.h"

#include <stdlib.h>

#include "csum.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

/* Userdata: 'magic', so that another flow's is not taken for one. */
struct plan_bytes {
    uint8_t magic[3];
    uint8_t outbound;
    uint8_t fake_plen, real_plen;
    uint8_t zero[2];
    ovs_be32 fake, real, network;
};
BUILD_ASSERT_DECL(sizeof(struct plan_bytes) == 20);

static const uint8_t magic[3] = { 'p', 'i', 'p' };

void
error_plan_put(const struct error_plan *plan, struct ds *s)
{
    struct plan_bytes bytes = {
        .outbound = plan->outbound,
        .fake_plen = plan->fake.plen,
        .real_plen = plan->real.plen,
        .fake = address_to_ip(plan->fake.ip),
        .real = address_to_ip(plan->real.network),
        .network = htonl(plan->network),
    };
    const uint8_t *p = (const uint8_t *) &bytes;

    memcpy(bytes.magic, magic, sizeof magic);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ds_put_format(s, "%s%02x", i ? "." : "", p[i]);
    }
}

bool
error_plan_parse(const void *userdata, size_t n, struct error_plan *plan)
{
    struct plan_bytes bytes;

    if (n != sizeof bytes) {
        return false;
    }
    memcpy(&bytes, userdata, n);
    if (memcmp(bytes.magic, magic, sizeof magic) || bytes.outbound > 1
        || bytes.real_plen < 17 || bytes.real_plen > 30
        || bytes.fake_plen < 1 || bytes.fake_plen > 30
        || bytes.real & ~be32_prefix_mask(bytes.real_plen)) {
        return false;
    }
    *plan = (struct error_plan) {
        .outbound = bytes.outbound,
        .network = ntohl(bytes.network),
        .fake = { address_from_ip(bytes.fake), bytes.fake_plen },
        .real = { address_from_ip(bytes.real), bytes.real_plen },
    };

    char *error = address_plan_check(&plan->fake, &plan->real);
    bool fits = !error;

    free(error);
    return fits;
}

/* The parts of a frame, none of which has options. */
struct error {
    struct ip_header *ip;
    struct icmp_header *icmp;
    size_t icmp_size;           /* Of the message, in bytes. */
    struct ip_header *quoted;
    uint8_t *payload;           /* Of the quoted packet; */
    size_t payload_size;        /* so much of it is there. */
};

#define PLAIN_IP IP_IHL_VER(IP_HEADER_LEN / 4, 4)
#define QUOTED_PAYLOAD 8        /* At least: RFC 792. */
#define MIN_ERROR (ICMP_HEADER_LEN + IP_HEADER_LEN + QUOTED_PAYLOAD)

static bool
is_error(uint8_t type)
{
    return (type == ICMP4_DST_UNREACH || type == ICMP4_TIME_EXCEEDED
            || type == ICMP4_PARAM_PROB);
}

/* Returns true if the IP packet of at most 'size' bytes is whole, and one that
 * may have an error in it. */
static bool
is_icmp_packet(const struct ip_header *ip, size_t size)
{
    size_t length = ntohs(ip->ip_tot_len);

    return (ip->ip_ihl_ver == PLAIN_IP
            && ip->ip_proto == IPPROTO_ICMP
            && length <= size && length >= IP_HEADER_LEN + MIN_ERROR
            && !IP_IS_FRAGMENT(ip->ip_frag_off)
            && !csum(ip, IP_HEADER_LEN));
}

/* The second byte after the checksum is the length of the quote if something
 * follows. */
static bool
is_plain_error(const struct icmp_header *icmp, size_t size)
{
    return (is_error(icmp->icmp_type)
            && !((const uint8_t *) icmp)[5]
            && !csum(icmp, size));
}

static bool
parse(void *frame, size_t size, struct error *e)
{
    const struct eth_header *eth = frame;

    if (size < ETH_HEADER_LEN + IP_HEADER_LEN + MIN_ERROR
        || eth->eth_type != htons(ETH_TYPE_IP)) {
        return false;
    }
    e->ip = (struct ip_header *) ((uint8_t *) frame + ETH_HEADER_LEN);
    if (!is_icmp_packet(e->ip, size - ETH_HEADER_LEN)) {
        return false;
    }
    e->icmp = (struct icmp_header *) (e->ip + 1);
    e->icmp_size = ntohs(e->ip->ip_tot_len) - IP_HEADER_LEN;
    if (!is_plain_error(e->icmp, e->icmp_size)) {
        return false;
    }
    e->quoted = (struct ip_header *) (e->icmp + 1);
    e->payload = (uint8_t *) (e->quoted + 1);
    e->payload_size = e->icmp_size - ICMP_HEADER_LEN - IP_HEADER_LEN;
    return e->quoted->ip_ihl_ver == PLAIN_IP;
}

static void
update(void *csum_, ovs_be32 old, ovs_be32 new)
{
    ovs_be16 *csum = csum_;

    put_unaligned_be16(csum, recalc_csum32(get_unaligned_be16(csum), old,
                                           new));
}

static struct address
get_address(const ovs_16aligned_be32 *address)
{
    return address_from_ip(get_16aligned_be32(address));
}

/* Sets '*address' in the header 'ip'. */
static void
set_address(struct ip_header *ip, ovs_16aligned_be32 *address,
            struct address new)
{
    update(&ip->ip_csum, get_16aligned_be32(address), address_to_ip(new));
    put_16aligned_be32(address, address_to_ip(new));
}

/* Returns the checksum of what is quoted, which covers the addresses, too, or
 * NULL if none does, or it is not quoted. */
static void *
covering_csum(const struct error *e)
{
    struct tcp_header *tcp = (struct tcp_header *) e->payload;
    struct udp_header *udp = (struct udp_header *) e->payload;

    if (e->quoted->ip_frag_off & htons(IP_FRAG_OFF_MASK)) {
        return NULL;            /* No header. */
    }
    switch (e->quoted->ip_proto) {
    case IPPROTO_TCP:
        return (e->payload_size >= offsetof(struct tcp_header, tcp_urg)
                ? &tcp->tcp_csum : NULL);
    case IPPROTO_UDP:
        return udp->udp_csum ? &udp->udp_csum : NULL;
    default:
        return NULL;
    }
}

static void
set_quoted(struct error *e, struct address src, struct address dst)
{
    void *covering = covering_csum(e);

    if (covering) {
        update(covering, get_16aligned_be32(&e->quoted->ip_src),
               address_to_ip(src));
        update(covering, get_16aligned_be32(&e->quoted->ip_dst),
               address_to_ip(dst));
        if (e->quoted->ip_proto == IPPROTO_UDP
            && !get_unaligned_be16(covering)) {
            put_unaligned_be16(covering, htons(0xffff));
        }
    }
    set_address(e->quoted, &e->quoted->ip_src, src);
    set_address(e->quoted, &e->quoted->ip_dst, dst);
}

static bool
translate_outbound(const struct error_plan *plan, struct error *e)
{
    struct address pair = get_address(&e->ip->ip_dst);
    struct address client, target;

    if (!address_equals(get_address(&e->ip->ip_src), plan->fake.ip)
        || !address_equals(get_address(&e->quoted->ip_src), pair)
        || !address_equals(get_address(&e->quoted->ip_dst), plan->fake.ip)
        || !address_plan_split(&plan->fake, &plan->real, pair, &client,
                               &target)) {
        return false;
    }
    set_quoted(e, client, target);
    set_address(e->ip, &e->ip->ip_src, target);
    set_address(e->ip, &e->ip->ip_dst, client);
    return true;
}

/* Who sends it may be another than the client. */
static bool
translate_inbound(const struct error_plan *plan, struct error *e)
{
    struct address sender = get_address(&e->ip->ip_src);
    struct address target = get_address(&e->ip->ip_dst);
    struct address client = get_address(&e->quoted->ip_dst);

    if (!real_subnet_has_host(&plan->real, sender)
        || !real_subnet_has_host(&plan->real, target)
        || !real_subnet_has_host(&plan->real, client)
        || address_equals(sender, target) || address_equals(client, target)
        || !address_equals(get_address(&e->quoted->ip_src), target)) {
        return false;
    }
    set_quoted(e, plan->fake.ip,
               address_plan_join(&plan->fake, &plan->real, client, target));
    set_address(e->ip, &e->ip->ip_src,
                address_plan_join(&plan->fake, &plan->real, sender, target));
    set_address(e->ip, &e->ip->ip_dst, plan->fake.ip);
    return true;
}

size_t
error_translate(const struct error_plan *plan, void *frame, size_t size)
{
    struct error e;

    if (!parse(frame, size, &e)
        || !(plan->outbound ? translate_outbound(plan, &e)
             : translate_inbound(plan, &e))) {
        return 0;
    }
    e.icmp->icmp_csum = 0;
    e.icmp->icmp_csum = csum(e.icmp, e.icmp_size);
    return ETH_HEADER_LEN + ntohs(e.ip->ip_tot_len);
}
