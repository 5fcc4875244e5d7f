/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_UPLINK_WATCH_H
#define OPENFLOW_UPLINK_WATCH_H 1

/* Hearing that the uplink had no carrier
 * =======================================
 *
 * While a cable is pulled, hosts come that are not heard.  The switch tells of
 * it in port status messages (OpenFlow 1.4 section 7.4.3), if it is asked to:
 * on a connection like ours it sends none by itself.  Pure: messages in,
 * messages out. */

#include <stdbool.h>
#include <stdint.h>

struct ofp_header;
struct ovs_list;

struct uplink_watch {
    bool asked;                 /* On this connection. */
    bool down;                  /* As heard last. */
};

/* There is a new connection, or none. */
void uplink_watch_restart(struct uplink_watch *);

/* Appends to 'msgs', once on a connection, a request to be told. */
void uplink_watch_begin(struct uplink_watch *, struct ovs_list *msgs);

/* Takes a port status message.  Returns true if it says that 'port' has a
 * carrier again. */
bool uplink_watch_take(struct uplink_watch *, const struct ofp_header *,
                       uint16_t port);

#endif /* openflow/uplink-watch.h */
