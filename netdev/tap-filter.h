/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_TAP_FILTER_H
#define NETDEV_TAP_FILTER_H 1

/* What stands in front of a tap's filter in the kernel, as instructions of
 * classic BPF: the direction, which no filter of pcap-filter(7) can ask for in
 * a ring, and UDP datagrams that nobody wants to see any more.  Pure. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct ofpbuf;

/* Of a UDP datagram, as it is on the wire. */
struct tap_tuple {
    struct in6_addr src, dst;   /* Of one family.  IPv4: mapped. */
    ovs_be16 src_port, dst_port;
    uint16_t vlan;              /* VLAN ID, 0 without a tag. */
};

/* Appends to 'insns' "struct sock_filter"s that drop each frame that was not
 * sent, or not received; others go on after them. */
void tap_filter_put_direction(struct ofpbuf *insns, bool sent);

/* Appends to 'insns' what drops whole UDP datagrams of the 'n' tuples, without
 * IP options or extension headers, and none but these; other frames go on
 * after it.  It takes time that grows with the logarithm of 'n'.  Of tuples
 * whose hashes are equal, one may be dropped and another not. */
void tap_filter_put_muted(struct ofpbuf *insns, const struct tap_tuple *tuples,
                          size_t n);

#endif /* netdev/tap-filter.h */
