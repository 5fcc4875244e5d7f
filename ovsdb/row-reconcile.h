/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_RECONCILE_H
#define OVSDB_ROW_RECONCILE_H 1

/* Reading and editing the rows of one bridge
 * ==========================================
 *
 * Functions of a replica of the database and a configuration, for
 * bridge-rows.c.  They have no state: each reads the replica. */

#include <stdbool.h>

#include "openvswitch/uuid.h"
#include "ovsdb/bridge-rows.h"
#include "ovsdb/row-port.h"

struct ovsdb_idl;
struct ovsdb_idl_txn;

/* Adds to what 'idl' replicates the columns that ovsdb/ uses. */
void row_monitor_columns(struct ovsdb_idl *idl);

/* Returns whose the configured bridge is. */
enum bridge_rows_owner row_get_owner(const struct ovsdb_idl *idl,
                                     const struct bridge_rows_config *);

/* Returns true if row_remove() leaves the configured bridge: it was
 * adopted, or has ports that the agent did not create. */
bool row_bridge_stays(const struct ovsdb_idl *idl,
                      const struct bridge_rows_config *);

/* Returns true if the bridge's fail mode is secure, or there is no bridge. */
bool row_is_secure(const struct ovsdb_idl *idl,
                   const struct bridge_rows_config *);

/* Returns true if the bridge is there, and is to be on the kernel's
 * datapath. */
bool row_has_kernel_datapath(const struct ovsdb_idl *idl,
                             const struct bridge_rows_config *);

/* Returns the bridge's datapath type, NULL if there is no bridge. */
const char *row_datapath_type(const struct ovsdb_idl *,
                              const struct bridge_rows_config *);

/* Writes into 'txn' whatever differs from the desired rows, and an increment
 * of next_cfg if anything does.
 *
 * Limits of flow tables: see row-tables.h.
 *
 * Of adopted rows, only the mark and the columns that carry the VLAN and the
 * MTU are written; row-note.h has what they were.  Port numbers are requested
 * only on a bridge that has nothing but what the agent created: a request
 * renumbers the other ports.  So the transaction of a created bridge verifies
 * its ports.  'numbers' has, by name, the numbers that were requested for fake
 * ports before, and gets those that are from now on; of a port that is not in
 * it yet, the row that is there counts (port-numbers.h).
 *
 * The uplink's row notes 'opened->ifindex', or else 'devices->uplink_ifindex'
 * (unless that is 0), when it is created or if it has none noted.  If it has
 * another noted than the device has now, or is 'opened->left', the row is
 * deleted, and true is returned: create it again once ovs-vswitchd has applied
 * that.  An adopted row is not deleted, because others may have set more of
 * its columns than the agent knows. */
bool row_reconcile(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
                   const struct bridge_rows_config *,
                   const struct bridge_devices *devices,
                   const struct row_opened *opened,
                   struct simap *numbers);

/* Returns the UUID of the uplink's row, all zeros if there is none. */
struct uuid row_get_uplink(const struct ovsdb_idl *idl,
                           const struct bridge_rows_config *);

/* Returns the ifindex that the uplink's row has noted, 0 if none. */
unsigned int row_get_noted(const struct ovsdb_idl *idl,
                           const struct bridge_rows_config *);

/* Returns the value of external_ids:'key' of the configured bridge, NULL if
 * there is none. */
const char *row_get_key(const struct ovsdb_idl *idl,
                        const struct bridge_rows_config *,
                        const char *key);

/* Sets external_ids:'key' of the configured bridge, if there is one, to
 * 'value', as part of the transaction under way. */
void row_set_key(const struct ovsdb_idl *idl,
                 const struct bridge_rows_config *, const char *key,
                 const char *value);

/* Writes into 'txn' the removal of the marked rows.  A bridge that the agent
 * created is deleted as a whole, unless row_bridge_stays(): then it keeps its
 * local port and the other ports, as if created by hand.  The transaction
 * verifies the ports that this depends on.
 *
 * Unless 'keep_fail_mode', the fail mode of such a bridge is cleared;
 * ovs-vswitchd then drops all its flows.  Adopted rows stay, as they were. */
void row_remove(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
                const struct bridge_rows_config *, bool keep_fail_mode);

#endif /* ovsdb/row-reconcile.h */
