/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_REPORT_TEXT_H
#define AGENT_PIPETTECTL_REPORT_TEXT_H 1

/* Texts in a page: whatever they come from, they are only text.  Pure. */

#include <stdint.h>

#include "agent/pipettectl/report-read.h"

struct ds;

/* Appends a text from elsewhere, which may have any bytes, for use between
 * tags or in a quoted attribute. */
void report_put_text(struct ds *, const char *);

/* "1,234,567". */
void report_put_number(struct ds *, uint64_t);

/* "33.3 %"; "0 %" and "100 %" only if it is exactly that; "-" of nothing. */
void report_put_share(struct ds *, uint64_t part, uint64_t whole);

/* An address, or the block of '1 << shift' addresses that begins there,
 * "192.168.2.16/28". */
void report_put_address(struct ds *, struct address, unsigned int shift);

/* A time as strftime() has it, in UTC; "###" are milliseconds. */
void report_put_time(struct ds *, const char *format, long long int msec);

/* "1 d 2 h", "12 min 30 s": in two units at most. */
void report_put_duration(struct ds *, long long int msec);

const char *report_protocol_name(enum report_protocol);
const char *report_answer_name(enum report_answer);

/* Returns what usually listens on the port, or NULL. */
const char *report_service_name(enum report_protocol, uint16_t port);

#endif /* agent/pipettectl/report-text.h */
