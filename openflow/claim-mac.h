/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_MAC_H
#define OPENFLOW_CLAIM_MAC_H 1

/* The MAC addresses of claimed addresses: one for all, or each has its own,
 * of which the first three bytes (OUI) are the same and the others are the low
 * 24 bits of the address.  Pure. */

#include <stdbool.h>

#include "openflow/address.h"
#include "openvswitch/types.h"
#include "packets.h"

struct claim_mac {
    struct eth_addr mac;        /* Of an OUI, the last three bytes are 0. */
    bool is_oui;
};

/* Returns the bits that all claimed addresses have the same. */
static inline struct eth_addr
claim_mac_mask(const struct claim_mac *m)
{
    return (m->is_oui
            ? (struct eth_addr) ETH_ADDR_C(ff,ff,ff,00,00,00)
            : (struct eth_addr) ETH_ADDR_C(ff,ff,ff,ff,ff,ff));
}

/* Returns the MAC address of 'address'. */
static inline struct eth_addr
claim_mac_of(const struct claim_mac *m, struct address address)
{
    uint64_t mac = eth_addr_to_uint64(m->mac);
    struct eth_addr result;

    eth_addr_from_uint64(m->is_oui ? mac | (address.lo & 0xffffff) : mac,
                         &result);
    return result;
}

/* Returns true if 'mac' could be that of a claimed address. */
static inline bool
claim_mac_covers(const struct claim_mac *m, struct eth_addr mac)
{
    uint64_t mask = eth_addr_to_uint64(claim_mac_mask(m));

    return !((eth_addr_to_uint64(m->mac) ^ eth_addr_to_uint64(mac)) & mask);
}

#endif /* openflow/claim-mac.h */
