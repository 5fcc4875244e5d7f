/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/nd-answer.h"

#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>

#include "csum.h"
#include "dp-packet.h"
#include "openflow/claim-set.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

struct plan_bytes {
    uint8_t magic[4];
    uint8_t is_oui, zero;
    struct eth_addr mac;
};
BUILD_ASSERT_DECL(sizeof(struct plan_bytes) == 12);

static const uint8_t magic[4] = { 'p', 'i', 'n', 'd' };

void
nd_plan_put(const struct nd_plan *plan, struct ds *s)
{
    struct plan_bytes bytes = {
        .is_oui = plan->mac.is_oui, .mac = plan->mac.mac,
    };
    const uint8_t *p = (const uint8_t *) &bytes;

    memcpy(bytes.magic, magic, sizeof magic);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ds_put_format(s, "%s%02x", i ? "." : "", p[i]);
    }
}

bool
nd_plan_parse(const void *userdata, size_t n, struct nd_plan *plan)
{
    struct plan_bytes bytes;

    if (n != sizeof bytes) {
        return false;
    }
    memcpy(&bytes, userdata, sizeof bytes);
    plan->mac = (struct claim_mac) { bytes.mac, bytes.is_oui };
    return (!memcmp(bytes.magic, magic, sizeof magic) && bytes.is_oui <= 1
            && !bytes.zero);
}

/* What is of interest in a solicitation. */
struct solicitation {
    struct eth_addr from;
    struct in6_addr source, target;
};

/* Returns true if the 'n' bytes of options are whole, and one of them is the
 * source's link-layer address. */
static bool
have_link_layer(const uint8_t *options, size_t n)
{
    bool found = false;

    while (n) {
        size_t size = n >= 2 ? options[1] * ND_LLA_OPT_LEN : 0;

        if (!size || size > n) {
            return false;
        }
        found |= (options[0] == ND_OPT_SOURCE_LINKADDR
                  && size == ND_LLA_OPT_LEN);
        options += size;
        n -= size;
    }
    return found;
}

/* 'nd' has 'n' bytes, ND_MSG_LEN at least. */
static bool
is_right_message(const struct ovs_16aligned_ip6_hdr *ip,
                 const struct ovs_nd_msg *nd, size_t n)
{
    uint32_t sum = packet_csum_pseudoheader6(ip);

    return (nd->icmph.icmp6_type == ND_NEIGHBOR_SOLICIT
            && !nd->icmph.icmp6_code
            && !csum_finish(csum_continue(sum, nd, n))
            && have_link_layer((const uint8_t *) nd + ND_MSG_LEN,
                               n - ND_MSG_LEN));
}

static bool
parse(const void *frame, size_t size, struct solicitation *s)
{
    const struct eth_header *eth = frame;
    const struct ovs_16aligned_ip6_hdr *ip = ALIGNED_CAST(
        const struct ovs_16aligned_ip6_hdr *, eth + 1);
    const struct ovs_nd_msg *nd = ALIGNED_CAST(const struct ovs_nd_msg *,
                                               ip + 1);

    if (size < ETH_HEADER_LEN + IPV6_HEADER_LEN + ND_MSG_LEN
        || eth->eth_type != htons(ETH_TYPE_IPV6)) {
        return false;
    }
    size_t n = ntohs(ip->ip6_plen);
    if (ip->ip6_vfc >> 4 != 6 || ip->ip6_nxt != IPPROTO_ICMPV6
        || ip->ip6_hlim != 255
        || n < ND_MSG_LEN || n > size - ETH_HEADER_LEN - IPV6_HEADER_LEN
        || !is_right_message(ip, nd, n)) {
        return false;
    }
    s->from = eth->eth_src;
    memcpy(&s->source, &ip->ip6_src, sizeof s->source);
    memcpy(&s->target, &nd->target, sizeof s->target);
    return (!eth_addr_is_multicast(s->from) && !eth_addr_is_zero(s->from)
            && !IN6_IS_ADDR_UNSPECIFIED(&s->source)
            && !IN6_IS_ADDR_MULTICAST(&s->source)
            && !IN6_IS_ADDR_MULTICAST(&s->target));
}

bool
nd_answer_compose(const struct nd_plan *plan, const void *frame, size_t size,
                  struct dp_packet *answer)
{
    struct solicitation s;

    if (!parse(frame, size, &s)) {
        return false;
    }
    struct eth_addr mac = claim_mac_of(&plan->mac,
                                       address_from_in6(&s.target));
    compose_nd_na(answer, mac, s.from, &s.target, &s.source,
                  htonl(CLAIM_ND_FLAGS));
    return true;
}
