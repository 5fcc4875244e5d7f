/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_GENETLINK_H
#define NETDEV_GENETLINK_H 1

/* Requests to families of generic netlink, each on a socket of its own.  The
 * functions that return int return 0 or a positive errno value. */

struct nl_msg;

/* Stores into '*id' the number that the family has in this boot.  The kernel
 * loads the module that has it, if it can.  Returns ENOENT if there is no such
 * family. */
int genetlink_find(const char *family, int *id);

/* Returns a new request for 'command' of a family, for the caller to add
 * attributes. */
struct nl_msg *genetlink_message(int family, int command);

/* Sends 'msg', and frees it.  Passes the one reply to 'take', which returns
 * NL_STOP; or if that is NULL, waits until the request is carried out. */
int genetlink_send(struct nl_msg *msg, int (*take)(struct nl_msg *, void *aux),
                   void *aux);

#endif /* netdev/genetlink.h */
