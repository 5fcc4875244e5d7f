/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/report-summary.h"
#include "random.h"
#include "util.h"

#define START 1700000000000LL   /* 2023-11-14T22:13:20Z. */
#define DAY 86400000LL

static void
assert_time(const char *s, long long int expected)
{
    long long int msec;

    assert_true(report_time_parse(s, strlen(s), &msec));
    assert_int_equal(msec, expected);
}

static void
report_times(void **state OVS_UNUSED)
{
    static const char *const wrong[] = {
        "", "2023", "2023-11-1", "2023-11-14T", "2023-11-14T22:13:20",
        "2023-11-14T22:13:20+00:00", "2023-11-14T22:13:20.123",
        "2023-11-14T22:13:20.123ZZ", "2023-13-14", "2023-02-29", "2100-02-29",
        "1969-12-31", "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z",
        "x2023-11-14", "2023-11-31", "2023-00-01", "2023-01-00",
    };
    long long int msec;

    assert_time("1970-01-01", 0);
    assert_time("2023-11-14T22:13:20.123Z", START + 123);
    assert_time("2023-11-14T22:13:20.1Z", START + 100);
    assert_time("2023-11-14 22:13:20.123456789Z", START + 123);
    assert_time("2024-02-29", 1709164800000);
    assert_time("2024-03-01T00:00:00Z", 1709164800000 + DAY);
    assert_time("2000-12-31", 978220800000);
    assert_time("9999-12-31T23:59:59Z", 253402300799000);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        assert_false(report_time_parse(wrong[i], strlen(wrong[i]), &msec));
    }
}

/* Takes a contact that began 'at' milliseconds after START. */
static void
take_addresses(struct report_data *d, long long int at, struct address client,
               struct address target, int port, const char *more)
{
    long long int msec = START + at;
    char c[ADDRESS_STRLEN], t[ADDRESS_STRLEN];
    char *line = xasprintf(
        "{\"event\":{\"start\":\"2023-11-%02lldT%02lld:%02lld:%02lld.%03lldZ\""
        "},\"source\":{\"ip\":\"%s\"},\"destination\":"
        "{\"ip\":\"%s\",\"port\":%d},"
        "\"network\":{\"transport\":\"tcp\"}%s}",
        msec / DAY - START / DAY + 14, msec / 3600000 % 24,
        msec / 60000 % 60, msec / 1000 % 60, msec % 1000,
        address_to_string(client, c), address_to_string(target, t), port,
        more);

    report_data_take_line(line, strlen(line), d);
    free(line);
}

static void
take(struct report_data *d, long long int at, uint32_t client,
     uint32_t target, int port, const char *more)
{
    take_addresses(d, at, address_from_u32(client), address_from_u32(target),
                   port, more);
}

static void
report_keeps_the_last(void **state OVS_UNUSED)
{
    struct report_data d;

    report_data_init(&d, 10000);
    for (int i = 0; i < 25000; i++) {
        take(&d, i, 1, i, 22, "");
    }
    assert_int_equal(d.n_contacts, 25000);
    assert_int_equal(d.n, 10000);
    assert_int_equal(hmap_count(&d.contacts), 10000);
    for (size_t i = 0; i < d.n; i++) {
        assert_true(address_equals(report_data_get(&d, i)->target,
                                   address_from_u32(15000 + i)));
    }

    struct report_summary *s = report_summarize(&d);
    assert_int_equal(s->n, 10000);
    assert_int_equal(s->first, START + 15000);
    assert_int_equal(s->last, START + 24999);
    assert_int_equal(s->rankings[REPORT_TARGETS].n_distinct, 10000);
    free(s);
    report_data_destroy(&d);
}

static void
report_contact_once(void **state OVS_UNUSED)
{
#define ENDED(ANSWER, N) \
    ",\"pipette\":{\"answer\":\"" ANSWER "\",\"attempts\":" #N "}"
    struct report_data d;

    report_data_init(&d, 10);
    take(&d, 0, 1, 2, 22, "");
    take(&d, 0, 1, 2, 22, ENDED("refused", 3));
    assert_int_equal(d.n, 1);
    assert_int_equal(report_data_get(&d, 0)->attempts, 3);
    assert_int_equal(report_data_get(&d, 0)->answer, REPORT_REFUSED);
    take(&d, 0, 1, 2, 22, ENDED("given", 7));
    assert_int_equal(d.n, 1);
    assert_int_equal(report_data_get(&d, 0)->attempts, 7);
    assert_int_equal(report_data_get(&d, 0)->answer, REPORT_GIVEN);

    /* Each of these makes it another one. */
    take(&d, 1, 1, 2, 22, "");
    take(&d, 0, 3, 2, 22, "");
    take(&d, 0, 1, 3, 22, "");
    take(&d, 0, 1, 2, 23, "");
    assert_int_equal(d.n, 5);
    assert_int_equal(d.n_contacts, 5);
    report_data_destroy(&d);
}

static void
report_networks(void **state OVS_UNUSED)
{
    struct report_data d;

    report_data_init(&d, 10);
    for (int i = 0; i < 100; i++) {
        char *line = xasprintf("{\"@timestamp\":\"2023-11-14T22:13:20Z\","
                               "\"source\":{\"ip\":\"0.0.0.%d\"},"
                               "\"destination\":{\"ip\":\"1.2.3.4\"},"
                               "\"network\":{\"name\":\"n%d\"}}", i, i);

        report_data_take_line(line, strlen(line), &d);
        free(line);
    }
    assert_int_equal(d.n_networks, REPORT_MAX_NETWORKS + 1);
    assert_string_equal(d.networks[1], "n0");
    assert_string_equal(d.networks[REPORT_MAX_NETWORKS - 1], "n62");
    assert_string_equal(d.networks[report_data_get(&d, 0)->network],
                        "(other)");
    report_data_destroy(&d);
}

static struct address
get(const struct report_contact *c, int dimension)
{
    return (dimension == REPORT_CLIENTS ? c->client
            : dimension == REPORT_TARGETS ? c->target
            : (struct address) { 0, report_port_key(c) });
}

static bool
is_same(const struct report_contact *a, const struct report_contact *b,
        int dimension)
{
    return address_equals(get(a, dimension), get(b, dimension));
}

/* Counts once more, each time through all. */
static void
assert_top(const struct report_data *d, int dimension,
           const struct report_top *top)
{
    for (int other = 0; other < REPORT_N_DIMENSIONS; other++) {
        uint32_t contacts = 0, distinct = 0;

        for (size_t i = 0; i < d->n; i++) {
            const struct report_contact *c = report_data_get(d, i);
            bool known = false;

            if (!address_equals(get(c, dimension), top->key)) {
                continue;
            }
            for (size_t j = 0; j < i && !known; j++) {
                const struct report_contact *before = report_data_get(d, j);

                known = (is_same(before, c, dimension)
                         && is_same(before, c, other));
            }
            contacts++;
            distinct += !known;
        }
        assert_int_equal(top->contacts, contacts);
        assert_int_equal(top->distinct[other], distinct);
    }
}

static void
assert_rankings(const struct report_data *d)
{
    struct report_summary *s = report_summarize(d);

    for (int i = 0; i < REPORT_N_DIMENSIONS; i++) {
        const struct report_ranking *r = &s->rankings[i];

        assert_int_equal(r->n, MIN(r->n_distinct, REPORT_MAX_TOP));
        for (size_t j = 0; j < r->n; j++) {
            assert_top(d, i, &r->top[j]);
            assert_true(!j || r->top[j].contacts < r->top[j - 1].contacts
                        || (r->top[j].contacts == r->top[j - 1].contacts
                            && address_compare(r->top[j].key,
                                               r->top[j - 1].key) > 0));
        }
    }
    assert_true(s->rankings[REPORT_CLIENTS].n_distinct > REPORT_MAX_TOP);
    assert_int_equal(s->rankings[REPORT_TARGETS].n_distinct, 20);
    assert_int_equal(s->n_ports, s->rankings[REPORT_PORTS].n_distinct);
    free(s);
}

static void
report_rankings(void **state OVS_UNUSED)
{
    struct report_data d;

    random_set_seed(15);
    report_data_init(&d, 1000);
    for (int i = 0; i < 1000; i++) {
        uint32_t client = random_range(random_range(70) + 1);

        take(&d, i, client << 25 | client, random_range(20) << 16,
             random_range(random_range(90) + 1), "");
    }
    assert_rankings(&d);
    report_data_destroy(&d);
}

/* Addresses that differ in any of their bits, of both families. */
static void
report_rankings_ipv6(void **state OVS_UNUSED)
{
    struct report_data d;

    random_set_seed(16);
    report_data_init(&d, 1000);
    for (int i = 0; i < 1000; i++) {
        struct address one = { 0, 1 + random_range(random_range(70) + 1) };
        struct address client = address_shift_left(one, 17 * (one.lo % 7));
        uint32_t n = random_range(20);
        struct address target = { UINT64_C(0xfc01) << 48 | n, 7 };

        take_addresses(&d, i, client.hi ? client : address_from_u32(one.lo),
                       n % 2 ? target : address_from_u32(n),
                       random_range(random_range(90) + 1), "");
    }
    assert_rankings(&d);
    report_data_destroy(&d);
}

static void
assert_columns(int n, uint32_t step, unsigned int shift, size_t n_columns)
{
    struct report_data d;

    report_data_init(&d, 10000);
    for (int i = 0; i < n; i++) {
        take(&d, 0, 1, 0xc0a80000 + i * step, 22, "");
    }

    struct report_summary *s = report_summarize(&d);
    assert_int_equal(s->heat.shift[1], shift);
    assert_int_equal(s->heat.shift[0], 0);
    assert_int_equal(s->heat.n_columns, n_columns);
    assert_int_equal(s->heat.n_rows, 1);
    assert_false(s->heat.others);
    for (size_t i = 0; i < n_columns; i++) {
        assert_int_equal(s->heat.cells[0][i], n / n_columns);
        assert_true(address_equals(
                        s->heat.columns[i],
                        address_from_u32(0xc0a80000
                                         + i * step * (n / n_columns))));
    }
    free(s);
    report_data_destroy(&d);
}

static void
report_heat_columns(void **state OVS_UNUSED)
{
    assert_columns(1, 1, 0, 1);
    assert_columns(254, 1, 0, 254);     /* A /24. */
    assert_columns(256, 1, 0, 256);
    assert_columns(512, 1, 1, 256);
    assert_columns(4096, 1, 4, 256);    /* A /20. */
    assert_columns(100, 65536 * 3, 0, 100);     /* Only those that are. */
    assert_columns(512, 1 << 18, 19, 256);      /* Far apart. */
}

/* 'n' targets of IPv6, '1 << step' apart, and as many of IPv4 as
 * 'n_ipv4'. */
static void
assert_columns_ipv6(uint32_t n, unsigned int step, uint32_t n_ipv4,
                    unsigned int shift, size_t n_columns)
{
    struct report_data d;
    uint64_t sum = 0;

    report_data_init(&d, 10000);
    for (uint32_t i = 0; i < n + n_ipv4; i++) {
        struct address target = address_shift_left((struct address) { 0, i },
                                                   step);

        take_addresses(&d, i, address_from_u32(1),
                       i < n ? target : address_from_u32(i - n), 22, "");
    }

    struct report_summary *s = report_summarize(&d);
    assert_int_equal(s->heat.shift[0], shift);
    assert_int_equal(s->heat.shift[1], 0);
    assert_int_equal(s->heat.n_columns, n_columns);
    for (size_t i = 0; i < n_columns; i++) {
        assert_int_equal(address_is_ipv4(s->heat.columns[i]), i < n_ipv4);
        assert_int_equal(s->heat.cells[0][i],
                         i < n_ipv4 ? 1 : n / (n_columns - n_ipv4));
        sum += s->heat.cells[0][i];
    }
    assert_int_equal(sum, n + n_ipv4);
    free(s);
    report_data_destroy(&d);
}

static void
report_heat_columns_ipv6(void **state OVS_UNUSED)
{
    assert_columns_ipv6(256, 0, 0, 0, 256);
    assert_columns_ipv6(4096, 0, 0, 4, 256);
    assert_columns_ipv6(4096, 100, 0, 104, 256);
    assert_columns_ipv6(4096, 116, 0, 120, 256);
    assert_columns_ipv6(100, 64, 100, 0, 200);
    /* Those of IPv4 are few, and stay; beside, and within, those of IPv6. */
    assert_columns_ipv6(4096, 64, 10, 69, 138);
    assert_columns_ipv6(4096, 40, 10, 45, 138);
}

static void
report_heat_others(void **state OVS_UNUSED)
{
    struct report_data d;

    report_data_init(&d, 1000);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < REPORT_MAX_TOP + 7; j++) {
            if (j < REPORT_MAX_TOP || i == 0) {
                take(&d, i, j, 77, 22, "");
            }
        }
    }

    struct report_summary *s = report_summarize(&d);
    assert_true(s->heat.others);
    assert_int_equal(s->heat.n_rows, REPORT_MAX_TOP + 1);
    assert_int_equal(s->heat.cells[0][0], 3);
    assert_int_equal(s->heat.cells[REPORT_MAX_TOP - 1][0], 3);
    assert_int_equal(s->heat.cells[REPORT_MAX_TOP][0], 7);
    assert_int_equal(s->heat.max, 3);
    free(s);
    report_data_destroy(&d);
}

static void
assert_bins(long long int last, long long int width, size_t n)
{
    struct report_data d;

    report_data_init(&d, 10);
    take(&d, 0, 1, 2, 22, "");
    take(&d, last, 1, 2, 23, "");

    struct report_summary *s = report_summarize(&d);
    assert_int_equal(s->timeline.width, width);
    assert_int_equal(s->timeline.n, n);
    assert_int_equal(s->timeline.bins[0][REPORT_SILENT], n == 1 ? 2 : 1);
    assert_int_equal(s->timeline.bins[n - 1][REPORT_SILENT], n == 1 ? 2 : 1);
    free(s);
    report_data_destroy(&d);
}

static void
report_timeline_bins(void **state OVS_UNUSED)
{
    assert_bins(0, 1000, 1);
    assert_bins(95999, 1000, 96);
    assert_bins(96000, 2000, 49);
    assert_bins(DAY - 801000, 900000, 96);      /* From 22:00. */
    assert_bins(DAY - 800000, 1800000, 49);
    assert_bins(10 * DAY, 3 * 3600000, 81);
}

static void
report_newest(void **state OVS_UNUSED)
{
    struct report_data d;

    /* Not in order, as files may be given in any. */
    report_data_init(&d, 5000);
    for (int i = 0; i < 5000; i++) {
        take(&d, i * 1999 % 5000 * 7, 1, 2, 22, "");
    }

    struct report_summary *s = report_summarize(&d);
    assert_int_equal(s->n_newest, REPORT_MAX_NEWEST);
    for (size_t i = 0; i < s->n_newest; i++) {
        assert_int_equal(s->newest[i]->first, START + (4999 - i) * 7);
    }
    free(s);
    report_data_destroy(&d);
}

const struct CMUnitTest report_tests[] = {
    cmocka_unit_test(report_times),
    cmocka_unit_test(report_keeps_the_last),
    cmocka_unit_test(report_contact_once),
    cmocka_unit_test(report_networks),
    cmocka_unit_test(report_rankings),
    cmocka_unit_test(report_rankings_ipv6),
    cmocka_unit_test(report_heat_columns),
    cmocka_unit_test(report_heat_columns_ipv6),
    cmocka_unit_test(report_heat_others),
    cmocka_unit_test(report_timeline_bins),
    cmocka_unit_test(report_newest),
    { .name = NULL },
};
