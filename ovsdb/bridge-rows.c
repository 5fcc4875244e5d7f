/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/bridge-rows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "coverage.h"
#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "ovsdb/bridge-notes.h"
#include "ovsdb/port-numbers.h"
#include "ovsdb/row-reconcile.h"
#include "ovsdb/row-refusal.h"
#include "ovsdb/row-tables.h"
#include "ovsdb/row-txn.h"
#include "ovsdb/rows-config.h"
#include "smap.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(bridge_rows);

/* Others can change the fail mode as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(20, 20);

COVERAGE_DEFINE(bridge_rows_connected);
COVERAGE_DEFINE(bridge_rows_look);

/* The flows of a bridge that is to be released. */
enum flows {
    FLOWS_UNKNOWN,              /* Maybe some of the agent's. */
    FLOWS_NONE,
    FLOWS_FOREIGN               /* Only those of others. */
};

struct bridge_rows {
    struct bridge_rows_config config;   /* Owns its strings. */
    enum bridge_rows_goal goal;
    enum flows flows;           /* For the next transaction. */

    struct ovsdb_idl *idl;
    struct row_txn txn;
    bool txn_deletes_uplink;    /* To create it again. */
    bool connected;             /* As bridge_rows_run() found it. */
    unsigned int seqno;         /* Of the last look at the database. */
    bool had_lock, was_contended;   /* At the last look. */
    bool look;                  /* There is a reason to look. */
    struct bridge_devices devices;
    struct row_opened opened;
    struct simap numbers;       /* Requested for fake ports, by name. */
    bool make_room;             /* See bridge_rows_make_room(). */
    struct smap notes;          /* Desired external_ids: key, value. */
    bool told_insecure;         /* What was logged last of the fail mode. */
    bool had_uplink;            /* Its device has been there. */
    bool settled;               /* The rows have been as wanted. */
    uint64_t n_repairs;         /* Transactions since then. */

    /* What the last look saw. */
    enum bridge_rows_owner owner;
    bool in_sync, blocked, refused, standby, have_ports, awaits_flows;
    bool awaits_switch;
    struct bridge_ports ports;
    struct ds present;
};

/* Without ovsdb-server, nothing is known about the database and its lock.  The
 * port numbers stay valid: ovs-vswitchd continues without ovsdb-server. */
static void
set_disconnected(struct bridge_rows *rows)
{
    ds_clear(&rows->present);
    ds_put_format(&rows->present, "not connected to %s", rows->config.db);
    rows->in_sync = rows->blocked = rows->refused = rows->standby = false;
    rows->awaits_flows = rows->awaits_switch = false;
    rows->look = true;

    /* The next connection may be to another database. */
    row_txn_forget(&rows->txn);
    rows->flows = FLOWS_UNKNOWN;
}

/* Something else is wanted.  The last look says nothing about that, nor does a
 * refusal of what was wanted before, even one that is still to come. */
static void
start_over(struct bridge_rows *rows)
{
    row_txn_outdate(&rows->txn);
    ds_clear(&rows->present);
    ds_put_cstr(&rows->present, "waiting to compare the rows");
    rows->in_sync = rows->blocked = rows->refused = rows->awaits_flows = false;
    rows->awaits_switch = false;
    rows->settled = false;
    rows->look = true;
}

struct bridge_rows *
bridge_rows_create(const struct bridge_rows_config *config,
                   enum bridge_rows_goal goal)
{
    struct bridge_rows *rows = xzalloc(sizeof *rows);

    rows_config_copy(&rows->config, config);
    rows->goal = goal;
    simap_init(&rows->numbers);
    simap_init(&rows->ports.fake_ports);
    smap_init(&rows->notes);
    ds_init(&rows->present);

    rows->idl = ovsdb_idl_create(config->db, &ovsrec_idl_class, false, true);
    row_monitor_columns(rows->idl);
    char *lock = rows_config_lock_name(config->bridge);
    ovsdb_idl_set_lock(rows->idl, lock);
    free(lock);
    set_disconnected(rows);
    return rows;
}

void
bridge_rows_destroy(struct bridge_rows *rows)
{
    if (rows) {
        row_txn_destroy(&rows->txn);
        ovsdb_idl_destroy(rows->idl);
        ds_destroy(&rows->present);
        simap_destroy(&rows->numbers);
        simap_destroy(&rows->ports.fake_ports);
        smap_destroy(&rows->notes);
        rows_config_destroy(&rows->config);
        free(rows);
    }
}

void
bridge_rows_set_config(struct bridge_rows *rows,
                       const struct bridge_rows_config *config)
{
    ovs_assert(!strcmp(rows->config.db, config->db)
               && !strcmp(rows->config.bridge, config->bridge));
    if (rows_config_equals(&rows->config, config)) {
        return;
    }
    if (!svec_equal(&rows->config.fake_ports, &config->fake_ports)) {
        /* What is known is of other ports. */
        rows->have_ports = false;
    }
    if (!rows_config_has_same_uplink(&rows->config, config)) {
        rows->have_ports = false;
        rows->devices = (struct bridge_devices) { .uplink_ifindex = 0 };
        rows->opened = (struct row_opened) { .ifindex = 0 };
        rows->had_uplink = false;
    }
    rows_config_destroy(&rows->config);
    rows_config_copy(&rows->config, config);
    start_over(rows);
}

void
bridge_rows_connect_now(struct bridge_rows *rows)
{
    if (!ovsdb_idl_is_connected(rows->idl)) {
        /* Setting the same remote begins a new session, without backoff. */
        ovsdb_idl_set_remote(rows->idl, NULL, true);
        ovsdb_idl_set_remote(rows->idl, rows->config.db, true);
    }
}

void
bridge_rows_set_goal(struct bridge_rows *rows, enum bridge_rows_goal goal)
{
    if (rows->goal != goal) {
        rows->goal = goal;
        start_over(rows);
    }
}

bool
bridge_rows_awaits_flows(const struct bridge_rows *rows)
{
    return rows->awaits_flows;
}

void
bridge_rows_flows_removed(struct bridge_rows *rows, bool foreign_flows)
{
    rows->flows = foreign_flows ? FLOWS_FOREIGN : FLOWS_NONE;
    rows->awaits_flows = false;
    rows->look = true;
}

void
bridge_rows_set_devices(struct bridge_rows *rows,
                        const struct bridge_devices *devices)
{
    rows->look |= (rows->devices.uplink_ifindex != devices->uplink_ifindex
                   || rows->devices.fake_port_mtu != devices->fake_port_mtu);
    if (devices->uplink_ifindex
        && devices->uplink_ifindex != rows->devices.uplink_ifindex) {
        /* The port may still be of another device. */
        rows->in_sync = false;
        rows->settled &= rows->had_uplink;
        rows->had_uplink = true;
    }
    rows->devices = *devices;
}

void
bridge_rows_uplink_left(struct bridge_rows *rows)
{
    rows->opened.left = row_get_uplink(rows->idl, &rows->config);
    rows->look = true;
    rows->in_sync = false;
}

void
bridge_rows_make_room(struct bridge_rows *rows, bool evict)
{
    if (rows->make_room != evict) {
        rows->make_room = evict;
        rows->settled = false;
        rows->in_sync &= !rows->config.limits.refuse;
        rows->look = true;
    }
}

/* Notes. */

static void
set_note(struct bridge_rows *rows, const char *key, const char *value)
{
    if (bridge_notes_set(&rows->notes, key, value)) {
        /* A note is no reason to try again what was refused. */
        rows->look |= !rows->blocked;
    }
}

void
bridge_rows_set_note(struct bridge_rows *rows, const char *name,
                     const char *value)
{
    char *key = bridge_notes_key(name);

    set_note(rows, key, value);
    free(key);
}

const char *
bridge_rows_get_note(const struct bridge_rows *rows, const char *name)
{
    return bridge_notes_get(&rows->notes, name, rows->idl, &rows->config);
}

void
bridge_rows_set_status(struct bridge_rows *rows, const char *status)
{
    set_note(rows, BRIDGE_ROWS_STATUS, status);
}

bool
bridge_rows_shows_status(const struct bridge_rows *rows)
{
    return bridge_notes_shows(&rows->notes, BRIDGE_ROWS_STATUS, rows->idl,
                              &rows->config);
}

/* Looking: what is there? */

/* Returns true if the bridge is not in fail mode secure, and the agent does
 * not change that. */
static bool
is_insecure(const struct bridge_rows *rows)
{
    return (rows->owner == BRIDGE_ADOPTED
            && !row_is_secure(rows->idl, &rows->config));
}

static void
look_at_ports(struct bridge_rows *rows)
{
    const struct bridge_rows_config *config = &rows->config;

    bool have_uplink = port_numbers_read(rows->idl, config, config->uplink,
                                         &rows->ports.uplink, &rows->present,
                                         &rows->blocked);
    if (have_uplink || rows->blocked) {
        rows->opened.ifindex
            = have_uplink ? row_get_noted(rows->idl, config) : 0;
    }
    rows->have_ports = (have_uplink
                        && port_numbers_read_fake_ports(
                            rows->idl, config, &rows->ports.fake_ports,
                            &rows->present, &rows->blocked));
    if (rows->have_ports) {
        ds_put_format(&rows->present, "%s with %s as port %"PRIu16" and ",
                      config->bridge, config->uplink, rows->ports.uplink);
        port_numbers_format(config, &rows->ports.fake_ports, &rows->present);
        ds_put_cstr(&rows->present, (is_insecure(rows)
                                     ? ", not in fail mode secure" : ""));
        row_tables_format_foreign(rows->idl, config->bridge, &config->limits,
                                  &rows->present);
        rows->ports.adopted = rows->owner != BRIDGE_CREATED;
        rows->ports.kernel = row_has_kernel_datapath(rows->idl, config);
        rows->in_sync = rows->settled = true;
    }
    rows->awaits_switch = !rows->have_ports && !rows->blocked;
}

/* Begins to reconcile the rows, in one transaction.  Returns true if there is
 * nothing to change. */
static bool
reconcile(struct bridge_rows *rows)
{
    struct ovsdb_idl_txn *txn = ovsdb_idl_txn_create(rows->idl);
    struct bridge_rows_config config = rows->config;

    config.limits.refuse &= !rows->make_room;
    ovsdb_idl_txn_add_comment(txn, "pipette-agent");
    if (rows->goal == ROWS_PRESENT) {
        rows->txn_deletes_uplink
            = row_reconcile(rows->idl, txn, &config, &rows->devices,
                            &rows->opened, &rows->numbers);
    } else {
        row_remove(rows->idl, txn, &rows->config,
                   rows->flows == FLOWS_FOREIGN);
        /* If it fails, others have changed something. */
        rows->flows = FLOWS_UNKNOWN;
    }
    return row_txn_commit(&rows->txn, txn, true);
}

/* Sends the notes that the row does not have. */
static void
write_notes(struct bridge_rows *rows)
{
    struct ovsdb_idl_txn *txn
        = (rows->txn.txn ? NULL
           : bridge_notes_write(&rows->notes, rows->idl, &rows->config));

    if (txn) {
        row_txn_commit(&rows->txn, txn, false);
    }
}

/* Logs, once for each change, what an adopted bridge's fail mode means. */
static void
tell_fail_mode(struct bridge_rows *rows)
{
    bool insecure = is_insecure(rows);

    if (insecure && !rows->told_insecure) {
        VLOG_INFO_RL(&rl, "bridge %s is not in fail mode secure: after a "
                     "restart of ovs-vswitchd it switches normally until the "
                     "agent has installed the flows (see set-fail-mode in "
                     "ovs-vsctl(8))", rows->config.bridge);
    } else if (rows->told_insecure && rows->owner == BRIDGE_ADOPTED
               && !insecure) {
        VLOG_INFO_RL(&rl, "bridge %s is in fail mode secure",
                     rows->config.bridge);
    }
    rows->told_insecure = insecure;
}

/* Returns true if the bridge cannot be released yet: flows of the agent would
 * stay on it, and it is not known if there are flows of others. */
static bool
must_await_flows(const struct bridge_rows *rows)
{
    return ((rows->owner == BRIDGE_CREATED || rows->owner == BRIDGE_ADOPTED)
            && rows->flows == FLOWS_UNKNOWN
            && row_bridge_stays(rows->idl, &rows->config));
}

/* Returns true if there is a replica to look at, and no transaction under way
 * that will change it. */
static bool
can_look(const struct bridge_rows *rows)
{
    return (!rows->txn.txn && ovsdb_idl_is_connected(rows->idl)
            && ovsdb_idl_has_ever_connected(rows->idl));
}

void
bridge_rows_look(struct bridge_rows *rows)
{
    const struct bridge_rows_config *config = &rows->config;

    if (!can_look(rows)) {
        return;
    }
    COVERAGE_INC(bridge_rows_look);
    rows->look = false;
    rows->seqno = ovsdb_idl_get_seqno(rows->idl);
    rows->had_lock = ovsdb_idl_has_lock(rows->idl);
    rows->was_contended = ovsdb_idl_is_lock_contended(rows->idl);
    rows->in_sync = rows->blocked = rows->refused = rows->have_ports = false;
    rows->awaits_flows = rows->awaits_switch = false;
    rows->standby = !rows->had_lock && rows->was_contended;
    rows->owner = row_get_owner(rows->idl, config);
    ds_clear(&rows->present);

    if (rows->standby) {
        rows->settled = false;
        ds_put_format(&rows->present, "another pipette-agent is active for "
                      "%s, standing by", config->bridge);
    } else if (!rows->had_lock) {
        ds_put_cstr(&rows->present, "waiting for the lock");
    } else if (rows->goal == ROWS_WATCH) {
        ds_put_cstr(&rows->present, "watching");
        rows->in_sync = true;
    } else if (rows->goal == ROWS_PRESENT
               && row_is_refused(rows->idl, config, &rows->present)) {
        rows->refused = rows->blocked = true;
    } else if (!row_txn_is_applied(&rows->txn, rows->idl)) {
        /* One change at a time: ovs-vswitchd must see each. */
        ds_put_cstr(&rows->present, "waiting for ovs-vswitchd to apply it");
        rows->awaits_switch = true;
    } else if (rows->goal == ROWS_ABSENT && must_await_flows(rows)) {
        ds_put_cstr(&rows->present, "waiting for the flows to be removed");
        rows->awaits_flows = true;
    } else if (!reconcile(rows)) {
        /* What was refused is probably refused again. */
        const char *refusal = rows->txn.refusal;

        rows->blocked = refusal;
        ds_put_cstr(&rows->present,
                    refusal ? refusal : "changing the database");
    } else if (rows->goal == ROWS_PRESENT) {
        look_at_ports(rows);
    } else {
        ds_put_cstr(&rows->present, rows->owner == BRIDGE_MISSING
                    ? "no such bridge" : "only the rows of others");
        rows->in_sync = true;
    }
    if (rows->had_lock && rows->goal == ROWS_PRESENT && !rows->refused) {
        write_notes(rows);
        tell_fail_mode(rows);
    }
}

/* Takes the result of the transaction in flight, if there is one. */
static void
finish_transaction(struct bridge_rows *rows)
{
    switch (row_txn_finish(&rows->txn)) {
    case ROW_TXN_PENDING:
        break;

    case ROW_TXN_SUCCESS:
        if (rows->txn.to_apply && rows->txn_deletes_uplink) {
            rows->opened.ifindex = 0;
        }
        rows->n_repairs += rows->txn.to_apply && rows->settled;
        rows->look = true;
        break;

    case ROW_TXN_FAILURE:
        rows->look = true;
        break;

    case ROW_TXN_REFUSED:
        ds_clear(&rows->present);
        ds_put_cstr(&rows->present, rows->txn.refusal);
        rows->blocked = true;
        /* Not before something changes, or it is time. */
        rows->look = false;
        break;
    }
}

void
bridge_rows_run(struct bridge_rows *rows)
{
    ovsdb_idl_run(rows->idl);
    finish_transaction(rows);

    bool connected = ovsdb_idl_is_connected(rows->idl);
    if (!connected) {
        set_disconnected(rows);
    } else if (!rows->connected) {
        COVERAGE_INC(bridge_rows_connected);
    }
    rows->connected = connected;
    if (!can_look(rows)) {
        return;
    }
    rows->look |= (ovsdb_idl_has_lock(rows->idl) != rows->had_lock
                   || (ovsdb_idl_is_lock_contended(rows->idl)
                       != rows->was_contended)
                   || ovsdb_idl_get_seqno(rows->idl) != rows->seqno);
}

void
bridge_rows_wait(struct bridge_rows *rows)
{
    ovsdb_idl_wait(rows->idl);
    row_txn_wait(&rows->txn);
}

bool
bridge_rows_wants_look(const struct bridge_rows *rows)
{
    return can_look(rows) && rows->look;
}

bool
bridge_rows_is_in_sync(const struct bridge_rows *rows)
{
    return rows->in_sync;
}

bool
bridge_rows_is_blocked(const struct bridge_rows *rows)
{
    return rows->blocked;
}

uint64_t
bridge_rows_n_repairs(const struct bridge_rows *rows)
{
    return rows->n_repairs;
}

bool
bridge_rows_has_kernel(const struct bridge_rows *rows)
{
    return row_has_kernel_datapath(rows->idl, &rows->config);
}

bool
bridge_rows_awaits_kernel(const struct bridge_rows *rows)
{
    return (rows->awaits_switch && rows->goal == ROWS_PRESENT
            && bridge_rows_has_kernel(rows));
}

const char *
bridge_rows_datapath_type(const struct bridge_rows *rows)
{
    return row_datapath_type(rows->idl, &rows->config);
}

bool
bridge_rows_is_standby(const struct bridge_rows *rows)
{
    return rows->standby;
}

bool
bridge_rows_is_refused(const struct bridge_rows *rows)
{
    return rows->refused;
}

enum bridge_rows_owner
bridge_rows_owner(const struct bridge_rows *rows)
{
    return rows->had_lock ? rows->owner : BRIDGE_UNKNOWN;
}

const struct bridge_ports *
bridge_rows_ports(const struct bridge_rows *rows)
{
    return rows->have_ports ? &rows->ports : NULL;
}

void
bridge_rows_format_wanted(const struct bridge_rows *rows, struct ds *s)
{
    const struct bridge_rows_config *config = &rows->config;

    if (rows->goal == ROWS_PRESENT) {
        rows_config_format(config, s);
    } else {
        ds_put_format(s, "no %s", config->bridge);
    }
}

const char *
bridge_rows_present(const struct bridge_rows *rows)
{
    return ds_cstr_ro(&rows->present);
}

void
bridge_rows_get_memory_usage(const struct bridge_rows *rows,
                             struct simap *usage)
{
    ovsdb_idl_get_memory_usage(rows->idl, usage);
}
