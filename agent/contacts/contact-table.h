/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_TABLE_H
#define AGENT_CONTACTS_CONTACT_TABLE_H 1

/* Contacts
 * ========
 *
 * A contact is what a client does with one port of one target of a network
 * during a window of time, which its first packet opens: it may try several
 * times, and be answered or not.  What it does after the window is another
 * contact.
 *
 * The table holds the last contacts, up to a bound: a new one takes the place
 * of the oldest.  Pure: the caller says what time it is. */

#include <stdint.h>

#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-scope.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"

/* Of a network, ever: also when the contacts have left the table. */
struct contact_counts {
    struct hmap_node node;      /* In 'counts' of the table. */
    uint32_t network;
    uint64_t contacts[N_CONTACT_KINDS];
    uint64_t answered[N_CONTACT_KINDS]; /* Of these. */
    uint64_t denied[N_CONTACT_DENIALS]; /* Packets, which are no contacts. */
};

struct contact {
    struct hmap_node node;      /* In 'open' of the table while the window is
                                 * open. */
    struct ovs_list list_node;  /* In 'all' of the table, by 'first'. */
    uint64_t id;                /* 0 until contact_table_next_begun() returns
                                 * it: then they count up. */
    uint32_t network;           /* As network_id() has it. */
    struct contact_packet packet;       /* The first one. */
    enum contact_answer answer; /* The best so far. */
    enum contact_denial denial; /* For the caller: DENIED_NOT at first. */
    uint16_t last_port;         /* The client's, of the last packet. */
    bool is_open;
    uint32_t attempts;          /* TCP, UDP: source ports in a row.  Others:
                                 * packets. */
    uint32_t attempts_told;     /* When it was recorded last. */
    enum contact_answer answer_told;
    long long int first, last;  /* Milliseconds since the epoch. */
};

struct contact_table {
    struct hmap open;           /* Contains "struct contact"s. */
    struct ovs_list all;        /* Likewise, by 'first'. */
    size_t n, max;
    long long int window;       /* Milliseconds. */
    struct ovs_list *begun;     /* Of 'all': the first that was not returned */
    struct ovs_list *ended;     /* by contact_table_next_begun(), ..._ended(),
                                 * or the head. */
    long long int latest;       /* 'first' of all, the greatest. */
    uint64_t last_id;           /* 0 if there is none. */
    struct hmap counts;         /* Contains "struct contact_counts"s. */
    uint64_t n_evicted;         /* Within their windows, for want of room. */
};

/* An empty table of at most 'max' contacts, 1 or more, with windows of so many
 * milliseconds. */
void contact_table_init(struct contact_table *, size_t max,
                        long long int window);

/* Frees all contacts, but not the table itself. */
void contact_table_destroy(struct contact_table *);

/* What clients send is out of order by so many milliseconds at most.  If 'now'
 * is even earlier, then, or when ended contacts are asked for, the clock was
 * set back: the newest contact is of 'now', and the others keep their distance
 * from it. */
#define CONTACT_TABLE_SLACK 1000

/* Takes what came in the network at the time 'now', in milliseconds since the
 * epoch.  Returns the contact that it is of, NULL if it is of none: what a
 * target says outside of a window, but to contact_kind_asks_for_mac(). */
struct contact *contact_table_take(struct contact_table *, uint32_t network,
                                   const struct contact_packet *,
                                   long long int now);

/* Each contact is returned once by both of these, in the order of 'first':
 * one whose first packet is of 'until' or earlier; one whose window has ended
 * at the time 'now'.  They return NULL if there is none (any more).  The
 * contact stays in the table, and may be changed or freed by the next call of
 * contact_table_take(). */
struct contact *contact_table_next_begun(struct contact_table *,
                                         long long int until);
struct contact *contact_table_next_ended(struct contact_table *,
                                         long long int now);

/* Counts a packet that the switch drops. */
void contact_table_count_denied(struct contact_table *, uint32_t network,
                                enum contact_denial);

/* Returns the counts of the network, NULL if there was nothing. */
const struct contact_counts *contact_table_counts(const struct contact_table *,
                                                  uint32_t network);

/* Returns how many contacts of that kind there were, ever, in all networks. */
uint64_t contact_table_n_contacts(const struct contact_table *,
                                  enum contact_kind);

/* Returns the time of the first packet of the oldest contact that the function
 * above was not yet called for, or LLONG_MAX. */
long long int contact_table_oldest_begun(const struct contact_table *);
long long int contact_table_oldest_ended(const struct contact_table *);

#endif /* agent/contacts/contact-table.h */
