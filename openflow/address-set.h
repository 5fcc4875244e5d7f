/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ADDRESS_SET_H
#define OPENFLOW_ADDRESS_SET_H 1

/* Sets of addresses
 * =================
 *
 * Kept as ranges that are sorted and apart: no two of them overlap or touch,
 * so that equal sets have equal ranges.  Addresses are those of address.h.
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "openflow/address.h"

struct ds;

struct address_range {
    struct address first, last; /* Both in it, and of one family. */
};

struct address_set {
    struct address_range *ranges;
    size_t n, allocated;
};

#define ADDRESS_SET_INITIALIZER { NULL, 0, 0 }

void address_set_destroy(struct address_set *);

/* Removes all. */
void address_set_clear(struct address_set *);

/* Makes 'dst', which is initialized, equal to 'src'. */
void address_set_assign(struct address_set *dst,
                        const struct address_set *src);

/* Adds, or removes, the addresses of 'other', or of a range; or removes all
 * that are not in 'other'. */
void address_set_add_range(struct address_set *, struct address_range);
void address_set_add(struct address_set *, const struct address_set *other);
void address_set_subtract_range(struct address_set *, struct address_range);
void address_set_subtract(struct address_set *,
                          const struct address_set *other);
void address_set_intersect(struct address_set *,
                           const struct address_set *other);

bool address_set_contains(const struct address_set *, struct address);
bool address_set_is_empty(const struct address_set *);
bool address_set_equals(const struct address_set *,
                        const struct address_set *);

/* Returns the number of addresses, UINT64_MAX if there are more than that. */
uint64_t address_set_count(const struct address_set *);

/* Stores into '*address' the lowest one from 'from' on.  Returns false if
 * there is none. */
bool address_set_next(const struct address_set *, struct address from,
                      struct address *address);

/* Takes the shortest prefix that begins with the first address of '*rest', and
 * is within it, off '*rest', and stores it into '*prefix'.  Returns false once
 * nothing is left, and '*rest' is not to be used any more.  These prefixes are
 * as few as can be. */
bool address_range_take_prefix(struct address_range *rest,
                               struct address_prefix *prefix)
    OVS_WARN_UNUSED_RESULT;

/* Returns the range that only has 'address' in it. */
static inline struct address_range
address_range_of(struct address address)
{
    return (struct address_range) { address, address };
}

/* Returns the addresses of 'prefix'. */
struct address_range address_prefix_range(struct address_prefix);

/* Returns true if 'address' is in the range. */
bool address_range_contains(struct address_range, struct address);

/* Parses 's', "ADDRESS", "ADDRESS-ADDRESS" or "ADDRESS/LENGTH", which is a
 * network's address with a length that is not 0.  Returns NULL if successful,
 * otherwise what would be right, as an owned string for the caller to
 * free. */
char *address_range_parse(const char *s, struct address_range *range)
    OVS_WARN_UNUSED_RESULT;

/* Returns what a list of these must be, for the caller to free. */
char *address_ranges_expected(bool ipv4);

/* Appends "ADDRESS" or "ADDRESS-ADDRESS" to 's'; or these, for each range of a
 * set, with a comma between. */
void address_range_format(struct address_range, struct ds *s);
void address_set_format(const struct address_set *, struct ds *s);

#endif /* openflow/address-set.h */
