/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OVSDB_ROW_NOTE_H
#define OVSDB_ROW_NOTE_H 1

/* What the agent notes in external_ids
 * =====================================
 *
 * Each key begins with BRIDGE_ROWS_MARK.  An adopted port's row notes what the
 * columns were that the agent changes; an uplink's, the device that it was
 * made for.  All functions but the getters are part of a transaction. */

#include <stdbool.h>

struct ovsrec_bridge;
struct ovsrec_interface;
struct ovsrec_port;
struct smap;

/* A network device, at one boot of the machine: the next boot assigns other
 * indexes. */
struct row_device {
    unsigned int ifindex;       /* 0 for none. */
    const char *boot_id;        /* NULL if not known. */
};

/* Returns the ifindex that 'port' notes for this boot, 0 if none.  A note
 * without a boot counts as one of this boot. */
unsigned int row_note_get_ifindex(const struct ovsrec_port *port,
                                  const char *boot_id);
void row_note_set_device(const struct ovsrec_port *port,
                         const struct row_device *);

/* The same for a row that the transaction inserts: adds the note to the
 * external_ids that the row is to have. */
void row_note_add_device(struct smap *external_ids, const struct row_device *);

/* Notes the columns of 'port', which is being adopted, and of its interface,
 * that the agent changes: VLANs and, if 'mtu', mtu_request.  The transaction
 * verifies them.  row_note_restore() sets them back. */
void row_note_former(const struct ovsrec_port *port, bool mtu);
void row_note_restore(const struct ovsrec_port *port);

/* Deletes the mark and all notes. */
void row_note_clear_bridge(const struct ovsrec_bridge *);
void row_note_clear_port(const struct ovsrec_port *);

#endif /* ovsdb/row-note.h */
