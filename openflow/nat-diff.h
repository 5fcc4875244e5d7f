/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_NAT_DIFF_H
#define OPENFLOW_NAT_DIFF_H 1

/* Tracked connections that a new flow set makes wrong
 * ====================================================
 *
 * Open vSwitch keeps the address that it put in the place of a connection's
 * target for as long as the connection lasts, whatever the flows say by then.
 * So with another fake address, who had been served would be no more: all that
 * a client sends from the same port would go to the former one, and refresh
 * it.  Such connections are to be forgotten, and begin anew.  Pure. */

struct flow_list;
struct ovs_list;

/* Appends to 'msgs', a list of struct ofpbuf, a request to forget the
 * connections for each zone and address that a flow of 'present', and none of
 * 'wanted', puts in the place of a target: ct(zone=ZONE,nat(dst=ADDRESS)).
 *
 * The request is Open vSwitch's NXT_CT_FLUSH (3.1 and later), of OpenFlow
 * FLOW_SYNC_VERSION. */
void nat_diff(const struct flow_list *wanted, const struct flow_list *present,
              struct ovs_list *msgs);

#endif /* openflow/nat-diff.h */
