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
 * A mark has a chain, because a map that has marks would set all bits.  Pure.
 */

struct firewall_config;
struct nft_counter;
struct nl_msg;

/* The counter's name. */
#define FIREWALL_COUNTER "wall"

/* With 'count_input', two more: what has come for a fake address by its port,
 * before all chains on the way in, and what is left of it behind them. */
#define FIREWALL_COME "come"
#define FIREWALL_LET_IN "let-in"

/* What the names of all these tables begin with. */
#define FIREWALL_TABLE_PREFIX "pipette-"

/* Returns the table's name, for the caller to free. */
char *firewall_table_name(const struct firewall_config *config);

/* Gives 'take' the messages that make the table, with 'count' in the counter,
 * one by one.  'take' must nlmsg_free() them. */
void firewall_table_build(const struct firewall_config *config,
                          const struct nft_counter *count,
                          void (*take)(struct nl_msg *, void *aux),
                          void *aux);

/* Returns the table as text of nft-format.h, for the caller to free. */
char *firewall_table_format(const struct firewall_config *config);

#endif /* netdev/firewall-table.h */
