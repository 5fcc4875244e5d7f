/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_BRIDGE_ROWS_H
#define OVSDB_BRIDGE_ROWS_H 1

/* The rows of one bridge in the Open_vSwitch database
 * ====================================================
 *
 * Reconciles the Bridge, Port and Interface rows of one bridge: the bridge
 * (fail mode secure), its local port, the fake ports (internal) and the uplink
 * (a trunk, or an access port); and the Flow_Table rows of OpenFlow tables
 * that are to have a limit (row-tables.h).  Each look compares the whole
 * replica with the desired rows, and one transaction changes all that differs.
 * See ovs-vswitchd.conf.db(5) for the columns.
 *
 * Each row is marked in its external_ids, key BRIDGE_ROWS_MARK: "created" if
 * the agent created it, "adopted" if it existed before.  Rows without a mark
 * belong to others and are left alone, unless the configuration says "adopt".
 * Rows of other bridges are always left alone.  Fail mode, datapath type and
 * port numbers of an adopted bridge do not change: ovs-vswitchd would drop all
 * its flows, or create its ports again.
 *
 * Each change of the replica is a reason to look.  What depends on the ports
 * of others, the transaction verifies: if they have changed, it fails, and the
 * next look tries again.
 *
 * Of several agents for one bridge, one is active: the one that has the
 * database lock (RFC 7047 section 4.1.8) for this bridge.  The others stand
 * by.
 *
 * Nothing here blocks: call bridge_rows_run() and bridge_rows_wait() in each
 * pass of a poll loop. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simap.h"
#include "svec.h"

struct ds;

#define BRIDGE_ROWS_MARK "pipette-agent"
#define BRIDGE_ROWS_STATUS "pipette-agent-status"

/* OpenFlow port numbers to request; for further fake ports, those that follow.
 * A fake port keeps its number when others come and go.  ovs-vswitchd assigns
 * other numbers if these are taken: see bridge_rows_ports(). */
#define BRIDGE_ROWS_UPLINK_OFPORT 1
#define BRIDGE_ROWS_FAKE_PORT_OFPORT 2

/* How many flows OpenFlow tables may have, in ascending order of tables. */
#define BRIDGE_LIMITS_MAX 8
struct bridge_limit {
    uint8_t table;
    uint32_t flows;             /* At most: permanent and learned ones. */
};
struct bridge_limits {
    struct bridge_limit tables[BRIDGE_LIMITS_MAX];
    size_t n;
    bool refuse;                /* New flows, if there is no room.  Otherwise
                                 * the one goes that would expire first. */
};

struct bridge_rows_config {
    const char *db;             /* Remote of ovsdb-server, as "unix:FILE". */
    const char *bridge;
    const char *uplink;
    struct svec fake_ports;     /* Sorted, no name twice. */
    const char *datapath_type;  /* "system", "netdev"; NULL to leave it. */
    const unsigned long *vlans; /* Of the uplink: a bitmap, 0 for frames
                                 * without a tag.  With only 0, the uplink is
                                 * an access port, otherwise a trunk. */
    struct bridge_limits limits;
    bool adopt;                 /* Take over rows that are not marked. */
    const char *boot_id;        /* Of this boot, as in random(4), or NULL. */
};

/* The desired state. */
enum bridge_rows_goal {
    ROWS_WATCH,                 /* Any: only look. */
    ROWS_PRESENT,               /* The rows as configured. */
    ROWS_ABSENT                 /* None of the rows that are marked. */
};

/* Whose the bridge is, by its mark. */
enum bridge_rows_owner {
    BRIDGE_UNKNOWN,             /* Not seen yet, or no lock yet. */
    BRIDGE_MISSING,
    BRIDGE_FOREIGN,
    BRIDGE_CREATED,
    BRIDGE_ADOPTED
};

/* OpenFlow port numbers that ovs-vswitchd assigned, host byte order. */
struct bridge_ports {
    uint16_t uplink;
    struct simap fake_ports;    /* By name. */
    bool adopted;               /* The agent did not create the bridge, so it
                                 * may have flows of others. */
    bool kernel;                /* The kernel's datapath has them. */
};

/* Creates the object and starts to connect. */
struct bridge_rows *bridge_rows_create(const struct bridge_rows_config *config,
                                       enum bridge_rows_goal);

/* Changes the configuration, as of the next look.  'db' and 'bridge' must be
 * the same as before.  Connection and lock stay; if nothing differs, so does
 * all else. */
void bridge_rows_set_config(struct bridge_rows *,
                            const struct bridge_rows_config *);

/* Closes the connection and frees 'rows'.  The database stays as it is. */
void bridge_rows_destroy(struct bridge_rows *rows);

/* Connects now if there is no connection, instead of after the backoff:
 * ovsdb-server has been restarted. */
void bridge_rows_connect_now(struct bridge_rows *rows);

/* Changes the desired state, as of the next bridge_rows_look(). */
void bridge_rows_set_goal(struct bridge_rows *rows, enum bridge_rows_goal);

/* ROWS_ABSENT leaves the bridge if it was adopted, or has ports that the agent
 * did not create.  Such a bridge keeps its flows, so those of the agent are to
 * be removed first.
 *
 * bridge_rows_awaits_flows() returns true if that is to be done.  Then remove
 * them, see if flows of others remain, and call bridge_rows_flows_removed().
 * If the rows cannot be changed then, for example because others changed them
 * at the same time, bridge_rows_awaits_flows() returns true again: there may
 * be other flows by then.
 *
 * With 'foreign_flows', a created bridge that stays keeps fail mode secure,
 * because ovs-vswitchd would drop them with the change.  Otherwise it gets the
 * default fail mode. */
bool bridge_rows_awaits_flows(const struct bridge_rows *);
void bridge_rows_flows_removed(struct bridge_rows *, bool foreign_flows);

/* What the links know of the network devices of the ports. */
struct bridge_devices {
    /* Of the uplink, 0 while there is none.
     *
     * On the userspace datapath, ovs-vswitchd 3.1 does not notice that a
     * device was replaced by another of the same name, and keeps listening to
     * the former one.  So if the uplink's device is not the one that
     * ovs-vswitchd opened, the uplink's row is deleted and, once ovs-vswitchd
     * has applied that, created again. */
    unsigned int uplink_ifindex;

    /* Desired MTU of the fake ports, in bytes, 0 while not known.  Without a
     * request, ovs-vswitchd sets it to the smallest of the bridge's other
     * ports. */
    unsigned int fake_port_mtu;
};

/* Sets the devices, as of the next bridge_rows_look(). */
void bridge_rows_set_devices(struct bridge_rows *rows,
                             const struct bridge_devices *);

/* Reports that the uplink's device has left.  A device that is there now is
 * not the one that ovs-vswitchd has open, even if it has the same ifindex, so
 * the row that the uplink had when it left is created again. */
void bridge_rows_uplink_left(struct bridge_rows *rows);

/* Has tables with a limit evict a flow for a new one, for as long as 'evict',
 * whatever the configuration says: a flow that is to stay finds no room
 * otherwise. */
void bridge_rows_make_room(struct bridge_rows *rows, bool evict);

/* Sets what the bridge's row shows in external_ids, key BRIDGE_ROWS_STATUS.
 * Before the first call, the row keeps what it shows. */
void bridge_rows_set_status(struct bridge_rows *rows, const char *status);

/* Returns true if the row shows the status. */
bool bridge_rows_shows_status(const struct bridge_rows *rows);

/* Notes keep what must outlive the agent, such as what removal restores, in
 * the bridge's external_ids, key BRIDGE_ROWS_MARK "-" 'name'.  Removal deletes
 * them with the mark.  bridge_rows_get_note() returns NULL if there is none,
 * otherwise a string that is valid until the next bridge_rows_run(). */
void bridge_rows_set_note(struct bridge_rows *, const char *name,
                          const char *value);
const char *bridge_rows_get_note(const struct bridge_rows *,
                                 const char *name);

void bridge_rows_run(struct bridge_rows *rows);
void bridge_rows_wait(struct bridge_rows *rows);

/* Returns true if something has changed, or may have, since the last look. */
bool bridge_rows_wants_look(const struct bridge_rows *rows);

/* Compares the whole replica with the desired rows, and begins to reconcile
 * them. */
void bridge_rows_look(struct bridge_rows *rows);

/* Returns true if the rows are in sync and ovs-vswitchd has applied them. */
bool bridge_rows_is_in_sync(const struct bridge_rows *rows);

/* Returns true if only others can bring the rows in sync. */
bool bridge_rows_is_blocked(const struct bridge_rows *rows);

/* Returns how many transactions changed rows that had been as wanted, and were
 * found to be different, or had to be created again for another device. */
uint64_t bridge_rows_n_repairs(const struct bridge_rows *rows);

/* Returns true if there is the bridge, and it is on the kernel's datapath. */
bool bridge_rows_has_kernel(const struct bridge_rows *rows);

/* Returns true if the rows of a bridge on the kernel's datapath are as wanted,
 * and ovs-vswitchd has not created the ports yet. */
bool bridge_rows_awaits_kernel(const struct bridge_rows *rows);

/* Returns the type of the datapath that the bridge is on, "" for the default,
 * or NULL if there is no bridge or it is not known.  Valid until the next
 * bridge_rows_run(). */
const char *bridge_rows_datapath_type(const struct bridge_rows *rows);

/* Returns true if another agent has the lock. */
bool bridge_rows_is_standby(const struct bridge_rows *rows);

/* The desired state, which is appended to 's', and the actual one, which is
 * valid until the next bridge_rows_run(), in words. */
void bridge_rows_format_wanted(const struct bridge_rows *rows, struct ds *s);
const char *bridge_rows_present(const struct bridge_rows *rows);

/* Returns the port numbers, or NULL unless all are known.  They stay known
 * while the connection to the database is lost. */
const struct bridge_ports *bridge_rows_ports(const struct bridge_rows *rows);

/* Returns true if rows of others are in the way.  Nothing has been changed
 * then, and bridge_rows_present() says which they are and what can be done. */
bool bridge_rows_is_refused(const struct bridge_rows *rows);

enum bridge_rows_owner bridge_rows_owner(const struct bridge_rows *rows);

/* Adds to 'usage' what memory usage depends on. */
void bridge_rows_get_memory_usage(const struct bridge_rows *, struct simap *);

#endif /* ovsdb/bridge-rows.h */
