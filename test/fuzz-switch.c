/* SPDX-License-Identifier: Apache-2.0 */

/* Fuzz target: what a switch says over OpenFlow.
 *
 * The input is the messages of the switch, one after the other.  Requests have
 * other xids in each run, so xids are small numbers in the input: 1 in a reply
 * is the xid of the last request of its kind, N in an error that of the Nth
 * last message.  Any other is not changed.
 *
 * A header that says it is shorter than a header is an order to the target:
 * see obey(). */

#include <config.h>

#include "test/fuzz.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "openflow/address-set.h"
#include "openflow/flow-listing.h"
#include "openflow/flow-set.h"
#include "openflow/flow-sync.h"
#include "openvswitch/ofp-bundle.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "svec.h"
#include "util.h"

/* The agent answers a message with one bundle at most. */
#define MAX_SENT 1024

#define MAX_NETWORKS 3

struct sent {
    enum ofptype type;
    ovs_be32 xid;
};

static struct flow_sync *flow_sync;
static long long int now;

static struct sent sent[MAX_SENT];      /* The last, on this connection. */
static size_t n_sent;
static size_t bundle;           /* Index of the last bundle's first message. */
static bool bundle_refused;     /* Was there an error for one of these? */
static size_t next_count;       /* Index to look for the next count from. */

/* What the agent sends. */

static void
take_bundle_ctrl(const struct ofp_header *oh)
{
    struct ofputil_bundle_ctrl_msg ctrl;

    ovs_assert(!ofputil_decode_bundle_ctrl(oh, &ctrl));
    if (ctrl.type == OFPBCT_OPEN_REQUEST) {
        bundle = n_sent;
        bundle_refused = false;
    } else if (ctrl.type == OFPBCT_COMMIT_REQUEST) {
        /* The switch would commit what is left. */
        ovs_assert(!bundle_refused);
    }
}

/* Takes all that the agent wants to send.  It must be sound. */
static void
take_messages(void)
{
    struct ofpbuf *msg;

    while ((msg = flow_sync_send(flow_sync))) {
        const struct ofp_header *oh = msg->data;
        struct sent *s = &sent[n_sent % MAX_SENT];

        ovs_assert(ntohs(oh->length) == msg->size);
        ovs_assert(!ofptype_decode(&s->type, oh));
        ovs_assert(oh->version == FLOW_SYNC_VERSION
                   || s->type == OFPTYPE_ECHO_REPLY);
        s->xid = oh->xid;
        if (s->type == OFPTYPE_BUNDLE_CONTROL) {
            take_bundle_ctrl(oh);
        }
        n_sent++;
        ofpbuf_delete(msg);
    }
}

/* What the switch sends. */

/* Stores into '*xid' that of the 'n'th last message of 'type', counted from 1.
 * OFPTYPE_HELLO, which is not sent here, stands for any. */
static void
find_sent(enum ofptype type, size_t n, ovs_be32 *xid)
{
    for (size_t i = 1; i <= MIN(n_sent, MAX_SENT); i++) {
        const struct sent *s = &sent[(n_sent - i) % MAX_SENT];

        if ((type == OFPTYPE_HELLO || s->type == type) && !--n) {
            *xid = s->xid;
            break;
        }
    }
}

/* Counts are answered in the order in which they were asked for. */
static void
answer_count(struct ofp_header *oh)
{
    next_count = MAX(next_count, n_sent - MIN(n_sent, MAX_SENT));
    while (next_count < n_sent) {
        const struct sent *s = &sent[next_count++ % MAX_SENT];

        if (s->type == OFPTYPE_AGGREGATE_STATS_REQUEST) {
            oh->xid = s->xid;
            break;
        }
    }
}

/* Gives 'oh', a message of 'type', the xid of what it is the reply to. */
static void
answer(struct ofp_header *oh, enum ofptype type)
{
    uint32_t n = ntohl(oh->xid);

    if (type == OFPTYPE_ERROR && n) {
        find_sent(OFPTYPE_HELLO, n, &oh->xid);
    } else if (n != 1) {
        return;
    }
    switch ((int) type) {
    case OFPTYPE_FLOW_STATS_REPLY:
        find_sent(OFPTYPE_FLOW_STATS_REQUEST, 1, &oh->xid);
        break;

    case OFPTYPE_FLOW_MONITOR_STATS_REPLY:
        find_sent(OFPTYPE_FLOW_MONITOR_STATS_REQUEST, 1, &oh->xid);
        break;

    case OFPTYPE_AGGREGATE_STATS_REPLY:
        answer_count(oh);
        break;

    case OFPTYPE_BARRIER_REPLY:
        find_sent(OFPTYPE_BARRIER_REQUEST, 1, &oh->xid);
        break;

    case OFPTYPE_BUNDLE_CONTROL:
        find_sent(OFPTYPE_BUNDLE_CONTROL, 1, &oh->xid);
        break;
    }
}

static void
note_error(ovs_be32 xid)
{
    for (size_t i = bundle; i < n_sent; i++) {
        bundle_refused |= sent[i % MAX_SENT].xid == xid;
    }
}

static void
reconnect(void)
{
    flow_sync_disconnect(flow_sync);
    ovs_assert(!flow_sync_send(flow_sync));
    n_sent = bundle = next_count = 0;
    bundle_refused = false;
    flow_sync_connect(flow_sync);
}

/* What switch-conn.c does with the conversation in each pass. */
static void
run(void)
{
    flow_sync_run(flow_sync, now);
    take_messages();
    if (flow_sync_failure(flow_sync, now)) {
        reconnect();
    }
    if (flow_sync_wants_look(flow_sync)) {
        flow_sync_look(flow_sync, now);
    }
    take_messages();
    ovs_assert(!flow_sync_is_in_sync(flow_sync)
               || !flow_sync_is_blocked(flow_sync));
    const struct flow_listing *listing = flow_sync_listing(flow_sync);
    ovs_assert(listing->n <= listing->query.limit);
    ovs_assert(!listing->failure == (listing->state != LISTING_FAILED));
    ovs_assert(flow_sync_next(flow_sync) > now
               || flow_sync_failure(flow_sync, now));
}

/* rconn gives up a connection with a message of another version, but for those
 * that have a meaning before the version is known. */
static bool
is_of_any_version(enum ofptype type)
{
    return (type == OFPTYPE_HELLO || type == OFPTYPE_ERROR
            || type == OFPTYPE_ECHO_REQUEST || type == OFPTYPE_ECHO_REPLY);
}

static void
receive(const uint8_t *data, size_t length)
{
    struct ofpbuf *msg = ofpbuf_clone_data(data, length);
    struct ofp_header *oh = msg->data;
    enum ofptype type;
    bool known = !ofptype_decode(&type, oh);

    if (oh->version != FLOW_SYNC_VERSION
        && !(known && is_of_any_version(type))) {
        reconnect();
    } else {
        if (known) {
            answer(oh, type);
        }
        if (known && type == OFPTYPE_ERROR) {
            note_error(oh->xid);
        }
        flow_sync_receive(flow_sync, msg, now);
    }
    ofpbuf_delete(msg);
}

static size_t n_networks;       /* 1 for the published set. */
static bool claims;             /* Of all, if there are several. */

static void
set_flows(uint16_t timeout)
{
    static const char *const names[MAX_NETWORKS] = { "a", "b", "c" };
    static const struct svec none_ignored = SVEC_EMPTY_INITIALIZER;
    unsigned long vlans[MAX_NETWORKS][BITMAP_N_LONGS(4096)] = { { 0 } };
    struct flow_config configs[MAX_NETWORKS];
    struct svec flows = SVEC_EMPTY_INITIALIZER;
    bool several = n_networks > 1;
    struct address_range range = {
        ADDRESS_INIT_IPV4(0xc0a80240), ADDRESS_INIT_IPV4(0xc0a80247)
    };
    struct address_set claimed = ADDRESS_SET_INITIALIZER;

    address_set_add_range(&claimed, range);
    for (size_t i = 0; i < n_networks; i++) {
        bitmap_set1(vlans[i], 2 + i);
        configs[i] = (struct flow_config) {
            .name = several ? names[i] : NULL,
            .id = several ? 1 + i : 0,
            .uplink.number = 1,
            .fake_port.number = 2,
            .fake = { address_from_u32(0x0a0a0001 + (i << 16)), 16 },
            .server_mac = ETH_ADDR_C(0e,00,00,00,00,66),
            .client_mac = ETH_ADDR_C(0e,00,00,00,00,67),
            .vlans = vlans[i],
            .ignored_clients = &none_ignored,
            .timeout = timeout,
            .protocols = FLOW_TCP | FLOW_UDP,
            .routed = i,
            .max_clients = 4096,
            .ct_zone = 1 + i,
        };
        if (several) {
            configs[i].real = (struct real_subnet) {
                ADDRESS_INIT_IPV4(0xc0a80200), 24
            };
        }
        if (several && claims) {
            configs[i].claims = (struct claim_config) {
                .addresses = &claimed,
                .mac = { ETH_ADDR_C(0e,70,69,00,00,00), true },
                .hold = 60,
            };
        }
    }
    flow_set_build(configs, n_networks, &flows);
    flow_sync_set_claims(flow_sync, configs, n_networks);
    flow_sync_set_flows(flow_sync, &flows);
    address_set_destroy(&claimed);
    svec_destroy(&flows);
}

/* Somebody wants to see flows, or hosts. */
static void
list(uint16_t argument)
{
    const struct flow_query query = {
        .hosts = argument % 2,
        .kinds = argument >> 1 & ((1u << N_FLOW_KINDS) - 1),
        .one_network = argument >> 4 & 1,
        .network = 1,
        .limit = 1 + (argument >> 5) % 100,
    };

    flow_sync_list(flow_sync, &query);
}

/* Does what a header that cannot be one says: its type is the order, its xid
 * the argument. */
static void
obey(uint8_t order, uint16_t argument)
{
    switch (order % 8) {
    case 0:
        now += argument;        /* Milliseconds. */
        break;
    case 1:
        reconnect();
        break;
    case 2:
        set_flows(1 + argument % UINT16_MAX);
        break;
    case 3:
        flow_sync_look(flow_sync, now);
        break;
    case 4:
        flow_sync_request_counts(flow_sync);
        break;
    case 5:
        n_networks = 1 + argument % MAX_NETWORKS;
        set_flows(300);
        break;
    case 6:
        claims = argument % 2;
        set_flows(300);
        break;
    case 7:
        list(argument);
        break;
    }
}

/* Takes the first message of the input.  Returns its length, 0 if it is not
 * whole: rconn would wait for the rest. */
static size_t
take_input(const uint8_t *data, size_t size)
{
    struct ofp_header oh;

    if (size < sizeof oh) {
        return 0;
    }
    memcpy(&oh, data, sizeof oh);

    size_t length = ntohs(oh.length);
    if (length < sizeof oh) {
        obey(oh.type, ntohl(oh.xid));
        return sizeof oh;
    } else if (length > size) {
        return 0;
    }
    receive(data, length);
    return length;
}

static void
put_listing(struct ds *s)
{
    const struct flow_listing *listing = flow_sync_listing(flow_sync);

    if (listing->state == LISTING_DONE) {
        ds_put_format(s, ", listed %"PRIuSIZE", left out %"PRIu64,
                      listing->n, listing->left_out);
    } else if (listing->state == LISTING_FAILED) {
        ds_put_format(s, ", %s", listing->failure);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length;

    now = 0;
    n_networks = 1;
    claims = false;
    flow_sync = flow_sync_create();
    set_flows(300);
    reconnect();
    run();
    while ((length = take_input(data, size))) {
        data += length;
        size -= length;
        run();
    }

    ds_clear(&fuzz_outcome);
    ds_put_format(&fuzz_outcome, "%s%s%s, %u of others%s",
                  flow_sync_is_in_sync(flow_sync) ? "in sync, " : "",
                  flow_sync_is_blocked(flow_sync) ? "blocked, " : "",
                  flow_sync_present(flow_sync), flow_sync_foreign(flow_sync),
                  size ? ", not all read" : "");
    put_listing(&fuzz_outcome);
    flow_sync_destroy(flow_sync);
    return 0;
}
