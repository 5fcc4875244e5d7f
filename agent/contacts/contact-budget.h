/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_CONTACTS_CONTACT_BUDGET_H
#define AGENT_CONTACTS_CONTACT_BUDGET_H 1

/* How many records a second may be written, so that a flood does not fill a
 * disk.  Of what is suppressed, there is a summary each second: one for each
 * client, of the first CONTACT_BUDGET_CLIENTS ones in that second, and one for
 * all others together.  Pure. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/hmap.h"

#define CONTACT_BUDGET_CLIENTS 100

/* What was suppressed in a second. */
struct contact_suppressed {
    struct hmap_node node;      /* In 'clients' of the budget. */
    struct in6_addr client;     /* All zeros: of others. */
    uint64_t n;                 /* Records. */
    long long int first, last;  /* When the contacts were, in milliseconds
                                 * since the epoch. */
};

struct contact_budget {
    unsigned int rate, left;
    struct hmap clients;        /* Contains "struct contact_suppressed"s. */
    struct contact_suppressed others;
    uint64_t n_suppressed;      /* Ever. */
};

void contact_budget_init(struct contact_budget *, unsigned int rate);
void contact_budget_destroy(struct contact_budget *);

/* Takes a record of the client, of a contact at the time 'msec'.  Returns true
 * if it may be written; otherwise it is suppressed. */
bool contact_budget_take(struct contact_budget *,
                         const struct in6_addr *client, long long int msec);

/* Another second begins: calls 'put' for each summary. */
typedef void contact_budget_put(const struct contact_suppressed *, void *aux);
void contact_budget_refill(struct contact_budget *, contact_budget_put *put,
                           void *aux);

#endif /* agent/contacts/contact-budget.h */
