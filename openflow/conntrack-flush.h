/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CONNTRACK_FLUSH_H
#define OPENFLOW_CONNTRACK_FLUSH_H 1

/* Tracked connections that a new flow set makes wrong
 * ====================================================
 *
 * Open vSwitch keeps the address that it put in the place of a connection's
 * target for as long as the connection lasts, whatever the flows say by then.
 * So with another fake address, who had been served would be no more: all that
 * a client sends from the same port would go to the former one, and refresh
 * it.  Such connections are to be forgotten, and begin anew.  Pure. */

struct cookie_set;
struct flow_list;
struct ovs_list;

/* Appends to 'msgs', a list of struct ofpbuf, a request to forget the
 * connections for each zone and address that a flow of 'present', and none of
 * 'wanted', puts in the place of a target: ct(zone=ZONE,nat(dst=ADDRESS)).
 * If 'stale', cookies of learned flows, has one that no flow of 'present'
 * learns with, nothing tells what these flows put there: then all connections
 * in the zones of 'wanted' are to be forgotten.
 *
 * The request is Open vSwitch's NXT_CT_FLUSH (3.1 and later), of OpenFlow
 * FLOW_SYNC_VERSION. */
void conntrack_flush_stale(const struct flow_list *wanted,
                           const struct flow_list *present,
                           const struct cookie_set *stale,
                           struct ovs_list *msgs);

#endif /* openflow/conntrack-flush.h */
