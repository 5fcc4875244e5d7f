/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-family.h"

#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/vlan-flows.h"
#include "util.h"

static const struct claim_rule arp_hears[] = {
    { 2, "arp,arp_spa=0.0.0.0,arp_op=1", NULL, CLAIM_SHOW, "NXM_OF_ARP_TPA" },
    { 1, "arp,arp_op=1", NULL, CLAIM_SHOW, "NXM_OF_ARP_SPA" },
    { 1, "arp,arp_op=2", NULL, CLAIM_SHOW, "NXM_OF_ARP_SPA" },
    { 0, "", NULL, CLAIM_DROP, "ARP, neither request nor reply" },
};

static const struct claim_rule arp_asks[] = {
    { 3, "arp,arp_op=2", NULL, CLAIM_DROP, "ARP reply" },
    { 3, "arp,arp_spa=0.0.0.0,arp_op=1", NULL, CLAIM_DROP, "ARP probe" },
    { 1, "arp", "arp_spa", CLAIM_DROP, "ARP announcement" },
    /* From elsewhere: it cannot be the same. */
    { 0, "arp", NULL, CLAIM_LOOK_UP, NULL },
};

#define SOLICITATION "icmp6,icmp_type=135"
#define ADVERTISEMENT "icmp6,icmp_type=136"
#define VALID ",icmp_code=0,nw_ttl=255"

/* Solicited-node multicast: RFC 4291 section 2.7.1. */
#define SOLICITED_NODE "ipv6_dst=ff02::1:ff00:0/104"
#define NO_LINK_LAYER "nd_sll=00:00:00:00:00:00"

/* Duplicate address detection: RFC 4862 section 5.4.2.  It has no link-layer
 * address (RFC 4861 section 7.1.1). */
#define PROBE \
    SOLICITATION VALID",ipv6_src=::,"SOLICITED_NODE","NO_LINK_LAYER

static const struct claim_rule nd_hears[] = {
    /* Later ones have another protocol: flow-family.h. */
    { 8, "icmp6,nw_frag=first", NULL, CLAIM_DROP, "ND in fragments" },
    { 6, PROBE, "nd_target", CLAIM_SHOW, "NXM_NX_ND_TARGET" },
    { 5, PROBE, NULL, CLAIM_DROP, "ND for an address that is not claimed" },
    { 4, SOLICITATION",nd_target=ff00::/8", NULL, CLAIM_DROP,
      "ND for a multicast address" },
    { 4, ADVERTISEMENT",nd_target=ff00::/8", NULL, CLAIM_DROP,
      "ND for a multicast address" },
    { 4, SOLICITATION","NO_LINK_LAYER, NULL, CLAIM_DROP,
      "ND solicitation without a link-layer address" },
    { 3, SOLICITATION VALID, "ipv6_src", CLAIM_SHOW, "NXM_NX_IPV6_SRC" },
    { 3, ADVERTISEMENT VALID, "nd_target", CLAIM_SHOW, "NXM_NX_ND_TARGET" },
    { 2, SOLICITATION VALID, NULL, CLAIM_PASS, NULL },
    { 2, ADVERTISEMENT VALID, NULL, CLAIM_DROP,
      "ND for an address that is not claimed" },
    { 1, "icmp6,nw_ttl=255", NULL, CLAIM_DROP, "ND of an unknown code" },
    { 0, "", NULL, CLAIM_DROP, "ND from beyond a router" },
};

static const struct claim_rule nd_asks[] = {
    { 4, ADVERTISEMENT, NULL, CLAIM_DROP, "ND advertisement" },
    { 4, SOLICITATION",ipv6_src=::", NULL, CLAIM_DROP, "ND probe" },
    { 3, SOLICITATION","SOLICITED_NODE, "nd_target", CLAIM_LOOK_UP, NULL },
    { 2, SOLICITATION",ipv6_dst=ff00::/8", "nd_target", CLAIM_DROP,
      "ND to another multicast address" },
    { 1, SOLICITATION, "nd_target", CLAIM_LOOK_UP, NULL },
    { 0, "", NULL, CLAIM_DROP, "ND for an address that is not claimed" },
};

static const struct claim_family families[] = {
    {
        .name = "ARP", .any = "arp", .request = "arp", .asker = "arp_spa",
        .target = "NXM_OF_ARP_TPA", .owner_mac = "NXM_NX_ARP_SHA",
        .macs = { "arp,dl_src", "arp,arp_sha" },
        .n_macs = 2, .n_needed_macs = 2,
        .mac_priority = 3, .ignored_priority = 4,
        .entrances = { "priority=1,arp" },
        .hears = arp_hears, .n_hears = ARRAY_SIZE(arp_hears),
        .asks = arp_asks, .n_asks = ARRAY_SIZE(arp_asks),
        .compares = true,
    },
    {
        .name = "ND", .any = "icmp6", .request = SOLICITATION,
        .asker = "ipv6_src", .target = "NXM_NX_ND_TARGET",
        .owner_mac = "NXM_OF_ETH_SRC",
        .macs = {
            "icmp6,dl_src", SOLICITATION",nd_sll", ADVERTISEMENT",nd_tll",
        },
        .n_macs = 3, .n_needed_macs = 1,
        .mac_priority = 7, .source_priority = 4, .ignored_priority = 5,
        /* Before the walls for multicast MAC addresses; beside those for
         * second tags. */
        .entrances = {
            "priority=6,"SOLICITATION","UNTAGGED,
            "priority=6,"ADVERTISEMENT","UNTAGGED,
        },
        .hears = nd_hears, .n_hears = ARRAY_SIZE(nd_hears),
        .asks = nd_asks, .n_asks = ARRAY_SIZE(nd_asks),
    },
};

const struct claim_family *
claim_family_of(const struct flow_config *config)
{
    return &families[flow_family_of(config)->ipv6];
}
