/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovsdb/rows-config.h"

#include <ctype.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openvswitch/dynamic-string.h"
#include "ovsdb/bridge-rows.h"
#include "util.h"
#include "vlan-bitmap.h"

void
rows_config_copy(struct bridge_rows_config *dst,
                 const struct bridge_rows_config *src)
{
    *dst = *src;
    dst->db = xstrdup(src->db);
    dst->bridge = xstrdup(src->bridge);
    dst->uplink = xstrdup(src->uplink);
    svec_clone(&dst->fake_ports, &src->fake_ports);
    dst->datapath_type = nullable_xstrdup(src->datapath_type);
    dst->boot_id = nullable_xstrdup(src->boot_id);
    dst->vlans = vlan_bitmap_clone(src->vlans);
}

void
rows_config_destroy(struct bridge_rows_config *config)
{
    free(CONST_CAST(char *, config->db));
    free(CONST_CAST(char *, config->bridge));
    free(CONST_CAST(char *, config->uplink));
    svec_destroy(&config->fake_ports);
    free(CONST_CAST(char *, config->datapath_type));
    free(CONST_CAST(char *, config->boot_id));
    free(CONST_CAST(unsigned long *, config->vlans));
}

bool
rows_config_has_same_uplink(const struct bridge_rows_config *a,
                            const struct bridge_rows_config *b)
{
    return !strcmp(a->uplink, b->uplink);
}

static bool
are_same_limits(const struct bridge_limits *a, const struct bridge_limits *b)
{
    if (a->n != b->n || a->refuse != b->refuse) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (a->tables[i].table != b->tables[i].table
            || a->tables[i].flows != b->tables[i].flows) {
            return false;
        }
    }
    return true;
}

bool
rows_config_equals(const struct bridge_rows_config *a,
                   const struct bridge_rows_config *b)
{
    return (rows_config_has_same_uplink(a, b)
            && svec_equal(&a->fake_ports, &b->fake_ports)
            && nullable_string_is_equal(a->datapath_type, b->datapath_type)
            && nullable_string_is_equal(a->boot_id, b->boot_id)
            && vlan_bitmap_equal(a->vlans, b->vlans)
            && are_same_limits(&a->limits, &b->limits)
            && a->adopt == b->adopt);
}

bool
rows_config_is_trunk(const struct bridge_rows_config *config)
{
    return bitmap_scan(config->vlans, true, 1, 4096) < 4096;
}

void
rows_config_format_vlans(const unsigned long *vlans, struct ds *s)
{
    size_t end;

    for (size_t vlan = bitmap_scan(vlans, true, 0, 4096); vlan < 4096;
         vlan = bitmap_scan(vlans, true, end, 4096)) {
        end = bitmap_scan(vlans, false, vlan, 4096);
        ds_put_format(s, "%"PRIuSIZE, vlan);
        if (end - vlan > 1) {
            ds_put_format(s, "-%"PRIuSIZE, end - 1);
        }
        ds_put_char(s, ',');
    }
    ds_chomp(s, ',');
}

void
rows_config_format(const struct bridge_rows_config *config, struct ds *s)
{
    ds_put_format(s, "%s with %s (", config->bridge, config->uplink);
    if (rows_config_is_trunk(config)) {
        ds_put_format(s, "trunk of VLAN%s ",
                      bitmap_count1(config->vlans, 4096) > 1 ? "s" : "");
        rows_config_format_vlans(config->vlans, s);
    } else {
        ds_put_cstr(s, "access port");
    }
    char *fake_ports = svec_join(&config->fake_ports, ", ", "");
    ds_put_format(s, ") and %s", fake_ports);
    free(fake_ports);
}

/* It must be an <id> of RFC 7047 section 3.1: letters, digits and '_'. */
char *
rows_config_lock_name(const char *bridge)
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
