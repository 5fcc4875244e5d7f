/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_NAT_RULES_H
#define NETDEV_NAT_RULES_H 1

/* Destination NAT of others
 * =========================
 *
 * Container engines publish ports by destination NAT, in a chain of the type
 * "nat" on prerouting or output: of nftables, or of iptables, which uses
 * nf_tables, or its own table "nat" in its legacy variant.  A chain counts
 * without rules, too: these come and go with containers. */

#include <stdbool.h>

struct nlmsghdr;

/* Stores in '*found' whether there is such a chain for one of 'families', bits
 * of nft-chain.h.
 *
 * Returns 0 or a negative libnl error: -NLE_DUMP_INTR if something changed
 * during each of several tries. */
int nat_rules_find(unsigned int families, bool *found);

/* Returns true if a message of nf_tables is about such a chain.  Pure, and so
 * is the following. */
bool nat_rules_is_dnat_chain(const struct nlmsghdr *, unsigned int families);

/* Returns true if after this event of nf_tables, nat_rules_find() may find
 * something else.  iptables-legacy has no events. */
bool nat_rules_may_differ(const struct nlmsghdr *, unsigned int families);

#endif /* netdev/nat-rules.h */
