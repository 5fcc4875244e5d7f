/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TEST_UNIT_CONTACT_LIB_H
#define TEST_UNIT_CONTACT_LIB_H 1

/* What the units of contacts have in common. */

#include "agent/contacts/contact-packet.h"

struct dp_packet;
struct options;

/* Parses command-line options, with blanks between; they must be valid. */
void parse_options(const char *words, struct options *);

/* Returns a TCP packet of client 192.168.2.'client' and target 192.168.2.77,
 * port 80, VLAN 2. */
struct contact_packet packet_of(uint8_t client, enum contact_answer,
                                uint16_t client_port);

/* Returns a frame of 'text', in the syntax of ovs-fields(7), for the caller to
 * delete. */
struct dp_packet *compose_frame(const char *text);

#endif /* test/unit-contact-lib.h */
