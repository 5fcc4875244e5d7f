/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_PLAN_H
#define OPENFLOW_ERROR_PLAN_H 1

/* What is to be done with an ICMP error
 * ======================================
 *
 * What the agent has to know of a network, to translate an error
 * (error-translate.h), comes with the packet, from the flow that sent it.  So
 * it is what was in force then, whatever is by now.
 *
 * Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address-plan.h"

struct ds;

struct error_plan {
    bool outbound;              /* From the fake host. */
    bool routed;                /* It is about packets of a routed client. */
    uint32_t network;           /* In the metadata; 0 if it has no name. */
    struct fake_address fake;
    struct real_subnet real;

    /* If both 'outbound' and 'routed': whom the client asked.  No flow knows
     * that; it comes with the packet, as connection tracking has it. */
    struct address target;
};

/* Appends 'plan', without the target, as it is written in "userdata=" of
 * ovs-actions(7). */
void error_plan_put(const struct error_plan *plan, struct ds *);

/* Takes the 'n' bytes of 'userdata' for what error_plan_put() wrote.  Returns
 * false if that cannot be; otherwise the target is ::. */
bool error_plan_parse(const void *userdata, size_t n, struct error_plan *plan);

#endif /* openflow/error-plan.h */
