/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_CLAIMS_H
#define AGENT_CONFIG_CLAIMS_H 1

/* Which unused addresses of its real subnet a network claims. */

#include <stdbool.h>
#include <stdint.h>

#include "openflow/address-set.h"
#include "openflow/claim-mac.h"
#include "svec.h"

struct network;
struct options;

/* As configured. */
struct network_claims {
    bool unused;                /* All of the real subnet, or */
    struct address_set claim;   /* these, */
    struct address_set exclude; /* without these. */
    struct claim_mac mac;
    uint16_t hold;              /* Seconds, not 0. */
    struct svec ignored;        /* Who asks in vain: "ADDRESS[/LENGTH]". */
};

void network_claims_destroy(struct network_claims *);

/* Adds to 'set', which is initialized, the addresses that 'network' claims:
 * never the first and the last one of the subnet. */
void network_get_claims(const struct network *network,
                        struct address_set *set);

/* More than so many addresses are refused: at 200 requests a second, three for
 * each take 16 minutes. */
#define CLAIMS_MAX 65536

/* Parsers, as in option-values.h. */
char *parse_claim(const char *s, bool *unused, struct address_set *claim);
char *parse_addresses(const char *s, struct address_set *addresses);
char *parse_claim_mac(const char *s, struct claim_mac *mac);

/* Checks the claims of all networks, as settings_check(), which calls this:
 * they are of the real subnet, leave MAC addresses of others alone, and none
 * is an address of this host. */
void claims_check(const struct options *options, struct svec *errors);

#endif /* agent/config/claims.h */
