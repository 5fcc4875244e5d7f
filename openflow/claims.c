/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/claims.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "byte-order.h"
#include "coverage.h"
#include "openflow/claim-request.h"
#include "openflow/flow-family.h"
#include "openflow/flow-set.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-flow.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "svec.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(claims);
COVERAGE_DEFINE(claim_probe);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(60, 60);

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
destroy_networks(struct claim_network *networks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        claim_network_destroy(&networks[i]);
    }
    free(networks);
}

void
claims_destroy(struct claims *claims)
{
    destroy_networks(claims->networks, claims->n);
}

/* Configuration. */

void
claims_set(struct claims *claims, const struct flow_config *configs, size_t n)
{
    struct claim_network *networks = xcalloc(n, sizeof *networks);
    size_t n_networks = 0;

    for (size_t i = 0; i < n; i++) {
        if (claim_set_is_wanted(&configs[i])) {
            claim_network_init(&networks[n_networks++], &configs[i]);
        }
    }

    bool same = n_networks == claims->n;
    for (size_t i = 0; i < n_networks && same; i++) {
        same = claim_network_equals(&networks[i], &claims->networks[i]);
    }
    if (same) {
        destroy_networks(networks, n_networks);
        return;
    }
    for (size_t i = 0; i < n_networks; i++) {
        for (size_t j = 0; j < claims->n; j++) {
            if (nullable_string_is_equal(networks[i].name,
                                         claims->networks[j].name)) {
                claim_network_inherit(&networks[i], &claims->networks[j]);
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
        claim_network_stop(&claims->networks[i]);
    }
    claims->revoked = claims->changed = claims->n > 0;
}

void
claims_connect(struct claims *claims)
{
    uplink_watch_restart(&claims->uplink);
}

void
claims_restart(struct claims *claims)
{
    for (size_t i = 0; i < claims->n; i++) {
        claim_network_stop(&claims->networks[i]);
    }
    claims->under_way = false;
    claims->last_dump = -MAX_DUMP_MSEC;
    claims_begin_dump(claims);
}

/* Flows of table 18. */

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
        claim_network_build(&claims->networks[j], flows);
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
    const struct claim_list_key key = claim_network_key(network);
    claim_list_add(&network->fresh_list, &key, network->high, stats, now);
}

bool
claims_end_dump(struct claims *claims, bool look)
{
    bool changed = claims->changed;

    for (size_t i = 0; i < claims->n; i++) {
        struct claim_network *network = &claims->networks[i];

        claim_list_replace(&network->list, &network->fresh_list);
        if (look) {
            changed |= claim_network_update_granted(network, claims->revoked);
        }
    }
    if (look) {
        claims->revoked = claims->changed = false;
    }
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
                         network->name ? ": " : "",
                         address_set_count(&missing));
            claim_probe_start(&network->first, &missing, now);
            claims->wanted = true;
        }
        address_set_assign(&network->asking, &missing);
        address_set_destroy(&missing);
    }
}

/* Asks what is due, as far as the rate allows. */
static void
send_requests(struct claims *claims, struct claim_network *network,
              struct claim_probe *probe, long long int now,
              struct ovs_list *msgs)
{
    struct address address;
    int vlan;

    while (claim_rate_due(&claims->rate) <= now
           && claim_probe_next(probe, network->vlans, now, &address, &vlan)) {
        struct ofpbuf *msg = claim_request_encode_probe(
            address, claim_mac_of(&network->mac, address), network->uplink,
            vlan);

        COVERAGE_INC(claim_probe);
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
    VLOG_INFO_RL(&rl, "%s%sasked for %"PRIu64" claimed addresses, "
                 "%"PRIuSIZE" have an owner",
                 network->name ? network->name : "",
                 network->name ? ": " : "",
                 address_set_count(&network->asking), network->owners.n);
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

static void
begin_owners(struct claims *claims, long long int now, struct ovs_list *msgs)
{
    struct ofpbuf *msg = claim_request_encode_owners(&claims->owners_xid);

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

static void
add_owner(struct claim_network *network,
          const struct ofputil_flow_stats *stats, long long int now)
{
    struct address owned = flow_family_get_target(&stats->match).first;

    owned.hi |= network->high;
    if (address_set_contains(&network->addresses, owned)) {
        claim_owners_add(&network->fresh_owners, owned, stats->hard_timeout,
                         stats, now);
    }
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

        if (network) {
            add_owner(network, &stats, now);
        }
    }
    ofpbuf_uninit(&ofpacts);
    if (!more) {
        end_owners(claims, now);
    }
    return true;
}

bool
claims_take_port_status(struct claims *claims, const struct ofp_header *oh)
{
    if (!claims->n || !uplink_watch_take(&claims->uplink, oh,
                                         claims->networks[0].uplink)) {
        return false;
    }
    VLOG_INFO_RL(&rl, "the uplink has a carrier again");
    claims_revoke(claims);
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

    if (claims->n) {
        uplink_watch_begin(&claims->uplink, msgs);
    }
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
