/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_MONITOR_H
#define OPENFLOW_FLOW_MONITOR_H 1

/* Flow monitor
 * ============
 *
 * Hearing of changes that others make to the flow tables (OpenFlow 1.4 section
 * 7.3.5.17).  Pure: messages in, messages out. */

#include <stdbool.h>

#include "openvswitch/ofp-protocol.h"

struct ofpbuf;

/* Returns a request to report each flow that is added, modified or removed
 * from now on, in any table, without its actions. */
struct ofpbuf *flow_monitor_encode_request(enum ofputil_protocol protocol);

/* Returns true if 'reply', an OFPMP_FLOW_MONITOR reply, tells of a change that
 * may concern the flow set, or that changes may have been missed.  It is not
 * so for changes that this connection made itself and for learned flows, which
 * come and go all the time. */
bool flow_monitor_is_news(struct ofpbuf *reply);

#endif /* openflow/flow-monitor.h */
