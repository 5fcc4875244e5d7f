/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_CHECKSUM_ERRORS_H
#define NETDEV_CHECKSUM_ERRORS_H 1

/* Packets that the host's IP stack dropped for a wrong checksum. */

#include <stdbool.h>
#include <stdint.h>

/* Stores into '*n' how many packets of TCP, UDP and ICMP there were since the
 * network namespace was made, by all its interfaces.  Returns false if the
 * kernel does not tell. */
bool checksum_errors_read(uint64_t *n);

/* The same from the text of /proc/net/snmp.  Pure. */
bool checksum_errors_parse(const char *text, uint64_t *n);

#endif /* netdev/checksum-errors.h */
