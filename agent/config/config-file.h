/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_CONFIG_FILE_H
#define AGENT_CONFIG_CONFIG_FILE_H 1

/* The configuration file: INI, parsed by libinih.
 *
 *     [bridge]
 *     uplink = enx0023565c8859
 *
 *     [network]
 *     vlan = 2
 *
 * Sections, keys and values are those of settings.h.  Several networks have
 * sections [network NAME], NAME of 1 to CONFIG_FILE_MAX_NAME letters, digits,
 * '-' and '_'.  '#' and ';' begin comments, on lines of their own or after a
 * blank.  A key is given once in a section. */

#include <stdbool.h>
#include <stddef.h>

struct options;
struct svec;

#define CONFIG_FILE_MAX_NAME 32

/* Reads the settings in the file 'options->config', and appends an error, as
 * in settings.h, to 'errors' for each that is invalid.  Never blocks: only a
 * regular file is read.  Returns false if the file cannot be read. */
bool config_file_load(struct options *options, struct svec *errors);

/* The same for the file's text of 'size' bytes. */
bool config_file_parse(struct options *options, const char *text, size_t size,
                       struct svec *errors);

#endif /* agent/config/config-file.h */
