/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-find.h"

#include "lib/vswitch-idl.h"
#include "ovsdb/bridge-rows.h"
#include "smap.h"
#include "util.h"

const struct ovsrec_bridge *
row_find_bridge(const struct ovsdb_idl *idl, const char *name)
{
    const struct ovsrec_bridge *br;

    OVSREC_BRIDGE_FOR_EACH (br, idl) {
        if (!strcmp(br->name, name)) {
            return br;
        }
    }
    return NULL;
}

static bool
is_port(const struct ovsrec_port *port, const char *name)
{
    for (size_t i = 0; i < port->n_interfaces; i++) {
        if (!strcmp(port->interfaces[i]->name, name)) {
            return true;
        }
    }
    return !strcmp(port->name, name);
}

bool
row_find_port(const struct ovsdb_idl *idl, const char *name,
              const struct ovsrec_bridge **brp,
              const struct ovsrec_port **portp)
{
    const struct ovsrec_bridge *br;

    OVSREC_BRIDGE_FOR_EACH (br, idl) {
        for (size_t i = 0; i < br->n_ports; i++) {
            if (is_port(br->ports[i], name)) {
                *brp = br;
                *portp = br->ports[i];
                return true;
            }
        }
    }
    return false;
}

const struct ovsrec_interface *
row_find_interface(const struct ovsdb_idl *idl, const char *bridge,
                   const char *name)
{
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    return (row_find_port(idl, name, &br, &port)
            && !strcmp(br->name, bridge)
            && port->n_interfaces == 1 ? port->interfaces[0] : NULL);
}

bool
row_is_marked(const struct smap *external_ids)
{
    return smap_get(external_ids, BRIDGE_ROWS_MARK);
}

bool
row_is_created(const struct smap *external_ids)
{
    const char *mark = smap_get(external_ids, BRIDGE_ROWS_MARK);

    return mark && !strcmp(mark, "created");
}

bool
row_has_foreign_ports(const struct ovsrec_bridge *br)
{
    for (size_t i = 0; i < br->n_ports; i++) {
        const struct ovsrec_port *port = br->ports[i];

        if (strcmp(port->name, br->name)
            && !row_is_created(&port->external_ids)) {
            return true;
        }
    }
    return false;
}
