/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/top-grid.h"
#include "agent/pipettectl/top-layout.h"
#include "agent/pipettectl/top-rows.h"
#include "agent/pipettectl/top-state.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "random.h"
#include "svec.h"
#include "util.h"

#define CLIENTS "[" \
    "{\"client\":\"192.168.2.10\",\"contacts\":5,\"per_minute\":2," \
    "\"last\":\"2026-11-28T10:00:01.000Z\"}," \
    "{\"client\":\"192.168.2.9\",\"contacts\":7,\"per_minute\":0," \
    "\"last\":\"2026-11-28T10:00:03.000Z\"}," \
    "{\"client\":\"172.16.0.1\",\"contacts\":5,\"per_minute\":4," \
    "\"last\":null}]"

static void
init_rows(struct top_rows *rows, enum top_view view, const char *text,
          bool right)
{
    struct json *json = json_from_string(text);

    assert_int_equal(top_rows_init(rows, view, json), right);
    json_destroy(json);
}

static void
assert_order(struct top_rows *rows, const char *column, bool reverse,
             const char *filter, const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    top_rows_arrange(rows, top_find_column(rows->view, column), reverse,
                     filter);
    for (size_t i = 0; i < rows->n_shown; i++) {
        ds_put_format(&s, "%s ", rows->shown[i]->key);
    }
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

static void
top_rows_in_order(void **state OVS_UNUSED)
{
    struct top_rows rows;

    init_rows(&rows, TOP_CLIENTS, CLIENTS, true);
    assert_int_equal(rows.contacts, 17);
    assert_int_equal(rows.per_minute, 6);
    assert_int_equal(rows.max_per_minute, 4);
    assert_order(&rows, "client", false, "",
                 "172.16.0.1 192.168.2.9 192.168.2.10 ");
    assert_order(&rows, "client", true, "",
                 "192.168.2.10 192.168.2.9 172.16.0.1 ");
    /* Equal ones by their keys, whatever the direction. */
    assert_order(&rows, "contacts", false, "",
                 "192.168.2.9 172.16.0.1 192.168.2.10 ");
    assert_order(&rows, "contacts", true, "",
                 "172.16.0.1 192.168.2.10 192.168.2.9 ");
    assert_order(&rows, "last", false, "",
                 "192.168.2.9 192.168.2.10 172.16.0.1 ");
    assert_order(&rows, "client", false, "2.10", "192.168.2.10 ");
    assert_order(&rows, "client", false, "x", "");
    assert_int_equal(top_rows_find(&rows, "192.168.2.9", 0), -1);
    top_rows_destroy(&rows);

    init_rows(&rows, TOP_PORTS, "[{\"protocol\":\"tcp\",\"port\":443},"
              "{\"protocol\":\"icmp\",\"port\":null},"
              "{\"protocol\":\"tcp\",\"port\":22}]", true);
    assert_order(&rows, "port", false, "", "icmp tcp/22 tcp/443 ");
    assert_order(&rows, "port", false, "TCP/", "tcp/22 tcp/443 ");
    assert_int_equal(top_rows_find(&rows, "tcp/443", 0), 1);
    top_rows_destroy(&rows);
}

#define CONTACT(CLIENT, TARGET) \
    "{\"client\":\"" CLIENT "\",\"target\":\"" TARGET "\"," \
    "\"protocol\":\"tcp\",\"port\":22}"

/* In the order of their numbers, and whole. */
static void
top_rows_ipv6(void **state OVS_UNUSED)
{
    static const char longest[] = "2001:db8:1111:2222:3333:4444:5555:6666";
    struct top_rows rows;

    init_rows(&rows, TOP_CLIENTS, "["
              "{\"client\":\"fc01::10\",\"contacts\":1},"
              "{\"client\":\"fc01::9\",\"contacts\":1},"
              "{\"client\":\"fc01::a\",\"contacts\":1},"
              "{\"client\":\"2001:db8::1\",\"contacts\":1},"
              "{\"client\":\"192.168.2.9\",\"contacts\":1},"
              "{\"client\":\"?\",\"contacts\":1}]", true);
    assert_order(&rows, "client", false, "", "? 192.168.2.9 2001:db8::1 "
                 "fc01::9 fc01::a fc01::10 ");
    assert_order(&rows, "contacts", false, "", "? 192.168.2.9 2001:db8::1 "
                 "fc01::9 fc01::a fc01::10 ");
    assert_order(&rows, "client", true, "fc01::", "fc01::10 fc01::a "
                 "fc01::9 ");
    top_rows_destroy(&rows);

    init_rows(&rows, TOP_CONTACTS, "["
              CONTACT("2001:db8:1111:2222:3333:4444:5555:6666",
                      "2001:db8:1111:2222:3333:4444:5555:6667") ","
              CONTACT("fc01::a", "fc01::10") "," CONTACT("fc01::9", "fc01::7")
              "]", true);
    assert_string_equal(rows.rows[0].cells[1].text, longest);
    assert_order(&rows, "client", false, "6667 tcp", "2001:db8:1111:2222:3333:"
                 "4444:5555:6666 2001:db8:1111:2222:3333:4444:5555:6667 "
                 "tcp/22 ");
    assert_order(&rows, "target", false, "fc01", "fc01::9 fc01::7 tcp/22 "
                 "fc01::a fc01::10 tcp/22 ");
    top_rows_destroy(&rows);
}

static void
top_rows_of_anything(void **state OVS_UNUSED)
{
    static const char *const odd[] = {
        "{}", "null", "1", "[1]", "[{},null]", "[[]]",
    };
    struct top_rows rows;

    for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
        init_rows(&rows, TOP_CLIENTS, odd[i], false);
        assert_int_equal(rows.n, 0);
        top_rows_destroy(&rows);
    }
    init_rows(&rows, TOP_CLIENTS, "[]", true);
    assert_order(&rows, "client", false, "", "");
    top_rows_destroy(&rows);

    init_rows(&rows, TOP_CLIENTS,
              "[{\"client\":\"\\u001b[2J\\u009b\",\"contacts\":\"x\","
              "\"per_minute\":1e300,\"targets\":-1,\"ports\":{}},"
              "{\"client\":7}]", true);
    assert_string_equal(rows.rows[0].key, "?[2J??");
    assert_string_equal(rows.rows[0].cells[1].text, "x");
    assert_null(rows.rows[0].cells[6].text);
    assert_string_equal(rows.rows[1].key, "-");
    top_rows_destroy(&rows);
}

/* No more than there is a bound for, and no longer texts. */
static void
top_rows_bound(void **state OVS_UNUSED)
{
    struct json *array = json_array_create_empty();
    struct top_rows rows;

    for (int i = 0; i < TOP_MAX_ROWS + 5; i++) {
        struct json *row = json_object_create();

        json_object_put_format(row, "client", "%0100d", i);
        json_array_add(array, row);
    }
    assert_true(top_rows_init(&rows, TOP_CLIENTS, array));
    assert_int_equal(rows.n, TOP_MAX_ROWS);
    assert_int_equal(strlen(rows.rows[0].key), 63);
    top_rows_destroy(&rows);
    json_destroy(array);
}

/* The command that is asked for after 'keys'. */
static void
assert_command(struct top_state *s, const char *keys, const char *expected)
{
    struct svec args = SVEC_EMPTY_INITIALIZER;
    char *command;

    for (; *keys; keys++) {
        top_state_press(s, *keys);
    }
    top_state_get_command(s, &args);
    command = svec_join(&args, " ", "");
    assert_string_equal(command, expected);
    free(command);
    svec_destroy(&args);
}

static void
take_rows(struct top_state *s, const char *text)
{
    struct json *json = json_from_string(text);

    top_state_take_rows(s, json);
    json_destroy(json);
}

static void
top_state_commands(void **state OVS_UNUSED)
{
    struct top_state s;

    top_state_init(&s, "copro0", TOP_CLIENTS, NULL, NULL, 1000);
    assert_command(&s, "", "top clients --sort contacts --limit 1000 "
                   "--since 10m");
    assert_command(&s, "t>", "top targets --sort per_minute --limit 1000 "
                   "--since 10m");
    /* The bar is no column to sort by; columns are in a circle. */
    assert_command(&s, ">", "top targets --sort attempts --limit 1000 "
                   "--since 10m");
    assert_command(&s, "<<<<", "top targets --sort last --limit 1000 "
                   "--since 10m");
    assert_command(&s, "p+++", "top ports --sort contacts --limit 1000 "
                   "--since 365d");
    assert_command(&s, "w", "top ports --sort contacts --limit 1000 "
                   "--since 1m");
    take_rows(&s, "[{\"protocol\":\"icmp\",\"port\":null,\"contacts\":2},"
              "{\"protocol\":\"udp\",\"port\":53,\"contacts\":1}]");
    assert_command(&s, "\r", "contacts --protocol icmp --limit 1000 "
                   "--since 1m");
    assert_command(&s, "\033", "top ports --sort contacts --limit 1000 "
                   "--since 1m");
    top_state_destroy(&s);

    top_state_init(&s, "copro0", TOP_PORTS, "2h", "lab", 5);
    assert_command(&s, "", "top ports --sort contacts --limit 5 --since 2h "
                   "--network lab");
    assert_command(&s, "w", "top ports --sort contacts --limit 5 --since 1m "
                   "--network lab");
    assert_command(&s, "+++++", "top ports --sort contacts --limit 5 "
                   "--since 2h --network lab");
    top_state_destroy(&s);
}

/* The cursor stays on its row, on top without, and on the screen. */
static void
top_state_cursor(void **state OVS_UNUSED)
{
    struct top_state s;

    top_state_init(&s, "copro0", TOP_CLIENTS, NULL, NULL, 1000);
    top_state_set_page(&s, 2);
    take_rows(&s, CLIENTS);
    assert_string_equal(s.rows.shown[s.cursor]->key, "192.168.2.9");
    top_state_press(&s, 'r');
    assert_int_equal(s.cursor, 0);
    assert_string_equal(s.rows.shown[s.cursor]->key, "172.16.0.1");
    top_state_press(&s, TOP_KEY_DOWN);
    assert_string_equal(s.rows.shown[s.cursor]->key, "192.168.2.10");
    top_state_press(&s, 'r');
    assert_string_equal(s.rows.shown[s.cursor]->key, "192.168.2.10");
    assert_int_equal(s.cursor, 2);
    assert_int_equal(s.first, 1);
    take_rows(&s, "[{\"client\":\"1.1.1.1\"}]");
    assert_int_equal(s.cursor, 0);
    assert_int_equal(s.first, 0);
    take_rows(&s, "[]");
    assert_int_equal(s.cursor, 0);
    assert_int_equal(top_state_press(&s, TOP_KEY_ENTER), TOP_CONTINUE);
    top_state_destroy(&s);
}

static const char *const replies[] = {
    CLIENTS, "[]", "{}", "null", "[{}]", "[1]",
    "[{\"client\":\"\\u001b[2J\",\"contacts\":9223372036854775807,"
        "\"per_minute\":9223372036854775807,\"last\":\"2026\"}]",
    "[{\"client\":\"\",\"target\":\"\",\"port\":-1,\"protocol\":\"/\","
        "\"contacts\":-9223372036854775808,\"per_minute\":-1}]",
    "[{\"ready\":true,\"contacts\":{\"packets_missed\":-5},\"version\":3}]",
};

static void
do_something(struct top_state *s)
{
    static const int keys[] = {
        '1', '2', '3', '\t', '\r', 27, 's', 'S', 'r', '/', '1', '.', '+', '-',
        'w', ' ', 'h', 'x', 127, 'U' - '@', TOP_KEY_UP, TOP_KEY_DOWN,
        TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN, TOP_KEY_HOME, TOP_KEY_END,
        TOP_KEY_OTHER, 255,
    };
    const char *reply = replies[random_range(ARRAY_SIZE(replies))];
    struct json *json;

    switch (random_range(8)) {
    case 0:
        take_rows(s, reply);
        break;
    case 1:
        json = json_from_string(reply);
        top_state_take_status(s, json);
        json_destroy(json);
        break;
    case 2:
        top_state_take_error(s, "no\033[2J");
        s->silence = random_range(10);
        break;
    default:
        top_state_press(s, keys[random_range(ARRAY_SIZE(keys))]);
        break;
    }
}

/* Whatever happens, on a screen of any size, nothing but printable ASCII is
 * drawn, and the cursor is on the screen. */
static void
top_layout_of_anything(void **state OVS_UNUSED)
{
    struct svec args = SVEC_EMPTY_INITIALIZER;
    struct top_state s;

    random_set_seed(7);
    top_state_init(&s, "a\033b", TOP_CLIENTS, "2h", "lab", 2);
    for (int i = 0; i < 20000; i++) {
        struct top_grid grid;

        do_something(&s);
        top_state_get_command(&s, &args);
        svec_clear(&args);
        top_grid_init(&grid, random_range(30), random_range(130));
        top_layout(&s, &grid);
        for (int j = 0; j < grid.height * grid.width; j++) {
            assert_in_range(grid.chars[j], ' ', '~');
        }
        assert_true(s.cursor >= s.first && s.cursor < s.first + s.page);
        assert_true(!s.rows.n_shown || s.cursor < s.rows.n_shown);
        top_grid_destroy(&grid);
    }
    svec_destroy(&args);
    top_state_destroy(&s);
}

/* Numbers that have no room are cut nowhere: they are rounded. */
static void
top_layout_numbers(void **state OVS_UNUSED)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct top_state top;
    struct top_grid grid;

    top_state_init(&top, "copro0", TOP_CLIENTS, NULL, NULL, 1000);
    top_grid_init(&grid, 5, 32);
    top.orders[TOP_CLIENTS].column = 0;
    take_rows(&top, "[{\"client\":\"10.0.0.1\",\"contacts\":99999999,"
              "\"per_minute\":999999},"
              "{\"client\":\"10.0.0.2\",\"contacts\":1234567890,"
              "\"per_minute\":1000000},"
              "{\"client\":\"10.0.0.3\",\"contacts\":9223372036854775807}]");
    top_layout(&top, &grid);
    top_grid_format(&grid, &s);
    assert_string_equal(ds_cstr(&s),
                        "CLIENT          CONTACTS   /MIN\n"
                        "10.0.0.1        99999999 999999\n"
                        "10.0.0.2        1234567k  1000k\n"
                        "10.0.0.3        9223372T      -\n"
                        " Enter list  s sort  r reverse\n");
    top_grid_destroy(&grid);
    ds_destroy(&s);
    top_state_destroy(&top);
}

const struct CMUnitTest top_tests[] = {
    cmocka_unit_test(top_rows_in_order),
    cmocka_unit_test(top_rows_ipv6),
    cmocka_unit_test(top_rows_of_anything),
    cmocka_unit_test(top_rows_bound),
    cmocka_unit_test(top_state_commands),
    cmocka_unit_test(top_state_cursor),
    cmocka_unit_test(top_layout_numbers),
    cmocka_unit_test(top_layout_of_anything),
    { .name = NULL },
};
