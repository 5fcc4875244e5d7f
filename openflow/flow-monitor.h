/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_MONITOR_H
#define OPENFLOW_FLOW_MONITOR_H 1

/* Flow monitors
 * =============
 *
 * Hearing of changes that others make to the flow tables (OpenFlow 1.4 section
 * 7.3.5.17).  The switch encodes a message for each change that a monitor
 * covers, before anybody can look away from it, so monitors cover only what
 * may concern the flow set:
 *
 *   - each table that its flows are in, if it learns nothing into that table,
 *   - in the others, what is as specific as one of its flows: "tcp" does not
 *     cover a learned flow that matches "ip" and two addresses.  A flow that
 *     matches every packet would cover all: so of these only removal and
 *     modification are covered, not additions, of which there are thousands a
 *     second while flows are learned.  If such a flow is replaced by adding
 *     another, only the next look finds it.
 *
 * Pure: messages in, messages out. */

#include <stdbool.h>

#include "openvswitch/ofp-protocol.h"

struct flow_list;
struct ofpbuf;
struct ovs_list;

/* The monitors of one connection. */
struct flow_monitor {
    uint32_t first_id, next_id; /* Of those that there are. */
    ovs_be32 *xids;             /* Of their requests, an element each. */
};

#define FLOW_MONITOR_INITIALIZER { 1, 1, NULL }

/* There are no monitors: the connection is a new one. */
void flow_monitor_clear(struct flow_monitor *);

/* Appends to 'msgs', a list of struct ofpbuf, requests that delete the
 * monitors that there are, and add those for 'flows': each flow that is added,
 * modified or removed from then on is reported, without its actions. */
void flow_monitor_set(struct flow_monitor *, const struct flow_list *flows,
                      enum ofputil_protocol, struct ovs_list *msgs);

/* Returns true if 'xid' is that of a request for a monitor. */
bool flow_monitor_has_xid(const struct flow_monitor *, ovs_be32 xid);

/* Returns true if 'reply', an OFPMP_FLOW_MONITOR reply, tells of a change that
 * may concern the flow set, or that changes may have been missed.  It is not
 * so for changes that this connection made itself and for learned flows, which
 * come and go all the time. */
bool flow_monitor_is_news(struct ofpbuf *reply);

#endif /* openflow/flow-monitor.h */
