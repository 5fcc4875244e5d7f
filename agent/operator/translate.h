/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_TRANSLATE_H
#define AGENT_OPERATOR_TRANSLATE_H 1

/* Translates fake addresses to real ones and back: --translate.  Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

struct ds;
struct options;

/* Appends to 's' the translation of 'words', a line: "client C target T" for a
 * fake address, the fake address for "C,T".  Of networks that have names, it
 * is "network NAME client C target T"; and for "C,T" a line "network NAME
 * ADDRESS" for each network that has both, for "NAME:C,T" that of one.
 * Returns NULL if successful, otherwise what 'words' must be, a string that
 * the caller must free. */
char *translate(const struct options *, const char *words, struct ds *s)
    OVS_WARN_UNUSED_RESULT;

/* A filter, which replaces each fake address in a text by "C,T", or by
 * "NAME:C,T" if the network has a name.  An address
 * ends where neither a digit nor a dot with a digit after it follows, and
 * begins likewise; what is longer, such as 10.10.5.77.8, is not an address. */
struct translator {
    const struct options *options;
    char held[32];              /* Digits and dots, maybe of an address. */
    size_t n_held;
    bool too_long;              /* Digits and dots are not held. */
};

#define TRANSLATOR_INITIALIZER(OPTIONS) { .options = (OPTIONS) }

/* Takes the next 'n' bytes of the text, and appends to 's' what is certain of
 * the result. */
void translator_feed(struct translator *, const char *text, size_t n,
                     struct ds *s);

/* The text has ended: appends the rest. */
void translator_finish(struct translator *, struct ds *s);

#endif /* agent/operator/translate.h */
