/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_BRIDGE_NOTES_H
#define OVSDB_BRIDGE_NOTES_H 1

/* What the bridge's row is to have in its external_ids
 * =====================================================
 *
 * The notes and the status of bridge-rows.h: desired ones are in 'notes', by
 * key, those that there are in the row. */

#include <stdbool.h>

struct bridge_rows_config;
struct ovsdb_idl;
struct smap;

/* Returns the key of note 'name', for the caller to free. */
char *bridge_notes_key(const char *name);

/* Returns true if 'value' is new. */
bool bridge_notes_set(struct smap *notes, const char *key, const char *value);

/* Returns the value of note 'name': that which is desired, otherwise that of
 * the row, NULL if there is none. */
const char *bridge_notes_get(const struct smap *notes, const char *name,
                             const struct ovsdb_idl *,
                             const struct bridge_rows_config *);

/* Returns true if the row has for 'key' what is desired. */
bool bridge_notes_shows(const struct smap *notes, const char *key,
                        const struct ovsdb_idl *,
                        const struct bridge_rows_config *);

/* Returns a transaction, which is to be committed, that writes what the row
 * has not; NULL if it has all. */
struct ovsdb_idl_txn *bridge_notes_write(const struct smap *notes,
                                         struct ovsdb_idl *,
                                         const struct bridge_rows_config *);

#endif /* ovsdb/bridge-notes.h */
