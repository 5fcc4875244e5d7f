/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_FAMILY_H
#define OPENFLOW_FLOW_FAMILY_H 1

/* What the flow sets say of IPv4 and of IPv6
 * ==========================================
 *
 * The pipeline is one for both (subnet-set.h).  A family has its words for
 * what the flows match and move: see "MATCH FIELDS" in ovs-fields(7).  Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address-set.h"

struct ds;
struct flow_config;
struct match;

struct flow_family {
    bool ipv6;
    const char *ip, *tcp, *udp, *icmp;      /* Protocols, as matches. */
    const char *ethernet[3];                /* Those of frames that are of the
                                             * family, up to NULL. */
    const char *src, *dst;                  /* Addresses, as matches, */
    const char *src_field, *dst_field;      /* and as fields, without []. */

    /* Registers that hold the client's and the target's addresses on the
     * uplink, and what of such an address they hold: of IPv6, the target's
     * low 64 bits, as the real subnet has the others. */
    const char *client_reg, *target_reg;    /* With []. */
    const char *client_bits, *target_bits;  /* Of a field: "[]", "[0..63]". */

    unsigned int bits;                      /* Of an address. */
    uint16_t eth_type;
    uint8_t echo_request, echo_reply;       /* Types of ICMP or ICMPv6. */
    const uint8_t *errors;                  /* Types that are errors, */
    size_t n_errors;

    /* Matches of later fragments, beside and behind that of an address, and
     * the protocols (FLOW_TCP and so on) whose match is none for them. */
    const char *later, *later_more;
    unsigned int later_flags;

    const char *no_client[8];               /* Prefixes of no host, up to
                                             * NULL. */
    const char *link_local;                 /* That of hosts that are on this
                                             * link only, or NULL. */
    struct address_prefix documentation[2]; /* Those of examples, up to
                                             * length 0. */
    const char *first, *last;               /* What a real subnet's first and
                                             * last addresses are. */
};

/* Returns that of 'config' or of an address. */
const struct flow_family *flow_family_of(const struct flow_config *config);
const struct flow_family *flow_family_of_address(struct address);

/* Stores those of 'configs' in 'families', IPv4 first, up to NULL. */
#define FLOW_N_FAMILIES 2
void flow_families_of(const struct flow_config *configs, size_t n,
                      const struct flow_family *families[FLOW_N_FAMILIES + 1]);

/* Appends the actions that note in the registers who asks whom: in the fields
 * 'client' and 'target', "src_field" and "dst_field", are their addresses. */
void flow_family_put_addresses(const struct flow_family *,
                               const char *client, const char *target,
                               struct ds *);

/* Appends the action that puts 'n' bits of one field into another. */
void flow_family_put_move(const char *from_field, unsigned int from,
                          const char *to_field, unsigned int to,
                          unsigned int n, struct ds *);

/* Appends the actions that make 'field' 'a', all of it. */
void flow_family_put_address(const struct flow_family *, const char *field,
                             struct address a, struct ds *);

/* Appends "load:VALUE->FIELD[FROM..END],", as often as it takes, for the bits
 * of 'a' from bit 'from' on.  One load has 64 bits at most: what OpenFlow 1.4
 * would send for a longer one, Open vSwitch dumps as something else than what
 * was sent.  'field' is "src_field" or "dst_field", or a register. */
void flow_family_put_high(const struct flow_family *, const char *field,
                          struct address a, unsigned int from,
                          struct ds *);

/* Returns the match of the target's register for the addresses of 'prefix',
 * the caller's to free, in the form of ovs-ofctl(8)'s dumps. */
char *flow_family_target_match(struct address_prefix prefix);

/* Returns the addresses whose register 'match' has, the client's or the
 * target's, with all bits that it does not match as 0 or as 1.  Register 12 to
 * 15, or 10 and 11, are of IPv6; if neither is matched, it is IPv4.  Of a
 * target of IPv6 the high 64 bits are 0: the flow does not have them. */
struct address_range flow_family_get_client(const struct match *match);
struct address_range flow_family_get_target(const struct match *match);

#endif /* openflow/flow-family.h */
