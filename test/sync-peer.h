/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_SYNC_PEER_H
#define TEST_SYNC_PEER_H 1

/* The switch at the other end of a flow_sync. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ofpbuf;
struct svec;

/* What it remembers: the requests that wait for a reply. */
struct peer {
    struct flow_sync *sync;
    struct ofpbuf *dump, *barrier, *ctrl, *add;
    struct ofpbuf *counts[4];
    size_t n_counts;
    struct ofpbuf *checks[4];   /* Counts of learned flows: see begin_look(). */
    size_t n_checks;
    struct ofpbuf *config;
    struct ofpbuf *monitor, *fragments, *forget;    /* The last of each. */
    bool checking;
};

/* Returns a peer with a connection, on which 'flow', or none if it is NULL, is
 * wanted. */
struct peer connect_peer(const char *flow);
void disconnect_peer(struct peer *);

/* Puts 'msg' into 'slot', in place of what was there. */
void keep(struct ofpbuf **slot, struct ofpbuf *msg);

/* Checks that exactly the messages 'expected', names with spaces between, are
 * there to be sent. */
void expect(struct peer *, const char *expected);

/* Gives 'msg' to 'peer' as if it came from a connection, and frees it. */
void receive(struct peer *peer, struct ofpbuf *msg, long long int now);

/* The first look on a connection, or with a flow set, asks for the flows, and
 * how many flows were learned; the latter is answered with none. */
void begin_look(struct peer *, long long int now);

/* The replies to these counts of learned flows. */
void reply_checks(struct peer *, const int checks[], size_t n,
                  long long int now);

/* The switch sees fragments so. */
void reply_config(struct peer *, const char *mode, long long int now);

/* The reply to the dump: 'flow' and its packets, or none if it is NULL. */
void reply_packets(struct peer *, const char *flow, uint64_t packets,
                   long long int now);
void reply_dump(struct peer *, const char *flow, long long int now);

/* The same with any number of flows. */
void reply_flows(struct peer *, const struct svec *flows, long long int now);

void reply_barrier(struct peer *, long long int now);
void reply_ctrl(struct peer *, long long int now);
void reply_error(struct peer *, const struct ofpbuf *request);

/* Counts: 'counts' of the four requests. */
void reply_counts(struct peer *, const int counts[4], long long int now);

/* A flow with this cookie was removed. */
void send_update(struct peer *, const char *cookie);

#endif /* test/sync-peer.h */
