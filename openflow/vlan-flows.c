/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/vlan-flows.h"

#include <inttypes.h>

#include "bitmap.h"
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

/* Of one network. */
static void
add_entrances(struct svec *flows, const struct flow_config *config,
              const char *uplink, int table)
{
    struct ds network = DS_EMPTY_INITIALIZER;
    int vlan;

    vlan_put_network(&network, config);
    if (vlan_is_untagged(config)) {
        flow_add(flows, "table=0, priority=2,in_port=%s,"UNTAGGED" "
                 "actions=%sgoto_table:%d", uplink, ds_cstr(&network), table);
    } else {
        VLAN_FOR_EACH (vlan, config->vlans) {
            flow_add(flows, "table=0, priority=2,in_port=%s,dl_vlan=%d "
                     "actions=move:OXM_OF_VLAN_VID[]->"CAME_ON_VLAN","
                     "pop_vlan,%sgoto_table:%d", uplink, vlan,
                     ds_cstr(&network), table);
        }
    }
    ds_destroy(&network);
}

void
vlan_add_sorting_flows(struct svec *flows, const struct flow_config *configs,
                       size_t n, const char *uplink, int table)
{
    bool untagged = false, tagged = false;

    for (size_t i = 0; i < n; i++) {
        add_entrances(flows, &configs[i], uplink, table);
        untagged |= vlan_is_untagged(&configs[i]);
        tagged |= !vlan_is_untagged(&configs[i]);
    }
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
    const char *prefix;
    size_t i;

    SVEC_FOR_EACH (i, prefix, config->ignored_clients) {
        flow_add(flows, "table=%d, priority=%d,ip,nw_src=%s "
                 "actions=drop # in: from an ignored client", table, priority,
                 prefix);
    }
}
