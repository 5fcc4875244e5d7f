/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claims.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "bitmap.h"
#include "byte-order.h"
#include "dp-packet.h"
#include "openflow/claim-set.h"
#include "openflow/flow-set.h"
#include "openflow/flow-stats.h"
#include "openflow/flow-sync.h"
#include "openvswitch/list.h"
#include "openvswitch/match.h"
#include "openvswitch/ofp-actions.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofp-packet.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "svec.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(claims);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(60, 60);

#define N_VLANS 4096

/* How often owners are looked at: a tenth of the time that an owner has, in
 * these bounds; the shorter one while somebody is asked for the first time, or
 * wants to know. */
#define MIN_DUMP_MSEC 1000
#define MAX_DUMP_MSEC 60000

void
claims_init(struct claims *claims)
{
    *claims = (struct claims) { .last_dump = -MAX_DUMP_MSEC };
}

static void
destroy_network(struct claim_network *network)
{
    free(network->name);
    bitmap_free(network->vlans);
    address_set_destroy(&network->addresses);
    address_set_destroy(&network->granted);
    address_set_destroy(&network->asking);
    address_set_destroy(&network->lost);
    claim_probe_destroy(&network->first);
    claim_probe_destroy(&network->again);
    claim_owners_destroy(&network->owners);
    claim_owners_destroy(&network->fresh_owners);
    free(network->list.items);
    free(network->fresh_list.items);
}

static void
destroy_networks(struct claim_network *networks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        destroy_network(&networks[i]);
    }
    free(networks);
}

void
claims_destroy(struct claims *claims)
{
    destroy_networks(claims->networks, claims->n);
}

/* Owners who were being asked again are due at once. */
static void
stop_asking(struct claim_network *network)
{
    if (network->again.active) {
        claim_owners_hurry(&network->owners, &network->again.todo);
    }
    claim_probe_stop(&network->first);
    claim_probe_stop(&network->again);
    address_set_clear(&network->asking);
}

/* Configuration. */

static void
init_network(struct claim_network *network, const struct flow_config *c)
{
    *network = (struct claim_network) {
        .name = nullable_xstrdup(c->name),
        .id = c->id,
        .uplink = c->uplink.number,
        .vlans = bitmap_clone(c->vlans, N_VLANS),
        .mac = c->claims.mac,
        .hold = c->claims.hold,
    };
    address_set_assign(&network->addresses, c->claims.addresses);
}

static bool
has_more_vlans(const struct claim_network *network,
               const struct claim_network *former)
{
    int vlan;

    BITMAP_FOR_EACH_1 (vlan, N_VLANS, network->vlans) {
        if (!bitmap_is_set(former->vlans, vlan)) {
            return true;
        }
    }
    return false;
}

/* Takes from 'former' what is still true. */
static void
inherit(struct claim_network *network, struct claim_network *former)
{
    struct claim_list list = network->list;

    stop_asking(former);
    if (!has_more_vlans(network, former)) {
        address_set_assign(&network->granted, &former->granted);
        address_set_intersect(&network->granted, &network->addresses);
        network->granted_at = former->granted_at;
    }
    network->owners = former->owners;
    former->owners = (struct claim_owners) CLAIM_OWNERS_INITIALIZER;
    network->list = former->list;
    former->list = list;
}

static bool
is_same(const struct claim_network *a, const struct claim_network *b)
{
    return (nullable_string_is_equal(a->name, b->name)
            && a->uplink == b->uplink && a->hold == b->hold
            && a->mac.is_oui == b->mac.is_oui
            && eth_addr_equals(a->mac.mac, b->mac.mac)
            && bitmap_equal(a->vlans, b->vlans, N_VLANS)
            && address_set_equals(&a->addresses, &b->addresses));
}

/* Whether other VLANs were added: what the switch says that was asked for, was
 * not asked for there. */
static bool
needs_to_revoke(const struct claims *claims,
                const struct claim_network *networks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < claims->n; j++) {
            if (nullable_string_is_equal(networks[i].name,
                                         claims->networks[j].name)
                && has_more_vlans(&networks[i], &claims->networks[j])) {
                return true;
            }
        }
    }
    return false;
}

void
claims_set(struct claims *claims, const struct flow_config *configs, size_t n)
{
    struct claim_network *networks = xcalloc(n, sizeof *networks);
    size_t n_networks = 0;

    for (size_t i = 0; i < n; i++) {
        if (claim_set_is_wanted(&configs[i])) {
            init_network(&networks[n_networks++], &configs[i]);
        }
    }

    bool same = n_networks == claims->n;
    for (size_t i = 0; i < n_networks && same; i++) {
        same = is_same(&networks[i], &claims->networks[i]);
    }
    if (same) {
        destroy_networks(networks, n_networks);
        return;
    }
    claims->revoked |= needs_to_revoke(claims, networks, n_networks);
    for (size_t i = 0; i < n_networks; i++) {
        for (size_t j = 0; j < claims->n; j++) {
            if (nullable_string_is_equal(networks[i].name,
                                         claims->networks[j].name)) {
                inherit(&networks[i], &claims->networks[j]);
            }
        }
    }
    destroy_networks(claims->networks, claims->n);
    claims->networks = networks;
    claims->n = n_networks;
    claims->changed = true;
    claims->under_way = false;
}

void
claims_revoke(struct claims *claims)
{
    for (size_t i = 0; i < claims->n; i++) {
        address_set_clear(&claims->networks[i].granted);
        stop_asking(&claims->networks[i]);
    }
    claims->revoked = claims->changed = claims->n > 0;
}

void
claims_restart(struct claims *claims)
{
    for (size_t i = 0; i < claims->n; i++) {
        stop_asking(&claims->networks[i]);
    }
    claims->under_way = false;
    claims->last_dump = -MAX_DUMP_MSEC;
    claims_begin_dump(claims);
}

/* Flows of table 18. */

static struct claim_list_key
get_key(const struct claim_network *network)
{
    return (struct claim_list_key) {
        network->name != NULL, network->id, network->vlans
    };
}

void
claims_build(const struct claims *claims, const struct svec *base,
             struct svec *flows)
{
    const char *flow;
    size_t i;

    SVEC_FOR_EACH (i, flow, base) {
        if (!claim_set_is_listed(flow)) {
            svec_add(flows, flow);
        }
    }
    for (size_t j = 0; j < claims->n; j++) {
        const struct claim_network *network = &claims->networks[j];
        const struct claim_list_key key = get_key(network);
        struct address_set rest = ADDRESS_SET_INITIALIZER;

        address_set_assign(&rest, &network->addresses);
        address_set_subtract(&rest, &network->granted);
        claim_set_add_list(&key, &network->granted, true, flows);
        claim_set_add_list(&key, &rest, false, flows);
        address_set_destroy(&rest);
    }
}

void
claims_begin_dump(struct claims *claims)
{
    for (size_t i = 0; i < claims->n; i++) {
        claims->networks[i].fresh_list.n = 0;
    }
}

/* Returns the network whose flow 'stats' is, NULL if there is none. */
static struct claim_network *
find_network(const struct claims *claims,
             const struct ofputil_flow_stats *stats)
{
    const struct match *match = &stats->match;
    bool named = match->wc.masks.metadata != 0;

    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];

        if (named == (network->name != NULL)
            && (!named || match->flow.metadata == htonll(network->id))) {
            return network;
        }
    }
    return NULL;
}

void
claims_take_flow(struct claims *claims, const struct ofputil_flow_stats *stats,
                 long long int now)
{
    struct claim_network *network = (stats->table_id == CLAIM_LIST
                                     ? find_network(claims, stats) : NULL);

    if (!network) {
        return;
    }
    struct claim_list *list = &network->fresh_list;
    if (list->n >= list->allocated) {
        list->items = x2nrealloc(list->items, &list->allocated,
                                 sizeof *list->items);
    }
    const struct claim_list_key key = get_key(network);
    uint32_t address = stats->match.flow.regs[1];
    list->items[list->n++] = (struct claim_listed) {
        .range = { address, address | ~stats->match.wc.masks.regs[1] },
        .answers = claim_set_is_answering(&key, stats->ofpacts,
                                          stats->ofpacts_len),
        .since = (now - stats->duration_sec * 1000LL
                  - stats->duration_nsec / 1000000),
    };
}

static int
compare_listed(const void *a_, const void *b_)
{
    const struct claim_listed *a = a_, *b = b_;

    return (a->range.first < b->range.first ? -1
            : a->range.first > b->range.first);
}

/* Grants what the switch answers for, and goes on to grant only what it
 * listens for. */
static void
update_granted(struct claim_network *network, bool revoked)
{
    struct address_set listens = ADDRESS_SET_INITIALIZER;
    struct address_set granted = ADDRESS_SET_INITIALIZER;

    for (size_t i = 0; i < network->list.n; i++) {
        const struct claim_listed *item = &network->list.items[i];

        address_set_add_range(&listens, item->range);
        if (item->answers && !revoked) {
            address_set_add_range(&granted, item->range);
        }
    }
    address_set_subtract(&granted, &network->lost);
    address_set_clear(&network->lost);
    address_set_intersect(&network->granted, &listens);
    address_set_add(&granted, &network->granted);
    address_set_intersect(&granted, &network->addresses);
    /* Who was asked for something that the switch did not hear of, is to be
     * asked again. */
    address_set_intersect(&network->asking, &listens);

    address_set_destroy(&network->granted);
    network->granted = granted;
    address_set_destroy(&listens);
}

bool
claims_end_dump(struct claims *claims, bool look)
{
    bool changed = claims->changed;

    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];
        struct claim_list former = network->list;

        network->list = network->fresh_list;
        network->fresh_list = former;
        if (network->list.n) {
            qsort(network->list.items, network->list.n,
                  sizeof *network->list.items, compare_listed);
        }
        if (look) {
            struct address_set before = ADDRESS_SET_INITIALIZER;

            address_set_assign(&before, &network->granted);
            update_granted(network, claims->revoked);
            changed |= !address_set_equals(&before, &network->granted);
            address_set_destroy(&before);
        }
    }
    if (look) {
        claims->revoked = claims->changed = false;
    }
    claims_begin_dump(claims);
    return look && changed;
}

/* Asking. */

void
claims_settled(struct claims *claims, long long int now)
{
    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];
        struct address_set missing = ADDRESS_SET_INITIALIZER;

        address_set_assign(&missing, &network->addresses);
        address_set_subtract(&missing, &network->granted);
        if (address_set_is_empty(&missing)) {
            claim_probe_stop(&network->first);
        } else if (!network->first.active
                   || !address_set_equals(&missing, &network->asking)) {
            VLOG_INFO_RL(&rl, "%s%sasking for %"PRIu64" claimed addresses",
                      network->name ? network->name : "",
                      network->name ? ": " : "", address_set_count(&missing));
            claim_probe_start(&network->first, &missing, now);
            claims->wanted = true;
        }
        address_set_assign(&network->asking, &missing);
        address_set_destroy(&missing);
    }
}

/* Returns a message that sends an ARP request for 'address' from the uplink on
 * 'vlan', 0 for none (RFC 5227 section 2.1.1: an ARP probe). */
static struct ofpbuf *
encode_request(const struct claim_network *network, uint32_t address,
               int vlan)
{
    uint64_t stub[512 / 8];
    struct ofpbuf actions;
    struct dp_packet packet;

    dp_packet_init(&packet, 0);
    compose_arp(&packet, ARP_OP_REQUEST, claim_mac_of(&network->mac, address),
                eth_addr_zero, true, htonl(0), htonl(address));
    if (vlan) {
        eth_push_vlan(&packet, htons(ETH_TYPE_VLAN_8021Q), htons(vlan));
    }
    ofpbuf_use_stub(&actions, stub, sizeof stub);
    ofpact_put_OUTPUT(&actions)->port = u16_to_ofp(network->uplink);

    struct ofputil_packet_out po = {
        .packet = dp_packet_data(&packet),
        .packet_len = dp_packet_size(&packet),
        .buffer_id = UINT32_MAX,
        .ofpacts = actions.data,
        .ofpacts_len = actions.size,
    };
    match_init_catchall(&po.flow_metadata);
    match_set_in_port(&po.flow_metadata, OFPP_CONTROLLER);
    struct ofpbuf *msg = ofputil_encode_packet_out(&po, FLOW_SYNC_PROTOCOL);
    ofpbuf_uninit(&actions);
    dp_packet_uninit(&packet);
    return msg;
}

/* Asks what is due, as far as the rate allows. */
static void
send_requests(struct claims *claims, struct claim_network *network,
              struct claim_probe *probe, long long int now,
              struct ovs_list *msgs)
{
    uint32_t address;
    int vlan;

    while (claim_rate_due(&claims->rate) <= now
           && claim_probe_next(probe, network->vlans, now, &address, &vlan)) {
        struct ofpbuf *msg = encode_request(network, address, vlan);

        ignore(claim_rate_take(&claims->rate, now));
        ovs_list_push_back(msgs, &msg->list_node);
    }
}

/* Asks owners again whose time it is. */
static void
begin_again(struct claim_network *network, long long int now)
{
    struct address_set due = ADDRESS_SET_INITIALIZER;

    if (!network->again.active
        && claim_owners_next(&network->owners) <= now) {
        claim_owners_take_due(&network->owners, network->hold, now, &due);
        claim_probe_start(&network->again, &due, now);
    }
    address_set_destroy(&due);
}

static bool
end_first(struct claim_network *network, long long int now)
{
    if (!claim_probe_end(&network->first, now)) {
        return false;
    }
    VLOG_INFO_RL(&rl, "%s%sasked for %"PRIu64" claimed addresses, %"PRIuSIZE" have "
              "an owner", network->name ? network->name : "",
              network->name ? ": " : "", address_set_count(&network->asking),
              network->owners.n);
    address_set_add(&network->granted, &network->asking);
    network->granted_at = now;
    address_set_clear(&network->asking);
    return true;
}

/* Owners. */

/* Returns when the next dump of owners is due. */
static long long int
next_dump(const struct claims *claims)
{
    long long int interval = claims->wanted ? MIN_DUMP_MSEC : MAX_DUMP_MSEC;

    for (size_t i = 0; i < claims->n; i++) {
        const struct claim_network *network = &claims->networks[i];

        interval = MIN(interval, (network->first.active ? MIN_DUMP_MSEC
                                  : MAX(MIN_DUMP_MSEC, network->hold * 100)));
    }
    return (claims->n && !claims->under_way ? claims->last_dump + interval
            : LLONG_MAX);
}

static struct ofpbuf *
encode_dump(ovs_be32 *xid)
{
    struct ofputil_flow_stats_request request = {
        .cookie = htonll(LEARNED_COOKIE),
        .cookie_mask = htonll(LEARNED_COOKIE_MASK),
        .out_port = OFPP_ANY,
        .out_group = OFPG_ANY,
        .table_id = CLAIM_OWNERS,
    };

    match_init_catchall(&request.match);
    struct ofpbuf *msg = ofputil_encode_flow_stats_request(
        &request, FLOW_SYNC_PROTOCOL);
    *xid = ((const struct ofp_header *) msg->data)->xid;
    return msg;
}

static void
begin_owners(struct claims *claims, long long int now, struct ovs_list *msgs)
{
    struct ofpbuf *msg = encode_dump(&claims->owners_xid);

    for (size_t i = 0; i < claims->n; i++) {
        claim_owners_clear(&claims->networks[i].fresh_owners);
    }
    claims->under_way = true;
    claims->wanted = false;
    claims->last_dump = now;
    ovs_list_push_back(msgs, &msg->list_node);
}

/* All owners are there.  Who is known to have an address is not asked: he may
 * be a host that is just asking if anybody has it, which would take our
 * question for that of another one (RFC 5227 section 2.1.1).  If somebody has
 * deleted flows, the switch answers for those hosts, until they are asked. */
static void
end_owners(struct claims *claims, long long int now)
{
    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];
        struct address_set lost = ADDRESS_SET_INITIALIZER;

        claim_owners_replace(&network->owners, &network->fresh_owners, now,
                             &lost);
        claims->lost |= !address_set_is_empty(&lost);
        address_set_add(&network->lost, &lost);
        address_set_destroy(&lost);
        for (size_t j = 0; j < network->owners.n && network->first.active;
             j++) {
            claim_probe_remove(&network->first,
                               network->owners.owners[j].address);
        }
    }
    claims->under_way = false;
}

bool
claims_take_owners(struct claims *claims, struct ofpbuf *reply,
                   long long int now)
{
    const struct ofp_header *oh = reply->data;
    struct ofputil_flow_stats stats;
    struct ofpbuf ofpacts;

    if (!claims->under_way || oh->xid != claims->owners_xid) {
        return false;
    }
    bool more = ofpmp_more(oh);
    ofpbuf_init(&ofpacts, 0);
    while (!ofputil_decode_flow_stats_reply(&stats, reply, true, &ofpacts)) {
        struct claim_network *network = find_network(claims, &stats);

        if (network && address_set_contains(&network->addresses,
                                            stats.match.flow.regs[1])) {
            claim_owners_add(&network->fresh_owners, stats.hard_timeout,
                             &stats, now);
        }
    }
    ofpbuf_uninit(&ofpacts);
    if (!more) {
        end_owners(claims, now);
    }
    return true;
}

bool
claims_take_error(struct claims *claims, ovs_be32 xid)
{
    if (claims->under_way && claims->owners_xid == xid) {
        claims->under_way = false;
        return true;
    }
    return false;
}

void
claims_request(struct claims *claims)
{
    claims->wanted = true;
}

/* What was answered for because owners were lost, is to be asked for.  Returns
 * true if there was something. */
static bool
take_back_lost(struct claims *claims)
{
    if (!claims->lost) {
        return false;
    }
    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];

        address_set_subtract(&network->granted, &network->lost);
    }
    claims->lost = false;
    return true;
}

bool
claims_run(struct claims *claims, long long int now, struct ovs_list *msgs)
{
    bool changed = take_back_lost(claims);

    if (now >= next_dump(claims)) {
        begin_owners(claims, now, msgs);
    }
    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];

        begin_again(network, now);
        send_requests(claims, network, &network->first, now, msgs);
        send_requests(claims, network, &network->again, now, msgs);
        changed |= end_first(network, now);
        ignore(claim_probe_end(&network->again, now));
    }
    return changed;
}

long long int
claims_next(const struct claims *claims)
{
    long long int next = next_dump(claims);

    for (size_t i = 0; i < claims->n; i++) {
        const struct claim_network *network = &claims->networks[i];
        long long int due = MIN(claim_probe_due(&network->first),
                                claim_probe_due(&network->again));

        if (!network->again.active) {
            due = MIN(due, claim_owners_next(&network->owners));
        }
        if (due != LLONG_MAX) {
            next = MIN(next, MAX(due, claim_rate_due(&claims->rate)));
        }
    }
    return next;
}

bool
claims_are_granted(const struct claims *claims)
{
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim_network *network = &claims->networks[i];

        if (!address_set_equals(&network->addresses, &network->granted)) {
            return false;
        }
    }
    return !claims->changed;
}
