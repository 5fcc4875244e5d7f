/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_REFUSAL_H
#define OVSDB_ROW_REFUSAL_H 1

/* Rows that the agent must not change, or cannot use. */

#include <stdbool.h>

struct bridge_rows_config;
struct ds;
struct ovsdb_idl;

/* Returns true, and appends to 'why' what and what can be done, if rows that
 * the agent did not create stand in the way of row_reconcile():
 *
 *   - a bridge or port that is not marked, without "adopt",
 *   - a port that is on another bridge, or part of another port,
 *   - an adopted port whose interface has the wrong type, or an adopted bridge
 *     that has another datapath type than the configured one: neither is ever
 *     changed. */
bool row_is_refused(const struct ovsdb_idl *,
                    const struct bridge_rows_config *, struct ds *why);

#endif /* ovsdb/row-refusal.h */
