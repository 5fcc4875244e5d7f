/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_RIGHT_H
#define AGENT_CONTACTS_CONTACT_RIGHT_H 1

/* CAP_NET_RAW, the right to tap the uplink: see capabilities(7).  With it one
 * can read and forge all that passes any interface, so an agent that records
 * no contacts does not keep it. */

#include <stdbool.h>

/* Gives the right up for good.  To be called before there are other threads,
 * which have rights of their own.
 *
 * Where systemd lets the service have no capset(2), which is worth more, the
 * process keeps the capability and has the kernel refuse packet sockets: the
 * service can open no other sockets that the capability is for. */
void contact_right_drop(void);

/* Returns true if the process can open packet sockets. */
bool contact_right_have(void);

#endif /* agent/contacts/contact-right.h */
