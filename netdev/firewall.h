/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_FIREWALL_H
#define NETDEV_FIREWALL_H 1

/* The nftables table of a bridge
 * ===============================
 *
 * Keeps one table, "inet pipette-BRIDGE", as wanted.  It does four things:
 *
 * - A wall: nothing that has a fake address as its source leaves by another
 *   interface than the fake port.  It comes after all source NAT, so it sees
 *   the packets as they would leave.  A counter counts what it stops.
 *
 * - Marks.  A container's answer is routed before its source address is put
 *   back, so a rule from the fake address does not match it.  A connection
 *   that comes in by a fake port has a mark, and so have packets of it that
 *   are on their way between fake port and container: a rule by that mark
 *   routes the answers (route-reconcile.h).  Bits of marks that are not in
 *   'mark_mask' stay as they are.  Packets of services on the host itself have
 *   no mark, but for ICMP errors that the host sends to clients of containers.
 *
 * - A connection from the host to a container behind the fake address, such as
 *   a health check, has the fake address as its source.  It is marked, to be
 *   routed as if it came from another address, and it is masqueraded, so that
 *   the fake address stays where it belongs.
 *
 * - What comes by a fake port with IP options, or IPv6 extension headers, is
 *   dropped (firewall-table.h).
 *
 * Marks and masquerading need connection tracking, which the kernel begins
 * with when they come.  So they are there only while others have destination
 * NAT (nat-rules.h), as container engines do; otherwise, and with a 'mark_mask'
 * of 0, there are only the walls.
 *
 * The table is written whole, in one transaction.  It is read, and compared
 * with what is wanted, at each look; one that is as wanted is not written.
 * The counter goes on when the table is written.  Other tables are left alone.
 * The kernel's messages about this table, and about destination NAT of others,
 * are a reason to look.
 *
 * Where the kernel has no nf_tables, this is blocked, and says so.
 *
 * Requests are answered within the call.  If the kernel has to load modules for
 * the first table, the call waits for that; so the package's service has them
 * loaded before.  Call firewall_run() and firewall_wait() in each pass of a
 * poll loop. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdev/nft-format.h"

struct ds;

/* A fake address, no two the same, on its port.  A port has one mark; if there
 * are several ports, their marks tell them apart. */
struct firewall_port {
    const char *name;
    struct in6_addr address;    /* That of IPv4 is IPv4-mapped (netlink.h). */
    uint32_t mark;              /* In 'mark_mask', not 0. */
};

struct firewall_config {
    const char *bridge;
    uint32_t mark_mask;         /* 0 for the wall alone, always. */
    const struct firewall_port *ports;
    size_t n_ports;
};

/* Creates the object.  Until firewall_start(), nothing is touched. */
struct firewall *firewall_create(const struct firewall_config *config);

/* Frees the object.  The table stays. */
void firewall_destroy(struct firewall *firewall);

/* Changes the configuration, as of the next look.  'bridge' must be the
 * same. */
void firewall_set_config(struct firewall *firewall,
                         const struct firewall_config *config);

/* From now on the table is kept as wanted.  It is made once one of the fake
 * ports is there: a machine without has nothing that it is for. */
void firewall_start(struct firewall *firewall);

/* From now on nothing is touched, as before firewall_start(). */
void firewall_stop(struct firewall *firewall);

void firewall_run(struct firewall *firewall);
void firewall_wait(struct firewall *firewall);

/* True if something changed, or may have, since the last firewall_look(). */
bool firewall_wants_look(const struct firewall *firewall);

/* The interfaces may have changed: a table that is not as wanted is looked at
 * again. */
void firewall_interfaces_changed(struct firewall *firewall);

/* Compares the table with what is wanted, and mends what differs. */
void firewall_look(struct firewall *firewall);

/* What a wall stopped since the table was first there. */
struct firewall_wall {
    const char *reason;         /* In the style of the flow set's reasons. */
    struct nft_counter count;
};

/* The walls, as of now.  The first is that against fake addresses elsewhere;
 * the others, if any, are against IPv6 extension headers.  There are none
 * while there is no table. */
#define FIREWALL_MAX_WALLS 6
struct firewall_walls {
    struct firewall_wall walls[FIREWALL_MAX_WALLS];
    size_t n;
};
void firewall_read_walls(struct firewall *firewall, struct firewall_walls *);

/* Returns how often a table that had been as wanted was found changed, or
 * deleted, and written. */
uint64_t firewall_n_repairs(const struct firewall *firewall);

bool firewall_is_in_sync(const struct firewall *firewall);

/* True if the kernel cannot do this, or refused. */
bool firewall_is_blocked(const struct firewall *firewall);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next call of another function). */
void firewall_format_wanted(const struct firewall *firewall, struct ds *s);
const char *firewall_present(const struct firewall *firewall);

/* Deletes the table, if there is one. */
void firewall_release(struct firewall *firewall);

#endif /* netdev/firewall.h */
