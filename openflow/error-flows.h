/* SPDX-License-Identifier: Apache-2.0 */

#ifndef OPENFLOW_ERROR_FLOWS_H
#define OPENFLOW_ERROR_FLOWS_H 1

/* ICMP errors, in the flow set for real subnets that are known
 * =============================================================
 *
 * Destination unreachable (with it "port unreachable" and "fragmentation
 * needed"), time exceeded and parameter problem: each quotes the packet that
 * it is about, whose addresses must be translated, too.
 *
 * Those about packets of routed clients, connection tracking translates: it
 * finds the connection by what is quoted.  They teach nothing, and fill no
 * table.  Inbound their source is any router on the way, and may be a host of
 * the real subnet. */

struct flow_config;
struct svec;

/* Tables, beside those of subnet-set.h. */
enum {
    ERROR_IN_TRACKED = 26,      /* Inbound, from connection tracking. */
    N_ERROR_TABLES
};

/* The match of an error that is on its way through the tables, and the action
 * that makes it one. */
#define IS_ERROR "reg2=0x80/0x80"
#define MARK_ERROR "load:0x1->NXM_NX_REG2[7]"

/* Appends flows for 'table' that send errors to table 'next': those to an
 * address of 'real', as "A/L", unless that is NULL. */
void error_add_entrances(struct svec *flows, int table, int priority,
                         const char *real, int next);

/* Appends flows for errors inbound: of 'inside', the table for those from the
 * real subnet, and of 'outside', that for others, of priority 1; and those of
 * ERROR_IN_TRACKED. */
void error_add_inbound(struct svec *flows, const struct flow_config *,
                       int inside, int outside);

/* Appends the flow of 'table' for errors to an inside client, which is of
 * priority 4 and matches addresses in 'pairs', as "A/L". */
void error_add_outbound(struct svec *flows, const struct flow_config *,
                        int table, const char *pairs);

#endif /* openflow/error-flows.h */
