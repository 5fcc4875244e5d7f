/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_DATA_H
#define AGENT_PIPETTECTL_REPORT_DATA_H 1

/* The contacts of a log, each once.  Pure.
 *
 * So many as are kept are counted exactly.  If there are more, the last ones
 * are kept, in the order of the log. */

#include <limits.h>

#include "agent/pipettectl/report-read.h"
#include "openvswitch/hmap.h"
#include "util.h"

/* About 90 bytes each. */
#define REPORT_MAX_CONTACTS 2000000

/* Names of networks; all others are "(other)". */
#define REPORT_MAX_NETWORKS 64

struct report_contact {
    struct hmap_node node;
    long long int first;        /* Milliseconds since the epoch. */
    struct address client, target;
    uint32_t duration;          /* Milliseconds. */
    uint32_t attempts;
    uint16_t client_port, port; /* 0 for none. */
    uint16_t vlan;              /* 0 for none. */
    uint8_t protocol : 4;       /* enum report_protocol. */
    uint8_t answer : 4;         /* enum report_answer. */
    uint8_t network;            /* Index into 'networks'. */
};

/* So that 2,000,000 take less than 200 MB. */
BUILD_ASSERT_DECL(sizeof(struct report_contact) <= 72);

struct report_data {
    /* What is taken. */
    long long int since, until; /* Milliseconds since the epoch, inclusive. */
    size_t max;                 /* Contacts kept, at most. */

    /* The contacts: the first 'n' of blocks, a ring if these are 'max'. */
    struct report_contact **blocks;
    size_t n_blocks;
    size_t n, next;             /* 'next' is where the next one goes. */
    struct hmap contacts;       /* All of them. */
    char *networks[REPORT_MAX_NETWORKS + 1];    /* The first is "". */
    size_t n_networks;

    /* What was read. */
    uint64_t n_lines;
    uint64_t n_broken, n_other; /* Lines: see enum report_line. */
    uint64_t n_outside;         /* Records before 'since' or after 'until'. */
    uint64_t n_contacts;        /* With those that are not kept. */
    uint64_t n_denied, n_suppressed;
};

/* An empty log, of at most 'max' contacts, 1 or more. */
void report_data_init(struct report_data *, size_t max);
void report_data_destroy(struct report_data *);

/* Takes a line; 'line' is NULL if it was too long. */
void report_data_take_line(const char *line, size_t n, void *data);

/* Returns the contact 'i' of 'n', the first read being 0. */
const struct report_contact *report_data_get(const struct report_data *,
                                             size_t i);

#endif /* agent/pipettectl/report-data.h */
