/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_OFFLOADS_H
#define NETDEV_OFFLOADS_H 1

/* Receive offloads of the uplink
 * ==============================
 *
 * GRO and LRO join packets of a TCP connection to one that is longer than the
 * MTU.  Open vSwitch's userspace datapath reads the uplink by packet(7), and
 * drops what is longer ("Too big. GRO/TSO enabled?"), so all of a transfer but
 * its first packets is lost.  On that datapath, these features of the uplink
 * (features.h) are to be off; on the kernel's, they do no harm and are left
 * alone.
 *
 * What was on is known, and is given back when the uplink is released.  A
 * change is seen by the look at the links that follows it, as rtnetlink(7)
 * tells.  If somebody switches them on again and again, OFFLOADS_TRIES changes
 * in OFFLOADS_PATIENCE_MSEC are enough, and a hint says so.
 *
 * Checksums are not among these: a network card that checks them leaves them
 * as they are.  Those that are missing, a peer on the same machine has left
 * out (veth, virtio), and no feature of the uplink changes that. */

#include <stdbool.h>
#include <stdint.h>

#define OFFLOADS_TRIES 5
#define OFFLOADS_PATIENCE_MSEC 60000

enum offloads_goal {
    OFFLOADS_LEAVE,             /* As they are. */
    OFFLOADS_OFF,
    OFFLOADS_RESTORE            /* As they were. */
};

/* Creates the object; nothing is touched until there is a goal. */
struct offloads *offloads_create(const char *uplink);

/* Frees the object.  The uplink stays as it is. */
void offloads_destroy(struct offloads *);

/* Changes the uplink.  Returns the name of the former one, for the caller to
 * free, if it was given back what was on, otherwise NULL. */
char *offloads_set_uplink(struct offloads *, const char *uplink);

/* Changes the goal, as of the next look.  Returns true if that is due now. */
bool offloads_set_goal(struct offloads *, enum offloads_goal);

/* Compares the features with what is wanted, and switches them.  'now' is in
 * milliseconds, of any clock that does not go back. */
void offloads_look(struct offloads *, long long int now);

/* Returns why features that do harm are on, and what helps, valid until the
 * next look; NULL if none is. */
const char *offloads_hint(const struct offloads *);

/* Returns how often features were switched off that had been off before:
 * somebody else switched them on. */
uint64_t offloads_n_repairs(const struct offloads *);

/* Gives back what was on. */
void offloads_release(struct offloads *);

/* What was on before the agent switched it off, or "none", for the caller to
 * free.  An agent that is started later does not know it, but can be told: the
 * first time for each uplink counts.  NULL is as "none". */
char *offloads_former(const struct offloads *);
void offloads_set_former(struct offloads *, const char *former);

#endif /* netdev/offloads.h */
