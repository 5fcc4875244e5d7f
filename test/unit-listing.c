/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "test/unit.h"

#include <stdlib.h>

#include "agent/operator/command-args.h"
#include "agent/operator/listing.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "util.h"

static const char *const columns[] = { "name", "n_things", "note" };

static struct listing *
create_listing(void)
{
    struct listing *l = listing_create(columns, ARRAY_SIZE(columns));

    listing_add(l, "a");
    listing_add_number(l, 5);
    listing_add_format(l, "%s,%d \"q\"", "x", 1);
    listing_add(l, "longer");
    listing_add_unknown(l);
    listing_add_unknown(l);
    listing_add(l, "b");
    listing_add_number(l, 1234567890123);
    listing_add(l, "");
    return l;
}

static void
assert_listing(const struct listing *l, enum listing_format format,
               const char *expected)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    listing_format(l, format, &s);
    assert_string_equal(ds_cstr(&s), expected);
    ds_destroy(&s);
}

#define AS_JSON "[{\"name\":\"a\",\"n_things\":5,\"note\":\"x,1 \\\"q\\\"\"}," \
    "{\"name\":\"longer\",\"n_things\":null,\"note\":null}," \
    "{\"name\":\"b\",\"n_things\":1234567890123,\"note\":\"\"}]"

static void
listing_formats(void **state OVS_UNUSED)
{
    struct listing *l = create_listing();

    assert_int_equal(listing_n_rows(l), 3);
    assert_listing(l, LISTING_TEXT,
                   "NAME         N THINGS  NOTE\n"
                   "a                   5  x,1 \"q\"\n"
                   "longer              -  -\n"
                   "b       1234567890123\n");
    assert_listing(l, LISTING_JSON, AS_JSON);
    assert_listing(l, LISTING_CSV,
                   "name,n_things,note\r\n"
                   "a,5,\"x,1 \"\"q\"\"\"\r\n"
                   "longer,,\r\n"
                   "b,1234567890123,\r\n");
    listing_destroy(l);

    l = listing_create(columns, 2);
    assert_listing(l, LISTING_TEXT, "NAME  N THINGS\n");
    assert_listing(l, LISTING_JSON, "[]");
    assert_listing(l, LISTING_CSV, "name,n_things\r\n");
    listing_destroy(l);
}

static void
listing_from_json(void **state OVS_UNUSED)
{
    static const char *const others[] = { "note", "missing", "n_things" };
    struct json *json = json_from_string(AS_JSON);
    struct json *bad = json_from_string("[{\"name\":\"a\"},5]");
    struct listing *l = listing_create(columns, ARRAY_SIZE(columns));

    assert_true(listing_add_json(l, json));
    assert_listing(l, LISTING_JSON, AS_JSON);
    assert_string_equal(listing_get(l, 2, 1), "1234567890123");
    assert_null(listing_get(l, 1, 2));
    assert_false(listing_add_json(l, bad));
    listing_destroy(l);

    l = listing_create(others, ARRAY_SIZE(others));
    assert_true(listing_add_json(l, json));
    assert_string_equal(listing_get(l, 0, 2), "5");
    assert_null(listing_get(l, 0, 1));
    listing_destroy(l);
    json_destroy(json);
    json_destroy(bad);
}

static void
listing_fits_lines(void **state OVS_UNUSED)
{
    struct listing *l = create_listing();
    struct ds s = DS_EMPTY_INITIALIZER;

    listing_format_text(l, 22, "<b>", "</b>", &s);
    assert_string_equal(ds_cstr(&s),
                        "<b>NAME         N THINGS</b>\n"
                        "a                   5\n"
                        "longer              -\n"
                        "b       1234567890123\n");
    ds_destroy(&s);
    listing_destroy(l);
}

/* Arguments of commands: 'words', without blanks in them. */
static void
assert_args(const char *words, const char *expected)
{
    struct command_option options[] = { { .name = "client" },
                                        { .name = "client-port" } };
    const char *argv[16] = { "command" };
    char *copy = xstrdup(words);
    char *save_ptr = NULL;
    enum listing_format format;
    int argc = 1;

    for (char *word = strtok_r(copy, " ", &save_ptr); word;
         word = strtok_r(NULL, " ", &save_ptr)) {
        argv[argc++] = word;
    }

    char *error = command_args_parse(argc, argv,
                                     1u << LISTING_TEXT | 1u << LISTING_JSON,
                                     &format, options, ARRAY_SIZE(options));
    char *result = (error ? error
                    : xasprintf("%d %s %s", format,
                                options[0].value ? options[0].value : "-",
                                options[1].value ? options[1].value : "-"));
    assert_string_equal(result, expected);
    free(result);
    free(copy);
}

static void
command_args(void **state OVS_UNUSED)
{
    assert_args("", "0 - -");
    assert_args("--format=json --client 5", "1 5 -");
    assert_args("--client-port=7 --client=a=b --format text", "0 a=b 7");
    assert_args("--format csv", "--format csv: must be text or json");
    assert_args("--clien 5", "--clien: must be one of --client, "
                "--client-port, --format");
    assert_args("x", "x: must be one of --client, --client-port, --format");
    assert_args("--client", "--client: must have a value after it");
    assert_args("--client=", "--client: must have a value after it");
    assert_args("--client 1 --client 2", "--client 2: must be given once");
}

static void
assert_duration(const char *s, unsigned int expected)
{
    unsigned int seconds;
    char *error = command_parse_duration(s, &seconds);

    if (error) {
        assert_string_equal(error, "a time of at most 365d, such as 90s, 10m, "
                            "2h or 7d");
        seconds = 0;
    }
    assert_int_equal(seconds, expected);
    free(error);
}

static void
command_durations(void **state OVS_UNUSED)
{
    assert_duration("1", 1);
    assert_duration("90s", 90);
    assert_duration("10m", 600);
    assert_duration("2h", 7200);
    assert_duration("365d", 31536000);
    assert_duration("366d", 0);
    assert_duration("0", 0);
    assert_duration("", 0);
    assert_duration("m", 0);
    assert_duration("-5m", 0);
    assert_duration("5mm", 0);
    assert_duration("5w", 0);
    assert_duration("99999999999", 0);
}

const struct CMUnitTest listing_tests[] = {
    cmocka_unit_test(listing_formats),
    cmocka_unit_test(listing_from_json),
    cmocka_unit_test(listing_fits_lines),
    cmocka_unit_test(command_args),
    cmocka_unit_test(command_durations),
    { .name = NULL },
};
