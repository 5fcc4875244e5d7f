/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/subnet-builder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "openflow/claim-set.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openflow/subnet-tables.h"
#include "openflow/vlan-flows.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

/* Table 9. */
static void
add_protocol_flows(struct subnet_builder *b)
{
    struct subnet_protocol answered[SUBNET_N_PROTOCOLS];
    size_t n = subnet_get_protocols(b->family, b->family->echo_reply,
                                    answered);

    for (size_t i = 0; i < n; i++) {
        const struct subnet_protocol *p = &answered[i];

        if (b->config->protocols & p->flags) {
            flow_add(b->flows, "table=%d, priority=1,%s%s "
                     "actions=goto_table:%d", OUT_PROTOCOL, p->name, p->more,
                     OUT_CLIENT);
        }
    }
}

/* Puts the MAC addresses of the packet's addresses in. */
static void
put_macs(struct ds *s, const struct subnet_builder *b, int client_macs)
{
    flow_family_put_addresses(b->family, b->family->dst_field,
                              b->family->src_field, s);
    ds_put_format(s, "resubmit(,%d),resubmit(,%d),%sgoto_table:%d",
                  client_macs, TARGET_MACS,
                  b->claims ? CLAIM_LOOK_UP_OWNER : "", OUT_DELIVER);
}

/* Table 10, to an inside client. */
static void
add_pair_flows(struct subnet_builder *b)
{
    const struct flow_family *f = b->family;
    struct address real = b->config->real.network;
    struct ds s = DS_EMPTY_INITIALIZER;

    flow_family_put_move(f->dst_field, 0, f->src_field, 0, b->n, &s);
    flow_family_put_high(f, f->src_field, real, b->n, &s);
    flow_family_put_move(f->dst_field, b->n, f->dst_field, 0, b->n, &s);
    flow_family_put_high(f, f->dst_field, real, b->n, &s);
    put_macs(&s, b, INSIDE_MACS);
    flow_add(b->flows, "table=%d, priority=3,%s,%s=%s actions=%s",
             OUT_CLIENT, f->ip, f->dst, b->pairs, ds_cstr(&s));
    ds_destroy(&s);
    if (strcmp(b->pairs, b->fake_prefix)) {
        flow_add(b->flows, "table=%d, priority=2,%s,%s=%s "
                 "actions=drop # out: to no client and target", OUT_CLIENT,
                 f->ip, f->dst, b->fake_prefix);
    }
}

/* Table 10. */
static void
add_client_flows(struct subnet_builder *b)
{
    add_pair_flows(b);
    if (b->config->routed) {
        flow_add(b->flows, "table=%d, priority=1,%s "
                 "actions=ct(table=%d,zone=%"PRIu16",nat)", OUT_CLIENT,
                 b->family->ip, OUT_TRACKED, b->config->ct_zone);
    } else {
        flow_add(b->flows, "table=%d, priority=1,%s "
                 "actions=drop # out: to elsewhere than the real subnet",
                 OUT_CLIENT, b->family->ip);
    }
}

/* Table 11. */
static void
add_tracked_flows(struct subnet_builder *b)
{
    const struct flow_family *f = b->family;
    struct ds s = DS_EMPTY_INITIALIZER;

    put_macs(&s, b, ROUTED_MACS);
    flow_add(b->flows, "table=%d, priority=1,ct_state=+est+rpl+trk,%s,"
             "%s=%s actions=%s", OUT_TRACKED, f->ip, f->src, b->real,
             ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=1,ct_state=-est+rel+rpl+trk,%s,"
             "%s=%s actions=%s", OUT_TRACKED, f->icmp, f->src, b->real,
             ds_cstr(&s));
    flow_add(b->flows, "table=%d, priority=0 "
             "actions=drop # out: not an answer", OUT_TRACKED);
    ds_destroy(&s);
}

/* Table 12.  A client's VLAN may be one that is not served any more: it was
 * learned under another configuration. */
static void
add_delivery_flows(struct subnet_builder *b)
{
    const char *prefix;
    size_t i;
    int vlan;

    SVEC_FOR_EACH (i, prefix, b->config->ignored_clients) {
        flow_add(b->flows, "table=%d, priority=3,%s,%s=%s "
                 "actions=drop # out: to an ignored client", OUT_DELIVER,
                 b->family->ip, b->family->dst, prefix);
    }
    VLAN_FOR_EACH (vlan, b->config->vlans) {
        char *tag = (vlan
                     ? xasprintf("push_vlan:0x8100,set_field:%d->vlan_vid,",
                                 FLOW_VLAN_PRESENT | vlan) : NULL);

        flow_add(b->flows, "table=%d, priority=2,"BOTH_KNOWN",reg5=%#x/0xfff "
                 "actions=%soutput:%s", OUT_DELIVER, vlan, tag ? tag : "",
                 b->w.uplink);
        free(tag);
    }
}

void
subnet_add_outbound_flows(struct subnet_builder *b)
{
    add_protocol_flows(b);
    add_client_flows(b);
    if (b->config->routed) {
        add_tracked_flows(b);
    }
    add_delivery_flows(b);
}
