/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/port-numbers.h"

#include "lib/vswitch-idl.h"
#include "openvswitch/dynamic-string.h"
#include "ovsdb/bridge-rows.h"
#include "ovsdb/row-find.h"
#include "simap.h"
#include "svec.h"

#define MAX_OFPORT 65279        /* ovs-vswitchd.conf.db(5): Interface. */

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

void
port_numbers_assign(const struct ovsdb_idl *idl,
                    const struct bridge_rows_config *config,
                    struct simap *numbers)
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
port_numbers_read(const struct ovsdb_idl *idl,
                  const struct bridge_rows_config *config, const char *name,
                  uint16_t *number, struct ds *s, bool *missing)
{
    const struct ovsrec_interface *iface = row_find_interface(
        idl, config->bridge, name);

    if (!iface || !iface->n_ofport) {
        ds_put_format(s, "waiting for ovs-vswitchd to add %s", name);
        return false;
    } else if (iface->error || *iface->ofport < 1
               || *iface->ofport > MAX_OFPORT) {
        /* "could not open network device X (No such device)": ovs-vswitchd
         * tries again when the link appears. */
        ds_put_format(s, "%s is missing: %s", name,
                      iface->error ? iface->error : "it has no port number");
        *missing = true;
        return false;
    }
    *number = *iface->ofport;
    return true;
}

bool
port_numbers_read_fake_ports(const struct ovsdb_idl *idl,
                             const struct bridge_rows_config *config,
                             struct simap *numbers, struct ds *s,
                             bool *missing)
{
    const char *name;
    uint16_t number;
    size_t i;

    simap_clear(numbers);
    SVEC_FOR_EACH (i, name, &config->fake_ports) {
        if (!port_numbers_read(idl, config, name, &number, s, missing)) {
            return false;
        }
        simap_put(numbers, name, number);
    }
    return true;
}

void
port_numbers_format(const struct bridge_rows_config *config,
                    const struct simap *numbers, struct ds *s)
{
    const char *name;
    size_t i;

    SVEC_FOR_EACH (i, name, &config->fake_ports) {
        ds_put_format(s, "%s%s as port %u", i ? ", " : "", name,
                      simap_get(numbers, name));
    }
}
