/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/args.h"
#include "agent/pipettectl/table.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "util.h"

/* What "check" says begins with one of these, or is READY. */
#define NOT_READY "NOT READY: "
#define STANDBY "STANDBY: "

/* Appends 'line', a component's state in its colour. */
static void
put_coloured(const char *line, size_t n, struct ds *s)
{
    static const struct {
        const char *state, *colour;
    } states[] = {
        { "in sync", CTL_GREEN },
        { "reconciling", CTL_YELLOW },
        { "blocked", CTL_RED },
    };
    const char *colon = memchr(line, ':', n);
    size_t name = colon ? colon + 2 - line : 0;

    for (size_t i = 0; name && line[0] != ' ' && i < ARRAY_SIZE(states); i++) {
        size_t length = strlen(states[i].state);

        if (name + length <= n
            && !strncmp(line + name, states[i].state, length)) {
            ds_put_format(s, CTL_BOLD"%.*s"CTL_NORMAL"%s%s"CTL_NORMAL,
                          (int) name, line, states[i].colour,
                          states[i].state);
            line += name + length;
            n -= name + length;
            break;
        }
    }
    ds_put_buffer(s, line, n);
}

int
ctl_status(struct ctl *ctl, int argc, char *argv[])
{
    const char *format = args_take(&argc, argv, "format");
    struct ds s = DS_EMPTY_INITIALIZER;
    char *reply;

    if (!ctl->colour || (format && strcmp(format, "text"))) {
        char *arg = xasprintf("--format=%s", format ? format : "text");
        char **args = xmemdup(argv, (argc + 1) * sizeof *args);

        args[argc] = arg;
        int status = args_pass(ctl, "status", argc + 1, args);
        free(args);
        free(arg);
        return status;
    }

    char *error = ctl_call(ctl, "status", argc - 1, argv + 1, &reply);
    if (error) {
        return ctl_refuse(error);
    }
    for (const char *line = reply; *line; ) {
        size_t n = strcspn(line, "\n");

        put_coloured(line, n, &s);
        ds_put_char(&s, '\n');
        line += n + (line[n] == '\n');
    }
    int status = ctl_print(ds_cstr(&s), s.length);
    ds_destroy(&s);
    free(reply);
    return status;
}

static const char *
get_string(const struct json *object, const char *name)
{
    const struct json *json = shash_find_data(json_object(object), name);

    return json && json->type == JSON_STRING ? json_string(json) : NULL;
}

/* Appends to 's' what is not right, the components in the order that the agent
 * brings them up in. */
static void
put_problems(const struct json *status, struct ds *s)
{
    static const char *const components[] = {
        "bridge", "links", "firewall", "flows",
    };
    const char *removal = get_string(status, "removal");
    const char *separator = "";

    ds_put_format(s, NOT_READY"%s", removal ? removal : "");

    size_t start = s->length;
    for (size_t i = 0; i < ARRAY_SIZE(components); i++) {
        const struct json *component
            = shash_find_data(json_object(status), components[i]);
        const char *state = (component && component->type == JSON_OBJECT
                             ? get_string(component, "state") : NULL);

        if (state && strcmp(state, "right")) {
            const char *present = get_string(component, "present");

            ds_put_format(s, "%s%s: %s (%s)", separator, components[i],
                          !strcmp(state, "stuck") ? "blocked" : "reconciling",
                          present ? present : "");
            separator = "; ";
        }
    }
    if (!removal && s->length == start) {
        ds_put_cstr(s, "the agent does not say why");
    }
}

static bool
is_true(const struct json *object, const char *name)
{
    const struct json *json = shash_find_data(json_object(object), name);

    return json && json->type == JSON_TRUE;
}

/* Prints the line, and frees it. */
static int
print_result(struct ds *s)
{
    bool right = strncmp(ds_cstr(s), NOT_READY, strlen(NOT_READY));

    ds_put_char(s, '\n');

    int status = ctl_print(ds_cstr(s), s->length);
    ds_destroy(s);
    return right ? status : CTL_FAILED;
}

int
ctl_not_ready(char *error)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    ds_put_format(&s, NOT_READY"%s", error);
    free(error);
    return print_result(&s);
}

int
ctl_check(struct ctl *ctl, int argc, char *argv[])
{
    struct ds s = DS_EMPTY_INITIALIZER;
    struct json *json;

    if (argc > 1) {
        return ctl_refuse(xasprintf("check %s: must have no arguments",
                                    argv[1]));
    }

    char *error = ctl_call_json(ctl, "status", 0, NULL, &json);
    if (error) {
        return ctl_not_ready(error);
    }
    if (json->type != JSON_OBJECT) {
        ds_put_cstr(&s, NOT_READY"the agent's reply is no status");
    } else if (is_true(json, "ready")) {
        ds_put_cstr(&s, "READY");
    } else if (is_true(json, "standby")) {
        ds_put_cstr(&s, STANDBY"another agent is active for the bridge");
    } else {
        put_problems(json, &s);
    }
    json_destroy(json);
    return print_result(&s);
}
