/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_INPUT_CHAINS_H
#define NETDEV_INPUT_CHAINS_H 1

/* Host firewalls of others
 * ========================
 *
 * What comes to the host itself passes the chains on the hook "input": of
 * nftables, firewalld, ufw or iptables, which use nf_tables, or of the table
 * "filter" of iptables-legacy.  Such a chain can drop what services on the
 * fake address are to answer.  One that accepts, and has no rules, cannot. */

#include <stdbool.h>

struct nlmsghdr;

/* What a chain is called, with its policy if that is to drop; "" for none. */
#define INPUT_CHAIN_SIZE 128

/* Stores in 'name' which chain can drop, but for those of agents; of several,
 * one whose policy is to drop.  'families' are bits of nft-chain.h: of these.
 *
 * Returns 0 or a negative libnl error: -NLE_DUMP_INTR if something changed
 * during each of several tries. */
int input_chains_find(unsigned int families, char name[INPUT_CHAIN_SIZE]);

/* Replaces 'name' if 'nlh' is about a chain that can drop, and better than the
 * one in 'name'.  Pure, and so is the following. */
void input_chains_take(const struct nlmsghdr *nlh, unsigned int families,
                       char name[INPUT_CHAIN_SIZE]);

/* Returns true if after this event of nf_tables, input_chains_find() may find
 * something else.  A first rule in a chain is no such event. */
bool input_chains_may_differ(const struct nlmsghdr *, unsigned int families);

#endif /* netdev/input-chains.h */
