/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_RELAY_H
#define OPENFLOW_ERROR_RELAY_H 1

/* Packets that the switch sends to the agent, and gets back
 * ==========================================================
 *
 * The flows of error-flows.h send ICMP errors to the connection that has the
 * controller ID ERROR_CONTROLLER, and each is translated (error-translate.h)
 * and sent to the table that delivers.  Where the datapath cannot, so do those
 * of claim-set.h with neighbour solicitations, and each is answered
 * (nd-answer.h).  If there is no such connection, the switch drops them.  A
 * meter for each kind limits them (agent-meter.h).
 *
 * Pure: messages in, messages out, but for the log. */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/agent-meter.h"
#include "openvswitch/types.h"

struct flow_list;
struct ofp_header;
struct ofpbuf;
struct ovs_list;

/* Of the connection that these go to, and of the meters: as the lower half of
 * routing table numbers, "pi", and the next one. */
#define ERROR_CONTROLLER 0x7069
#define ERROR_METER 0x7069
#define ND_METER 0x706a

/* Packets a second, and that many at once.  Linux answers each pair with some
 * errors at once, and one a second, so that a client who scans a /24 gets all;
 * each costs the agent some 35 us. */
#define ERROR_RATE 300

/* The same of solicitations, of which a router that is scanned through sends
 * one for each address: at most some 5 % of a core. */
#define ND_RATE 2000

/* Bytes of a packet that misses the flows that this connection is to be sent:
 * there is none that would, but Open vSwitch sends a connection like this
 * nothing at all if it is 0. */
#define ERROR_MISS_SEND_LEN 128

enum { METER_OF_ERRORS, METER_OF_ND, N_AGENT_METERS };

struct error_relay {
    bool listens;               /* The switch was told, on this connection. */
    ovs_be32 meters_xid;        /* Of the request under way, or 0. */
    struct agent_meter meters[N_AGENT_METERS];

    /* By this process. */
    uint64_t translated, refused;   /* Errors. */
    uint64_t answered, unanswered;  /* Solicitations. */
};

void error_relay_init(struct error_relay *);

/* There is a new connection, or none. */
void error_relay_restart(struct error_relay *);

/* Has those of 'flows' that use a meter that there cannot be drop instead. */
void error_relay_adapt(const struct error_relay *, struct flow_list *flows);

/* Returns true if flows send something, at this look. */
bool error_relay_is_wanted(const struct error_relay *);

/* A look begins: appends requests to 'msgs'. */
void error_relay_look(struct error_relay *, const struct flow_list *flows,
                      struct ovs_list *msgs);

/* Takes 'reply', a description of meters, if it was asked for, and appends
 * what changes the meters, if they are not as they should be. */
void error_relay_take_meters(struct error_relay *, struct ofpbuf *reply,
                             struct ovs_list *msgs);

/* The switch refused the request with 'xid', with the error 'name'.  Returns
 * true if it was one of these. */
bool error_relay_take_error(struct error_relay *, ovs_be32 xid,
                            const char *name, struct ovs_list *msgs);

/* Returns how many meters the switch refused, on this connection. */
unsigned int error_relay_refused_meters(const struct error_relay *);

/* Returns true if one is being changed, at this look. */
bool error_relay_changes_meter(const struct error_relay *);

/* Takes 'packet_in', and appends what sends the translated error, or the
 * answer, if it is to become that. */
void error_relay_take_packet(struct error_relay *,
                             const struct ofp_header *packet_in,
                             struct ovs_list *msgs);

/* Begins to count what the meters drop: appends a request for each that there
 * is.  The other function takes the reply, if it is that. */
void error_relay_count(struct error_relay *, struct ovs_list *msgs);
void error_relay_take_count(struct error_relay *, struct ofpbuf *reply);

#endif /* openflow/error-relay.h */
