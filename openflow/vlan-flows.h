/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_VLAN_FLOWS_H
#define OPENFLOW_VLAN_FLOWS_H 1

/* Flows that are the same in both flow sets: they sort what comes in on the
 * uplink by its VLAN, and drop what comes from ignored clients. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ds;
struct flow_config;
struct svec;

#define FLOW_VLAN_PRESENT 0x1000    /* OFPVID_PRESENT: "has a VLAN tag". */

/* The match of frames without a tag: neither of a VLAN nor priority-tagged. */
#define UNTAGGED "vlan_tci=0x0000/0x1fff"

/* Registers: the VLAN that a packet came in on, and that of a client, as
 * learned.  Both are 0 for frames without a tag. */
#define CAME_ON_VLAN "NXM_NX_REG4[0..11]"
#define CLIENT_VLAN "NXM_NX_REG5[0..11]"

/* Iterates 'VLAN', an int, over the bitmap 'VLANS'. */
#define VLAN_FOR_EACH(VLAN, VLANS) BITMAP_FOR_EACH_1 (VLAN, 4096, VLANS)

/* Returns true if frames of the uplink have no tag. */
bool vlan_is_untagged(const struct flow_config *config);

/* Returns the only VLAN, or 0 if there are several, or none. */
uint16_t vlan_get_only(const struct flow_config *config);

/* Appends to 'flows' those of table 0 for frames of the uplink: of a VLAN of
 * one of the 'n' networks, to 'table', without the tag and with the number of
 * the network, if that has a name, in the metadata; others are dropped.  Where
 * a VLAN is of two networks, one of each family, the protocol tells.  Their
 * priorities are 1 to 3. */
void vlan_add_sorting_flows(struct svec *flows,
                            const struct flow_config *configs, size_t n,
                            const char *uplink, int table);

/* Appends the action that says which network a packet is of, if that has a
 * name. */
void vlan_put_network(struct ds *, const struct flow_config *);

/* Appends flows for 'table' that drop frames with another tag behind the one
 * that is taken off. */
void vlan_add_tag_walls(struct svec *flows, const struct flow_config *,
                        int table, int priority);

/* Appends flows for 'table' that drop what comes from ignored clients. */
void vlan_add_ignored_clients(struct svec *flows, const struct flow_config *,
                              int table, int priority);

#endif /* openflow/vlan-flows.h */
