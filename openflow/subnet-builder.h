/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SUBNET_BUILDER_H
#define OPENFLOW_SUBNET_BUILDER_H 1

/* The flows of one network of subnet-set.h, in the words of its family.  None
 * matches metadata.  Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openflow/address.h"
#include "openflow/flow-values.h"

struct flow_config;
struct flow_family;
struct svec;

struct subnet_builder {
    const struct flow_config *config;
    const struct flow_family *family;
    struct flow_values w;
    struct svec *flows;         /* What they are appended to. */
    bool claims;                /* The network claims addresses. */
    unsigned int n;             /* Host bits of the real subnet. */
    char fake[ADDRESS_STRLEN];
    char fake_prefix[ADDRESS_STRLEN];   /* A/L, as the next two. */
    char pairs[ADDRESS_STRLEN]; /* Fake addresses that are pairs. */
    char real[ADDRESS_STRLEN];
    char first[ADDRESS_STRLEN]; /* Of the real subnet, */
    char last[ADDRESS_STRLEN];  /* which no host has. */
};

void subnet_builder_init(struct subnet_builder *, const struct flow_config *,
                         struct svec *flows);
void subnet_builder_destroy(struct subnet_builder *);

/* Tables 1 to 8 and 17. */
void subnet_add_inbound_flows(struct subnet_builder *);

/* Tables 9 to 12. */
void subnet_add_outbound_flows(struct subnet_builder *);

/* What may pass: "NAME" and "MORE" are matches. */
struct subnet_protocol {
    unsigned int flags;         /* FLOW_TCP and so on: if one is wanted. */
    const char *name;
    char more[32];              /* "" or with a comma first. */
};
#define SUBNET_N_PROTOCOLS 4

/* Stores what passes, of ICMP or ICMPv6 'type', in '*protocols', and returns
 * the number of those.
 *
 * The first fragment of a message has its type, as long as Open vSwitch is
 * told to look (frag-mode.h): otherwise none passes.  Without it, the later
 * ones are nothing to a host.  Their type is 0 for Open vSwitch. */
size_t subnet_get_protocols(const struct flow_family *, uint8_t type,
                            struct subnet_protocol[SUBNET_N_PROTOCOLS]);

#endif /* openflow/subnet-builder.h */
