/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-txn.h"

#include <stdlib.h>

#include "coverage.h"
#include "lib/vswitch-idl.h"
#include "ovsdb-idl.h"
#include "util.h"

COVERAGE_DEFINE(bridge_rows_transaction);

static void
clear_refusal(struct row_txn *t)
{
    free(t->refusal);
    t->refusal = NULL;
}

static void
clear_txn(struct row_txn *t)
{
    if (t->txn) {
        ovsdb_idl_txn_destroy(t->txn);
        t->txn = NULL;
    }
}

void
row_txn_destroy(struct row_txn *t)
{
    clear_txn(t);
    clear_refusal(t);
}

bool
row_txn_commit(struct row_txn *t, struct ovsdb_idl_txn *txn, bool to_apply)
{
    if (ovsdb_idl_txn_commit(txn) == TXN_UNCHANGED) {
        ovsdb_idl_txn_destroy(txn);
        return true;
    }
    COVERAGE_INC(bridge_rows_transaction);
    t->txn = txn;
    t->to_apply = to_apply;
    t->is_outdated = false;
    return false;
}

void
row_txn_outdate(struct row_txn *t)
{
    clear_refusal(t);
    t->is_outdated = true;
}

void
row_txn_forget(struct row_txn *t)
{
    clear_refusal(t);
    t->next_cfg = 0;
}

enum row_txn_result
row_txn_finish(struct row_txn *t)
{
    enum ovsdb_idl_txn_status status
        = t->txn ? ovsdb_idl_txn_commit(t->txn) : TXN_INCOMPLETE;
    enum row_txn_result result = ROW_TXN_FAILURE;

    if (status == TXN_INCOMPLETE) {
        return ROW_TXN_PENDING;
    }
    clear_refusal(t);
    if (status == TXN_SUCCESS) {
        if (t->to_apply) {
            t->next_cfg = ovsdb_idl_txn_get_increment_new_value(t->txn);
        }
        result = ROW_TXN_SUCCESS;
    } else if (status == TXN_ERROR && !t->is_outdated) {
        t->refusal = xasprintf("ovsdb-server refused the change: %s",
                               ovsdb_idl_txn_get_error(t->txn));
        result = ROW_TXN_REFUSED;
    }
    clear_txn(t);
    return result;
}

void
row_txn_wait(const struct row_txn *t)
{
    if (t->txn) {
        ovsdb_idl_txn_wait(t->txn);
    }
}

bool
row_txn_is_applied(const struct row_txn *t, const struct ovsdb_idl *idl)
{
    const struct ovsrec_open_vswitch *ovs = ovsrec_open_vswitch_first(idl);

    /* Others may have reset the numbers. */
    return !ovs || ovs->cur_cfg >= MIN(t->next_cfg, ovs->next_cfg);
}
