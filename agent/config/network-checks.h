/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONFIG_NETWORK_CHECKS_H
#define AGENT_CONFIG_NETWORK_CHECKS_H 1

/* Checks of networks against each other.  No two of one family may have a
 * VLAN in common, and no two at all addresses of a fake prefix; a fake port
 * that they share has one MAC address; and each has a name and a known real
 * subnet if there are several. */

struct options;
struct svec;

/* Appends an error to 'errors', as in settings.h, for each setting that does
 * not fit the other networks: it names them and their lines. */
void network_checks(const struct options *options, struct svec *errors);

#endif /* agent/config/network-checks.h */
