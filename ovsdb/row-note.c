/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/row-note.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "ovsdb/bridge-rows.h"
#include "smap.h"
#include "util.h"

#define IFINDEX_KEY BRIDGE_ROWS_MARK "-ifindex"
#define BOOT_KEY BRIDGE_ROWS_MARK "-boot"
#define FORMER_KEY BRIDGE_ROWS_MARK "-former"

#define MAX_VLANS 4096
#define MIN_MTU 68              /* ovs-vswitchd.conf.db(5): Interface. */
#define MAX_MTU 65535

/* The device. */

unsigned int
row_note_get_ifindex(const struct ovsrec_port *port, const char *boot_id)
{
    const char *noted_boot = smap_get(&port->external_ids, BOOT_KEY);

    if (boot_id && noted_boot && strcmp(boot_id, noted_boot)) {
        return 0;
    }
    return MAX(0, smap_get_int(&port->external_ids, IFINDEX_KEY, 0));
}

static void
set_key(const struct ovsrec_port *port, const char *key, const char *value)
{
    /* To set an equal value again would be a change. */
    if (value
        && !nullable_string_is_equal(smap_get(&port->external_ids, key),
                                     value)) {
        ovsrec_port_update_external_ids_setkey(port, key, value);
    }
}

void
row_note_set_device(const struct ovsrec_port *port,
                    const struct row_device *device)
{
    char *ifindex = xasprintf("%u", device->ifindex);

    set_key(port, IFINDEX_KEY, ifindex);
    set_key(port, BOOT_KEY, device->boot_id);
    free(ifindex);
}

void
row_note_add_device(struct smap *external_ids, const struct row_device *device)
{
    smap_add_format(external_ids, IFINDEX_KEY, "%u", device->ifindex);
    if (device->boot_id) {
        smap_add(external_ids, BOOT_KEY, device->boot_id);
    }
}

/* Former columns, as "vlan_mode=MODE tag=VLAN trunks=VLAN,VLAN mtu_request=N",
 * each empty if the column is. */

static void
put_integers(struct ds *s, const char *column, const int64_t *values, size_t n)
{
    ds_put_format(s, " %s=", column);
    for (size_t i = 0; i < n; i++) {
        ds_put_format(s, "%s%"PRId64, i ? "," : "", values[i]);
    }
}

void
row_note_former(const struct ovsrec_port *port, bool mtu)
{
    const struct ovsrec_interface *iface = port->interfaces[0];
    struct ds s = DS_EMPTY_INITIALIZER;

    ovsrec_port_verify_vlan_mode(port);
    ovsrec_port_verify_tag(port);
    ovsrec_port_verify_trunks(port);
    ds_put_format(&s, "vlan_mode=%s", port->vlan_mode ? port->vlan_mode : "");
    put_integers(&s, "tag", port->tag, port->n_tag);
    put_integers(&s, "trunks", port->trunks, port->n_trunks);
    if (mtu) {
        ovsrec_interface_verify_mtu_request(iface);
        put_integers(&s, "mtu_request", iface->mtu_request,
                     iface->n_mtu_request);
    }
    set_key(port, FORMER_KEY, ds_cstr(&s));
    ds_destroy(&s);
}

/* Parses 'list' into at most 'max' integers from 'least' to 'most'.  Returns
 * their number, or -1 if 'list' is invalid: others can write to the row. */
static int
parse_integers(char *list, long long int least, long long int most,
               int64_t *values, int max)
{
    char *save = NULL;
    int n = 0;

    for (char *token = strtok_r(list, ",", &save); token;
         token = strtok_r(NULL, ",", &save)) {
        long long int value;

        if (n >= max || !str_to_llong(token, 10, &value)
            || value < least || value > most) {
            return -1;
        }
        values[n++] = value;
    }
    return n;
}

static void
restore_vlan_mode(const struct ovsrec_port *port, const char *mode)
{
    static const char *const modes[] = {
        "access", "dot1q-tunnel", "native-tagged", "native-untagged", "trunk"
    };

    if (!mode[0]) {
        ovsrec_port_set_vlan_mode(port, NULL);
    }
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        if (!strcmp(mode, modes[i])) {
            ovsrec_port_set_vlan_mode(port, mode);
        }
    }
}

static void
restore_column(const struct ovsrec_port *port, const char *column, char *value)
{
    int64_t *values = xmalloc(MAX_VLANS * sizeof *values);
    int n;

    if (!strcmp(column, "vlan_mode")) {
        restore_vlan_mode(port, value);
    } else if (!strcmp(column, "tag")) {
        n = parse_integers(value, 0, 4095, values, 1);
        if (n >= 0) {
            ovsrec_port_set_tag(port, values, n);
        }
    } else if (!strcmp(column, "trunks")) {
        n = parse_integers(value, 0, 4095, values, MAX_VLANS);
        if (n >= 0) {
            ovsrec_port_set_trunks(port, values, n);
        }
    } else if (!strcmp(column, "mtu_request")) {
        n = parse_integers(value, MIN_MTU, MAX_MTU, values, 1);
        if (n >= 0) {
            ovsrec_interface_set_mtu_request(port->interfaces[0], values, n);
        }
    }
    free(values);
}

void
row_note_restore(const struct ovsrec_port *port)
{
    const char *former = smap_get(&port->external_ids, FORMER_KEY);
    char *copy = nullable_xstrdup(former);
    char *save = NULL;

    for (char *token = copy && port->n_interfaces == 1
             ? strtok_r(copy, " ", &save) : NULL;
         token; token = strtok_r(NULL, " ", &save)) {
        char *value = strchr(token, '=');

        if (value) {
            *value++ = '\0';
            restore_column(port, token, value);
        }
    }
    free(copy);
}

/* Clearing. */

/* Returns true if 'key' is the mark or one of the agent's notes. */
static bool
is_own_key(const char *key)
{
    size_t n = strlen(BRIDGE_ROWS_MARK);

    return (!strncmp(key, BRIDGE_ROWS_MARK, n)
            && (key[n] == '\0' || key[n] == '-'));
}

void
row_note_clear_bridge(const struct ovsrec_bridge *br)
{
    const struct smap_node *node;

    SMAP_FOR_EACH (node, &br->external_ids) {
        if (is_own_key(node->key)) {
            ovsrec_bridge_update_external_ids_delkey(br, node->key);
        }
    }
}

static void
clear_interface(const struct ovsrec_interface *iface)
{
    const struct smap_node *node;

    SMAP_FOR_EACH (node, &iface->external_ids) {
        if (is_own_key(node->key)) {
            ovsrec_interface_update_external_ids_delkey(iface, node->key);
        }
    }
}

void
row_note_clear_port(const struct ovsrec_port *port)
{
    const struct smap_node *node;

    SMAP_FOR_EACH (node, &port->external_ids) {
        if (is_own_key(node->key)) {
            ovsrec_port_update_external_ids_delkey(port, node->key);
        }
    }
    for (size_t i = 0; i < port->n_interfaces; i++) {
        clear_interface(port->interfaces[i]);
    }
}
