/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROWS_CONFIG_H
#define OVSDB_ROWS_CONFIG_H 1

/* Copies of struct bridge_rows_config, comparing them, and what follows from
 * them. */

#include <stdbool.h>

struct bridge_rows_config;
struct ds;

/* Makes '*dst' a copy of '*src' with values of its own, which
 * rows_config_destroy() frees. */
void rows_config_copy(struct bridge_rows_config *dst,
                      const struct bridge_rows_config *src);
void rows_config_destroy(struct bridge_rows_config *);

/* Returns true if the uplink is the same, or all but database and bridge. */
bool rows_config_has_same_uplink(const struct bridge_rows_config *,
                                 const struct bridge_rows_config *);
bool rows_config_equals(const struct bridge_rows_config *,
                        const struct bridge_rows_config *);

/* Returns true if the uplink is a trunk, false if it is an access port. */
bool rows_config_is_trunk(const struct bridge_rows_config *);

/* Appends a list of VLANs to 's', as "2,1001-1048". */
void rows_config_format_vlans(const unsigned long *vlans, struct ds *s);

/* Appends to 's' what the bridge is to be, in words. */
void rows_config_format(const struct bridge_rows_config *, struct ds *s);

/* Returns the name of the database lock for 'bridge', for the caller to
 * free. */
char *rows_config_lock_name(const char *bridge);

#endif /* ovsdb/rows-config.h */
