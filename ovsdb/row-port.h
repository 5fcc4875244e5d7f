/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_PORT_H
#define OVSDB_ROW_PORT_H 1

/* The rows of one port: a Port, and the Interface of its name
 * ============================================================
 *
 * For row-reconcile.c, as part of its transaction. */

#include <stdbool.h>
#include <stdint.h>

#include "ovsdb/row-note.h"
#include "openvswitch/uuid.h"

struct ovsdb_idl;
struct ovsdb_idl_txn;
struct ovsrec_bridge;
struct ovsrec_port;

/* The device that ovs-vswitchd has open as the uplink. */
struct row_opened {
    unsigned int ifindex;       /* 0 if it has none or that is not known. */
    struct uuid left;           /* The uplink's row whose device left, all
                                 * zeros if none did. */
};

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

/* Makes the rows of a port as wanted: they are inserted into 'br', or adopted.
 * The number is requested only if 'request_number'.  Returns false if the port
 * is deleted instead, because its device was replaced. */
bool row_port_reconcile(const struct ovsdb_idl *, struct ovsdb_idl_txn *,
                        const struct ovsrec_bridge *br,
                        const struct port_want *want, bool request_number);

/* Deletes a port that the agent created, restores one that it adopted, and
 * leaves alone one of others. */
void row_port_release(const struct ovsrec_bridge *br,
                      const struct ovsrec_port *port);

#endif /* ovsdb/row-port.h */
