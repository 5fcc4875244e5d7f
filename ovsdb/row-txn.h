/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_TXN_H
#define OVSDB_ROW_TXN_H 1

/* The transaction in flight, one at a time, and what became of the last one.
 * For bridge-rows.c. */

#include <stdbool.h>
#include <stdint.h>

struct ovsdb_idl;
struct ovsdb_idl_txn;

struct row_txn {
    struct ovsdb_idl_txn *txn;  /* In flight, or NULL. */
    bool to_apply;              /* By ovs-vswitchd. */
    bool is_outdated;           /* Made for another configuration or goal. */
    char *refusal;              /* Of the last transaction, or NULL. */
    int64_t next_cfg;           /* Of the agent's last change. */
};

/* The structure begins as zeros. */
void row_txn_destroy(struct row_txn *);

/* Returns true if 'txn' changes nothing.  Otherwise it is in flight from now
 * on.  'to_apply' says if ovs-vswitchd has to do something about it: then it
 * must increment next_cfg. */
bool row_txn_commit(struct row_txn *, struct ovsdb_idl_txn *txn,
                    bool to_apply);

/* Another configuration or goal: a refusal says nothing of that, even one that
 * is still to come. */
void row_txn_outdate(struct row_txn *);

/* The next connection may be to another database. */
void row_txn_forget(struct row_txn *);

/* Takes the result of the transaction in flight. */
enum row_txn_result {
    ROW_TXN_PENDING,            /* None yet, or no transaction. */
    ROW_TXN_SUCCESS,
    ROW_TXN_FAILURE,            /* Somebody else changed something. */
    ROW_TXN_REFUSED             /* By ovsdb-server: 'refusal' says why. */
};
enum row_txn_result row_txn_finish(struct row_txn *);

/* Wakes the poll loop when there is a result. */
void row_txn_wait(const struct row_txn *);

/* Returns true if ovs-vswitchd has applied the last change. */
bool row_txn_is_applied(const struct row_txn *, const struct ovsdb_idl *);

#endif /* ovsdb/row-txn.h */
