/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_TABLE_H
#define NETDEV_NFT_TABLE_H 1

/* What the kernel has in a table of the family "inet". */

#include <stddef.h>

struct nft_counter;

/* Reads 'table', and stores what is in it into '*text', for the caller to
 * free: table, counters, chains, sets, rules and elements are lines of
 * nft-format.h.  If there are other things, a line says so.  Without a table,
 * there is no line.  Beyond 'limit' bytes it is enough: the rest may be
 * missing.
 *
 * What the counter 'name' counted is stored in '*counter', if there is one.
 *
 * The parts are read one by one.  What changes in between is an event of the
 * table.
 *
 * Returns 0 or a negative libnl error, without a text: -NLE_DUMP_INTR if
 * something changed during each of several tries. */
int nft_table_read(const char *table, size_t limit, const char *name,
                   struct nft_counter *counter, char **text);

/* Reads the counter alone. */
int nft_table_read_counter(const char *table, const char *name,
                           struct nft_counter *counter);

#endif /* netdev/nft-table.h */
