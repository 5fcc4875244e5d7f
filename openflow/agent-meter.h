/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_AGENT_METER_H
#define OPENFLOW_AGENT_METER_H 1

/* A meter of packets that the switch sends to the agent
 * ======================================================
 *
 * It limits them, so that a flood cannot become a load.  It is kept as the
 * flows are: each look (error-relay.h) asks what meters there are, before it
 * asks for the flows, and this adds, mends or deletes the agent's.  When
 * somebody deletes it, Open vSwitch deletes the flows that use it, too, which
 * the flow monitor tells.  A switch that refuses it is not asked again on that
 * connection: the flows that would use it drop.
 *
 * Pure: messages in, messages out, but for the log. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct flow_list;
struct ofpbuf;
struct ofputil_meter_config;
struct ovs_list;

struct agent_meter {
    uint32_t id;
    uint32_t rate;              /* Packets a second, and that many at once. */
    const char *what, *without; /* In the log: "ICMP errors", and what becomes
                                 * of them without the meter. */

    bool wanted;                /* Flows use it, at this look. */
    bool found, right;          /* As far as the switch has told, in a look. */
    ovs_be32 change_xid;        /* Of that to change it, in a look, or 0. */
    const char *error;          /* Why there can be none, or NULL. */

    ovs_be32 count_xid;         /* Of the request under way, or 0. */
    bool known;                 /* 'limited' is, on this connection. */
    uint64_t limited;           /* Packets that it dropped. */
};

/* There is a new connection, or none. */
void agent_meter_restart(struct agent_meter *);

/* Has those of 'flows' that use it drop instead, if there can be none. */
void agent_meter_adapt(const struct agent_meter *, struct flow_list *flows);

/* A look begins. */
void agent_meter_look(struct agent_meter *, const struct flow_list *flows);

/* The switch has the meter 'config', which may be this one. */
void agent_meter_take(struct agent_meter *,
                      const struct ofputil_meter_config *config);

/* The switch has told all, or cannot: appends to 'msgs' what changes the
 * meter, if it is not as it should be. */
void agent_meter_end(struct agent_meter *, struct ovs_list *msgs);

/* The switch refused the request with 'xid', with the error 'name'.  Returns
 * true if it was one of these. */
bool agent_meter_take_error(struct agent_meter *, ovs_be32 xid,
                            const char *name);

/* Begins to count what it drops: appends a request, if it is wanted.  The
 * other function takes the reply, and returns true if it is that. */
void agent_meter_count(struct agent_meter *, struct ovs_list *msgs);
bool agent_meter_take_count(struct agent_meter *, struct ofpbuf *reply);

#endif /* openflow/agent-meter.h */
