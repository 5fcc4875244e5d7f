/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_VALUES_H
#define OPENFLOW_FLOW_VALUES_H 1

/* What both flow sets are written with: values in the forms that the syntax of
 * ovs-ofctl(8) wants. */

#include <stdint.h>

#include "compiler.h"

struct flow_config;
struct svec;

struct flow_values {
    char *uplink;               /* Port name or number. */
    char *fake_port;            /* Port name or number. */
    uint64_t server_mac;
    uint64_t client_mac;
};

void flow_values_init(struct flow_values *, const struct flow_config *);
void flow_values_destroy(struct flow_values *);

/* Returns the cookie of learned flows that become wrong when 's' changes. */
uint64_t flow_values_learned_cookie(const char *s);

/* Appends a flow with the agent's cookie to 'flows'. */
void flow_add(struct svec *flows, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

#endif /* openflow/flow-values.h */
