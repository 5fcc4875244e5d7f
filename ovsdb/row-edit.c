/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-edit.h"

#include <stdlib.h>

#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "ovsdb-idl.h"
#include "smap.h"
#include "util.h"
#include "uuid.h"

#define N_PORTS 3

/* One port that the bridge is to have.  Each has one interface, of its own
 * name. */
struct port_want {
    const char *name;
    const char *type;           /* Interface type. */
    int64_t ofport_request;     /* 0 for none. */
    int64_t trunk;              /* VLAN of a trunk, 0 for no trunk. */
    unsigned int ifindex;       /* Of its device, 0 if not known. */
    const struct row_edit_opened *opened;
    int64_t mtu_request;        /* 0 to leave it. */
};

static void
get_wants(const struct bridge_rows_config *config,
          const struct bridge_devices *devices,
          const struct row_edit_opened *opened,
          struct port_want wants[N_PORTS])
{
    wants[0] = (struct port_want) {
        .name = config->bridge, .type = "internal" };
    wants[1] = (struct port_want) {
        .name = config->uplink, .type = "",
        .ofport_request = BRIDGE_ROWS_UPLINK_OFPORT, .trunk = config->vlan,
        .ifindex = devices->uplink_ifindex, .opened = opened };
    wants[2] = (struct port_want) {
        .name = config->fake_port, .type = "internal",
        .ofport_request = BRIDGE_ROWS_FAKE_PORT_OFPORT,
        .mtu_request = devices->fake_port_mtu };
}

void
row_edit_monitor(struct ovsdb_idl *idl)
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

    /* Writing what is there already is then no change. */
    ovsdb_idl_set_write_changed_only_all(idl, true);
}

/* Finding rows. */

static const struct ovsrec_bridge *
find_bridge(const struct ovsdb_idl *idl, const char *name)
{
    const struct ovsrec_bridge *br;

    OVSREC_BRIDGE_FOR_EACH (br, idl) {
        if (!strcmp(br->name, name)) {
            return br;
        }
    }
    return NULL;
}

/* Stores into '*brp' and '*portp' what has an interface called 'name' (or, if
 * there is no such interface, a port of that name).  Returns false if nothing
 * has. */
static bool
find_port(const struct ovsdb_idl *idl, const char *name,
          const struct ovsrec_bridge **brp, const struct ovsrec_port **portp)
{
    const struct ovsrec_bridge *br;

    OVSREC_BRIDGE_FOR_EACH (br, idl) {
        for (size_t i = 0; i < br->n_ports; i++) {
            const struct ovsrec_port *port = br->ports[i];
            bool found = !strcmp(port->name, name);

            for (size_t j = 0; !found && j < port->n_interfaces; j++) {
                found = !strcmp(port->interfaces[j]->name, name);
            }
            if (found) {
                *brp = br;
                *portp = port;
                return true;
            }
        }
    }
    return false;
}

const struct ovsrec_interface *
row_edit_find_interface(const struct ovsdb_idl *idl,
                        const struct bridge_rows_config *config,
                        const char *name)
{
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    return (find_port(idl, name, &br, &port)
            && !strcmp(br->name, config->bridge)
            && port->n_interfaces == 1 ? port->interfaces[0] : NULL);
}

static bool
is_wanted(const struct port_want wants[N_PORTS], const char *name)
{
    for (size_t i = 0; i < N_PORTS; i++) {
        if (!strcmp(wants[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Marks. */

static const char *
get_mark(const struct smap *external_ids)
{
    return smap_get(external_ids, BRIDGE_ROWS_MARK);
}

static bool
is_created(const struct smap *external_ids)
{
    const char *mark = get_mark(external_ids);

    return mark && !strcmp(mark, "created");
}

enum bridge_rows_owner
row_edit_owner(const struct ovsdb_idl *idl,
               const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config->bridge);

    return (!br ? BRIDGE_MISSING
            : !get_mark(&br->external_ids) ? BRIDGE_FOREIGN
            : is_created(&br->external_ids) ? BRIDGE_CREATED
            : BRIDGE_ADOPTED);
}

/* The status. */

const char *
row_edit_get_status(const struct ovsdb_idl *idl,
                    const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config->bridge);

    return br ? smap_get(&br->external_ids, BRIDGE_ROWS_STATUS) : NULL;
}

void
row_edit_set_status(const struct ovsdb_idl *idl,
                    const struct bridge_rows_config *config,
                    const char *status)
{
    const struct ovsrec_bridge *br = find_bridge(idl, config->bridge);

    if (br) {
        ovsrec_bridge_update_external_ids_setkey(br, BRIDGE_ROWS_STATUS,
                                                 status);
    }
}

/* The device that a port's row was made for. */

#define IFINDEX_KEY "pipette-agent-ifindex"

static unsigned int
get_noted(const struct ovsrec_port *port)
{
    return MAX(0, smap_get_int(&port->external_ids, IFINDEX_KEY, 0));
}

unsigned int
row_edit_get_noted(const struct ovsdb_idl *idl,
                   const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    return (find_port(idl, config->uplink, &br, &port) ? get_noted(port) : 0);
}

struct uuid
row_edit_get_uplink(const struct ovsdb_idl *idl,
                    const struct bridge_rows_config *config)
{
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    return (find_port(idl, config->uplink, &br, &port) ? port->header_.uuid
            : UUID_ZERO);
}

static bool
is_replaced(const struct ovsrec_port *port, const struct port_want *want)
{
    unsigned int noted = get_noted(port);

    return (want->ifindex && noted && is_created(&port->external_ids)
            && (noted != want->ifindex
                || uuid_equals(&port->header_.uuid, &want->opened->left)));
}

/* Returns what to note.  A row that somebody took away, and that is made again
 * before ovs-vswitchd has seen that, leaves ovs-vswitchd with the device that
 * it has open. */
static unsigned int
ifindex_to_note(const struct port_want *want)
{
    return want->opened->ifindex ? want->opened->ifindex : want->ifindex;
}

static void
note_ifindex(const struct ovsrec_port *port, const struct port_want *want)
{
    if (want->ifindex && is_created(&port->external_ids)
        && !smap_get(&port->external_ids, IFINDEX_KEY)) {
        char *s = xasprintf("%u", ifindex_to_note(want));

        ovsrec_port_update_external_ids_setkey(port, IFINDEX_KEY, s);
        free(s);
    }
}

/* Refusals: what stands in the way and is somebody else's. */

static bool
port_is_refused(const struct ovsdb_idl *idl,
                const struct bridge_rows_config *config, const char *name,
                struct ds *why)
{
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    if (!find_port(idl, name, &br, &port)) {
        return false;
    } else if (strcmp(br->name, config->bridge)) {
        ds_put_format(why, "%s is on bridge %s already: take it off that "
                      "bridge, or give another name", name, br->name);
    } else if (strcmp(port->name, name) || port->n_interfaces != 1
               || strcmp(port->interfaces[0]->name, name)) {
        ds_put_format(why, "%s is not a port by itself, but part of port %s "
                      "of bridge %s: take it out of that port, or give "
                      "another name", name, port->name, br->name);
    } else if (!get_mark(&port->external_ids) && !config->adopt) {
        ds_put_format(why, "port %s of bridge %s was not made by "
                      "pipette-agent: give --adopt to take it over, or "
                      "another name", port->name, br->name);
    } else {
        return false;
    }
    return true;
}

bool
row_edit_is_refused(const struct ovsdb_idl *idl,
                    const struct bridge_rows_config *config, struct ds *why)
{
    const struct bridge_devices unknown = { .uplink_ifindex = 0 };
    const struct row_edit_opened none = { .ifindex = 0 };
    struct port_want wants[N_PORTS];

    if (row_edit_owner(idl, config) == BRIDGE_FOREIGN && !config->adopt) {
        ds_put_format(why, "bridge %s was not made by pipette-agent: give "
                      "--adopt to take it over, or another --bridge",
                      config->bridge);
        return true;
    }
    get_wants(config, &unknown, &none, wants);
    for (size_t i = 0; i < N_PORTS; i++) {
        if (port_is_refused(idl, config, wants[i].name, why)) {
            return true;
        }
    }
    return false;
}

/* Making rows as wanted, inside a transaction.
 *
 * A row that the transaction itself inserts is marked by writing the whole
 * map; on one that was there, only our own key is written. */

static const struct ovsrec_port *
insert_port(struct ovsdb_idl_txn *txn, const struct ovsrec_bridge *br,
            const struct port_want *want)
{
    struct smap ids = SMAP_INITIALIZER(&ids);
    struct ovsrec_interface *iface = ovsrec_interface_insert(txn);
    struct ovsrec_port *port = ovsrec_port_insert(txn);

    smap_add(&ids, BRIDGE_ROWS_MARK, "created");
    ovsrec_interface_set_name(iface, want->name);
    ovsrec_interface_set_external_ids(iface, &ids);
    if (want->ifindex) {
        smap_add_format(&ids, IFINDEX_KEY, "%u", ifindex_to_note(want));
    }
    ovsrec_port_set_name(port, want->name);
    ovsrec_port_set_interfaces(port, &iface, 1);
    ovsrec_port_set_external_ids(port, &ids);
    smap_destroy(&ids);
    ovsrec_bridge_update_ports_addvalue(br, port);
    return port;
}

static void
adopt_port(const struct ovsrec_port *port)
{
    const struct ovsrec_interface *iface = port->interfaces[0];

    if (!get_mark(&port->external_ids)) {
        ovsrec_port_update_external_ids_setkey(port, BRIDGE_ROWS_MARK,
                                               "adopted");
    }
    if (!get_mark(&iface->external_ids)) {
        ovsrec_interface_update_external_ids_setkey(iface, BRIDGE_ROWS_MARK,
                                                    "adopted");
    }
}

static void
take_port_away(const struct ovsrec_bridge *br, const struct ovsrec_port *port)
{
    if (is_created(&port->external_ids)) {
        ovsrec_bridge_update_ports_delvalue(br, port);
    } else if (get_mark(&port->external_ids)) {
        ovsrec_port_update_external_ids_delkey(port, BRIDGE_ROWS_MARK);
        for (size_t i = 0; i < port->n_interfaces; i++) {
            ovsrec_interface_update_external_ids_delkey(port->interfaces[i],
                                                        BRIDGE_ROWS_MARK);
        }
    }
}

/* Returns false if the port is taken out instead, as its device was
 * replaced. */
static bool
make_port(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
          const struct ovsrec_bridge *br, const struct port_want *want)
{
    const struct ovsrec_bridge *owner;
    const struct ovsrec_port *port;

    if (!find_port(idl, want->name, &owner, &port)) {
        port = insert_port(txn, br, want);
    } else if (is_replaced(port, want)) {
        take_port_away(br, port);
        return false;
    } else {
        adopt_port(port);
        note_ifindex(port, want);
    }

    const struct ovsrec_interface *iface = port->interfaces[0];
    ovsrec_interface_set_type(iface, want->type);
    if (want->mtu_request) {
        ovsrec_interface_set_mtu_request(iface, &want->mtu_request, 1);
    }
    if (want->ofport_request) {
        ovsrec_interface_set_ofport_request(iface, &want->ofport_request, 1);
        ovsrec_port_set_tag(port, NULL, 0);
        ovsrec_port_set_vlan_mode(port, want->trunk ? "trunk" : NULL);
        ovsrec_port_set_trunks(port, &want->trunk, want->trunk ? 1 : 0);
    }
    return true;
}

bool
row_edit_make(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
              const struct bridge_rows_config *config,
              const struct bridge_devices *devices,
              const struct row_edit_opened *opened)
{
    const struct smap created = SMAP_CONST1(&created, BRIDGE_ROWS_MARK,
                                            "created");
    struct port_want wants[N_PORTS];
    const struct ovsrec_open_vswitch *ovs = ovsrec_open_vswitch_first(idl);
    const struct ovsrec_bridge *br = find_bridge(idl, config->bridge);

    get_wants(config, devices, opened, wants);
    if (!ovs) {
        ovs = ovsrec_open_vswitch_insert(txn);
    }
    if (!br) {
        br = ovsrec_bridge_insert(txn);
        ovsrec_bridge_set_name(br, config->bridge);
        ovsrec_bridge_set_external_ids(br, &created);
        ovsrec_open_vswitch_update_bridges_addvalue(ovs, br);
    } else {
        if (!get_mark(&br->external_ids)) {
            ovsrec_bridge_update_external_ids_setkey(br, BRIDGE_ROWS_MARK,
                                                     "adopted");
        }
        for (size_t i = 0; i < br->n_ports; i++) {
            if (!is_wanted(wants, br->ports[i]->name)) {
                take_port_away(br, br->ports[i]);
            }
        }
    }

    ovsrec_bridge_set_fail_mode(br, "secure");
    if (config->datapath_type) {
        ovsrec_bridge_set_datapath_type(br, config->datapath_type);
    }

    bool taken_out = false;
    for (size_t i = 0; i < N_PORTS; i++) {
        taken_out |= !make_port(idl, txn, br, &wants[i]);
    }
    ovsdb_idl_txn_increment(txn, &ovs->header_,
                            &ovsrec_open_vswitch_col_next_cfg, false);
    return taken_out;
}

void
row_edit_remove(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
                const struct bridge_rows_config *config)
{
    const struct ovsrec_open_vswitch *ovs = ovsrec_open_vswitch_first(idl);
    const struct ovsrec_bridge *br = find_bridge(idl, config->bridge);

    if (!ovs || !br || !get_mark(&br->external_ids)) {
        return;
    }

    bool whole = is_created(&br->external_ids);
    for (size_t i = 0; i < br->n_ports; i++) {
        whole &= is_created(&br->ports[i]->external_ids);
    }
    if (whole) {
        ovsrec_open_vswitch_update_bridges_delvalue(ovs, br);
    } else {
        for (size_t i = 0; i < br->n_ports; i++) {
            take_port_away(br, br->ports[i]);
        }
        ovsrec_bridge_update_external_ids_delkey(br, BRIDGE_ROWS_MARK);
        ovsrec_bridge_update_external_ids_delkey(br, BRIDGE_ROWS_STATUS);
    }
    ovsdb_idl_txn_increment(txn, &ovs->header_,
                            &ovsrec_open_vswitch_col_next_cfg, false);
}
