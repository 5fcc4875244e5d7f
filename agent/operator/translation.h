/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_TRANSLATION_H
#define AGENT_OPERATOR_TRANSLATION_H 1

/* The program part of translate.h: reads contact logs, and translates words,
 * or standard input, to standard output. */

#include "compiler.h"

struct options;
struct svec;

/* Translates 'words', "-" for a filter.  'logs' are contact logs.  If it is
 * NULL, they are the contact log of 'options', if that is a file, and before
 * it the one that was rotated last, FILE.1: what of these is missing is
 * skipped, and what cannot be read is only warned of.
 *
 * Returns EXIT_SUCCESS; 1 and stores the error, one line; or 2 and stores what
 * 'words' must be.  The caller must free '*error'. */
int translation_run(const struct options *options, const struct svec *logs,
                    const char *words, char **error)
    OVS_WARN_UNUSED_RESULT;

#endif /* agent/operator/translation.h */
