/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "openflow/error-plan.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Userdata: this, the fake address and the real subnet's, of 4 or of 16 bytes,
 * and the network's number, in network byte order. */
struct plan_head {
    uint8_t magic[3];           /* So that what another flow has as userdata is
                                 * not taken for one. */
    uint8_t outbound;
    uint8_t fake_plen, real_plen;
    uint8_t routed;
    uint8_t zero;
};
BUILD_ASSERT_DECL(sizeof(struct plan_head) == 8);

#define PLAN_SIZE(ADDRESS_SIZE) \
    (sizeof(struct plan_head) + 2 * (ADDRESS_SIZE) + sizeof(ovs_be32))
#define MAX_PLAN PLAN_SIZE(16)

static const char *
get_magic(size_t address_size)
{
    return address_size == 4 ? "pip" : "pi6";
}

void
error_plan_put(const struct error_plan *plan, struct ds *s)
{
    size_t size = fake_address_is_ipv4(&plan->fake) ? 4 : 16;
    struct plan_head head = {
        .outbound = plan->outbound,
        .fake_plen = plan->fake.plen,
        .real_plen = plan->real.plen,
        .routed = plan->routed,
    };
    ovs_be32 network = htonl(plan->network);
    uint8_t bytes[MAX_PLAN];
    uint8_t *addresses = bytes + sizeof head;

    memcpy(head.magic, get_magic(size), sizeof head.magic);
    memcpy(bytes, &head, sizeof head);
    address_to_bytes(plan->fake.ip, addresses, size);
    address_to_bytes(plan->real.network, addresses + size, size);
    memcpy(addresses + 2 * size, &network, sizeof network);
    for (size_t i = 0; i < PLAN_SIZE(size); i++) {
        ds_put_format(s, "%s%02x", i ? "." : "", bytes[i]);
    }
}

/* Returns true if it is one that a network can have: so that nothing is
 * computed with other lengths. */
static bool
is_plan(const struct error_plan *plan, unsigned int bits)
{
    const struct real_subnet *real = &plan->real;

    if (address_is_ipv4(plan->fake.ip) != (bits == 32)
        || real->plen <= bits / 2 || real->plen > bits - 2
        || plan->fake.plen < 1 || plan->fake.plen > bits - 2
        || !address_equals(real_subnet_prefix(real).network, real->network)) {
        return false;
    }

    char *error = address_plan_check(&plan->fake, real);
    bool fits = !error;

    free(error);
    return fits;
}

bool
error_plan_parse(const void *userdata, size_t n, struct error_plan *plan)
{
    size_t size = n == PLAN_SIZE(4) ? 4 : 16;
    struct plan_head head;
    ovs_be32 network;

    if (n != PLAN_SIZE(size)) {
        return false;
    }
    memcpy(&head, userdata, sizeof head);
    if (memcmp(head.magic, get_magic(size), sizeof head.magic)
        || head.outbound > 1 || head.routed > 1) {
        return false;
    }

    const uint8_t *addresses = (const uint8_t *) userdata + sizeof head;
    memcpy(&network, addresses + 2 * size, sizeof network);
    *plan = (struct error_plan) {
        .outbound = head.outbound,
        .routed = head.routed,
        .network = ntohl(network),
        .fake = { address_from_bytes(addresses, size), head.fake_plen },
        .real = { address_from_bytes(addresses + size, size),
                  head.real_plen },
    };
    return is_plan(plan, 8 * size);
}
