/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_SUMMARY_H
#define AGENT_PIPETTECTL_REPORT_SUMMARY_H 1

/* What a report says about the contacts of a log.  All is bounded.  Pure. */

#include "agent/pipettectl/report-data.h"

enum report_dimension {
    REPORT_CLIENTS,
    REPORT_TARGETS,
    REPORT_PORTS,
    REPORT_N_DIMENSIONS
};

#define REPORT_MAX_TOP 40
#define REPORT_MAX_BINS 96
#define REPORT_MAX_COLUMNS 256
#define REPORT_MAX_NEWEST 2000

/* One client, target or port. */
struct report_top {
    struct address key;         /* Of ports, 'lo' is report_port_key(). */
    uint64_t contacts, attempts, answered;
    uint32_t distinct[REPORT_N_DIMENSIONS];     /* How many clients, targets
                                                 * and ports it met. */
};

/* Those with the most contacts, the most first. */
struct report_ranking {
    uint64_t n_distinct;        /* Of how many. */
    size_t n;
    struct report_top top[REPORT_MAX_TOP];
};

/* Protocol and port, as a number. */
uint32_t report_port_key(const struct report_contact *);
enum report_protocol report_key_protocol(uint32_t port_key);
uint16_t report_key_port(uint32_t port_key);

/* When contacts began. */
struct report_timeline {
    long long int start;        /* Milliseconds since the epoch. */
    long long int width;        /* Of a bin, milliseconds. */
    size_t n;
    uint32_t bins[REPORT_MAX_BINS][REPORT_N_ANSWERS];
};

/* Contacts by client and target.  A row is a client, those of the clients'
 * ranking in its order, and after them, if there are more, a row for all
 * others.  A column is a target, or an aligned block of '1 << shift' addresses
 * of a family, with at least one target in it. */
struct report_heat {
    size_t n_rows, n_columns;
    unsigned int shift[2];      /* IPv6, IPv4. */
    bool others;                /* The last row is that of all others. */
    struct address columns[REPORT_MAX_COLUMNS]; /* The first address. */
    uint32_t cells[REPORT_MAX_TOP + 1][REPORT_MAX_COLUMNS];
    uint32_t max;               /* Of all rows but that of all others. */
};

struct report_summary {
    uint64_t n;                 /* Contacts that the rest is about. */
    uint64_t attempts;
    uint64_t by_answer[REPORT_N_ANSWERS];
    uint64_t by_protocol[REPORT_N_PROTOCOLS];
    uint64_t n_ports;           /* Of TCP and UDP. */
    long long int first, last;  /* When the first and the last one began. */
    bool vlans;                 /* Some have a VLAN. */
    struct report_ranking rankings[REPORT_N_DIMENSIONS];
    struct report_timeline timeline;
    struct report_heat heat;
    size_t n_newest;            /* The last that began is the first here. */
    const struct report_contact *newest[REPORT_MAX_NEWEST];
};

/* Returns the 'shift' of the family of 'address'. */
unsigned int report_heat_shift(const struct report_heat *,
                               struct address address);

/* Returns the summary, for the caller to free.  It has pointers into
 * 'data'. */
struct report_summary *report_summarize(const struct report_data *data);

#endif /* agent/pipettectl/report-summary.h */
