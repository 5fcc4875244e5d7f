/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_CLAIM_REQUEST_H
#define OPENFLOW_CLAIM_REQUEST_H 1

/* The messages that claims.h has for the switch, of version FLOW_SYNC_VERSION.
 * They become the caller's. */

#include <stdint.h>

#include "openflow/address.h"
#include "openvswitch/types.h"

struct dp_packet;
struct ofpbuf;

/* Returns a message that sends 'packet' to 'port', on 'vlan', 0 for none; the
 * packet gets the tag. */
struct ofpbuf *claim_request_encode_packet(struct dp_packet *packet,
                                           uint16_t port, int vlan);

/* Returns a message that asks if somebody has 'address', from 'mac', by the
 * port 'uplink', on 'vlan', 0 for none: an ARP probe (RFC 5227 section 2.1.1:
 * a request from 0.0.0.0), or, of IPv6, a solicitation from :: (RFC 4862
 * section 5.4.2), whose answer is for all nodes. */
struct ofpbuf *claim_request_encode_probe(struct address address,
                                          struct eth_addr mac,
                                          uint16_t uplink, int vlan);

/* Returns a request for the flows of table 19, and stores its xid. */
struct ofpbuf *claim_request_encode_owners(ovs_be32 *xid);

#endif /* openflow/claim-request.h */
