/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H 1

/* What can be set, on the command line and in the configuration file alike.
 *
 * A setting has one name in both, but for the bridge's: --bridge is "name" in
 * section [bridge].  The command line takes precedence. */

#include <stdbool.h>

#include "agent/options.h"

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

/* Takes 'value'.  'line' is that of the configuration file, 0 for the command
 * line.  Returns NULL if successful, otherwise the error, see below, for the
 * caller to free. */
char *setting_apply(struct options *options, enum setting, const char *value,
                    unsigned int line);

/* Appends to 'errors' what is wrong with the values as a whole, as far as
 * setting_apply() did not refuse them.
 *
 * An error is one line that names the setting as the user did, file and line
 * if it is in one, the value, and what would be right:
 *
 *     --vlan 0: must be a whole number from 1 to 4094
 *     FILE:7: [network] vlan 0: must be a whole number from 1 to 4094
 */
void settings_check(const struct options *options, struct svec *errors);

/* Appends to 'names' the settings that are not the same in both, as options
 * without "--". */
void settings_compare(const struct options *, const struct options *,
                      struct svec *names);

#endif /* agent/settings.h */
