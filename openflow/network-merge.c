/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/network-merge.h"

#include <inttypes.h>
#include <string.h>

#include "openflow/flow-set.h"
#include "openvswitch/dynamic-string.h"
#include "simap.h"
#include "svec.h"

/* Returns 'flow', which has no metadata, as one for the network of 'config'
 * only, for the caller to free. */
static char *
narrow(const char *flow, const struct flow_config *config)
{
    const char *actions = strstr(flow, " actions=");
    const char *comment = strstr(actions, " # ");
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_reserve(&s, strlen(flow) + strlen(config->name)
               + strlen(",metadata=0x12345678[] "));
    ds_put_buffer(&s, flow, actions - flow);
    ds_put_format(&s, ",metadata=%#"PRIx32, config->id);
    if (comment) {
        ds_put_buffer(&s, actions, comment - actions);
        ds_put_format(&s, " # [%s] ", config->name);
        ds_put_cstr(&s, comment + strlen(" # "));
    } else {
        ds_put_cstr(&s, actions);
    }
    return ds_steal_cstr(&s);
}

void
network_merge(const struct flow_config *configs, const struct svec *sets,
              size_t n, struct svec *flows)
{
    struct simap counts = SIMAP_INITIALIZER(&counts);
    const char *flow;
    size_t i;

    for (size_t j = 0; j < n; j++) {
        SVEC_FOR_EACH (i, flow, &sets[j]) {
            simap_increase(&counts, flow, 1);
        }
    }
    SVEC_FOR_EACH (i, flow, &sets[0]) {
        if (simap_get(&counts, flow) == n) {
            svec_add(flows, flow);
        }
    }
    for (size_t j = 0; j < n; j++) {
        SVEC_FOR_EACH (i, flow, &sets[j]) {
            if (simap_get(&counts, flow) < n) {
                svec_add_nocopy(flows, narrow(flow, &configs[j]));
            }
        }
    }
    simap_destroy(&counts);
}
