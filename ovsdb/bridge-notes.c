/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/bridge-notes.h"

#include <stdlib.h>

#include "ovsdb-idl.h"
#include "ovsdb/bridge-rows.h"
#include "ovsdb/row-reconcile.h"
#include "smap.h"
#include "util.h"

char *
bridge_notes_key(const char *name)
{
    return xasprintf(BRIDGE_ROWS_MARK"-%s", name);
}

bool
bridge_notes_set(struct smap *notes, const char *key, const char *value)
{
    if (nullable_string_is_equal(smap_get(notes, key), value)) {
        return false;
    }
    smap_replace(notes, key, value);
    return true;
}

const char *
bridge_notes_get(const struct smap *notes, const char *name,
                 const struct ovsdb_idl *idl,
                 const struct bridge_rows_config *config)
{
    char *key = bridge_notes_key(name);
    const char *value = smap_get(notes, key);

    if (!value) {
        value = row_get_key(idl, config, key);
    }
    free(key);
    return value;
}

static bool
is_noted(const struct ovsdb_idl *idl, const struct bridge_rows_config *config,
         const char *key, const char *value)
{
    return nullable_string_is_equal(value, row_get_key(idl, config, key));
}

bool
bridge_notes_shows(const struct smap *notes, const char *key,
                   const struct ovsdb_idl *idl,
                   const struct bridge_rows_config *config)
{
    return is_noted(idl, config, key, smap_get(notes, key));
}

static bool
are_all_noted(const struct smap *notes, const struct ovsdb_idl *idl,
              const struct bridge_rows_config *config)
{
    const struct smap_node *note;

    SMAP_FOR_EACH (note, notes) {
        if (!is_noted(idl, config, note->key, note->value)) {
            return false;
        }
    }
    return true;
}

struct ovsdb_idl_txn *
bridge_notes_write(const struct smap *notes, struct ovsdb_idl *idl,
                   const struct bridge_rows_config *config)
{
    const struct smap_node *note;

    if (are_all_noted(notes, idl, config)) {
        return NULL;
    }
    struct ovsdb_idl_txn *txn = ovsdb_idl_txn_create(idl);
    SMAP_FOR_EACH (note, notes) {
        if (!is_noted(idl, config, note->key, note->value)) {
            row_set_key(idl, config, note->key, note->value);
        }
    }
    return txn;
}
