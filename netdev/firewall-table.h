/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_FIREWALL_TABLE_H
#define NETDEV_FIREWALL_TABLE_H 1

/* The table of firewall.h, as messages to nf_tables
 * ==================================================
 *
 * How many rules a packet meets does not depend on how many ports and
 * addresses there are.  These are in sets and maps:
 *
 *     addresses       the fake addresses
 *     ways            address . its port
 *     own             address . the same address
 *     ports           port       -> the chain of its mark
 *     sources         address    -> the chain of its port's mark
 *     marks           mark       -> its chain
 *
 * Addresses of IPv6 have sets of their own: addresses6, and so on.  What is
 * for one family only is there only if there is an address of it.
 *
 * A mark has a chain, because a map that has marks would set all bits.
 *
 * The switch skips the extension headers of IPv6: it cannot match them, and
 * translates what has them.  So chain "headers" stops what comes to a fake
 * address by its port with hop-by-hop options (and so jumbograms, RFC 2675),
 * a routing header, destination options, or an authentication header, which
 * covers addresses.  (Behind a routing header with segments left, the switch
 * writes a wrong checksum; headers that it does not know, it drops.)  Of
 * fragments it stops those that are the only one (RFC 6946), for which the
 * switch may write a wrong checksum.  Others that overlap, Linux drops with
 * all that belong to the same packet (RFC 5722); exact duplicates it
 * ignores.
 *
 * Linux looks at hop-by-hop options before any chain: what it finds wrong with
 * these it drops or answers itself, and is not counted here.  Pure. */

#include <stddef.h>

#include "netdev/nft-table.h"

struct firewall_config;
struct nl_msg;

/* The walls.  Without an address of IPv6, there is only the first. */
enum firewall_wall_id {
    FIREWALL_WALL,              /* Against the fake address elsewhere. */
    FIREWALL_HOP_BY_HOP,
    FIREWALL_ROUTING,
    FIREWALL_DESTINATION_OPTIONS,
    FIREWALL_AUTHENTICATION,
    FIREWALL_ATOMIC_FRAGMENT,
    FIREWALL_N_WALLS
};
size_t firewall_table_n_walls(const struct firewall_config *);

/* Returns what a wall is against, as the reasons of the flow set are. */
const char *firewall_table_reason(size_t wall);

/* Gives the FIREWALL_N_WALLS 'counters' their names, and 0. */
void firewall_table_init_counters(struct nft_named_counter counters[]);

/* Returns the table's name, for the caller to free. */
char *firewall_table_name(const struct firewall_config *config);

/* Gives 'take' the messages that make the table, with what 'counters' have,
 * one by one.  'take' must nlmsg_free() them. */
void firewall_table_build(const struct firewall_config *config,
                          const struct nft_named_counter counters[],
                          void (*take)(struct nl_msg *, void *aux),
                          void *aux);

/* Returns the table as text of nft-format.h, for the caller to free. */
char *firewall_table_format(const struct firewall_config *config);

#endif /* netdev/firewall-table.h */
