/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_READ_H
#define AGENT_PIPETTECTL_REPORT_READ_H 1

/* Reading a contact log, line by line, without a tree of each line: a million
 * lines of a kilobyte take about four seconds.  Pure.
 *
 * A line is a JSON object in the Elastic Common Schema, as
 * contact_record_put() writes it.  Fields that are not known are skipped. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address.h"

enum report_protocol {
    REPORT_TCP,
    REPORT_UDP,
    REPORT_ICMP,
    REPORT_ARP,
    REPORT_ND,
    REPORT_OTHER,
    REPORT_N_PROTOCOLS
};

enum report_answer {
    REPORT_GIVEN,
    REPORT_REFUSED,
    REPORT_SILENT,
    REPORT_N_ANSWERS
};

/* What a line is. */
enum report_line {
    REPORT_LINE_CONTACT,        /* A contact begins, or has ended. */
    REPORT_LINE_DENIED,         /* It was dropped. */
    REPORT_LINE_SUPPRESSED,     /* So many contacts were left out. */
    REPORT_LINE_OTHER,          /* JSON, but nothing of these. */
    REPORT_LINE_BROKEN          /* No JSON object. */
};

#define REPORT_NAME_SIZE 64

struct report_record {
    long long int first, last;  /* Milliseconds since the epoch; of what was
                                 * suppressed the time of the record. */
    struct address client, target;
    uint32_t attempts;          /* 1 or more. */
    uint16_t client_port, port; /* 0 for none. */
    uint16_t vlan;              /* 0 for none. */
    enum report_protocol protocol;
    enum report_answer answer;
    uint64_t suppressed;
    char network[REPORT_NAME_SIZE];     /* "" without a name; cut if it is
                                         * too long. */
};

/* Tells what the 'n' bytes of a line, without the newline, are, and stores it
 * into '*record', unless it is one of the last two. */
enum report_line report_line_parse(const char *line, size_t n,
                                   struct report_record *record);

/* Parses a time in UTC, as 2026-11-28T10:00:00.123Z; the fraction may be left
 * out, and so may all after the day.  Returns false if it is none, or not of
 * the years 1970 to 9999. */
bool report_time_parse(const char *s, size_t n, long long int *msec);

/* Cuts a file into lines. */
#define REPORT_MAX_LINE 65536   /* Bytes. */

struct report_lines {
    char *line;                 /* The line so far. */
    size_t n;
    bool too_long;
};

/* 'line' is NULL for a line that is longer than REPORT_MAX_LINE. */
typedef void report_take_line(const char *line, size_t n, void *aux);

void report_lines_init(struct report_lines *);
void report_lines_destroy(struct report_lines *);

/* Takes the next 'n' bytes, and calls 'take' for each line, that is not empty,
 * that ends in them. */
void report_lines_feed(struct report_lines *, const char *data, size_t n,
                       report_take_line *take, void *aux);

/* The same for what came after the last newline: the file ends. */
void report_lines_end(struct report_lines *, report_take_line *take,
                      void *aux);

#endif /* agent/pipettectl/report-read.h */
