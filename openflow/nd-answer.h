/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ND_ANSWER_H
#define OPENFLOW_ND_ANSWER_H 1

/* Answers to neighbour solicitations, by the agent
 * =================================================
 *
 * The kernel's datapath cannot make an advertisement of a solicitation: it
 * writes neither the flags nor the types of options (ovs-fields(7):
 * nd_reserved, nd_options_type).  So there the flow that would answer
 * (claim-set.h) sends the solicitation to the agent (error-relay.h), which
 * answers in its place, for the same addresses; while it is away, nobody
 * does.
 *
 * What the agent has to know comes with the packet, from the flow that sent
 * it, as with errors (error-translate.h).  Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/claim-mac.h"

struct dp_packet;
struct ds;

struct nd_plan {
    struct claim_mac mac;       /* Of the addresses that are claimed. */
};

/* Appends 'plan' as it is written in "userdata=" of ovs-actions(7). */
void nd_plan_put(const struct nd_plan *plan, struct ds *);

/* Takes the 'n' bytes of 'userdata' for what nd_plan_put() wrote.  Returns
 * false if that cannot be. */
bool nd_plan_parse(const void *userdata, size_t n, struct nd_plan *plan);

/* Makes 'answer', which is initialized and empty, the solicited advertisement
 * that answers the Ethernet frame of 'size' bytes, without a VLAN tag.  It has
 * CLAIM_ND_FLAGS and the option of the target's link-layer address.
 *
 * Returns false, and leaves 'answer' empty, if the frame is no solicitation
 * that RFC 4861 section 7.1.1 lets pass, or is a probe (RFC 4862), or has an
 * extension header (RFC 6980 forbids that of fragments), or no link-layer
 * address.  Other options are ignored, those of RFC 3971, too. */
bool nd_answer_compose(const struct nd_plan *plan, const void *frame,
                       size_t size, struct dp_packet *answer);

#endif /* openflow/nd-answer.h */
