/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_FIND_H
#define OVSDB_ROW_FIND_H 1

/* Finding rows in a replica of the database, and whose they are
 * ===============================================================
 *
 * For the other files of ovsdb/.  Rows that are returned are valid until the
 * next ovsdb_idl_run(). */

#include <stdbool.h>
#include <stddef.h>

struct ovsdb_idl;
struct ovsrec_bridge;
struct ovsrec_interface;
struct ovsrec_port;
struct smap;

/* Returns the bridge 'name', or NULL. */
const struct ovsrec_bridge *row_find_bridge(const struct ovsdb_idl *,
                                            const char *name);

/* Stores into '*brp' and '*portp' the port that has an interface 'name', or
 * that has this name itself.  Returns false if there is none. */
bool row_find_port(const struct ovsdb_idl *, const char *name,
                   const struct ovsrec_bridge **brp,
                   const struct ovsrec_port **portp);

/* Returns the only interface of the port that has interface 'name', if that
 * port is on 'bridge', otherwise NULL. */
const struct ovsrec_interface *row_find_interface(const struct ovsdb_idl *,
                                                  const char *bridge,
                                                  const char *name);

/* Returns true if the agent has marked the row with these external_ids, or
 * marked it as created. */
bool row_is_marked(const struct smap *external_ids);
bool row_is_created(const struct smap *external_ids);

/* Returns true if the bridge has a port, its local port aside, that the agent
 * did not create. */
bool row_has_foreign_ports(const struct ovsrec_bridge *);

#endif /* ovsdb/row-find.h */
