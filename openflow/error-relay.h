/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_RELAY_H
#define OPENFLOW_ERROR_RELAY_H 1

/* ICMP errors that the switch sends to the agent, and gets back
 * ==============================================================
 *
 * The flows of error-flows.h send them to the connection that has the
 * controller ID ERROR_CONTROLLER, and each is translated (error-translate.h)
 * and sent to the table that delivers.  If there is no such connection, the
 * switch drops them.
 *
 * A meter limits them, so that a flood cannot become a load.  It is kept as
 * the flows are: each look asks what meters there are, before it asks for the
 * flows, and adds, mends or deletes the agent's.  When somebody deletes it,
 * Open vSwitch deletes the flows that use it, too, which the flow monitor
 * tells.  A switch that refuses it is not asked again on that connection: the
 * flows that would use it drop.
 *
 * Pure: messages in, messages out, but for the log. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct flow_list;
struct ofp_header;
struct ofpbuf;
struct ovs_list;

/* Of the connection that translates, and of the meter: as the lower half of
 * routing table numbers, "pi". */
#define ERROR_CONTROLLER 0x7069
#define ERROR_METER 0x7069

/* Packets a second, and that many at once.  Linux answers each pair with some
 * errors at once, and one a second, so that a client who scans a /24 gets all;
 * each costs the agent some 35 us. */
#define ERROR_RATE 300

/* Bytes of a packet that misses the flows that this connection is to be sent:
 * there is none that would, but Open vSwitch sends a connection like this
 * nothing at all if it is 0. */
#define ERROR_MISS_SEND_LEN 128

struct error_relay {
    bool wanted;                /* The flows send errors, at this look. */
    bool listens;               /* The switch was told, on this connection. */
    ovs_be32 meters_xid;        /* Of the request under way, or 0. */
    bool found, right;          /* As far as that was answered. */
    ovs_be32 meter_xid;         /* Of that to change it, at this look, or 0. */
    const char *meter_error;    /* Why there can be none, or NULL. */

    ovs_be32 count_xid;         /* Of the request under way, or 0. */
    bool known;                 /* 'limited' is, on this connection. */
    uint64_t limited;           /* Packets that the meter dropped. */
    uint64_t translated, refused;   /* By this process. */
};

#define ERROR_RELAY_INITIALIZER { .wanted = false }

/* There is a new connection, or none. */
void error_relay_restart(struct error_relay *);

/* Has those of 'flows' that use the meter drop instead, if there can be
 * none. */
void error_relay_adapt(const struct error_relay *, struct flow_list *flows);

/* A look begins: appends requests to 'msgs'. */
void error_relay_look(struct error_relay *, const struct flow_list *flows,
                      struct ovs_list *msgs);

/* Takes 'reply', a description of meters, if it was asked for, and appends
 * what changes the meter, if it is not as it should be. */
void error_relay_take_meters(struct error_relay *, struct ofpbuf *reply,
                             struct ovs_list *msgs);

/* The switch refused the request with 'xid', with the error 'name'.  Returns
 * true if it was one of these. */
bool error_relay_take_error(struct error_relay *, ovs_be32 xid,
                            const char *name, struct ovs_list *msgs);

/* Takes 'packet_in', and appends what sends the translated error, if it is
 * one. */
void error_relay_take_packet(struct error_relay *,
                             const struct ofp_header *packet_in,
                             struct ovs_list *msgs);

/* Begins to count what the meter drops: appends a request, if there is a
 * meter.  The other function takes the reply, if it is that. */
void error_relay_count(struct error_relay *, struct ovs_list *msgs);
void error_relay_take_count(struct error_relay *, struct ofpbuf *reply);

#endif /* openflow/error-relay.h */
