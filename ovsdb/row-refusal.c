/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-refusal.h"

#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "ovsdb/bridge-rows.h"
#include "ovsdb/row-find.h"
#include "util.h"

/* What a port that is not the agent's own must be. */
struct role {
    const char *name;           /* Of the port. */
    const char *is;             /* In words. */
    const char *types[2];       /* Of its interface; one may be NULL. */
    const char *expected;       /* Those, in words. */
};

static bool
has_type(const struct ovsrec_interface *iface, const struct role *role)
{
    for (size_t i = 0; i < ARRAY_SIZE(role->types); i++) {
        if (role->types[i] && !strcmp(iface->type, role->types[i])) {
            return true;
        }
    }
    return false;
}

static bool
port_is_refused(const struct ovsdb_idl *idl,
                const struct bridge_rows_config *config,
                const struct role *role, struct ds *why)
{
    const char *name = role->name;
    const struct ovsrec_bridge *br;
    const struct ovsrec_port *port;

    if (!row_find_port(idl, name, &br, &port)) {
        return false;
    } else if (strcmp(br->name, config->bridge)) {
        ds_put_format(why, "%s is on bridge %s already: remove it from that "
                      "bridge, or use another name", name, br->name);
    } else if (strcmp(port->name, name) || port->n_interfaces != 1
               || strcmp(port->interfaces[0]->name, name)) {
        ds_put_format(why, "%s is not a port by itself, but part of port %s "
                      "of bridge %s: remove it from that port, or use "
                      "another name", name, port->name, br->name);
    } else if (!row_is_marked(&port->external_ids) && !config->adopt) {
        ds_put_format(why, "port %s of bridge %s was not created by "
                      "pipette-agent: use --adopt to take it over, or use "
                      "another name", port->name, br->name);
    } else if (!row_is_created(&port->external_ids)
               && !has_type(port->interfaces[0], role)) {
        ds_put_format(why, "port %s of bridge %s has type \"%s\": %s must be "
                      "%s; use another name", port->name, br->name,
                      port->interfaces[0]->type, role->is, role->expected);
    } else {
        return false;
    }
    return true;
}

static bool
bridge_is_refused(const struct ovsdb_idl *idl,
                  const struct bridge_rows_config *config, struct ds *why)
{
    const struct ovsrec_bridge *br = row_find_bridge(idl, config->bridge);
    const char *type = config->datapath_type;

    if (!br || row_is_created(&br->external_ids)) {
        return false;
    } else if (!row_is_marked(&br->external_ids) && !config->adopt) {
        ds_put_format(why, "bridge %s was not created by pipette-agent: use "
                      "--adopt to take it over, or use another --bridge",
                      config->bridge);
        return true;
    } else if (type && strcmp(type, br->datapath_type)
               && (br->datapath_type[0] || strcmp(type, "system"))) {
        /* A change would create the datapath, and all its ports, again. */
        ds_put_format(why, "bridge %s has datapath type \"%s\": "
                      "--datapath-type must not be given with --adopt, or be "
                      "the same", config->bridge,
                      br->datapath_type[0] ? br->datapath_type : "system");
        return true;
    }
    return false;
}

bool
row_is_refused(const struct ovsdb_idl *idl,
               const struct bridge_rows_config *config, struct ds *why)
{
    const struct role roles[] = {
        { config->bridge, "a local port", { "internal", NULL },
          "an internal port" },
        { config->uplink, "the uplink", { "", "system" },
          "a system interface" },
    };
    const char *fake_port;
    size_t i;

    if (bridge_is_refused(idl, config, why)) {
        return true;
    }
    for (i = 0; i < ARRAY_SIZE(roles); i++) {
        if (port_is_refused(idl, config, &roles[i], why)) {
            return true;
        }
    }
    SVEC_FOR_EACH (i, fake_port, &config->fake_ports) {
        const struct role role = { fake_port, "a fake port",
                                   { "internal", NULL }, "an internal port" };

        if (port_is_refused(idl, config, &role, why)) {
            return true;
        }
    }
    return false;
}
