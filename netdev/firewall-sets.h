/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_FIREWALL_SETS_H
#define NETDEV_FIREWALL_SETS_H 1

/* The sets and maps of the table of firewall.h (firewall-table.h says what is
 * in which), and what of them differs between families.  Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct firewall_config;
struct nl_msg;

/* How the messages are made. */
struct firewall_builder {
    const struct firewall_config *config;
    const char *table;
    void (*take)(struct nl_msg *, void *aux);
    void *aux;
};

/* What rules need to know of a family. */
struct firewall_family {
    int family;                 /* AF_INET or AF_INET6. */
    uint8_t nfproto;            /* NFPROTO_*. */
    uint32_t size;              /* Of an address, in bytes. */
    uint32_t source, destination;   /* Where these are in the header. */
    uint32_t second;            /* The register behind an address. */
    uint32_t ct_destination;    /* NFT_CT_*. */
    uint8_t icmp;               /* IPPROTO_*; of which errors have types that
                                 * are 'error_op' (NFT_CMP_*) 'error'. */
    uint32_t error_op;
    uint8_t error;
    const char *addresses, *ways, *own, *sources;   /* Names of sets. */
};

#define FIREWALL_N_FAMILIES 2
extern const struct firewall_family firewall_families[FIREWALL_N_FAMILIES];

/* Returns true if one of the ports has an address of that family. */
bool firewall_has_family(const struct firewall_config *, int family);

/* Returns the name of the chain for 'mark'. */
#define FIREWALL_CHAIN_SIZE 16
const char *firewall_mark_chain(uint32_t mark, char name[FIREWALL_CHAIN_SIZE]);

/* Several addresses can be on one port: returns true for the first port, of
 * index 'i', that has its mark. */
bool firewall_is_first_of_mark(const struct firewall_config *, size_t i);

/* Each makes the messages for all sets, those for marks only with a
 * 'mark_mask', those of a family only if there is an address of it. */
void firewall_put_sets(const struct firewall_builder *);
void firewall_put_elements(const struct firewall_builder *);

#endif /* netdev/firewall-sets.h */
