/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_SWITCH_LISTINGS_H
#define AGENT_OPERATOR_SWITCH_LISTINGS_H 1

/* What the switch has, as the control commands show it.  Pure. */

#include <stddef.h>

#include "agent/operator/listing.h"

struct claims;
struct drop_count;
struct ds;
struct flow_listing;
struct nft_counter;
struct options;

/* Appends to 's' the first 'limit' rows of what the switch has sent (hosts or
 * flows); to text, how many more there are. */
void switch_listing_format(const struct options *, const struct flow_listing *,
                           size_t limit, enum listing_format, struct ds *s);

/* Return a listing, for the caller to destroy: what is dropped by the flows,
 * and by the firewall ('wall', NULL if there is none); and what 'network'
 * claims, or all networks if that is NULL, in which case the listing is NULL if
 * there is no such network.  'now' and 'wall_msec' as in claims-format.h. */
struct listing *drops_to_listing(const struct drop_count *,
                                 const struct nft_counter *wall,
                                 long long int now);
struct listing *claims_to_listing(const struct claims *, const char *network,
                                  long long int now, long long int wall_msec);

#endif /* agent/operator/switch-listings.h */
