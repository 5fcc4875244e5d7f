/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_FIREWALL_TABLE_H
#define NETDEV_FIREWALL_TABLE_H 1

/* The table of firewall.h, as messages to nf_tables.  Pure. */

struct ds;
struct firewall_config;
struct nft_counter;
struct nl_msg;

/* The counter's name. */
#define FIREWALL_COUNTER "wall"

/* Returns the table's name, for the caller to free. */
char *firewall_table_name(const struct firewall_config *config);

/* Gives 'take' the messages that make the table, with 'count' in the counter,
 * one by one.  'take' must nlmsg_free() them.  They are in the order in which
 * the kernel shows what they make: table, counter, chains, rules. */
void firewall_table_build(const struct firewall_config *config,
                          const struct nft_counter *count,
                          void (*take)(struct nl_msg *, void *aux),
                          void *aux);

/* Appends the messages, each as a line of nft-format.h. */
void firewall_table_format(const struct firewall_config *config,
                           struct ds *s);

#endif /* netdev/firewall-table.h */
