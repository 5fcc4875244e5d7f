/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CT_LIMITS_H
#define OPENFLOW_CT_LIMITS_H 1

/* How many connections a zone may have
 * =====================================
 *
 * Without a limit, one routed client fills the connection tracking table,
 * which on the kernel datapath is the host's own, too.  At the limit of a
 * zone, Open vSwitch commits no new connection to it; those that are there go
 * on.
 *
 * OpenFlow has no request for that, and the database has none before Open
 * vSwitch 3.3.  But ovs-vswitchd has had "dpctl/ct-set-limits" and its
 * relatives since 3.0, on its control socket: see ovs-vswitchd(8).  It forgets
 * limits when it ends, and nothing tells of a change.  So each look asks for
 * them, and for the numbers of connections, and sets those that differ.
 *
 * The socket is DIRECTORY/ovs-vswitchd.PID.ctl, the number is in the file
 * DIRECTORY/ovs-vswitchd.pid.  There is a connection only during a look.
 *
 * Nothing here blocks: call ct_limits_run() and ct_limits_wait() in each pass
 * of a poll loop. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of one zone. */
struct ct_limit {
    uint16_t zone;
    uint32_t limit;             /* 0 for none. */
    uint32_t count;             /* Connections, as counted last: of those that
                                 * came since there was a limit. */
};

/* Creates the object, for the ovs-vswitchd that has its files in
 * 'directory'. */
struct ct_limits *ct_limits_create(const char *directory);

/* Frees 'limits'.  The switch keeps its limits. */
void ct_limits_destroy(struct ct_limits *limits);

/* Sets the desired limits of 'n' zones of 'datapath', as dpctl(8) names it:
 * "system@ovs-system".  Zones of an earlier call that are no more named will
 * have none.  With NULL, limits are left alone, as before the first call.
 *
 * Compares if that is a change. */
void ct_limits_set(struct ct_limits *limits, const char *datapath,
                   const struct ct_limit *zones, size_t n);

void ct_limits_run(struct ct_limits *limits);
void ct_limits_wait(struct ct_limits *limits);

/* Returns true if a look is to begin. */
bool ct_limits_wants_look(const struct ct_limits *limits);

/* Begins to compare, unless that is going on or nothing is desired.
 * ct_limits_changed() says that somebody may have changed something. */
void ct_limits_look(struct ct_limits *limits);
void ct_limits_changed(struct ct_limits *limits);

/* Returns true if the last look has ended, well or not. */
bool ct_limits_is_settled(const struct ct_limits *limits);

/* Returns why the last look failed, or NULL. */
const char *ct_limits_error(const struct ct_limits *limits);

/* Returns what the switch has for 'zone', NULL if that is not known. */
const struct ct_limit *ct_limits_get(const struct ct_limits *limits,
                                     uint16_t zone);

/* Parses 'reply', the answer to "dpctl/ct-get-limits": after a line with the
 * default, "zone=N,limit=N,count=N" for each zone.  Stores the limit and the
 * count of each of the 'n' zones in 'zones' that has a line.  Returns false if
 * one has none. */
bool ct_limits_parse(const char *reply, struct ct_limit *zones, size_t n);

#endif /* openflow/ct-limits.h */
