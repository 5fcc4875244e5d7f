/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_PORT_NUMBERS_H
#define OVSDB_PORT_NUMBERS_H 1

/* OpenFlow port numbers: those to request for fake ports, from
 * BRIDGE_ROWS_FAKE_PORT_OFPORT on, and those that ovs-vswitchd assigned.
 *
 * Functions of a replica of the database and a configuration. */

#include <stdbool.h>
#include <stdint.h>

struct bridge_rows_config;
struct ds;
struct ovsdb_idl;
struct simap;

/* Makes 'numbers', by name, have a number for each fake port, and no other:
 * the one that it has there, or else the one that an earlier agent requested
 * in the row that is there, or else a free one. */
void port_numbers_assign(const struct ovsdb_idl *,
                         const struct bridge_rows_config *,
                         struct simap *numbers);

/* Stores into '*number' the number of port 'name', which the configured bridge
 * has.  If there is none, returns false, and appends to 's' why; sets
 * '*missing' if only others can change that. */
bool port_numbers_read(const struct ovsdb_idl *,
                       const struct bridge_rows_config *, const char *name,
                       uint16_t *number, struct ds *s, bool *missing);

/* The same for all fake ports: stores their numbers into 'numbers', by name,
 * up to the first that has none. */
bool port_numbers_read_fake_ports(const struct ovsdb_idl *,
                                  const struct bridge_rows_config *,
                                  struct simap *numbers, struct ds *s,
                                  bool *missing);

/* Appends "PORT as port NUMBER" for each fake port to 's'. */
void port_numbers_format(const struct bridge_rows_config *,
                         const struct simap *numbers, struct ds *s);

#endif /* ovsdb/port-numbers.h */
