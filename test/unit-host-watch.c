/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include "agent/loop/host-watch.h"
#include "netdev/checksum-errors.h"
#include "svec.h"
#include "util.h"

#define CHAIN "inet filter input, policy drop"

/* Returns the first hint, or "". */
static char *
get_hint(const struct host_watch *w)
{
    struct svec hints = SVEC_EMPTY_INITIALIZER;

    host_watch_hints(w, "fake0", &hints);
    assert_true(hints.n < 2);

    char *hint = xstrdup(hints.n ? hints.names[0] : "");
    svec_destroy(&hints);
    return hint;
}

static void
check_hint(const struct host_watch *w, const char *expected)
{
    char *hint = get_hint(w);

    assert_string_equal(hint, expected);
    free(hint);
}

static void
take_input(struct host_watch *w, uint64_t come, uint64_t let_in)
{
    const struct host_counts counts = {
        .has_input = true, .input = { come, let_in, CHAIN },
    };

    host_watch_take(w, &counts, 0);
}

#define HINT(N) \
    "a host firewall (chain " CHAIN ") let in none of the last " #N " " \
    "packets that came by fake0: have it accept what comes in by fake0"

static void
host_watch_firewall(void **state OVS_UNUSED)
{
    struct host_watch w = HOST_WATCH_INITIALIZER;
    const struct host_counts none = { .has_input = false };

    check_hint(&w, "");
    take_input(&w, 2, 0);
    check_hint(&w, "");
    take_input(&w, 3, 0);
    check_hint(&w, HINT(3));
    take_input(&w, 3, 0);
    take_input(&w, 7, 0);
    check_hint(&w, HINT(7));

    /* Some are let in, so the others are dropped because somebody wants it. */
    take_input(&w, 20, 1);
    check_hint(&w, "");
    take_input(&w, 22, 1);
    check_hint(&w, "");
    take_input(&w, 23, 1);
    check_hint(&w, HINT(3));

    /* The counters begin anew. */
    take_input(&w, 4, 4);
    check_hint(&w, "");
    take_input(&w, 3, 0);
    check_hint(&w, HINT(3));

    /* There is no host firewall any more, and there is one again. */
    host_watch_take(&w, &none, 0);
    check_hint(&w, "");
    take_input(&w, 9, 5);
    check_hint(&w, "");
    host_watch_destroy(&w);
}

static void
take_checksums(struct host_watch *w, uint64_t n, long long int now)
{
    const struct host_counts counts = {
        .has_checksums = true, .checksum_errors = n,
    };

    host_watch_take(w, &counts, now);
    assert_true(w->next == now + HOST_WATCH_MSEC);
}

#define WRONG(N) \
    "the host dropped " #N " packets for wrong checksums: their sender " \
    "leaves these to a network card, so switch that off there (ethtool -K " \
    "INTERFACE tx off)"

static void
host_watch_checksums(void **state OVS_UNUSED)
{
    struct host_watch w = HOST_WATCH_INITIALIZER;
    const struct host_counts none = { .has_input = false };

    /* What was before is not known to be of now. */
    take_checksums(&w, 100, 0);
    take_checksums(&w, 102, 1000);
    check_hint(&w, "");
    take_checksums(&w, 103, 2000);
    check_hint(&w, WRONG(3));
    take_checksums(&w, 103, 61999);
    check_hint(&w, WRONG(3));
    take_checksums(&w, 103, 62000);
    check_hint(&w, "");
    take_checksums(&w, 105, 63000);
    check_hint(&w, "");

    /* Another datapath. */
    take_checksums(&w, 106, 64000);
    check_hint(&w, WRONG(3));
    host_watch_take(&w, &none, 65000);
    check_hint(&w, "");
    take_checksums(&w, 200, 66000);
    check_hint(&w, "");
    host_watch_destroy(&w);
}

static void
check_errors(const char *text, bool known, uint64_t expected)
{
    uint64_t n;

    assert_true(checksum_errors_parse(text, &n) == known);
    assert_true(n == expected);
}

static void
host_watch_reads(void **state OVS_UNUSED)
{
    uint64_t n;

    check_errors("", false, 0);
    check_errors("Tcp: InSegs", false, 0);
    check_errors("Tcp: InSegs InErrs\nTcp: 7 8\n", false, 0);
    check_errors("Tcp: InErrs InCsumErrors\nTcp: 7\n", false, 0);
    check_errors("Tcp: InCsumErrors\nTcp: 7", true, 7);
    check_errors("Ip: Forwarding\nIp: 1\n"
                 "Icmp: InMsgs InCsumErrors OutMsgs\nIcmp: 9 1 8\n"
                 "Tcp: MaxConn InCsumErrors\nTcp: -1 20\n"
                 "Udp: InCsumErrors MemErrors\nUdp: 300 5\n"
                 "UdpLite: InDatagrams\n", true, 321);
    assert_true(checksum_errors_read(&n));
}

const struct CMUnitTest host_watch_tests[] = {
    cmocka_unit_test(host_watch_firewall),
    cmocka_unit_test(host_watch_checksums),
    cmocka_unit_test(host_watch_reads),
    { .name = NULL },
};
