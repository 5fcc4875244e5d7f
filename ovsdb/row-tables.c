/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-tables.h"

#include "coverage.h"
#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "ovsdb/bridge-rows.h"
#include "ovsdb/row-find.h"
#include "smap.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(row_tables);
COVERAGE_DEFINE(row_table_changed);

/* Others can cause these messages as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

#define LOG_CHANGE(...)                         \
    do {                                        \
        COVERAGE_INC(row_table_changed);        \
        VLOG_DBG_RL(&rl, __VA_ARGS__);          \
    } while (0)

void
row_tables_monitor_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *const columns[] = {
        &ovsrec_bridge_col_flow_tables,
        &ovsrec_flow_table_col_external_ids,
        &ovsrec_flow_table_col_flow_limit,
        &ovsrec_flow_table_col_groups,
        &ovsrec_flow_table_col_overflow_policy,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }
}

static const struct ovsrec_flow_table *
find_row(const struct ovsrec_bridge *br, int64_t table)
{
    for (size_t i = 0; i < br->n_flow_tables; i++) {
        if (br->key_flow_tables[i] == table) {
            return br->value_flow_tables[i];
        }
    }
    return NULL;
}

static bool
is_wanted(const struct bridge_limits *limits, int64_t table)
{
    for (size_t i = 0; i < limits->n; i++) {
        if (limits->tables[i].table == table) {
            return true;
        }
    }
    return false;
}

static bool
is_foreign(const struct ovsrec_flow_table *row)
{
    return !row_is_created(&row->external_ids);
}

/* A row that no bridge refers to is no more. */
static void
delete_row(const struct ovsrec_bridge *br, int64_t table)
{
    LOG_CHANGE("bridge %s: no limit for table %"PRId64, br->name, table);
    ovsrec_bridge_update_flow_tables_delkey(br, table);
}

static const struct ovsrec_flow_table *
insert_row(struct ovsdb_idl_txn *txn, const struct ovsrec_bridge *br,
           int64_t table)
{
    const struct smap created = SMAP_CONST1(&created, BRIDGE_ROWS_MARK,
                                            "created");
    struct ovsrec_flow_table *row = ovsrec_flow_table_insert(txn);

    LOG_CHANGE("bridge %s: add a limit for table %"PRId64, br->name, table);
    ovsrec_flow_table_set_external_ids(row, &created);
    ovsrec_bridge_update_flow_tables_setkey(br, table, row);
    return row;
}

static void
set_columns(const struct ovsrec_flow_table *row, int64_t flow_limit,
            const char *policy)
{
    if (row->n_flow_limit != 1 || *row->flow_limit != flow_limit
        || !nullable_string_is_equal(row->overflow_policy, policy)
        || row->n_groups) {
        LOG_CHANGE("flow_limit = %"PRId64", overflow_policy = %s, "
                   "groups = []", flow_limit, policy);
        ovsrec_flow_table_set_flow_limit(row, &flow_limit, 1);
        ovsrec_flow_table_set_overflow_policy(row, policy);
        /* One group: the flow that would expire first goes first, whoever
         * taught it. */
        ovsrec_flow_table_set_groups(row, NULL, 0);
    }
}

static void
reconcile_row(struct ovsdb_idl_txn *txn, const struct ovsrec_bridge *br,
              bool is_new, const struct bridge_limit *limit,
              const char *policy)
{
    const struct ovsrec_flow_table *row = find_row(br, limit->table);

    if (row && is_foreign(row)) {
        if (!row_is_created(&br->external_ids)) {
            return;
        }
        row = NULL;
    }
    if (!row) {
        if (!is_new) {
            /* Others may add one at the same time. */
            ovsrec_bridge_verify_flow_tables(br);
        }
        row = insert_row(txn, br, limit->table);
    }
    set_columns(row, limit->flows, policy);
}

void
row_tables_reconcile(struct ovsdb_idl_txn *txn,
                     const struct ovsrec_bridge *br, bool is_new,
                     const struct bridge_limits *limits)
{
    for (size_t i = 0; i < br->n_flow_tables; i++) {
        int64_t table = br->key_flow_tables[i];

        if (!is_wanted(limits, table)
            && !is_foreign(br->value_flow_tables[i])) {
            delete_row(br, table);
        }
    }
    for (size_t i = 0; i < limits->n; i++) {
        reconcile_row(txn, br, is_new, &limits->tables[i],
                      limits->refuse ? "refuse" : "evict");
    }
}

void
row_tables_remove(const struct ovsrec_bridge *br)
{
    for (size_t i = 0; i < br->n_flow_tables; i++) {
        if (!is_foreign(br->value_flow_tables[i])) {
            delete_row(br, br->key_flow_tables[i]);
        }
    }
}

void
row_tables_format_foreign(const struct ovsdb_idl *idl, const char *bridge,
                          const struct bridge_limits *limits, struct ds *s)
{
    const struct ovsrec_bridge *br = row_find_bridge(idl, bridge);

    for (size_t i = 0; br && i < limits->n; i++) {
        int64_t table = limits->tables[i].table;
        const struct ovsrec_flow_table *row = find_row(br, table);

        if (row && is_foreign(row)) {
            ds_put_format(s, ", limit of table %"PRId64" is of others",
                          table);
        }
    }
}
