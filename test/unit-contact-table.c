/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"
#include "test/unit-contact-lib.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/contacts/contact-packet.h"
#include "agent/contacts/contact-table.h"
#include "netdev/tap.h"
#include "packets.h"
#include "util.h"

static void
take(struct contact_table *t, uint8_t client, enum contact_answer answer,
     uint16_t client_port, long long int now)
{
    struct contact_packet p = packet_of(client, answer, client_port);

    contact_table_take(t, 7, &p, now);
}

static void
contact_table_window(void **state OVS_UNUSED)
{
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    assert_true(contact_table_oldest_begun(&t) == LLONG_MAX);
    take(&t, 5, ANSWER_NONE, 4000, 1000);
    take(&t, 5, ANSWER_NONE, 4000, 2000);       /* Repeated. */
    take(&t, 5, ANSWER_REFUSED, 4000, 2001);
    take(&t, 5, ANSWER_NONE, 4001, 3000);
    take(&t, 5, ANSWER_GIVEN, 4001, 3001);
    take(&t, 5, ANSWER_REFUSED, 4001, 3002);
    assert_int_equal(t.n, 1);
    assert_int_equal(contact_table_oldest_begun(&t), 1000);

    assert_null(contact_table_next_begun(&t, 999));
    c = contact_table_next_begun(&t, 1000);
    assert_non_null(c);
    assert_int_equal(c->attempts, 2);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    assert_int_equal(c->last, 3002);
    assert_null(contact_table_next_begun(&t, 100000));

    assert_null(contact_table_next_ended(&t, 60999));
    assert_ptr_equal(contact_table_next_ended(&t, 61000), c);
    assert_null(contact_table_next_ended(&t, 100000));

    /* An answer alone is none; the next packet is. */
    take(&t, 5, ANSWER_GIVEN, 4001, 61001);
    assert_int_equal(t.n, 1);
    take(&t, 5, ANSWER_NONE, 4001, 61002);
    assert_int_equal(t.n, 2);
    assert_int_equal(contact_table_oldest_begun(&t), 61002);
    assert_int_equal(contact_table_oldest_ended(&t), 61002);

    /* Also if nobody asked meanwhile. */
    take(&t, 5, ANSWER_NONE, 4001, 121002);
    assert_int_equal(t.n, 3);
    assert_int_equal(contact_table_n_contacts(&t, CONTACT_TCP), 3);
    assert_int_equal(contact_table_counts(&t, 7)->contacts[CONTACT_TCP], 3);
    assert_int_equal(contact_table_counts(&t, 7)->answered[CONTACT_TCP], 1);
    assert_null(contact_table_counts(&t, 8));
    contact_table_destroy(&t);
}

static void
contact_table_keys(void **state OVS_UNUSED)
{
    struct contact_packet p = packet_of(5, ANSWER_NONE, 4000);
    struct contact_table t;

    contact_table_init(&t, 100, 60000);
    contact_table_take(&t, 7, &p, 0);
    contact_table_take(&t, 8, &p, 0);
    p.target_port = 81;
    contact_table_take(&t, 7, &p, 0);
    p.kind = CONTACT_UDP;
    contact_table_take(&t, 7, &p, 0);
    p.target.s6_addr[15]++;
    contact_table_take(&t, 7, &p, 0);
    p.client.s6_addr[15]++;
    contact_table_take(&t, 7, &p, 0);
    assert_int_equal(t.n, 6);
    /* Wherever it is now. */
    p.vlan = 3;
    p.client_mac.ea[5]++;
    contact_table_take(&t, 7, &p, 0);
    assert_int_equal(t.n, 6);
    contact_table_destroy(&t);
}

/* The answer is all that there is. */
static void
contact_table_arp(void **state OVS_UNUSED)
{
    struct contact_packet p = packet_of(5, ANSWER_GIVEN, 0);
    struct contact_table t;
    struct contact *c;

    p.kind = CONTACT_ARP;
    contact_table_init(&t, 100, 60000);
    contact_table_take(&t, 7, &p, 1000);
    contact_table_take(&t, 7, &p, 2000);
    c = contact_table_next_begun(&t, 2000);
    assert_int_equal(c->attempts, 2);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    assert_int_equal(c->last, 2000);
    contact_table_take(&t, 7, &p, 61000);
    assert_int_equal(contact_table_counts(&t, 7)->contacts[CONTACT_ARP], 2);
    assert_int_equal(contact_table_counts(&t, 7)->answered[CONTACT_ARP], 2);
    contact_table_destroy(&t);
}

static void
contact_table_bound(void **state OVS_UNUSED)
{
    struct contact_table t;

    contact_table_init(&t, 3, 60000);
    for (int i = 1; i <= 5; i++) {
        take(&t, i, ANSWER_NONE, 4000, i);
        if (i == 1) {
            assert_non_null(contact_table_next_begun(&t, 1));
        }
    }
    assert_int_equal(t.n, 3);
    assert_int_equal(t.n_evicted, 2);
    assert_int_equal(hmap_count(&t.open), 3);
    assert_int_equal(contact_table_oldest_begun(&t), 3);
    assert_int_equal(contact_table_oldest_ended(&t), 3);

    /* Those whose window is over are just forgotten. */
    while (contact_table_next_ended(&t, 70000)) {
        continue;
    }
    take(&t, 1, ANSWER_NONE, 4000, 70000);
    assert_int_equal(t.n, 3);
    assert_int_equal(t.n_evicted, 2);
    assert_int_equal(contact_table_oldest_ended(&t), 70000);
    contact_table_destroy(&t);
}

static size_t
allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* Three times as many as it holds: it has no more memory than it says. */
static void
contact_table_memory(void **state OVS_UNUSED)
{
    const size_t max = 100000;
    size_t before = allocated();
    struct contact_packet p = packet_of(5, ANSWER_NONE, 4000);
    struct contact_table t;

    contact_table_init(&t, max, 60000);
    for (size_t i = 0; i < 3 * max; i++) {
        in6_addr_set_mapped_ipv4(&p.client, htonl(0x0b000000 + i));
        contact_table_take(&t, 7, &p, i / 100);
    }
    assert_int_equal(t.n, max);
    assert_int_equal(t.n_evicted, 2 * max);
    assert_int_equal(contact_table_oldest_begun(&t), 2 * max / 100);

    size_t used = allocated() - before;
    if (used) {                 /* Other allocators do not say so. */
        assert_in_range(used, max * sizeof(struct contact), 32 * 1000 * 1000);
    }
    contact_table_destroy(&t);
    assert_true(allocated() < before + 1000000);
}

/* As NTP does: what comes is not recorded late for it, and windows are no
 * longer for it. */
static void
contact_table_clock_set_back(void **state OVS_UNUSED)
{
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    take(&t, 1, ANSWER_NONE, 4000, 10000000);
    take(&t, 2, ANSWER_NONE, 4000, 10030000);
    take(&t, 3, ANSWER_NONE, 4000, 1000000);
    assert_int_equal(contact_table_oldest_begun(&t), 970000);
    assert_int_equal(contact_table_oldest_ended(&t), 970000);
    take(&t, 2, ANSWER_GIVEN, 4000, 1000001);
    assert_non_null(contact_table_next_begun(&t, 1000000));
    c = contact_table_next_begun(&t, 1000000);
    assert_non_null(c);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    assert_int_equal(c->first, 1000000);
    assert_int_equal(c->last, 1000001);
    assert_non_null(contact_table_next_begun(&t, 1000000));
    assert_null(contact_table_next_begun(&t, 1000000));
    assert_non_null(contact_table_next_ended(&t, 1030000));
    assert_null(contact_table_next_ended(&t, 1030000));

    /* Nobody sends anything any more. */
    assert_null(contact_table_next_ended(&t, 500000));
    assert_int_equal(contact_table_oldest_ended(&t), 500000);
    assert_non_null(contact_table_next_ended(&t, 560000));
    assert_non_null(contact_table_next_ended(&t, 560000));
    contact_table_destroy(&t);
}

/* Frames may be out of order, and so may answers be even more, as they wait. */
static void
contact_table_out_of_order(void **state OVS_UNUSED)
{
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    take(&t, 1, ANSWER_NONE, 4000, 100000);
    take(&t, 2, ANSWER_NONE, 4000, 100000 - CONTACT_TABLE_SLACK);
    take(&t, 3, ANSWER_NONE, 4000, 103000);
    take(&t, 1, ANSWER_GIVEN, 4000, 100001);
    take(&t, 2, ANSWER_REFUSED, 4000, 98000);
    c = contact_table_next_begun(&t, 100000);
    assert_int_equal(c->first, 100000);
    assert_int_equal(c->last, 100001);
    c = contact_table_next_begun(&t, 100000);
    assert_int_equal(c->first, 99000);
    assert_int_equal(c->last, 99000);
    assert_int_equal(c->answer, ANSWER_REFUSED);
    assert_null(contact_table_next_begun(&t, 100000));
    contact_table_destroy(&t);
}

/* All windows end: what comes is of new ones. */
static void
contact_table_clock_set_forward(void **state OVS_UNUSED)
{
    struct contact_table t;

    contact_table_init(&t, 100, 60000);
    take(&t, 1, ANSWER_NONE, 4000, 1000);
    take(&t, 2, ANSWER_NONE, 4000, 2000);
    take(&t, 1, ANSWER_NONE, 4000, 100000000);
    assert_int_equal(t.n, 3);
    assert_non_null(contact_table_next_begun(&t, 99999000));
    assert_non_null(contact_table_next_begun(&t, 99999000));
    assert_null(contact_table_next_begun(&t, 99999000));
    assert_non_null(contact_table_next_ended(&t, 100000000));
    assert_non_null(contact_table_next_ended(&t, 100000000));
    assert_null(contact_table_next_ended(&t, 100000000));
    assert_int_equal(hmap_count(&t.open), 1);
    contact_table_destroy(&t);
}

/* The same client and target on two networks: each has its own answers. */
static void
contact_table_networks(void **state OVS_UNUSED)
{
    struct contact_packet p = packet_of(5, ANSWER_NONE, 4000);
    struct contact_packet answer = packet_of(5, ANSWER_GIVEN, 4000);
    struct contact_table t;
    struct contact *c;

    contact_table_init(&t, 100, 60000);
    contact_table_take(&t, 7, &p, 0);
    contact_table_take(&t, 8, &p, 1);
    contact_table_take(&t, 8, &answer, 2);
    contact_table_take(&t, 9, &answer, 2);
    assert_int_equal(t.n, 2);
    c = contact_table_next_begun(&t, 1000);
    assert_int_equal(c->network, 7);
    assert_int_equal(c->answer, ANSWER_NONE);
    c = contact_table_next_begun(&t, 1000);
    assert_int_equal(c->network, 8);
    assert_int_equal(c->answer, ANSWER_GIVEN);
    contact_table_destroy(&t);
}

const struct CMUnitTest contact_table_tests[] = {
    cmocka_unit_test(contact_table_window),
    cmocka_unit_test(contact_table_keys),
    cmocka_unit_test(contact_table_arp),
    cmocka_unit_test(contact_table_bound),
    cmocka_unit_test(contact_table_memory),
    cmocka_unit_test(contact_table_clock_set_back),
    cmocka_unit_test(contact_table_clock_set_forward),
    cmocka_unit_test(contact_table_out_of_order),
    cmocka_unit_test(contact_table_networks),
    { .name = NULL },
};
