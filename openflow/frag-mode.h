/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FRAG_MODE_H
#define OPENFLOW_FRAG_MODE_H 1

/* What a switch's flows see of IP fragments
 * ==========================================
 *
 * By default Open vSwitch has flows see ports and ICMP types of 0 in all
 * fragments, though the first one has them.  "nx-match" has them see what is
 * there, and 0 in the later ones only: see "set-frags" in ovs-ofctl(8).  The
 * mode is the bridge's, for all of its flows, until Open vSwitch is restarted
 * or somebody sets another.  Nothing tells of a change.  Pure. */

struct flow_list;
struct ofpbuf;

/* Returns a request to set "nx-match", of OpenFlow FLOW_SYNC_VERSION, which
 * becomes the caller's, if one of 'flows' looks at ports or ICMP types and may
 * match fragments; otherwise NULL: any mode will do. */
struct ofpbuf *frag_mode_encode_request(const struct flow_list *flows);

#endif /* openflow/frag-mode.h */
