/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_FIREWALL_TABLE_H
#define NETDEV_FIREWALL_TABLE_H 1

/* The text of the table of firewall.h
 * ====================================
 *
 * As nft(8) prints it, so that a table that was read can be compared with the
 * wanted one as text.  Pure. */

struct ds;
struct firewall_config;
struct firewall_count;

/* Returns the table's name, for the caller to free. */
char *firewall_table_name(const struct firewall_config *config);

/* Appends to 's' the table, with 'count' in the counter. */
void firewall_table_format(const struct firewall_config *config,
                           const struct firewall_count *count, struct ds *s);

/* Takes the counter's figures out of 'text', which is a table as nft(8) prints
 * it: stores them into '*count', and writes 0 in their place.  If there is no
 * such counter, both stay as they are. */
void firewall_table_take_count(struct ds *text, struct firewall_count *count);

#endif /* netdev/firewall-table.h */
