/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/operator/command-args.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

static const char *const format_names[] = {
    [LISTING_TEXT] = "text",
    [LISTING_JSON] = "json",
    [LISTING_CSV] = "csv",
};

/* Returns what "--format" must be, for the caller to free. */
static char *
describe_formats(unsigned int formats)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < ARRAY_SIZE(format_names); i++) {
        if (formats & 1u << i) {
            formats &= ~(1u << i);
            ds_put_format(&s, "%s%s", !s.length ? "" : formats ? ", " : " or ",
                          format_names[i]);
        }
    }
    return ds_steal_cstr(&s);
}

static char *
parse_format(const char *value, unsigned int formats,
             enum listing_format *format)
{
    for (size_t i = 0; i < ARRAY_SIZE(format_names); i++) {
        if (formats & 1u << i && !strcmp(value, format_names[i])) {
            *format = i;
            return NULL;
        }
    }

    char *expected = describe_formats(formats);
    char *error = xasprintf("--format %s: must be %s", value, expected);
    free(expected);
    return error;
}

/* Returns the value if 'arg' is "--NAME=VALUE", "" if it is "--NAME",
 * otherwise NULL. */
static const char *
match(const char *arg, const char *name)
{
    size_t n = strlen(name);

    if (strncmp(arg, "--", 2) || strncmp(arg + 2, name, n)) {
        return NULL;
    }
    return (arg[2 + n] == '=' ? arg + 3 + n
            : arg[2 + n] ? NULL : "");
}

static char *
describe_options(const struct command_option *options, size_t n)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < n; i++) {
        ds_put_format(&s, "--%s, ", options[i].name);
    }
    ds_put_cstr(&s, "--format");
    return ds_steal_cstr(&s);
}

static char *
no_such_option(const char *arg, const struct command_option *options, size_t n)
{
    char *names = describe_options(options, n);
    char *error = xasprintf("%s: must be one of %s", arg, names);

    free(names);
    return error;
}

char *
command_args_parse(int argc, const char *argv[], unsigned int formats,
                   enum listing_format *format,
                   struct command_option *options, size_t n)
{
    struct command_option format_option = { .name = "format" };

    *format = LISTING_TEXT;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        struct command_option *option = NULL;
        const char *value = NULL;

        for (size_t j = 0; j <= n && !value; j++) {
            option = j < n ? &options[j] : &format_option;
            value = match(arg, option->name);
        }
        if (!value) {
            return no_such_option(arg, options, n);
        } else if (!strchr(arg, '=')) {
            value = i + 1 < argc ? argv[++i] : "";
        }
        if (!value[0]) {
            return xasprintf("--%s: must have a value after it", option->name);
        } else if (option->value) {
            return xasprintf("--%s %s: must be given once", option->name,
                             value);
        }
        option->value = value;
    }
    return (format_option.value
            ? parse_format(format_option.value, formats, format)
            : NULL);
}

char *
command_parse_duration(const char *s, unsigned int *seconds)
{
    static const char units[] = "smhd";
    static const unsigned int factors[] = { 1, 60, 3600, 86400 };
    const unsigned int max = 365 * 86400;
    size_t n = strspn(s, "0123456789");
    unsigned int factor = 1;
    bool right = n > 0 && n < 10;

    if (right && s[n]) {
        const char *unit = strchr(units, s[n]);

        right = unit && !s[n + 1];
        factor = right ? factors[unit - units] : 1;
    }
    if (right) {
        unsigned long int number = strtoul(s, NULL, 10);

        right = number > 0 && number <= max / factor;
        *seconds = number * factor;
    }
    return right ? NULL : xstrdup("a time of at most 365d, such as 90s, 10m, "
                                  "2h or 7d");
}
