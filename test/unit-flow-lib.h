/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_UNIT_FLOW_LIB_H
#define TEST_UNIT_FLOW_LIB_H 1

/* What the units of flow sets have in common. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "openflow/address-set.h"
#include "openflow/flow-set.h"

struct svec;

extern const struct svec none_ignored;

/* Returns a bitmap of these VLANs, which is valid for some more calls. */
const unsigned long *vlans_of(int first, int last);

/* Return random configurations: of the published set, for a real subnet that
 * is known; and the same of IPv6. */
struct flow_config random_config(void);
struct flow_config random_subnet_config(void);
struct flow_config random_config_ipv6(void);
struct flow_config random_subnet_config_ipv6(void);

bool config_is_ipv6(const struct flow_config *);

struct address_range range_of(uint32_t first, uint32_t last);

/* Has 'c', of IPv4, claim some of its subnet: 'set', which the caller
 * destroys. */
void claim_randomly(struct flow_config *c, struct address_set *set);

/* Counts the lines of 'flows' that contain 'format', formatted. */
size_t count(const struct svec *flows, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

/* Appends to 'flows' the flow set for the 'n' networks in 'c': ovs-ofctl takes
 * it, and no two flows have the same match. */
void build_flows(const struct flow_config *c, size_t n, struct svec *flows);

#endif /* test/unit-flow-lib.h */
