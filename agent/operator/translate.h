/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_TRANSLATE_H
#define AGENT_OPERATOR_TRANSLATE_H 1

/* Translates fake addresses to real ones and back: --translate.  Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"
#include "openflow/address.h"

struct contact_targets;
struct ds;
struct network;
struct options;

/* Appends to 's' the translation of 'words', a line: "client C target T" for a
 * fake address, the fake address for "C,T".  Of networks that have names, it
 * is "network NAME client C target T"; and for "C,T" a line "network NAME
 * ADDRESS" for each network that has both, for "NAME:C,T" that of one.
 *
 * With 'targets', NULL for none, also of what these have: for the address of a
 * routed client, or "ADDRESS:PORT", a line for each target that it asked for.
 *
 * Returns NULL if successful, otherwise what 'words' must be, a string that
 * the caller must free. */
char *translate(const struct options *, const struct contact_targets *targets,
                const char *words, struct ds *s)
    OVS_WARN_UNUSED_RESULT;

/* Returns the network that 'ip' is a pair of, and stores the addresses that it
 * is made of.  Returns NULL if there is none. */
const struct network *translate_split(const struct options *,
                                      struct address ip,
                                      struct address *client,
                                      struct address *target);

/* A filter, which replaces each fake address in a text by "C,T", or by
 * "NAME:C,T" if the network has a name.  An address ends where neither a digit
 * nor a dot with a digit after it follows, and begins likewise; what is
 * longer, such as 10.10.5.77.8, is not an address.
 *
 * If there is a network or a target of IPv6, an address of that is a word of
 * hexadecimal digits and colons, but for a colon before it and one after it,
 * and what comes with a dot, such as a port: "[ADDRESS]:PORT", "ADDRESS.PORT",
 * "ADDRESS: ".
 *
 * With targets, an address that these have, of a routed client, is replaced as
 * contact_targets_put() has it.  If it is that of several targets, and the
 * next number within TRANSLATOR_GAP characters of the line is a port that
 * these have for it, it is that port's target or targets: as in
 * "ADDRESS:PORT", "ADDRESS port PORT", and
 * {"src_ip":"ADDRESS","src_port":PORT}. */
#define TRANSLATOR_GAP 24

struct translator {
    const struct options *options;
    const struct contact_targets *targets;      /* NULL for none. */
    char held[32];              /* Digits and dots, maybe of an address. */
    size_t n_held;
    bool too_long;              /* Digits and dots are not held. */
    char word[64];              /* Maybe of an address of IPv6. */
    size_t n_word;
    bool word_too_long;         /* It has begun before that. */
    bool asked;                 /* An address of several targets came: is it
                                 * with a port? */
    struct address address;     /* If so, that one. */
    char tail[TRANSLATOR_GAP + 8];      /* What came after it. */
    size_t n_tail;
    unsigned int number;        /* At the end of that, */
    size_t n_digits;            /* with so many digits. */
};

#define TRANSLATOR_INITIALIZER(OPTIONS, TARGETS) \
    { .options = (OPTIONS), .targets = (TARGETS) }

/* Takes the next 'n' bytes of the text, and appends to 's' what is certain of
 * the result. */
void translator_feed(struct translator *, const char *text, size_t n,
                     struct ds *s);

/* The text has ended: appends the rest. */
void translator_finish(struct translator *, struct ds *s);

#endif /* agent/operator/translate.h */
