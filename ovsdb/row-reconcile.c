/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-reconcile.h"

#include <stdlib.h>

#include "coverage.h"
#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "ovsdb/port-numbers.h"
#include "ovsdb/row-find.h"
#include "ovsdb/row-note.h"
#include "ovsdb/row-port.h"
#include "ovsdb/row-tables.h"
#include "ovsdb/rows-config.h"
#include "smap.h"
#include "util.h"
#include "uuid.h"

VLOG_DEFINE_THIS_MODULE(row_reconcile);
COVERAGE_DEFINE(row_changed);

/* Others can cause these messages as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

/* Logs and counts the change of a row. */
#define LOG_CHANGE(...)                         \
    do {                                        \
        COVERAGE_INC(row_changed);              \
        VLOG_DBG_RL(&rl, __VA_ARGS__);          \
    } while (0)

/* Returns the number of ports, which are stored into '*wantsp', for the caller
 * to free. */
static size_t
get_wants(const struct bridge_rows_config *config,
          const struct bridge_devices *devices,
          const struct row_opened *opened, const struct simap *numbers,
          struct port_want **wantsp)
{
    struct port_want *wants = xmalloc((2 + config->fake_ports.n)
                                      * sizeof *wants);
    bool trunk = rows_config_is_trunk(config);
    const char *fake_port;
    size_t i;

    wants[0] = (struct port_want) {
        .name = config->bridge, .type = "internal", .local = true };
    wants[1] = (struct port_want) {
        .name = config->uplink, .type = "",
        .ofport_request = BRIDGE_ROWS_UPLINK_OFPORT,
        .vlan_mode = trunk ? "trunk" : "access",
        .trunks = trunk ? config->vlans : NULL,
        .device = { devices->uplink_ifindex, config->boot_id },
        .opened = opened };
    SVEC_FOR_EACH (i, fake_port, &config->fake_ports) {
        wants[2 + i] = (struct port_want) {
            .name = fake_port, .type = "internal",
            .ofport_request = simap_get(numbers, fake_port),
            .is_fake_port = true, .mtu_request = devices->fake_port_mtu };
    }
    *wantsp = wants;
    return 2 + config->fake_ports.n;
}

void
row_monitor_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *const columns[] = {
        &ovsrec_open_vswitch_col_bridges,
        &ovsrec_open_vswitch_col_cur_cfg,
        &ovsrec_open_vswitch_col_next_cfg,
        &ovsrec_bridge_col_datapath_type,
        &ovsrec_bridge_col_external_ids,
        &ovsrec_bridge_col_fail_mode,
        &ovsrec_bridge_col_name,
        &ovsrec_bridge_col_ports,
        &ovsrec_port_col_external_ids,
        &ovsrec_port_col_interfaces,
        &ovsrec_port_col_name,
        &ovsrec_port_col_tag,
        &ovsrec_port_col_trunks,
        &ovsrec_port_col_vlan_mode,
        &ovsrec_interface_col_error,
        &ovsrec_interface_col_external_ids,
        &ovsrec_interface_col_mtu_request,
        &ovsrec_interface_col_name,
        &ovsrec_interface_col_ofport,
        &ovsrec_interface_col_ofport_request,
        &ovsrec_interface_col_type,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }

    row_tables_monitor_columns(idl);

    /* Writing what is there already is then no change. */
    ovsdb_idl_set_write_changed_only_all(idl, true);
}

static const struct ovsrec_bridge *
find_bridge(const struct ovsdb_idl *idl,
            const struct bridge_rows_config *config)
{
    return row_find_bridge(idl, config->bridge);
}

static bool
is_wanted(const struct port_want *wants, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(wants[i].name, name)) {
            return true;
        }
    }
    return false;
}

enum bridge_rows_owner
row_get_owner(const struct ovsdb_idl *idl,
              const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    return (!br ? BRIDGE_MISSING
            : !row_is_marked(&br->external_ids) ? BRIDGE_FOREIGN
            : row_is_created(&br->external_ids) ? BRIDGE_CREATED
            : BRIDGE_ADOPTED);
}

static bool
bridge_stays(const struct ovsrec_bridge *br)
{
    return !row_is_created(&br->external_ids) || row_has_foreign_ports(br);
}

/* The same, as part of the transaction under way, which fails with
 * TXN_TRY_AGAIN if the ports have changed since the replica was updated. */
static bool
verify_bridge_stays(const struct ovsrec_bridge *br)
{
    if (row_is_created(&br->external_ids)) {
        ovsrec_bridge_verify_ports(br);
    }
    return bridge_stays(br);
}

bool
row_bridge_stays(const struct ovsdb_idl *idl,
                 const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    return br && bridge_stays(br);
}

bool
row_has_kernel_datapath(const struct ovsdb_idl *idl,
                        const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    return br && (!br->datapath_type[0]
                  || !strcmp(br->datapath_type, "system"));
}

const char *
row_datapath_type(const struct ovsdb_idl *idl,
                  const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    return br ? br->datapath_type : NULL;
}

bool
row_is_secure(const struct ovsdb_idl *idl,
              const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    return !br || nullable_string_is_equal(br->fail_mode, "secure");
}

const char *
row_get_key(const struct ovsdb_idl *idl,
            const struct bridge_rows_config *config, const char *key)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    return br ? smap_get(&br->external_ids, key) : NULL;
}

void
row_set_key(const struct ovsdb_idl *idl,
            const struct bridge_rows_config *config, const char *key,
            const char *value)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    if (br) {
        LOG_CHANGE("bridge %s: external_ids:%s = %s", br->name, key, value);
        ovsrec_bridge_update_external_ids_setkey(br, key, value);
    }
}

/* The device that a port's row was made for. */

static const struct ovsrec_port *
find_uplink(const struct ovsdb_idl *idl,
            const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    return row_find_port(idl, config->uplink, &br, &port) ? port : NULL;
}

unsigned int
row_get_noted(const struct ovsdb_idl *idl,
              const struct bridge_rows_config *config)
{
    const struct ovsrec_port *port = find_uplink(idl, config);

    return port ? row_note_get_ifindex(port, config->boot_id) : 0;
}

struct uuid
row_get_uplink(const struct ovsdb_idl *idl,
               const struct bridge_rows_config *config)
{
    const struct ovsrec_port *port = find_uplink(idl, config);

    return port ? port->header_.uuid : UUID_ZERO;
}

/* Reconciling rows, inside a transaction. */

static const struct ovsrec_bridge *
insert_bridge(struct ovsdb_idl_txn *txn,
              const struct ovsrec_open_vswitch *ovs, const char *name)
{
    const struct smap created = SMAP_CONST1(&created, BRIDGE_ROWS_MARK,
                                            "created");
    const struct ovsrec_bridge *br = ovsrec_bridge_insert(txn);

    LOG_CHANGE("add bridge %s", name);
    ovsrec_bridge_set_name(br, name);
    ovsrec_bridge_set_external_ids(br, &created);
    ovsrec_open_vswitch_update_bridges_addvalue(ovs, br);
    return br;
}

/* Sets the bridge's own columns, except those of an adopted one: with another
 * fail mode, ovs-vswitchd would drop all its flows, with another datapath
 * type, create all its ports again. */
static void
set_bridge_columns(const struct ovsrec_bridge *br,
                   const struct bridge_rows_config *config)
{
    const char *type = config->datapath_type;

    if (!row_is_marked(&br->external_ids)) {
        LOG_CHANGE("bridge %s: adopt", br->name);
        ovsrec_bridge_update_external_ids_setkey(br, BRIDGE_ROWS_MARK,
                                                 "adopted");
    }
    if (!row_is_created(&br->external_ids)) {
        return;
    }
    if (!nullable_string_is_equal(br->fail_mode, "secure")) {
        LOG_CHANGE("bridge %s: fail_mode = secure", br->name);
        ovsrec_bridge_set_fail_mode(br, "secure");
    }
    if (type && !nullable_string_is_equal(br->datapath_type, type)) {
        LOG_CHANGE("bridge %s: datapath_type = %s", br->name, type);
        ovsrec_bridge_set_datapath_type(br, type);
    }
}

bool
row_reconcile(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
              const struct bridge_rows_config *config,
              const struct bridge_devices *devices,
              const struct row_opened *opened, struct simap *numbers)
{
    struct port_want *wants;
    const struct ovsrec_open_vswitch *ovs = ovsrec_open_vswitch_first(idl);
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    port_numbers_assign(idl, config, numbers);
    size_t n = get_wants(config, devices, opened, numbers, &wants);
    if (!ovs) {
        ovs = ovsrec_open_vswitch_insert(txn);
    }

    bool is_new = !br;
    bool request_numbers = is_new || !verify_bridge_stays(br);
    if (is_new) {
        br = insert_bridge(txn, ovs, config->bridge);
    } else {
        for (size_t i = 0; i < br->n_ports; i++) {
            if (!is_wanted(wants, n, br->ports[i]->name)) {
                row_port_release(br, br->ports[i]);
            }
        }
    }
    set_bridge_columns(br, config);
    row_tables_reconcile(txn, br, is_new, &config->limits);

    bool deleted = false;
    for (size_t i = 0; i < n; i++) {
        deleted |= !row_port_reconcile(idl, txn, br, &wants[i],
                                       request_numbers);
    }
    free(wants);
    ovsdb_idl_txn_increment(txn, &ovs->header_,
                            &ovsrec_open_vswitch_col_next_cfg, false);
    return deleted;
}

void
row_remove(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
           const struct bridge_rows_config *config, bool keep_fail_mode)
{
    const struct ovsrec_open_vswitch *ovs = ovsrec_open_vswitch_first(idl);
    const struct ovsrec_bridge *br = find_bridge(idl, config);

    if (!ovs || !br || !row_is_marked(&br->external_ids)) {
        return;
    }
    if (!verify_bridge_stays(br)) {
        LOG_CHANGE("delete bridge %s", br->name);
        ovsrec_open_vswitch_update_bridges_delvalue(ovs, br);
    } else {
        for (size_t i = 0; i < br->n_ports; i++) {
            row_port_release(br, br->ports[i]);
        }
        LOG_CHANGE("bridge %s: release", br->name);
        if (row_is_created(&br->external_ids) && !keep_fail_mode) {
            ovsrec_bridge_set_fail_mode(br, NULL);
        }
        row_tables_remove(br);
        row_note_clear_bridge(br);
    }
    ovsdb_idl_txn_increment(txn, &ovs->header_,
                            &ovsrec_open_vswitch_col_next_cfg, false);
}
