/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_LISTING_H
#define OPENFLOW_FLOW_LISTING_H 1

/* What the switch has, for people to see
 * =======================================
 *
 * One dump of the switch's flows at a time, made when somebody asks: of all
 * flows, or of what was learned about hosts.  flow-sync.h sends the request
 * and gives the replies, one by one; rows come out.  The switch decides how
 * many flows it sends, so rows and their texts are bounded; what is left out
 * is counted.  When there is no room, flows that were learned give way to
 * others, of which there are few.
 *
 * Pure: messages in, messages out.  It knows no time: who asks gives up with
 * flow_listing_cancel(). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address.h"
#include "openvswitch/types.h"

struct ofp_header;
struct ofpbuf;
struct ovs_list;

/* Rows at most, in one listing, and bytes of their texts. */
#define FLOW_LISTING_MAX_ROWS 100000
#define FLOW_LISTING_MAX_TEXT (64 * 1024 * 1024)

enum flow_kind {
    FLOW_OWN,                   /* Of the flow set. */
    FLOW_LEARNED,               /* By that. */
    FLOW_FOREIGN,               /* Somebody else's. */
    N_FLOW_KINDS
};

enum host_role {
    HOST_CLIENT,                /* Known-subnet set: one of either kind. */
    HOST_TARGET,                /* Known-subnet set. */
    HOST_OWNER,                 /* Of a claimed address. */
    HOST_PAIR                   /* Published set: a client and a target. */
};

/* What is asked for. */
struct flow_query {
    bool hosts;                 /* What is known of hosts, or flows. */
    unsigned int kinds;         /* Of flows: bits (1u << FLOW_...). */
    bool one_network;           /* Of hosts: only of 'network', */
    uint32_t network;           /* flow_config's 'id'. */
    size_t limit;               /* Rows, 1 to FLOW_LISTING_MAX_ROWS. */
    size_t max_text;            /* Bytes; 0 for FLOW_LISTING_MAX_TEXT. */
};

struct flow_row {
    enum flow_kind kind;
    uint8_t table;
    uint16_t priority;
    uint64_t packets, bytes;    /* UINT64_MAX if not known. */
    long long int age_msec;     /* Since the flow was added. */
    int idle;                   /* Seconds since it was hit; -1 if not known,
                                 * as always with FLOW_SYNC_PROTOCOL. */

    /* Of flows; NULL in rows of hosts. */
    char *match, *actions;      /* In the syntax of ovs-ofctl(8). */

    /* Of hosts. */
    enum host_role role;
    uint32_t network;           /* flow_config's 'id', 0 without a name. */
    struct address address;     /* Of a pair the fake one; of a target or an
                                 * owner of IPv6 the low 64 bits, the others
                                 * are those of the real subnet. */
    int vlan;                   /* -1 if not known, 0 without a tag. */
    struct eth_addr mac;        /* Of a pair the client's. */
};

enum flow_listing_state {
    LISTING_NONE,
    LISTING_WANTED,             /* To be sent. */
    LISTING_UNDER_WAY,
    LISTING_DONE,
    LISTING_FAILED
};

struct flow_listing {
    enum flow_listing_state state;
    struct flow_query query;
    ovs_be32 xid;               /* While it is under way. */
    char *failure;              /* If it failed, why. */

    /* If it is done, sorted: flows by table, then from the highest priority
     * on; hosts by network, role and address. */
    struct flow_row *rows;
    size_t n, allocated;
    uint64_t left_out;          /* Rows that there would be beside these. */

    size_t text;                /* Bytes. */
    size_t last_learned;        /* No learned flow comes after this row. */
    bool full;
};

void flow_listing_init(struct flow_listing *);
void flow_listing_destroy(struct flow_listing *);

/* Forgets all, and wants 'query' to be answered. */
void flow_listing_begin(struct flow_listing *, const struct flow_query *);

/* Nobody wants to know any more: forgets all. */
void flow_listing_cancel(struct flow_listing *);

/* It cannot be answered: says why. */
void flow_listing_fail(struct flow_listing *, const char *why);

/* What was to be sent, or under way, was lost, and is to be sent again. */
void flow_listing_restart(struct flow_listing *);

/* Appends the request to 'msgs', if one is wanted. */
void flow_listing_run(struct flow_listing *, struct ovs_list *msgs);

/* Takes 'reply' to a dump, if it is to this one, and uses its data up.
 * Returns true if so. */
bool flow_listing_take(struct flow_listing *, struct ofpbuf *reply);

/* The switch refused the request with 'xid' because of 'name'.  Returns true
 * if that was this one. */
bool flow_listing_take_error(struct flow_listing *, ovs_be32 xid,
                             const char *name);

/* Returns true if who asks for 'query' is served by the answer to 'other':
 * with as many of its rows as he wants. */
bool flow_query_is_part_of(const struct flow_query *query,
                           const struct flow_query *other);

#endif /* openflow/flow-listing.h */
