/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_COMMAND_ARGS_H
#define AGENT_OPERATOR_COMMAND_ARGS_H 1

/* The arguments of control commands.  Pure. */

#include <stddef.h>

#include "agent/operator/listing.h"
#include "compiler.h"

/* An option of a command: "--NAME VALUE", or "--NAME=VALUE". */
struct command_option {
    const char *name;           /* Without dashes. */
    const char *value;          /* Out: NULL if not given; of 'argv'. */
};

/* Takes the arguments 'argv[1]' on.  "--format" may be one of 'formats', a bit
 * (1u << LISTING_...) each, and is stored into '*format', LISTING_TEXT if it is
 * not given.  'options' are the 'n' others.  Each may be given once.
 *
 * Returns NULL, or the error, for the caller to free. */
char *command_args_parse(int argc, const char *argv[], unsigned int formats,
                         enum listing_format *format,
                         struct command_option *options, size_t n)
    OVS_WARN_UNUSED_RESULT;

/* Parse a value.  Return NULL, or what it must be, for the caller to free. */

/* A time: a number with "s", "m", "h" or "d" after it, of seconds without. */
char *command_parse_duration(const char *, unsigned int *seconds)
    OVS_WARN_UNUSED_RESULT;

#define COMMAND_TABLE_FORMATS \
    (1u << LISTING_TEXT | 1u << LISTING_JSON | 1u << LISTING_CSV)

#endif /* agent/operator/command-args.h */
