/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_FLOW_WORDS_H
#define OPENFLOW_FLOW_WORDS_H 1

/* What both flow sets are written with: values in the forms that the syntax of
 * ovs-ofctl(8) wants. */

#include <stdint.h>

#include "compiler.h"

struct flow_config;
struct svec;

#define FLOW_VLAN_PRESENT 0x1000    /* OFPVID_PRESENT: "has a VLAN tag". */

struct flow_words {
    char *uplink;               /* Port name or number. */
    char *fake_port;            /* Port name or number. */
    uint32_t fake_ip;
    uint64_t server_mac;
    uint64_t client_mac;
};

void flow_words_init(struct flow_words *, const struct flow_config *);
void flow_words_destroy(struct flow_words *);

/* Returns the cookie of learned flows that become wrong when 's' changes. */
uint64_t flow_words_learned_cookie(const char *s);

/* Appends a flow with the agent's cookie to 'flows'. */
void flow_add(struct svec *flows, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

#endif /* openflow/flow-words.h */
