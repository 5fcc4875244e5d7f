/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claim-family.h"

#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/vlan-flows.h"
#include "util.h"

/* Matches are in the order in which Open vSwitch writes them. */

static const struct claim_rule arp_hears[] = {
    { 2, "arp,arp_spa=0.0.0.0,arp_op=1", NULL, NULL,
      CLAIM_SHOW, "NXM_OF_ARP_TPA" },
    { 1, "arp,arp_op=1", NULL, NULL, CLAIM_SHOW, "NXM_OF_ARP_SPA" },
    { 1, "arp,arp_op=2", NULL, NULL, CLAIM_SHOW, "NXM_OF_ARP_SPA" },
    { 0, "", NULL, NULL, CLAIM_DROP, "ARP, neither request nor reply" },
};

static const struct claim_rule arp_asks[] = {
    { 3, "arp,arp_op=2", NULL, NULL, CLAIM_DROP, "ARP reply" },
    { 3, "arp,arp_spa=0.0.0.0,arp_op=1", NULL, NULL,
      CLAIM_DROP, "ARP probe" },
    { 1, "arp", "arp_spa", NULL, CLAIM_DROP, "ARP announcement" },
    /* From elsewhere: it cannot be the same. */
    { 0, "arp", NULL, NULL, CLAIM_LOOK_UP, NULL },
};

#define SOLICITATION "icmp6,icmp_type=135"
#define ADVERTISEMENT "icmp6,icmp_type=136"
#define VALID_SOLICITATION ",nw_ttl=255,icmp_type=135,icmp_code=0"
#define VALID_ADVERTISEMENT ",nw_ttl=255,icmp_type=136,icmp_code=0"

/* Solicited-node multicast: RFC 4291 section 2.7.1. */
#define SOLICITED_NODE "ipv6_dst=ff02::1:ff00:0/104"
#define NO_LINK_LAYER ",nd_sll=00:00:00:00:00:00"

/* Duplicate address detection: RFC 4862 section 5.4.2.  It has no link-layer
 * address (RFC 4861 section 7.1.1). */
#define PROBE "icmp6,ipv6_src=::,"SOLICITED_NODE VALID_SOLICITATION

static const struct claim_rule nd_hears[] = {
    /* Later ones have another protocol: flow-family.h. */
    { 9, "icmp6,nw_frag=first", NULL, NULL, CLAIM_DROP, "ND in fragments" },
    { 7, PROBE, "nd_target", NO_LINK_LAYER, CLAIM_SHOW, "NXM_NX_ND_TARGET" },
    { 6, PROBE, NULL, NO_LINK_LAYER,
      CLAIM_DROP, "ND for an address that is not claimed" },
    { 4, SOLICITATION",nd_target=ff00::/8", NULL, NULL,
      CLAIM_DROP, "ND for a multicast address" },
    { 4, ADVERTISEMENT",nd_target=ff00::/8", NULL, NULL,
      CLAIM_DROP, "ND for a multicast address" },
    { 4, "icmp6"VALID_SOLICITATION, NULL, NO_LINK_LAYER,
      CLAIM_DROP, "ND solicitation without a link-layer address" },
    { 3, "icmp6", "ipv6_src", VALID_SOLICITATION,
      CLAIM_SHOW, "NXM_NX_IPV6_SRC" },
    { 3, "icmp6"VALID_ADVERTISEMENT, "nd_target", NULL,
      CLAIM_SHOW, "NXM_NX_ND_TARGET" },
    { 2, "icmp6"VALID_SOLICITATION, NULL, NULL, CLAIM_PASS, NULL },
    { 2, "icmp6"VALID_ADVERTISEMENT, NULL, NULL,
      CLAIM_DROP, "ND for an address that is not claimed" },
    { 1, "icmp6,nw_ttl=255", NULL, NULL,
      CLAIM_DROP, "ND of an unknown code" },
    { 0, "", NULL, NULL, CLAIM_DROP, "ND from beyond a router" },
};

static const struct claim_rule nd_asks[] = {
    { 4, ADVERTISEMENT, NULL, NULL, CLAIM_DROP, "ND advertisement" },
    { 4, "icmp6,ipv6_src=::,icmp_type=135", NULL, NULL,
      CLAIM_DROP, "ND probe" },
    { 3, "icmp6,"SOLICITED_NODE",icmp_type=135", "nd_target", NULL,
      CLAIM_LOOK_UP, NULL },
    { 2, "icmp6,ipv6_dst=ff00::/8,icmp_type=135", "nd_target", NULL,
      CLAIM_DROP, "ND to another multicast address" },
    { 1, SOLICITATION, "nd_target", NULL, CLAIM_LOOK_UP, NULL },
    { 0, "", NULL, NULL,
      CLAIM_DROP, "ND for an address that is not claimed" },
};

static const struct claim_family families[] = {
    {
        .name = "ARP", .any = "arp", .request = "", .asker = "arp_spa",
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
        .name = "ND", .any = "icmp6", .request = ",icmp_type=135",
        .asker = "ipv6_src", .target = "NXM_NX_ND_TARGET",
        .owner_mac = "NXM_OF_ETH_SRC",
        .macs = {
            "icmp6,dl_src", SOLICITATION",nd_sll", ADVERTISEMENT",nd_tll",
        },
        .n_macs = 3, .n_needed_macs = 1,
        .mac_priority = 8, .source_priority = 5, .ignored_priority = 5,
        /* Before the walls for multicast MAC addresses; beside those for
         * second tags. */
        .entrances = {
            "priority=6,icmp6,"UNTAGGED",icmp_type=135",
            "priority=6,icmp6,"UNTAGGED",icmp_type=136",
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
