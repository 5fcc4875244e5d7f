/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_PORT_NUMBERS_H
#define OVSDB_PORT_NUMBERS_H 1

/* The OpenFlow port numbers to request for fake ports: from
 * BRIDGE_ROWS_FAKE_PORT_OFPORT on, and a port keeps the one that it has. */

struct bridge_rows_config;
struct ovsdb_idl;
struct simap;

/* Makes 'numbers', by name, have a number for each fake port, and no other:
 * the one that it has there, or else the one that an earlier agent requested
 * in the row that is there, or else a free one. */
void port_numbers_assign(const struct ovsdb_idl *,
                         const struct bridge_rows_config *,
                         struct simap *numbers);

#endif /* ovsdb/port-numbers.h */
