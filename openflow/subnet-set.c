/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-set.h"

#include <stdlib.h>

#include "openflow/claim-set.h"
#include "openflow/error-flows.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/network-merge.h"
#include "openflow/subnet-builder.h"
#include "openflow/subnet-shared.h"
#include "openflow/subnet-tables.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

/* Tables 18 to 25, and 28: claim-set.h. */
BUILD_ASSERT_DECL((int) ROUTED_DELIVER + 1 == (int) CLAIM_LIST);
BUILD_ASSERT_DECL((int) ERROR_TRANSLATED == (int) CLAIM_END);
BUILD_ASSERT_DECL((int) CLAIM_ADVERTISE + 1 == (int) INSIDE_ROOM);
#define N_TABLES N_SUBNET_TABLES

/* Table 1, what else is of use for claims, and table 12: who speaks as an
 * address of which a host has shown that it is its own. */
static void
add_claim_flows(struct subnet_builder *b)
{
    const struct claim_mac *mac = &b->config->claims.mac;
    struct ds s = DS_EMPTY_INITIALIZER;

    claim_set_put_mac(&s, "dl_src", mac);
    flow_add(b->flows, "table=%d, priority=5,%s,%s "
             "actions=drop # in: from a MAC address of ours", IN_TARGET,
             b->family->ip, ds_cstr(&s));
    claim_set_add_entrances(b->config, IN_TARGET, b->flows);
    flow_add(b->flows, "table=%d, priority=4,%s,"CLAIM_OWNED",%s "
             "actions=drop # out: as a target that has an owner", OUT_DELIVER,
             b->family->ip, ds_cstr(&s));
    ds_destroy(&s);
    claim_set_add_flows(b->config, IN_CLIENT, b->flows);
}

/* Appends the flows of a network to 'flows'. */
static void
build_network(const struct flow_config *config, struct svec *flows)
{
    struct subnet_builder b;

    subnet_builder_init(&b, config, flows);
    subnet_add_inbound_flows(&b);
    subnet_add_outbound_flows(&b);
    if (b.claims) {
        add_claim_flows(&b);
    }
    error_add_flows(flows, config, b.real, b.pairs);
    subnet_builder_destroy(&b);
}

/* Moves 'unsorted' to 'flows', in the order of tables. */
static void
move_by_table(struct svec *unsorted, struct svec *flows)
{
    struct svec tables[N_TABLES];

    for (int table = 0; table < N_TABLES; table++) {
        svec_init(&tables[table]);
    }
    for (size_t i = 0; i < unsorted->n; i++) {
        char *flow = unsorted->names[i];

        svec_add_nocopy(&tables[atoi(strstr(flow, "table=")
                                     + strlen("table="))], flow);
    }
    for (int table = 0; table < N_TABLES; table++) {
        for (size_t i = 0; i < tables[table].n; i++) {
            svec_add_nocopy(flows, tables[table].names[i]);
        }
        free(tables[table].names);
    }
    unsorted->n = 0;
}

void
subnet_set_build(const struct flow_config *configs, size_t n,
                 struct svec *flows)
{
    struct svec unsorted = SVEC_EMPTY_INITIALIZER;
    struct svec *sets = xcalloc(n, sizeof *sets);

    subnet_shared_build(configs, n, &unsorted);
    for (size_t i = 0; i < n; i++) {
        svec_init(&sets[i]);
        build_network(&configs[i], &sets[i]);
    }
    network_merge(configs, sets, n, &unsorted);
    for (size_t i = 0; i < n; i++) {
        if (claim_set_is_wanted(&configs[i])) {
            const struct claim_list_key key = {
                configs[i].name, configs[i].id, configs[i].vlans
            };

            claim_set_add_list(&key, configs[i].claims.addresses, true,
                               &unsorted);
        }
    }
    move_by_table(&unsorted, flows);
    svec_destroy(&unsorted);
    for (size_t i = 0; i < n; i++) {
        svec_destroy(&sets[i]);
    }
    free(sets);
}
