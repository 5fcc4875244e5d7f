/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIMS_H
#define OPENFLOW_CLAIMS_H 1

/* Which claimed addresses are dark
 * =================================
 *
 * Before the switch answers for an address, somebody must have asked if a host
 * has it.  For that there are two kinds of flows in table 18 (claim-set.h):
 * for new addresses there are flows that only listen.  When the switch has
 * them, this asks through the switch (claim-probe.h), by ARP as RFC 5227
 * wants, from 0.0.0.0, or by neighbour discovery as RFC 4862 wants, from ::,
 * which changes nobody's cache.  Whoever answers, the
 * switch learns.  Then the flows become ones that answer, for all: owners that
 * were learned come first.
 *
 * So the switch itself has the state: an agent that is started anew asks for
 * nothing that the switch answers for already, and when the switch has lost
 * its flows, for everything.  What the switch was seen to listen for, and was
 * asked for since, is "granted" here until the flows say so.
 *
 * flow-sync.h drives this: in a look, it gives the flows that the switch has;
 * when these are as wanted, this may ask.  Pure: messages in, messages out;
 * 'now' as in flow-sync.h. */

#include <stdbool.h>
#include <stddef.h>

#include "openflow/claim-network.h"
#include "openflow/claim-probe.h"
#include "openflow/uplink-watch.h"
#include "openvswitch/types.h"

struct flow_config;
struct ofp_header;
struct ofpbuf;
struct ofputil_flow_stats;
struct ovs_list;
struct svec;

struct claims {
    struct claim_network *networks;
    size_t n;
    bool changed;               /* Not in the wanted flows yet. */
    bool revoked;               /* Nobody was asked since. */
    bool lost;                  /* A network has lost owners. */
    struct claim_rate rate;
    struct uplink_watch uplink;

    ovs_be32 owners_xid;        /* Of the dump of table 19, */
    bool under_way;             /* whose reply is awaited. */
    bool wanted;                /* Somebody wants to know these. */
    long long int last_dump;
};

void claims_init(struct claims *);
void claims_destroy(struct claims *);

/* From now on, these networks claim what their configurations say.  What is
 * granted and still claimed stays so, unless a network has more VLANs now. */
void claims_set(struct claims *, const struct flow_config *configs, size_t n);

/* The uplink is another device: who is there is not known. */
void claims_revoke(struct claims *);

/* There is a new connection. */
void claims_connect(struct claims *);

/* There is a new connection, or none, or other flows: nothing is under way. */
void claims_restart(struct claims *);

/* Appends to 'flows' those of 'base', with what is wanted in table 18 now in
 * the place of that table's. */
void claims_build(const struct claims *, const struct svec *base,
                  struct svec *flows);

/* A dump of the agent's flows: at first claims_begin_dump(), then the flows,
 * at last claims_end_dump(), which returns true if other flows are wanted
 * now.  Only before flows are compared ('look') that may be. */
void claims_begin_dump(struct claims *);
void claims_take_flow(struct claims *, const struct ofputil_flow_stats *,
                      long long int now);
bool claims_end_dump(struct claims *, bool look);

/* The switch has the flows that are wanted. */
void claims_settled(struct claims *, long long int now);

/* Appends to 'msgs' what is to be sent.  Returns true if other flows are
 * wanted now.  To be called while the switch has the flows. */
bool claims_run(struct claims *, long long int now, struct ovs_list *msgs);

/* Returns when claims_run() will have something to do, LLONG_MAX for never. */
long long int claims_next(const struct claims *);

/* Takes 'reply' to a dump, if it is to one of these.  Returns true if so. */
bool claims_take_owners(struct claims *, struct ofpbuf *reply,
                        long long int now);

/* Takes a port status message.  Returns true if it is a reason to look: the
 * uplink had no carrier for a while. */
bool claims_take_port_status(struct claims *, const struct ofp_header *);

/* The switch refused the request with 'xid'.  Returns true if that was one of
 * these. */
bool claims_take_error(struct claims *, ovs_be32 xid);

/* Somebody wants to know who the owners are. */
void claims_request(struct claims *);

/* Returns true if all that is claimed is granted. */
bool claims_are_granted(const struct claims *);

#endif /* openflow/claims.h */
