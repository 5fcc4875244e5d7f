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
 * or somebody sets another.  Nothing tells of a change, so each look asks for
 * the mode (OFPT_GET_CONFIG_REQUEST), before anything is changed.  Pure. */

#include <stdbool.h>
#include <stdint.h>

struct flow_list;
struct ofp_header;
struct ofpbuf;

/* Returns true if one of 'flows' looks at ports or ICMP types and may match
 * fragments; otherwise any mode will do. */
bool frag_mode_is_needed(const struct flow_list *flows);

/* Takes 'reply', an OFPT_GET_CONFIG_REPLY.  Returns NULL if the mode is 'mode'
 * ("nx-match", or another word of ovs-ofctl(8)) already, or that is no mode or
 * NULL; and this connection is sent 'miss_send_len' bytes, or more, of each
 * packet that misses the flows, which the same request sets.
 *
 * Otherwise returns a request, which becomes the caller's, that sets both and
 * changes nothing else, and stores into '*former' what the mode was, NULL if
 * it stays. */
struct ofpbuf *frag_mode_change(const struct ofp_header *reply,
                                const char *mode, uint16_t miss_send_len,
                                const char **former);

#endif /* openflow/frag-mode.h */
