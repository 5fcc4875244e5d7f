/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_LISTING_H
#define AGENT_OPERATOR_LISTING_H 1

/* A list of things with the same properties, for people, scripts and
 * spreadsheets: as aligned columns, as JSON, as CSV.  Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

struct ds;
struct json;

enum listing_format {
    LISTING_TEXT,               /* A line of headings, then a line each. */
    LISTING_JSON,               /* An array of objects, on a line. */
    LISTING_CSV                 /* RFC 4180, with headings. */
};

/* Returns an empty listing.  'columns' are 'n' names, in JSON and CSV as they
 * are, in text in upper case.  They must outlive the listing. */
struct listing *listing_create(const char *const *columns, size_t n);
void listing_destroy(struct listing *);

/* Each call adds one value to the last row, from the left to the right; the
 * first one after a whole row begins another row.  Numbers are aligned to the
 * right.  What is not known is NULL in JSON, empty in CSV, "-" in text. */
void listing_add(struct listing *, const char *value);
void listing_add_format(struct listing *, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
void listing_add_number(struct listing *, uint64_t value);
void listing_add_unknown(struct listing *);

/* Likewise, a time in milliseconds since the epoch, in UTC as RFC 3339 has
 * it. */
void listing_add_time(struct listing *, long long int msec);

size_t listing_n_rows(const struct listing *);

/* Returns what is in a column of a row, as text; NULL if it is not known. */
const char *listing_get(const struct listing *, size_t row, size_t column);

/* Adds a row for each object of 'array', a JSON array as
 * listing_format() writes it: of the columns that this listing has.  Returns
 * false if it is no such array. */
bool listing_add_json(struct listing *, const struct json *array);

/* Appends to 's' the listing, with a newline at the end of each line.  JSON has
 * no newline. */
void listing_format(const struct listing *, enum listing_format, struct ds *s);

/* Appends to 's' a part of the same: up to 'n' rows from row 'first' on.  All
 * parts, one after the other, are the listing; the first and the last one have
 * what comes before and after the rows. */
void listing_format_part(const struct listing *, enum listing_format,
                         size_t first, size_t n, struct ds *s);

/* Appends to 's' a row as a JSON object, without a newline. */
void listing_format_row(const struct listing *, size_t row, struct ds *s);

/* Appends to 's' the listing as text that fits lines of 'width' columns, 0 for
 * any width: what is too long is cut.  'heading' and 'normal' are what is put
 * before and after the headings, escape sequences of a terminal, "" for
 * none. */
void listing_format_text(const struct listing *, size_t width,
                         const char *heading, const char *normal,
                         struct ds *s);

#endif /* agent/operator/listing.h */
