/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_SETTINGS_H
#define AGENT_CONFIG_SETTINGS_H 1

/* What can be set, on the command line and in the configuration file alike.
 *
 * A setting has one name in both, but for the bridge's: --bridge is "name" in
 * section [bridge].  The command line takes precedence. */

#include <stdbool.h>

#include "agent/config/options.h"

struct svec;

/* Gives '*options', which is all zeros but for 'directory', the defaults. */
void settings_set_defaults(struct options *options);

/* Frees the values. */
void settings_destroy(struct options *options);

/* Returns the name, as an option without "--", and as a key of a section. */
const char *setting_option(enum setting);
const char *setting_key(enum setting);
const char *setting_section(enum setting);

/* Finds 'key' in any section.  Returns false if there is no such one. */
bool setting_find(const char *key, enum setting *);

/* Parses 'value' and stores it.  'line' is its line in the configuration file,
 * 0 for the command line.  Returns NULL if successful, otherwise the error, as
 * below, for the caller to free. */
char *setting_apply(struct options *options, enum setting, const char *value,
                    unsigned int line);

/* Checks the values against each other, except those that setting_apply()
 * refused, and appends an error to 'errors' for each that is invalid.
 *
 * An error is one line that names the setting as the user did, file and line
 * if it is in one, the value, and what that must be:
 *
 *     --timeout 0: must be a whole number from 1 to 65535
 *     FILE:7: [network] timeout 0: must be a whole number from 1 to 65535
 */
void settings_check(const struct options *options, struct svec *errors);

/* Appends to 'names' the settings that are not the same in both, as options
 * without "--". */
void settings_compare(const struct options *, const struct options *,
                      struct svec *names);

#endif /* agent/config/settings.h */
