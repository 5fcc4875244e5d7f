/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_NETWORK_H
#define OPENFLOW_CLAIM_NETWORK_H 1

/* What one network claims, and what is known of that: see claims.h.  Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/address-set.h"
#include "openflow/claim-list.h"
#include "openflow/claim-mac.h"
#include "openflow/claim-owners.h"
#include "openflow/claim-probe.h"
#include "openflow/claim-set.h"

struct flow_config;
struct svec;

struct claim_network {
    char *name;                 /* NULL if it has none. */
    uint32_t id;
    uint16_t uplink;
    unsigned long *vlans;
    struct claim_mac mac;
    uint16_t hold;
    bool ipv6, by_agent;        /* Who answers: see claim_config. */
    uint64_t high;              /* Bits of all addresses of the network. */
    struct address_set addresses;

    struct address_set granted; /* Of these: may be answered for. */
    long long int granted_at;   /* The last of them. */
    struct address_set asking;  /* What 'first' asks for. */
    struct address_set lost;    /* Not granted any more: until a look. */
    struct claim_probe first;   /* Before they are granted. */
    struct claim_probe again;   /* Owners. */
    struct claim_owners owners, fresh_owners;
    struct claim_list list, fresh_list;     /* As the switch has it. */
};

void claim_network_init(struct claim_network *, const struct flow_config *);
void claim_network_destroy(struct claim_network *);

/* Returns true if both claim the same in the same way. */
bool claim_network_equals(const struct claim_network *,
                          const struct claim_network *);

/* Takes from 'former', of the same name, what is still true: if there is no
 * other VLAN, what was granted; and the owners. */
void claim_network_inherit(struct claim_network *,
                           struct claim_network *former);

/* Nobody is asked any more.  Owners who were being asked again are due at
 * once. */
void claim_network_stop(struct claim_network *);

/* Returns what table 18 tells the network by. */
struct claim_list_key claim_network_key(const struct claim_network *);

/* Appends to 'flows' those that are wanted in table 18. */
void claim_network_build(const struct claim_network *, struct svec *flows);

/* Grants what the switch answers for, as 'list' has it, unless 'revoked'; and
 * goes on to grant only what it listens for.  Returns true if something else
 * is granted now. */
bool claim_network_update_granted(struct claim_network *, bool revoked);

#endif /* openflow/claim-network.h */
