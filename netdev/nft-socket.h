/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NFT_SOCKET_H
#define NETDEV_NFT_SOCKET_H 1

/* Talk to the kernel's nf_tables. */

#include <stdbool.h>
#include <stddef.h>

struct nl_msg;
struct nlmsghdr;

/* Returns NULL if the kernel has sockets for it, otherwise why not. */
const char *nft_probe(void);

/* How often to ask when dumps are interrupted: others may change their tables
 * without end. */
#define NFT_MAX_TRIES 5

/* Asks for all of one kind, NFT_MSG_GET*, in 'table', and in its 'set' if that
 * is not NULL.  Gives 'take' those messages that are about 'table', until it
 * returns false.  If 'table' is NULL, that is all tables, of all families.
 *
 * Returns 0 or a negative libnl error: -NLE_DUMP_INTR if something changed
 * meanwhile, -NLE_AGAIN if there is no reply in time (netlink.h). */
int nft_dump(int type, const char *table, const char *set,
             bool (*take)(const struct nlmsghdr *, void *aux), void *aux);

/* A transaction: all its messages do what they say, or none does. */
struct nft_transaction {
    char *data;
    size_t n, allocated;
    size_t last;                /* Where the last message begins. */
};

void nft_transaction_start(struct nft_transaction *);

/* Adds 'msg', and frees it. */
void nft_transaction_add(struct nft_transaction *, struct nl_msg *msg);

/* Sends it, with one message at least, and frees what it has.  Returns 0 or a
 * negative libnl error. */
int nft_transaction_commit(struct nft_transaction *);

#endif /* netdev/nft-socket.h */
