/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_EDIT_H
#define OVSDB_ROW_EDIT_H 1

/* Reading and editing the rows of one bridge
 * ==========================================
 *
 * Functions of a replica of the database and a configuration, for
 * bridge-rows.c.  They keep nothing: each looks at the replica anew. */

#include <stdbool.h>

#include "openvswitch/uuid.h"
#include "ovsdb/bridge-rows.h"

struct ds;
struct ovsdb_idl;
struct ovsdb_idl_txn;
struct ovsrec_bridge;
struct ovsrec_interface;

/* Adds to what 'idl' replicates the columns that the functions below use. */
void row_edit_monitor(struct ovsdb_idl *idl);

/* Returns whose the configured bridge is. */
enum bridge_rows_owner row_edit_owner(const struct ovsdb_idl *idl,
                                      const struct bridge_rows_config *);

/* Returns the interface of port 'name' of the configured bridge, NULL if it
 * is not there. */
const struct ovsrec_interface *row_edit_find_interface(
    const struct ovsdb_idl *idl, const struct bridge_rows_config *,
    const char *name);

/* Returns true, and appends to 'why' what and what can be done, if rows that
 * are somebody else's stand in the way of row_edit_make(). */
bool row_edit_is_refused(const struct ovsdb_idl *idl,
                         const struct bridge_rows_config *, struct ds *why);

/* The device that ovs-vswitchd has open as the uplink. */
struct row_edit_opened {
    unsigned int ifindex;       /* 0 if it has none or that is not known. */
    struct uuid left;           /* The uplink's row whose device left, all
                                 * zeros if none did. */
};

/* Writes into 'txn' whatever differs from the rows wanted, and an increment of
 * next_cfg if anything does.
 *
 * The uplink's row notes 'opened->ifindex', or else 'devices->uplink_ifindex'
 * (unless that is 0), when it is made or if it has none noted.  If it has
 * another noted than the device has now, or is 'opened->left', the row goes,
 * and true is returned: it is to be made anew when ovs-vswitchd has applied
 * that.  (Not so if it was adopted: it may hold more than the agent knows.) */
bool row_edit_make(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
                   const struct bridge_rows_config *,
                   const struct bridge_devices *devices,
                   const struct row_edit_opened *opened);

/* Returns the UUID of the uplink's row, all zeros if there is none. */
struct uuid row_edit_get_uplink(const struct ovsdb_idl *idl,
                                const struct bridge_rows_config *);

/* Returns the ifindex that the uplink's row has noted, 0 if none. */
unsigned int row_edit_get_noted(const struct ovsdb_idl *idl,
                                const struct bridge_rows_config *);

/* Returns the status that the configured bridge's row shows, NULL if there is
 * no row, or none in it. */
const char *row_edit_get_status(const struct ovsdb_idl *idl,
                                const struct bridge_rows_config *);

/* Has the configured bridge's row, if there is one, show 'status', as part of
 * the transaction under way. */
void row_edit_set_status(const struct ovsdb_idl *idl,
                         const struct bridge_rows_config *,
                         const char *status);

/* Writes into 'txn' that the marked rows go.  A bridge that the agent created
 * goes as a whole, unless it has ports of somebody else: these are not taken
 * along, and the bridge stays, without a mark.  An adopted row stays, without
 * a mark. */
void row_edit_remove(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
                     const struct bridge_rows_config *);

#endif /* ovsdb/row-edit.h */
