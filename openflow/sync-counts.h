/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SYNC_COUNTS_H
#define OPENFLOW_SYNC_COUNTS_H 1

/* What flow-sync.h counts: drops, flows of others, and how full tables are
 * =========================================================================
 *
 * All are counted when somebody asks, at most once in COUNTS_INTERVAL_MSEC,
 * and once on each connection; drops also at each look, whose dump has them
 * anyway.  Pure: messages in, messages out. */

#include <stdbool.h>

#include "openflow/drop-count.h"
#include "openflow/flow-count.h"
#include "openflow/table-use.h"

struct ofp_header;
struct ofpbuf;
struct ovs_list;

#define COUNTS_INTERVAL_MSEC 1000

struct sync_counts {
    bool wanted;
    long long int last;         /* When it was begun. */

    struct drop_count drops;
    ovs_be32 drops_xid;         /* Of the dump under way. */
    bool under_way;             /* That dump is, outside of a look. */

    struct flow_count count;
    unsigned int foreign, learned;      /* As counted last on this */
    bool foreign_is_known;      /* connection, if they were. */

    bool wants_tables;          /* To know how full they are. */
    struct table_use tables;
};

void sync_counts_init(struct sync_counts *);
void sync_counts_destroy(struct sync_counts *);

/* There is a new connection, or none: forgets what is under way, and is to
 * count. */
void sync_counts_restart(struct sync_counts *);

/* Somebody asks. */
void sync_counts_request(struct sync_counts *);

/* A look dumps the flows, and gives them to drop_count_add(). */
void sync_counts_begin_look(struct sync_counts *);

/* Appends requests to 'msgs' if it is time to count. */
void sync_counts_run(struct sync_counts *, long long int now,
                     struct ovs_list *msgs);

/* Returns when sync_counts_run() will do something, LLONG_MAX for never. */
long long int sync_counts_next(const struct sync_counts *);

/* Takes an aggregate reply. */
void sync_counts_take_reply(struct sync_counts *, const struct ofp_header *);

/* Takes a reply with table statistics.  Its data are used up. */
void sync_counts_take_tables(struct sync_counts *, struct ofpbuf *reply);

/* Returns true if 'reply' is one to the dump under way. */
bool sync_counts_awaits(const struct sync_counts *,
                        const struct ofp_header *reply);

/* The switch refused the request with 'xid'.  Returns true if that was one of
 * these: what it would have counted is not known, until somebody asks
 * again. */
bool sync_counts_take_error(struct sync_counts *, ovs_be32 xid);

#endif /* openflow/sync-counts.h */
