/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_TABLE_USE_H
#define OPENFLOW_TABLE_USE_H 1

/* How many flows each table of a switch has
 * ==========================================
 *
 * One table statistics request (OpenFlow 1.4 section 7.3.5.4), which costs the
 * switch the same however many flows there are.  What Open vSwitch 3.1 does
 * not tell is how many flows it evicted or refused.
 *
 * Pure: messages in, messages out. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct ofpbuf;

struct table_use {
    ovs_be32 xid;               /* Of the request under way, or 0. */
    bool known;                 /* What follows is, on this connection. */
    uint32_t flows[256];        /* Of each table. */
};

/* There is a new connection, or none. */
void table_use_restart(struct table_use *);

/* Begins to count: returns the request. */
struct ofpbuf *table_use_encode_request(struct table_use *);

/* Takes 'reply' if it is one that is awaited.  Its data are used up. */
void table_use_take_reply(struct table_use *, struct ofpbuf *reply);

/* The switch refused the request with 'xid'.  Returns true if that was this
 * one. */
bool table_use_take_error(struct table_use *, ovs_be32 xid);

#endif /* openflow/table-use.h */
