/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_BRIDGE_ROWS_H
#define OVSDB_BRIDGE_ROWS_H 1

/* The rows of one bridge in the Open_vSwitch database
 * ====================================================
 *
 * Keeps the Bridge, Port and Interface rows of one bridge as they are wanted:
 * the bridge (fail-mode secure), its local port, the fake port (internal) and
 * the uplink (a trunk of one VLAN).  Every look at the database compares, and
 * one transaction mends all that differs.  See ovs-vswitchd.conf.db(5) for the
 * columns.
 *
 * Each row is marked in its external_ids, key BRIDGE_ROWS_MARK: "created" if
 * the agent made it, "adopted" if it was there before.  A row that is not
 * marked is somebody else's and is not touched, unless the configuration says
 * "adopt"; rows of other bridges never are.
 *
 * Each change of the replica is a reason to look.
 *
 * Of several agents for one bridge, one acts: the one that has the database's
 * lock (RFC 7047 section 4.1.8) for this bridge.  The others stand by.
 *
 * Nothing here blocks: call bridge_rows_run() and bridge_rows_wait() in each
 * pass of a poll loop. */

#include <stdbool.h>
#include <stdint.h>

struct ds;

#define BRIDGE_ROWS_MARK "pipette-agent"
#define BRIDGE_ROWS_STATUS "pipette-agent-status"

/* OpenFlow port numbers to ask for.  ovs-vswitchd gives others if these are
 * taken: see bridge_rows_ports(). */
#define BRIDGE_ROWS_UPLINK_OFPORT 1
#define BRIDGE_ROWS_FAKE_PORT_OFPORT 2

struct bridge_rows_config {
    const char *db;             /* Remote of ovsdb-server, as "unix:FILE". */
    const char *bridge;
    const char *uplink;
    const char *fake_port;
    const char *datapath_type;  /* "system", "netdev"; NULL to leave it. */
    uint16_t vlan;              /* The one VLAN of the trunk, 1 to 4094. */
    bool adopt;                 /* Take over rows that are not marked. */
};

/* What is wanted of the database. */
enum bridge_rows_goal {
    ROWS_WATCH,                 /* Nothing: only look. */
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

/* OpenFlow port numbers as ovs-vswitchd gave them, host byte order. */
struct bridge_ports {
    uint16_t uplink;
    uint16_t fake_port;
};

/* Creates the object and starts to connect.  'config' and what it points to
 * must outlive it. */
struct bridge_rows *bridge_rows_create(const struct bridge_rows_config *config,
                                       enum bridge_rows_goal);

/* Closes the connection and frees 'rows'.  The database stays as it is. */
void bridge_rows_destroy(struct bridge_rows *rows);

/* Somebody says that ovsdb-server has been started: connects now, if there is
 * no connection, instead of waiting for the next attempt. */
void bridge_rows_connect_now(struct bridge_rows *rows);

/* Changes what is wanted, as of the next bridge_rows_look(). */
void bridge_rows_set_goal(struct bridge_rows *rows, enum bridge_rows_goal);

/* What others know of the network devices behind the ports. */
struct bridge_devices {
    /* Of the uplink, 0 while there is none.
     *
     * ovs-vswitchd (3.1) does not notice, on the userspace datapath, that a
     * device was replaced by another of the same name: it goes on to listen to
     * the one that is gone.  So if the uplink's device is not the one that
     * ovs-vswitchd opened, the uplink's row is taken out and, once ovs-vswitchd
     * has let go, made anew. */
    unsigned int uplink_ifindex;

    /* That the fake port is to have, in bytes, 0 while not known.  Without a
     * request, ovs-vswitchd sets it to the least of the bridge's other
     * ports. */
    unsigned int fake_port_mtu;
};

/* Says what there is, as of the next bridge_rows_look(). */
void bridge_rows_set_devices(struct bridge_rows *rows,
                             const struct bridge_devices *);

/* Says that the uplink's device has left.  One that is there now is not what
 * ovs-vswitchd has open, even if it has the same ifindex: so the row that the
 * uplink had when it left is made anew. */
void bridge_rows_uplink_left(struct bridge_rows *rows);

/* Says what the bridge's row is to show to others, in external_ids, key
 * BRIDGE_ROWS_STATUS.  Before that, it is left as it is. */
void bridge_rows_set_status(struct bridge_rows *rows, const char *status);

/* True if the row shows the status. */
bool bridge_rows_shows_status(const struct bridge_rows *rows);

void bridge_rows_run(struct bridge_rows *rows);
void bridge_rows_wait(struct bridge_rows *rows);

/* True if something changed, or may have, since the last look. */
bool bridge_rows_wants_look(const struct bridge_rows *rows);

/* Compares the whole replica with what is wanted, and begins to mend what
 * differs. */
void bridge_rows_look(struct bridge_rows *rows);

/* True if the database is as wanted and ovs-vswitchd has applied it. */
bool bridge_rows_is_right(const struct bridge_rows *rows);

/* True if this cannot become right without somebody else's doing. */
bool bridge_rows_is_stuck(const struct bridge_rows *rows);

/* True if another agent has the lock. */
bool bridge_rows_is_standby(const struct bridge_rows *rows);

/* In words: what is wanted (appended to 's'), and what is there (valid until
 * the next bridge_rows_run()). */
void bridge_rows_format_wanted(const struct bridge_rows *rows, struct ds *s);
const char *bridge_rows_present(const struct bridge_rows *rows);

/* Returns the port numbers, or NULL unless both are known.  They go on to be
 * known while the connection to the database is lost. */
const struct bridge_ports *bridge_rows_ports(const struct bridge_rows *rows);

/* Returns true if rows that are somebody else's stand in the way: nothing was
 * touched, and bridge_rows_present() says which and what can be done. */
bool bridge_rows_is_refused(const struct bridge_rows *rows);

enum bridge_rows_owner bridge_rows_owner(const struct bridge_rows *rows);

#endif /* ovsdb/bridge-rows.h */
