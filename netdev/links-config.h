/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_LINKS_CONFIG_H
#define NETDEV_LINKS_CONFIG_H 1

/* Copies of struct links_config, and comparing them. */

#include <stdbool.h>

struct links_config;

/* Makes '*dst' a copy of '*src' with strings and networks of its own, which
 * links_config_destroy() frees. */
void links_config_copy(struct links_config *dst,
                       const struct links_config *src);
void links_config_destroy(struct links_config *);

bool links_config_equals(const struct links_config *,
                         const struct links_config *);

#endif /* netdev/links-config.h */
