/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_SUBNET_TABLES_H
#define OPENFLOW_SUBNET_TABLES_H 1

/* The OpenFlow tables and the registers of subnet-set.h, which says what each
 * is for. */

enum subnet_table {
    SORT,
    IN_TARGET, IN_CLIENT,
    INSIDE_OTHER, INSIDE_LEARN, INSIDE_DELIVER,
    ROUTED_LOOK_UP, ROUTED_LEARN, ROUTED_TRACK,
    OUT_PROTOCOL, OUT_CLIENT, OUT_TRACKED, OUT_DELIVER,
    /* Those that are learned keep their numbers, with another release, too:
     * what is in them stays. */
    INSIDE_MACS, ROUTED_MACS, TARGET_MACS, ROUTED_FULL,
    ROUTED_DELIVER,
    /* ICMP errors: error-flows.h. */
    ERROR_TRANSLATED = 26, ERROR_IN_TRACKED,
    /* 28: claim-set.h. */
    INSIDE_ROOM = 29, ROUTED_ROOM,
    HOSTS_FULL,                 /* Learned. */
    N_SUBNET_TABLES
};

/* Of a real subnet with more host bits than this, a large one, no more clients
 * and targets are learned than one with so many has.  To apply a limit, Open
 * vSwitch goes through all that it has learned. */
#define SUBNET_MAX_HOST_BITS 16

/* Bits of register 2. */
#define CLIENT_KNOWN "NXM_NX_REG2[0]"
#define TARGET_KNOWN "NXM_NX_REG2[1]"
#define NO_ROOM "NXM_NX_REG2[2]"
#define NO_HOST_ROOM "NXM_NX_REG2[3]"
#define NO_HOSTS_LEARNED "reg2=0x8/0x8"
#define MARK_ERROR "load:0x1->NXM_NX_REG2[7]"
#define IS_ERROR "reg2=0x80/0x80"
#define BOTH_KNOWN "reg2=0x3/0x3"
#define ONLY_CLIENT_KNOWN "reg2=0x1/0x3"
#define ONLY_TARGET_KNOWN "reg2=0x2/0x3"

#endif /* openflow/subnet-tables.h */
