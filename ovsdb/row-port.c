/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-port.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "coverage.h"
#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "ovsdb/bridge-rows.h"
#include "ovsdb/row-find.h"
#include "ovsdb/rows-config.h"
#include "smap.h"
#include "util.h"
#include "uuid.h"
#include "vlan-bitmap.h"

VLOG_DEFINE_THIS_MODULE(row_port);
COVERAGE_DEFINE(row_port_changed);

/* Others can cause these messages as often as they like. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(600, 600);

/* Logs and counts the change of a row. */
#define LOG_CHANGE(...)                         \
    do {                                        \
        COVERAGE_INC(row_port_changed);         \
        VLOG_DBG_RL(&rl, __VA_ARGS__);          \
    } while (0)

/* The device that a port's row was made for. */

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

/* Reconciling.
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

void
row_port_release(const struct ovsrec_bridge *br,
                 const struct ovsrec_port *port)
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

bool
row_port_reconcile(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
                   const struct ovsrec_bridge *br,
                   const struct port_want *want, bool request_number)
{
    const struct ovsrec_bridge *owner;
    const struct ovsrec_port *port;

    if (!row_find_port(idl, want->name, &owner, &port)) {
        port = insert_port(txn, br, want);
    } else if (is_replaced(port, want)) {
        row_port_release(br, port);
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
