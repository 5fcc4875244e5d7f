/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-reconcile.h"

#include <stdlib.h>

#include "coverage.h"
#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "ovsdb/row-find.h"
#include "ovsdb/row-note.h"
#include "ovsdb/row-tables.h"
#include "ovsdb/rows-config.h"
#include "smap.h"
#include "util.h"
#include "uuid.h"
#include "vlan-bitmap.h"

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

/* One port that the bridge is to have.  Each has one interface, of its own
 * name. */
struct port_want {
    const char *name;
    const char *type;           /* Interface type. */
    int64_t ofport_request;     /* 0 for none. */
    bool local;                 /* The bridge's own. */
    const char *vlan_mode;      /* NULL for none; "access" is of VLAN 0. */
    const unsigned long *trunks; /* Bitmap; NULL for no trunk. */
    struct row_device device;   /* Behind it. */
    const struct row_opened *opened;
    bool is_fake_port;
    int64_t mtu_request;        /* 0 to leave it. */
};

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

static bool
is_replaced(const struct ovsrec_port *port, const struct port_want *want)
{
    unsigned int noted = row_note_get_ifindex(port, want->device.boot_id);

    return (want->device.ifindex && noted
            && row_is_created(&port->external_ids)
            && (noted != want->device.ifindex
                || uuid_equals(&port->header_.uuid, &want->opened->left)));
}

/* Returns the device to note.  If others delete the row, and it is created
 * again before ovs-vswitchd has noticed, ovs-vswitchd keeps the device that it
 * has open. */
static struct row_device
device_to_note(const struct port_want *want)
{
    struct row_device device = want->device;

    if (want->opened->ifindex) {
        device.ifindex = want->opened->ifindex;
    }
    return device;
}

/* Keeps the device that is noted already, but adds the boot. */
static void
note_device(const struct ovsrec_port *port, const struct port_want *want)
{
    if (want->device.ifindex && row_is_created(&port->external_ids)) {
        struct row_device device = device_to_note(want);
        unsigned int noted = row_note_get_ifindex(port, device.boot_id);

        if (noted) {
            device.ifindex = noted;
        }
        row_note_set_device(port, &device);
    }
}

/* Reconciling rows, inside a transaction.
 *
 * A row that the transaction itself inserts is marked by writing the whole
 * map; on an existing one, only the agent's own keys are written. */

static const struct ovsrec_port *
insert_port(struct ovsdb_idl_txn *txn, const struct ovsrec_bridge *br,
            const struct port_want *want)
{
    struct smap ids = SMAP_INITIALIZER(&ids);
    struct ovsrec_interface *iface = ovsrec_interface_insert(txn);
    struct ovsrec_port *port = ovsrec_port_insert(txn);

    LOG_CHANGE("bridge %s: add port %s", br->name, want->name);
    smap_add(&ids, BRIDGE_ROWS_MARK, "created");
    ovsrec_interface_set_name(iface, want->name);
    ovsrec_interface_set_external_ids(iface, &ids);
    if (want->device.ifindex) {
        const struct row_device device = device_to_note(want);

        row_note_add_device(&ids, &device);
    }
    ovsrec_port_set_name(port, want->name);
    ovsrec_port_set_interfaces(port, &iface, 1);
    ovsrec_port_set_external_ids(port, &ids);
    smap_destroy(&ids);
    ovsrec_bridge_update_ports_addvalue(br, port);
    return port;
}

static void
adopt_port(const struct ovsrec_port *port, const struct port_want *want)
{
    const struct ovsrec_interface *iface = port->interfaces[0];

    if (!row_is_marked(&port->external_ids)) {
        LOG_CHANGE("port %s: adopt", port->name);
        ovsrec_port_update_external_ids_setkey(port, BRIDGE_ROWS_MARK,
                                               "adopted");
        if (!want->local) {
            row_note_former(port, want->is_fake_port);
        }
    }
    if (!row_is_marked(&iface->external_ids)) {
        ovsrec_interface_update_external_ids_setkey(iface, BRIDGE_ROWS_MARK,
                                                    "adopted");
    }
}

static void
release_port(const struct ovsrec_bridge *br, const struct ovsrec_port *port)
{
    if (!row_is_marked(&port->external_ids)) {
        return;
    }
    if (!row_is_created(&port->external_ids)) {
        LOG_CHANGE("port %s: restore and release", port->name);
        row_note_restore(port);
        row_note_clear_port(port);
    } else if (!strcmp(port->name, br->name)) {
        /* A bridge that stays needs its local port. */
        LOG_CHANGE("port %s: release", port->name);
        row_note_clear_port(port);
    } else {
        LOG_CHANGE("bridge %s: delete port %s", br->name, port->name);
        ovsrec_bridge_update_ports_delvalue(br, port);
    }
}

static bool
is_integer(const int64_t *values, size_t n, int64_t value)
{
    return value ? n == 1 && *values == value : !n;
}

static void
set_type(const struct ovsrec_interface *iface, const struct port_want *want)
{
    /* An interface that the transaction inserts has none yet. */
    if (row_is_created(&iface->external_ids)
        && !nullable_string_is_equal(iface->type, want->type)) {
        LOG_CHANGE("interface %s: type = \"%s\"", iface->name, want->type);
        ovsrec_interface_set_type(iface, want->type);
    }
}

static void
set_mtu_request(const struct ovsrec_interface *iface,
                const struct port_want *want)
{
    if (want->mtu_request
        && !is_integer(iface->mtu_request, iface->n_mtu_request,
                       want->mtu_request)) {
        LOG_CHANGE("interface %s: mtu_request = %"PRId64, iface->name,
                   want->mtu_request);
        ovsrec_interface_set_mtu_request(iface, &want->mtu_request, 1);
    }
}

static void
set_ofport_request(const struct ovsrec_interface *iface,
                   const struct port_want *want)
{
    if (want->ofport_request
        && !is_integer(iface->ofport_request, iface->n_ofport_request,
                       want->ofport_request)) {
        LOG_CHANGE("interface %s: ofport_request = %"PRId64, iface->name,
                   want->ofport_request);
        ovsrec_interface_set_ofport_request(iface, &want->ofport_request, 1);
    }
}

static bool
has_trunks(const struct ovsrec_port *port, const unsigned long *trunks)
{
    unsigned long *present = vlan_bitmap_from_array(port->trunks,
                                                    port->n_trunks);
    bool equal = vlan_bitmap_equal(present, trunks);

    free(present);
    return equal;
}

static void
set_trunks(const struct ovsrec_port *port, const unsigned long *vlans)
{
    int64_t *trunks = xmalloc(4096 * sizeof *trunks);
    size_t n = 0;
    int vlan;

    if (vlans) {
        BITMAP_FOR_EACH_1 (vlan, 4096, vlans) {
            trunks[n++] = vlan;
        }
    }
    ovsrec_port_set_trunks(port, trunks, n);
    free(trunks);
}

static void
set_vlans(const struct ovsrec_port *port, const struct port_want *want)
{
    static const int64_t untagged = 0;
    size_t n_tag = want->vlan_mode && !want->trunks;

    if (want->local
        || (port->n_tag == n_tag && (!n_tag || port->tag[0] == untagged)
            && nullable_string_is_equal(port->vlan_mode, want->vlan_mode)
            && has_trunks(port, want->trunks))) {
        return;
    }
    struct ds trunks = DS_EMPTY_INITIALIZER;
    if (want->trunks) {
        rows_config_format_vlans(want->trunks, &trunks);
    }
    LOG_CHANGE("port %s: tag [%s], vlan_mode %s, trunks [%s]", port->name,
               n_tag ? "0" : "", want->vlan_mode ? want->vlan_mode : "[]",
               ds_cstr(&trunks));
    ds_destroy(&trunks);
    ovsrec_port_set_tag(port, &untagged, n_tag);
    ovsrec_port_set_vlan_mode(port, want->vlan_mode);
    set_trunks(port, want->trunks);
}

/* Returns false if the port is deleted instead, because its device was
 * replaced. */
static bool
reconcile_port(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
          const struct ovsrec_bridge *br, const struct port_want *want,
          bool request_number)
{
    const struct ovsrec_bridge *owner;
    const struct ovsrec_port *port;

    if (!row_find_port(idl, want->name, &owner, &port)) {
        port = insert_port(txn, br, want);
    } else if (is_replaced(port, want)) {
        release_port(br, port);
        return false;
    } else {
        adopt_port(port, want);
        note_device(port, want);
    }

    const struct ovsrec_interface *iface = port->interfaces[0];
    set_type(iface, want);
    set_mtu_request(iface, want);
    set_vlans(port, want);
    if (request_number) {
        set_ofport_request(iface, want);
    }
    return true;
}

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

/* Numbers of fake ports. */

static bool
is_taken(const struct simap *numbers, unsigned int number)
{
    const struct simap_node *node;

    SIMAP_FOR_EACH (node, numbers) {
        if (node->data == number) {
            return true;
        }
    }
    return number < BRIDGE_ROWS_FAKE_PORT_OFPORT;
}

/* Takes the number that an earlier agent requested for 'name'. */
static void
take_number(const struct ovsdb_idl *idl,
            const struct bridge_rows_config *config, const char *name,
            struct simap *numbers)
{
    const struct ovsrec_interface *iface = row_find_interface(
        idl, config->bridge, name);

    if (iface && row_is_created(&iface->external_ids)
        && iface->n_ofport_request
        && !is_taken(numbers, *iface->ofport_request)) {
        simap_put(numbers, name, *iface->ofport_request);
    }
}

/* Makes 'numbers' have a number for each fake port, and no other. */
static void
assign_numbers(const struct ovsdb_idl *idl,
               const struct bridge_rows_config *config, struct simap *numbers)
{
    struct simap_node *node;
    const char *name;
    size_t i;

    SIMAP_FOR_EACH_SAFE (node, numbers) {
        if (!svec_contains(&config->fake_ports, node->name)) {
            simap_delete(numbers, node);
        }
    }
    SVEC_FOR_EACH (i, name, &config->fake_ports) {
        if (!simap_contains(numbers, name)) {
            take_number(idl, config, name, numbers);
        }
    }
    SVEC_FOR_EACH (i, name, &config->fake_ports) {
        unsigned int number = BRIDGE_ROWS_FAKE_PORT_OFPORT;

        while (!simap_contains(numbers, name)) {
            if (!is_taken(numbers, number)) {
                simap_put(numbers, name, number);
            }
            number++;
        }
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

    assign_numbers(idl, config, numbers);
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
                release_port(br, br->ports[i]);
            }
        }
    }
    set_bridge_columns(br, config);
    row_tables_reconcile(txn, br, is_new, &config->limits);

    bool deleted = false;
    for (size_t i = 0; i < n; i++) {
        deleted |= !reconcile_port(idl, txn, br, &wants[i],
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
            release_port(br, br->ports[i]);
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
