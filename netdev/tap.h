/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NETDEV_TAP_H
#define NETDEV_TAP_H 1

/* Tap
 * ===
 *
 * Shows the frames that pass an interface, received and sent, by libpcap: as
 * they are on the wire, whatever becomes of them.  It is never in their way.
 * Only the first TAP_SNAPLEN bytes of a frame are copied.  What Linux has no
 * room for in the tap's rings is not shown, counted, and logged once a minute
 * at most.
 *
 * Needs CAP_NET_RAW. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap_tuple;

/* Headers, with options, and what an ICMP error quotes: Ethernet with a tag,
 * 18 bytes; twice IP, at most 60 each; ICMP, 8; ports, 8. */
#define TAP_SNAPLEN 160

/* Linux collects frames so long before it wakes us, or until a block of the
 * ring is full.  It is each direction's own: a frame may be shown so much
 * earlier than one that came before it the other way. */
#define TAP_COLLECT_MSEC 200

struct tap_counts {
    uint64_t taken;             /* Frames that a filter let pass. */
    uint64_t missed;            /* Of these, what there was no room for. */
};

/* Takes a frame of 'size' bytes, with its VLAN tag, that was received or sent
 * at the time 'msec', in milliseconds since the epoch.  Of the frame, only the
 * first 'captured' bytes are there. */
typedef void tap_take(const void *frame, size_t captured, size_t size,
                      bool sent, long long int msec, void *aux);

/* Creates a tap for the interface of that name.  'received' and 'sent' say
 * which frames of these it shows, in the syntax of pcap-filter(7).  It is
 * closed until tap_set_device() is called. */
struct tap *tap_create(const char *interface, const char *received,
                       const char *sent);
void tap_destroy(struct tap *);

/* 'ifindex' is the interface's now, 0 if there is none.  If another device has
 * the name, the tap is opened anew. */
void tap_set_device(struct tap *, int ifindex);

/* Passes some of the frames that wait to 'take', with 'aux'.  Opens the tap
 * if it can be opened, once a second at most.  Never blocks. */
void tap_run(struct tap *, tap_take *take, void *aux);
void tap_wait(struct tap *);

/* From now on, of what is sent, or received, does not show UDP datagrams of
 * the 'n' tuples (tap-filter.h), but those that were named before: Linux
 * drops them before they cost anything.  It may have room for the first of
 * them only: returns for how many, 0 if the tap is closed.  A tap that is
 * opened anew shows all. */
size_t tap_mute(struct tap *, bool sent, const struct tap_tuple *tuples,
                size_t n);

/* Returns NULL if the tap is open, otherwise why it is not. */
const char *tap_error(const struct tap *);

/* Stores what was counted since the tap was created. */
void tap_get_counts(struct tap *, struct tap_counts *counts);

#endif /* netdev/tap.h */
