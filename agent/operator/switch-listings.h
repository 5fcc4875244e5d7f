/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_OPERATOR_SWITCH_LISTINGS_H
#define AGENT_OPERATOR_SWITCH_LISTINGS_H 1

/* What the switch has, as the control commands show it.  Pure. */

#include <stdbool.h>
#include <stddef.h>

#include "agent/operator/listing.h"

struct claims;
struct drop_count;
struct flow_listing;
struct firewall_walls;
struct options;
struct switch_listing;

/* The first 'limit' rows of 'rows', what the switch has sent (hosts or flows),
 * in 'format'; in text, with how many more there are.  They may be many, and
 * are formatted step by step: switch_listing_run() does one, and returns true
 * once all is done.  'rows' must stay as it is until then.  Returns the
 * object, for the caller to destroy. */
struct switch_listing *switch_listing_create(const struct flow_listing *rows,
                                             size_t limit,
                                             enum listing_format format);
void switch_listing_destroy(struct switch_listing *);
bool switch_listing_run(struct switch_listing *, const struct options *);

/* Returns what was formatted so far. */
const char *switch_listing_text(const struct switch_listing *);

/* Return a listing, for the caller to destroy: what is dropped by the flows,
 * and by the firewall's walls; and what 'network' claims, or all networks if
 * that is NULL.  The latter is NULL if there is no
 * such network.  'now' and 'wall_msec' are as in claims-format.h. */
struct listing *drops_to_listing(const struct drop_count *,
                                 const struct firewall_walls *,
                                 long long int now);
struct listing *claims_to_listing(const struct claims *, const char *network,
                                  long long int now, long long int wall_msec);

#endif /* agent/operator/switch-listings.h */
