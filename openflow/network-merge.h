/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_NETWORK_MERGE_H
#define OPENFLOW_NETWORK_MERGE_H 1

/* The flows of several networks in the same tables.  Pure. */

#include <stddef.h>

struct flow_config;
struct svec;

/* Appends to 'flows' those of the 'n' networks in 'sets', none of which
 * matches metadata: what all have, once; the rest for one network each, by the
 * metadata, with its name in the comment. */
void network_merge(const struct flow_config *configs,
                   const struct svec *sets, size_t n, struct svec *flows);

#endif /* openflow/network-merge.h */
