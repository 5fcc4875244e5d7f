/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_TABLES_H
#define OVSDB_ROW_TABLES_H 1

/* The Flow_Table rows of one bridge
 * ==================================
 *
 * One for each OpenFlow table that is to have a limit, in the bridge's column
 * flow_tables.  They are marked as created, like all rows (bridge-rows.h).  Of
 * a row, the agent writes flow_limit, overflow_policy and groups; others may
 * set its name and prefixes.
 *
 * A table has only one row.  On a bridge that the agent created, it is the
 * agent's if there is to be a limit: one of others makes way.  On an adopted
 * one, that of others stays, and its limit holds. */

#include <stdbool.h>

struct bridge_limits;
struct ds;
struct ovsdb_idl;
struct ovsdb_idl_txn;
struct ovsrec_bridge;

/* Adds to what 'idl' replicates the columns that these functions use. */
void row_tables_monitor_columns(struct ovsdb_idl *idl);

/* Writes into 'txn' whatever differs from 'limits', and deletes rows of the
 * agent's for other tables.  The bridge 'is_new' if 'txn' inserts it. */
void row_tables_reconcile(struct ovsdb_idl_txn *txn,
                          const struct ovsrec_bridge *, bool is_new,
                          const struct bridge_limits *limits);

/* Deletes the agent's rows, as part of the transaction under way. */
void row_tables_remove(const struct ovsrec_bridge *);

/* Appends to 's' which tables of 'limits' have a row of others instead, if any
 * have. */
void row_tables_format_foreign(const struct ovsdb_idl *, const char *bridge,
                               const struct bridge_limits *limits,
                               struct ds *s);

#endif /* ovsdb/row-tables.h */
