/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_FAMILY_H
#define OPENFLOW_CLAIM_FAMILY_H 1

/* How a family asks who has an address
 * =====================================
 *
 * IPv4 asks by ARP (RFC 826, RFC 5227), IPv6 by neighbour discovery (ND, RFC
 * 4861, RFC 4862): what the flows of claim-set.h say of each.  Pure.
 *
 * Neighbour discovery, by RFC 4861 section 7.1: messages whose hop limit is
 * not 255, or whose code is not 0, are dropped, and so are fragments (RFC
 * 6980).  What more makes one invalid the switch does not see, and need not:
 * the answer is as wrong as the question.  Options other than that of the
 * link-layer address are ignored, those of RFC 3971, too: the answer is not a
 * secured one, and who wants such ones discards it (section 5.2.2 there).
 *
 * A solicitation without its link-layer address is not answered: to one by
 * unicast there may be an answer without an option, but Open vSwitch writes
 * the type of an option, beyond the frame if it has none.  Who asks with a
 * link-local address, as routers do, is answered; it shows nobody's address.
 * The switch does not look if the solicited-node group is that of the
 * target. */

#include <stdbool.h>
#include <stddef.h>

struct flow_config;
struct flow_family;

/* What becomes of a packet. */
enum claim_verdict {
    CLAIM_DROP,
    CLAIM_SHOW,                 /* It shows an address to be somebody's. */
    CLAIM_PASS,                 /* It shows nothing. */
    CLAIM_LOOK_UP,              /* It asks for its target. */
};

/* A flow. */
struct claim_rule {
    int priority;
    const char *match;          /* "" for everything. */
    const char *in_real;        /* If not NULL, this field must have an
                                 * address of the real subnet, too, */
    const char *more;           /* and what this matches.  Or NULL. */
    enum claim_verdict verdict;
    const char *text;           /* Why it is dropped; or the field that has
                                 * the address that it shows. */
};

struct claim_family {
    const char *name;           /* "ARP", in reasons. */
    const char *any;            /* Matches all of it, */
    const char *request;        /* and this of that only questions. */
    const char *asker;          /* The asker's address, as a match. */
    const char *target;         /* The field of the target. */
    const char *owner_mac;      /* The field of the sender's MAC address. */

    /* Matches of a MAC address, up to "=".  If one of the last has 0, there
     * is none in the packet. */
    const char *macs[3];
    size_t n_macs, n_needed_macs;
    int mac_priority;           /* Of walls by those, */
    int source_priority;        /* and for what no host has as its address; 0
                                 * for none. */
    int ignored_priority;       /* Of that for ignored clients. */

    const char *entrances[3];   /* Of table 1, with priorities; up to NULL. */
    const struct claim_rule *hears;     /* Rules of table 20, */
    size_t n_hears;
    const struct claim_rule *asks;      /* and of table 22, */
    size_t n_asks;
    bool compares;              /* with those for packets whose two addresses
                                 * differ: the others only announce one. */
};

/* Returns that of 'config'. */
const struct claim_family *claim_family_of(const struct flow_config *config);

#endif /* openflow/claim-family.h */
