/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_SET_H
#define OPENFLOW_CLAIM_SET_H 1

/* Flows that claim dark addresses
 * ================================
 *
 * A part of the flow set for real subnets that are known (subnet-set.h).  The
 * switch answers ARP requests (of IPv6, neighbour solicitations) for claimed
 * addresses, as long as no host shows that one of them is its own.
 *
 *     table 18   what is claimed: a flow a prefix says if the switch listens
 *                for owners only, or answers, too.  So the switch itself knows
 *                for which addresses was asked if somebody has them
 *                (claims.h)
 *     table 19   learned: the owner of each claimed address that has one,
 *                for --claim-hold after it was last heard
 *     table 20   ARP: walls; which address does it show to be somebody's?
 *     table 21   ARP: learns the owner of that, if it is claimed
 *     table 22   ARP: is it a request, which somebody else wants to have
 *                answered?
 *     table 23   ARP: the answer, if the address is dark
 *     table 24   IP: is it to a MAC address of ours?
 *     table 25   IP: only if the address that it is for is dark
 *     table 28   IPv6: the rest of the answer, unless the agent answers
 *
 * Of IPv6, for "ARP" read "neighbour discovery" (claim-family.h).
 *
 * An address is shown to be somebody's by an ARP request or reply from it,
 * which includes announcements, and by a probe for it (RFC 5227: a request
 * from 0.0.0.0); of IPv6, by a solicitation from it, an advertisement of it,
 * solicited or not, and a probe for it (RFC 4862: a solicitation from ::).
 * Whoever sends these has it: the switch cannot tell if that is true.  But
 * nothing else is learned, so at most one flow an address.
 *
 * The target's register (flow-family.h) holds the address that is looked up.
 * Bits 0 to 2 of register 6 say that the switch listens for its owner, that it
 * answers for it, and that it has an owner, whose MAC address is in registers
 * 8 and 9 then. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/claim-mac.h"

struct address_set;
struct ds;
struct flow_config;
struct ofpact;
struct svec;

/* Those that are learned keep their numbers, with another release, too, and so
 * does the first, which tells what was asked for. */
enum claim_table {
    CLAIM_LIST = 18, CLAIM_OWNERS,
    CLAIM_NEIGHBOURS, CLAIM_HEARD, CLAIM_ASK, CLAIM_ANSWER, CLAIM_IP,
    CLAIM_CHECK,
    CLAIM_END,
    CLAIM_ADVERTISE = 28
};

/* Flags of an advertisement: it is solicited, and does not override what
 * others say, as that of a proxy (RFC 4861 section 7.2.8): the owner's is
 * taken, whichever comes first. */
#define CLAIM_ND_FLAGS 0x40000000

/* What the flow set needs to know of a network's claims. */
struct claim_config {
    const struct address_set *addresses;    /* NULL or empty for none. */
    struct claim_mac mac;
    uint16_t hold;              /* Seconds, not 0. */
    const struct svec *ignored; /* Who gets no answer, "ADDRESS[/LENGTH]";
                                 * beside the ignored clients.  Or NULL. */
    bool by_agent;              /* The agent answers, instead of the switch:
                                 * of IPv6, on the kernel's datapath
                                 * (nd-answer.h). */
};

/* Returns true if the network claims something. */
bool claim_set_is_wanted(const struct flow_config *);

/* Appends to 'flows' those of 'table', that for what comes in, by which ARP or
 * neighbour discovery goes on to table 20. */
void claim_set_add_entrances(const struct flow_config *, int table,
                             struct svec *flows);

/* Appends to 'flows' those of one network, as if it were the only one, but for
 * table 18.  'ip_table' is where IP packets go on, with resubmit(). */
void claim_set_add_flows(const struct flow_config *, int ip_table,
                         struct svec *flows);

/* Whose flows of table 18 are.  If the network has a name, they match its
 * number, even if it is the only one: what was asked for in one network says
 * nothing of another.  Those that answer note on which VLANs was asked. */
struct claim_list_key {
    bool named;
    uint32_t id;
    const unsigned long *vlans;
};

/* Appends to 'flows' those of table 18, which listen for 'addresses', and, if
 * 'answer', answer for them. */
void claim_set_add_list(const struct claim_list_key *,
                        const struct address_set *addresses, bool answer,
                        struct svec *flows);

/* Returns true if 'ofpacts', the actions of a flow of table 18, answer, and
 * note the VLANs of 'key'. */
bool claim_set_is_answering(const struct claim_list_key *key,
                            const struct ofpact *ofpacts, size_t ofpacts_len);

/* Returns true if 'flow', a line of a flow set, is of table 18. */
bool claim_set_is_listed(const char *flow);

/* What subnet-set.h adds to flows of its own: the match of a MAC address
 * 'field' ("dl_src") that is one of ours; the action that looks an owner of
 * the address in register 1 up; and what it then matches. */
void claim_set_put_mac(struct ds *, const char *field,
                       const struct claim_mac *);
#define CLAIM_LOOK_UP_OWNER "resubmit(,19),"
#define CLAIM_OWNED "reg6=0x4/0x4"

#endif /* openflow/claim-set.h */
