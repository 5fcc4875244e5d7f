/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/vlan-flows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "bitmap.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/flow-values.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

bool
vlan_is_untagged(const struct flow_config *config)
{
    return bitmap_is_set(config->vlans, 0);
}

uint16_t
vlan_get_only(const struct flow_config *config)
{
    return (bitmap_count1(config->vlans, 4096) != 1 ? 0
            : bitmap_scan(config->vlans, true, 0, 4096));
}

void
vlan_put_network(struct ds *s, const struct flow_config *config)
{
    if (config->name) {
        ds_put_format(s, "load:%#"PRIx32"->OXM_OF_METADATA[],", config->id);
    }
}

/* Table 0, a VLAN, 0 for frames without a tag: of any protocol, or, with a
 * comma behind it, of one. */
static void
add_entrance(struct svec *flows, int vlan, const char *uplink, int priority,
             const char *protocol, const char *network, int table)
{
    char *tag = vlan ? xasprintf("dl_vlan=%d", vlan) : xstrdup(UNTAGGED);

    flow_add(flows, "table=0, priority=%d,%sin_port=%s,%s "
             "actions=%s%sgoto_table:%d", priority, protocol, uplink, tag,
             (vlan ? "move:OXM_OF_VLAN_VID[]->"CAME_ON_VLAN",pop_vlan," : ""),
             network, table);
    free(tag);
}

/* Of one network.  'dual' has the VLANs of a network of each family: there,
 * what is of none is of no network. */
static void
add_entrances(struct svec *flows, const struct flow_config *config,
              const unsigned long *dual, const char *uplink, int table)
{
    const struct flow_family *f = flow_family_of(config);
    struct ds network = DS_EMPTY_INITIALIZER;
    int vlan;

    vlan_put_network(&network, config);
    VLAN_FOR_EACH (vlan, config->vlans) {
        if (!bitmap_is_set(dual, vlan)) {
            add_entrance(flows, vlan, uplink, 2, "", ds_cstr(&network),
                         table);
            continue;
        }
        for (size_t i = 0; f->ethernet[i]; i++) {
            char *protocol = xasprintf("%s,", f->ethernet[i]);

            add_entrance(flows, vlan, uplink, 3, protocol, ds_cstr(&network),
                         table);
            free(protocol);
        }
        if (f->ipv6) {
            add_entrance(flows, vlan, uplink, 2, "", "", table);
        }
    }
    ds_destroy(&network);
}

/* Returns those VLANs, for the caller to free. */
static unsigned long *
get_dual(const struct flow_config *configs, size_t n)
{
    unsigned long *ipv4 = bitmap_allocate(4096);
    unsigned long *ipv6 = bitmap_allocate(4096);

    for (size_t i = 0; i < n; i++) {
        bitmap_or(flow_family_of(&configs[i])->ipv6 ? ipv6 : ipv4,
                  configs[i].vlans, 4096);
    }
    bitmap_and(ipv4, ipv6, 4096);
    bitmap_free(ipv6);
    return ipv4;
}

void
vlan_add_sorting_flows(struct svec *flows, const struct flow_config *configs,
                       size_t n, const char *uplink, int table)
{
    unsigned long *dual = get_dual(configs, n);
    bool untagged = false, tagged = false;

    for (size_t i = 0; i < n; i++) {
        add_entrances(flows, &configs[i], dual, uplink, table);
        untagged |= vlan_is_untagged(&configs[i]);
        tagged |= !vlan_is_untagged(&configs[i]);
    }
    bitmap_free(dual);
    if (!untagged) {
        flow_add(flows, "table=0, priority=2,in_port=%s,"UNTAGGED" "
                 "actions=drop # in: not tagged", uplink);
    }
    flow_add(flows, "table=0, priority=1,in_port=%s actions=drop # in: %s",
             uplink, (tagged ? "another VLAN, or priority-tagged"
                      : "tagged"));
}

void
vlan_add_tag_walls(struct svec *flows, const struct flow_config *config,
                   int table, int priority)
{
    static const char *const tags[] = {
        "vlan_tci=0x1000/0x1000", "dl_type=0x8100", "dl_type=0x88a8"
    };

    /* Open vSwitch looks at one or two tags, as its "vlan-limit" says. */
    for (size_t i = 0;
         i < ARRAY_SIZE(tags) && !vlan_is_untagged(config); i++) {
        flow_add(flows, "table=%d, priority=%d,%s "
                 "actions=drop # in: tagged twice", table, priority, tags[i]);
    }
}

void
vlan_add_ignored_clients(struct svec *flows, const struct flow_config *config,
                         int table, int priority)
{
    const struct flow_family *f = flow_family_of(config);
    const char *prefix;
    size_t i;

    SVEC_FOR_EACH (i, prefix, config->ignored_clients) {
        flow_add(flows, "table=%d, priority=%d,%s,%s=%s "
                 "actions=drop # in: from an ignored client", table, priority,
                 f->ip, f->src, prefix);
    }
}
