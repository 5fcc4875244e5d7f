/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_SETTINGS_H
#define AGENT_CONFIG_SETTINGS_H 1

/* What can be set, on the command line and in the configuration file alike.
 *
 * A setting has one name in both, but for the bridge's: --bridge is "name" in
 * section [bridge].  The command line takes precedence; it is for one network,
 * the file may have several, in sections [network NAME]. */

#include <stdbool.h>

#include "agent/config/options.h"

struct svec;

/* Gives '*options', which is all zeros but for 'directory', the defaults.  It
 * has no network then: add some, then call settings_complete(), which adds one
 * without a name if there is none, and sorts them by name. */
void settings_set_defaults(struct options *options);
void settings_complete(struct options *options);

/* Returns the network 'name', NULL for that without one.  If there is none, it
 * is added, with the defaults; its section is in 'line' of the file.  The
 * pointer is valid until another one is added. */
struct network *settings_get_network(struct options *options,
                                     const char *name, unsigned int line);

/* Frees the values. */
void settings_destroy(struct options *options);

/* Returns the name, as an option without "--", and as a key of a section. */
const char *setting_option(enum setting);
const char *setting_key(enum setting);
const char *setting_section(enum setting);

/* Returns true if each network has the setting. */
bool setting_is_of_network(enum setting);

/* Returns true if the option has no value: it is "yes" if it is given. */
bool setting_is_flag(enum setting);

/* Finds 'key' in any section.  Returns false if there is no such one. */
bool setting_find(const char *key, enum setting *);

/* Parses 'value' and stores it; in 'network', if each network has the setting
 * (otherwise 'network' may be NULL).  'line' is its line in the configuration
 * file, 0 for the command line.  Returns NULL if successful, otherwise the
 * error, as below, for the caller to free. */
char *setting_apply(struct options *options, struct network *network,
                    enum setting, const char *value, unsigned int line);

/* Checks the values against each other, except those that setting_apply()
 * refused, and appends an error to 'errors' for each that is invalid.
 *
 * An error is one line that names the setting as the user did, file and line
 * if it is in one, the value, and what that must be:
 *
 *     --timeout 0: must be a whole number from 1 to 65535
 *     FILE:7: [network lab] timeout 0: must be a whole number from 1 to 65535
 */
void settings_check(const struct options *options, struct svec *errors);

/* Appends to 'names' what is not the same in both, in words: settings as
 * options without "--", "network NAME added". */
void settings_compare(const struct options *, const struct options *,
                      struct svec *names);

/* Returns the error that 'setting' must be 'expected', which is freed. */
char *setting_error(const struct options *, const struct network *,
                    enum setting, char *expected);

/* Returns the setting's name as the user knows it, for the caller to free. */
char *setting_name(const struct options *, const struct network *,
                   enum setting);

/* Returns the setting's value as the user gave it, the default, or NULL. */
const char *setting_value(const struct options *, const struct network *,
                          enum setting);

/* Returns the setting as the user gave it: all zeros if the user did not. */
const struct given *setting_given(const struct options *,
                                  const struct network *, enum setting);

#endif /* agent/config/settings.h */
