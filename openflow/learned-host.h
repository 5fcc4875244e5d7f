/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_LEARNED_HOST_H
#define OPENFLOW_LEARNED_HOST_H 1

/* What a learned flow says of a host.  Pure. */

#include <stdbool.h>

struct flow_row;
struct ofputil_flow_stats;

/* If 'stats' is a flow that was learned, and tells of a host, stores what it
 * says of that into 'row' (role, network, address, VLAN, MAC address), and
 * returns true.  The address of a target or an owner has 0 in place of the
 * high 64 bits of the network's, which the flow does not have. */
bool learned_host_parse(const struct ofputil_flow_stats *stats,
                        struct flow_row *row);

#endif /* openflow/learned-host.h */
