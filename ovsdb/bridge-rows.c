/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/bridge-rows.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "ovsdb-idl.h"
#include "ovsdb/row-edit.h"
#include "util.h"

#define MAX_OFPORT 65279        /* ovs-vswitchd.conf.db(5): Interface. */

struct bridge_rows {
    const struct bridge_rows_config *config;
    enum bridge_rows_goal goal;

    struct ovsdb_idl *idl;
    struct ovsdb_idl_txn *txn;  /* In flight, or NULL. */
    bool txn_to_apply;          /* By ovs-vswitchd. */
    bool txn_takes_uplink;      /* Out, to be made anew. */
    char *refusal;              /* Of the last transaction, or NULL. */
    unsigned int seqno;         /* Of the last look at the database. */
    bool had_lock, was_contended;   /* At the last look. */
    bool look;                  /* There is a reason to look. */
    int64_t next_cfg;           /* That our last change was given. */
    struct bridge_devices devices;
    struct row_edit_opened opened;
    char *status;               /* To show, NULL to leave it. */

    /* What the last look saw. */
    enum bridge_rows_owner owner;
    bool right, stuck, refused, standby, have_ports;
    struct bridge_ports ports;
    struct ds present;
};

/* Without ovsdb-server nothing can be said of the database.  What it said of
 * the ports still holds: ovs-vswitchd goes on without it. */
static void
say_disconnected(struct bridge_rows *rows)
{
    ds_clear(&rows->present);
    ds_put_format(&rows->present, "not connected to %s", rows->config->db);
    rows->right = rows->stuck = rows->refused = false;
    rows->look = true;

    /* It may be another database next. */
    rows->next_cfg = 0;
    free(rows->refusal);
    rows->refusal = NULL;
}

/* Returns the name of the lock for 'bridge'.  It must be an <id> of RFC 7047
 * section 3.1: letters, digits and '_'. */
static char *
lock_name(const char *bridge)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&s, "pipette_agent_");
    for (const char *p = bridge; *p; p++) {
        if (isalnum((unsigned char) *p)) {
            ds_put_char(&s, *p);
        } else {
            ds_put_format(&s, "_%02x", (unsigned char) *p);
        }
    }
    return ds_steal_cstr(&s);
}

struct bridge_rows *
bridge_rows_create(const struct bridge_rows_config *config,
                   enum bridge_rows_goal goal)
{
    struct bridge_rows *rows = xzalloc(sizeof *rows);

    rows->config = config;
    rows->goal = goal;
    ds_init(&rows->present);

    rows->idl = ovsdb_idl_create(config->db, &ovsrec_idl_class, false, true);
    row_edit_monitor(rows->idl);
    char *lock = lock_name(config->bridge);
    ovsdb_idl_set_lock(rows->idl, lock);
    free(lock);
    say_disconnected(rows);
    return rows;
}

void
bridge_rows_destroy(struct bridge_rows *rows)
{
    if (rows) {
        if (rows->txn) {
            ovsdb_idl_txn_destroy(rows->txn);
        }
        ovsdb_idl_destroy(rows->idl);
        ds_destroy(&rows->present);
        free(rows->status);
        free(rows->refusal);
        free(rows);
    }
}

void
bridge_rows_connect_now(struct bridge_rows *rows)
{
    if (!ovsdb_idl_is_connected(rows->idl)) {
        /* The same remote set anew is a new session, without backoff. */
        ovsdb_idl_set_remote(rows->idl, NULL, true);
        ovsdb_idl_set_remote(rows->idl, rows->config->db, true);
    }
}

void
bridge_rows_set_goal(struct bridge_rows *rows, enum bridge_rows_goal goal)
{
    rows->look |= rows->goal != goal;
    rows->right &= rows->goal == goal;
    rows->goal = goal;
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
        rows->right = false;
    }
    rows->devices = *devices;
}

void
bridge_rows_uplink_left(struct bridge_rows *rows)
{
    rows->opened.left = row_edit_get_uplink(rows->idl, rows->config);
    rows->look = true;
    rows->right = false;
}

void
bridge_rows_set_status(struct bridge_rows *rows, const char *status)
{
    if (!nullable_string_is_equal(rows->status, status)) {
        free(rows->status);
        rows->status = xstrdup(status);
        /* Not so that what was refused is tried again: there is time. */
        rows->look |= !rows->stuck;
    }
}

bool
bridge_rows_shows_status(const struct bridge_rows *rows)
{
    return nullable_string_is_equal(rows->status,
                                    row_edit_get_status(rows->idl,
                                                        rows->config));
}

/* Looking: what is there? */

static bool
is_applied(const struct bridge_rows *rows)
{
    const struct ovsrec_open_vswitch *ovs
        = ovsrec_open_vswitch_first(rows->idl);

    /* Somebody may have set the numbers back. */
    return !ovs || ovs->cur_cfg >= MIN(rows->next_cfg, ovs->next_cfg);
}

/* Stores into '*ofport' the number of port 'name'.  If it has none,
 * returns false and says why in 'rows->present'. */
static bool
read_ofport(struct bridge_rows *rows, const char *name, uint16_t *ofport)
{
    const struct ovsrec_interface *iface = row_edit_find_interface(
        rows->idl, rows->config, name);

    if (!iface || !iface->n_ofport) {
        ds_put_format(&rows->present, "waiting for ovs-vswitchd to add %s",
                      name);
        return false;
    } else if (iface->error || *iface->ofport < 1
               || *iface->ofport > MAX_OFPORT) {
        /* "could not open network device X (No such device)": for a missing
         * link, ovs-vswitchd tries again by itself when one appears. */
        ds_put_format(&rows->present, "%s is missing: %s", name,
                      iface->error ? iface->error : "it has no port number");
        rows->stuck = true;
        return false;
    }
    *ofport = *iface->ofport;
    return true;
}

static void
look_at_ports(struct bridge_rows *rows)
{
    const struct bridge_rows_config *config = rows->config;

    bool have_uplink = read_ofport(rows, config->uplink, &rows->ports.uplink);
    if (have_uplink || rows->stuck) {
        rows->opened.ifindex
            = have_uplink ? row_edit_get_noted(rows->idl, config) : 0;
    }
    rows->have_ports
        = (have_uplink
           && read_ofport(rows, config->fake_port, &rows->ports.fake_port));
    if (rows->have_ports) {
        ds_put_format(&rows->present, "%s with %s as port %"PRIu16" and %s "
                      "as port %"PRIu16, config->bridge,
                      config->uplink, rows->ports.uplink,
                      config->fake_port,
                      rows->ports.fake_port);
        rows->right = true;
    }
}

/* Returns true if 'txn' changes nothing.  Otherwise it is in flight from now
 * on.  'to_apply' says if ovs-vswitchd has to do something about it. */
static bool
commit(struct bridge_rows *rows, struct ovsdb_idl_txn *txn, bool to_apply)
{
    if (ovsdb_idl_txn_commit(txn) == TXN_UNCHANGED) {
        ovsdb_idl_txn_destroy(txn);
        return true;
    }
    rows->txn = txn;
    rows->txn_to_apply = to_apply;
    return false;
}

/* Sends what must change, in one transaction.  Returns true if there is
 * nothing to change. */
static bool
mend(struct bridge_rows *rows)
{
    struct ovsdb_idl_txn *txn = ovsdb_idl_txn_create(rows->idl);

    ovsdb_idl_txn_add_comment(txn, "pipette-agent");
    if (rows->goal == ROWS_PRESENT) {
        rows->txn_takes_uplink = row_edit_make(rows->idl, txn, rows->config,
                                               &rows->devices, &rows->opened);
    } else {
        row_edit_remove(rows->idl, txn, rows->config);
    }
    return commit(rows, txn, true);
}

/* Sends the status, if the row shows another. */
static void
show_status(struct bridge_rows *rows)
{
    if (!rows->txn && rows->status && !bridge_rows_shows_status(rows)) {
        struct ovsdb_idl_txn *txn = ovsdb_idl_txn_create(rows->idl);

        row_edit_set_status(rows->idl, rows->config, rows->status);
        commit(rows, txn, false);
    }
}

/* Returns true if there is a replica to look at, and no transaction under way
 * that will change it. */
static bool
can_look(const struct bridge_rows *rows)
{
    return (!rows->txn && ovsdb_idl_is_connected(rows->idl)
            && ovsdb_idl_has_ever_connected(rows->idl));
}

void
bridge_rows_look(struct bridge_rows *rows)
{
    const struct bridge_rows_config *config = rows->config;

    if (!can_look(rows)) {
        return;
    }
    rows->look = false;
    rows->seqno = ovsdb_idl_get_seqno(rows->idl);
    rows->had_lock = ovsdb_idl_has_lock(rows->idl);
    rows->was_contended = ovsdb_idl_is_lock_contended(rows->idl);
    rows->right = rows->stuck = rows->refused = rows->have_ports = false;
    rows->standby = !rows->had_lock && rows->was_contended;
    rows->owner = row_edit_owner(rows->idl, config);
    ds_clear(&rows->present);

    if (rows->standby) {
        ds_put_format(&rows->present, "another pipette-agent looks after %s, "
                      "standing by", config->bridge);
    } else if (!rows->had_lock) {
        ds_put_cstr(&rows->present, "waiting for the lock");
    } else if (rows->goal == ROWS_WATCH) {
        ds_put_cstr(&rows->present, "watching");
        rows->right = true;
    } else if (rows->goal == ROWS_PRESENT
               && row_edit_is_refused(rows->idl, config, &rows->present)) {
        rows->refused = rows->stuck = true;
    } else if (!is_applied(rows)) {
        /* One change at a time: ovs-vswitchd must see each. */
        ds_put_cstr(&rows->present, "waiting for ovs-vswitchd to apply it");
    } else if (!mend(rows)) {
        /* What was refused is probably refused again. */
        rows->stuck = rows->refusal;
        ds_put_cstr(&rows->present, (rows->refusal ? rows->refusal
                                     : "changing the database"));
    } else if (rows->goal == ROWS_PRESENT) {
        look_at_ports(rows);
    } else {
        ds_put_cstr(&rows->present, rows->owner == BRIDGE_MISSING
                    ? "nothing of it" : "bridge left: not pipette-agent's");
        rows->right = true;
    }
    if (rows->had_lock && rows->goal == ROWS_PRESENT && !rows->refused) {
        show_status(rows);
    }
}

static void
take_refusal(struct bridge_rows *rows)
{
    rows->refusal = xasprintf("ovsdb-server refused the change: %s",
                              ovsdb_idl_txn_get_error(rows->txn));
    ds_clear(&rows->present);
    ds_put_cstr(&rows->present, rows->refusal);
    rows->stuck = true;
    /* Not before something changes, or it is time. */
    rows->look = false;
}

/* Takes the result of the transaction in flight, if there is one. */
static void
finish_transaction(struct bridge_rows *rows)
{
    enum ovsdb_idl_txn_status status = ovsdb_idl_txn_commit(rows->txn);

    if (status == TXN_INCOMPLETE) {
        return;
    }
    free(rows->refusal);
    rows->refusal = NULL;
    if (status == TXN_SUCCESS) {
        if (rows->txn_to_apply) {
            rows->next_cfg = ovsdb_idl_txn_get_increment_new_value(rows->txn);
            if (rows->txn_takes_uplink) {
                rows->opened.ifindex = 0;
            }
        }
        rows->look = true;
    } else if (status == TXN_TRY_AGAIN) {
        rows->look = true;
    } else {
        take_refusal(rows);
    }
    ovsdb_idl_txn_destroy(rows->txn);
    rows->txn = NULL;
}

void
bridge_rows_run(struct bridge_rows *rows)
{
    ovsdb_idl_run(rows->idl);
    if (rows->txn) {
        finish_transaction(rows);
    }
    if (!ovsdb_idl_is_connected(rows->idl)) {
        say_disconnected(rows);
    }
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
    if (rows->txn) {
        ovsdb_idl_txn_wait(rows->txn);
    }
}

bool
bridge_rows_wants_look(const struct bridge_rows *rows)
{
    return can_look(rows) && rows->look;
}

bool
bridge_rows_is_right(const struct bridge_rows *rows)
{
    return rows->right;
}

bool
bridge_rows_is_stuck(const struct bridge_rows *rows)
{
    return rows->stuck;
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
    const struct bridge_rows_config *config = rows->config;

    if (rows->goal == ROWS_PRESENT) {
        ds_put_format(s, "%s with %s (trunk of VLAN %"PRIu16") and %s",
                      config->bridge, config->uplink, config->vlan,
                      config->fake_port);
    } else {
        ds_put_format(s, "no %s", config->bridge);
    }
}

const char *
bridge_rows_present(const struct bridge_rows *rows)
{
    return ds_cstr_ro(&rows->present);
}
