/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SUBNET_SHARED_H
#define OPENFLOW_SUBNET_SHARED_H 1

/* What the networks of subnet-set.h share: the flows of table 0, which sort
 * packets by network, and the walls that are the same in all.  Pure. */

#include <stddef.h>

struct flow_config;
struct svec;

/* Appends to 'flows' those of the 'n' networks together, in no order. */
void subnet_shared_build(const struct flow_config *configs, size_t n,
                         struct svec *flows);

#endif /* openflow/subnet-shared.h */
