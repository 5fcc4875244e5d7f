/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_TABLE_H
#define NETDEV_NFT_TABLE_H 1

/* What the kernel has in a table of the family "inet". */

#include <stddef.h>

#include "netdev/nft-format.h"

struct nft_named_counter {
    const char *name;
    struct nft_counter value;
};

/* Reads 'table', and stores what is in it into '*text', for the caller to
 * free: table, counters, chains, sets, rules and elements are lines of
 * nft-format.h.  If there are other things, a line says so.  Without a table,
 * there is no line.  Beyond 'limit' bytes it is enough: the rest may be
 * missing.
 *
 * What those of the 'n' counters that there are have counted is stored in
 * them.
 *
 * The parts are read one by one.  What changes in between is an event of the
 * table.
 *
 * Returns 0 or a negative libnl error, without a text: -NLE_DUMP_INTR if
 * something changed during each of several tries. */
int nft_table_read(const char *table, size_t limit,
                   struct nft_named_counter counters[], size_t n,
                   char **text);

/* Reads the counters alone. */
int nft_table_read_counters(const char *table,
                            struct nft_named_counter counters[], size_t n);

#endif /* netdev/nft-table.h */
