/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-state.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/json.h"
#include "svec.h"
#include "util.h"

/* The longest time that the agent takes is more than it keeps. */
static const struct {
    const char *since, *name;
} spans[] = {
    { "1m", "1m" },
    { "10m", "10m" },
    { "1h", "1h" },
    { "365d", "all" },
};

static void
set_span(struct top_state *s, const char *since)
{
    for (size_t i = 0; i < ARRAY_SIZE(spans); i++) {
        if (!strcmp(since, spans[i].name) || !strcmp(since, spans[i].since)) {
            s->span = i;
            return;
        }
    }
    s->since = xstrdup(since);
    s->span = ARRAY_SIZE(spans);
}

void
top_state_init(struct top_state *s, const char *instance, enum top_view view,
               const char *since, const char *network, unsigned int limit)
{
    *s = (struct top_state) {
        .view = view,
        .network = nullable_xstrdup(network),
        .limit = limit,
        .page = 1,
        .rows = { .view = view },
        .instance = xstrdup(instance),
        .version = xstrdup(""),
        .condition = xstrdup(""),
        .missed = -1,
    };
    set_span(s, since ? since : "10m");
    for (int i = 0; i < TOP_N_VIEWS; i++) {
        s->orders[i].column = top_tables[i].sort;
    }
}

void
top_state_destroy(struct top_state *s)
{
    top_rows_destroy(&s->rows);
    free(s->parent_key);
    free(s->network);
    free(s->since);
    free(s->cursor_key);
    free(s->error);
    free(s->instance);
    free(s->version);
    free(s->condition);
}

int
top_state_n_spans(const struct top_state *s)
{
    return ARRAY_SIZE(spans) + (s->since ? 1 : 0);
}

const char *
top_state_span(const struct top_state *s)
{
    return s->span < ARRAY_SIZE(spans) ? spans[s->span].name : s->since;
}

/* What the agent is asked. */

/* Appends the option that picks the contacts of 'key' from those of a view. */
static void
add_key(enum top_view view, const char *key, struct svec *args)
{
    if (view == TOP_PORTS) {
        size_t n = strcspn(key, "/");

        svec_add(args, "--protocol");
        svec_add_nocopy(args, xmemdup0(key, n));
        if (key[n]) {
            svec_add(args, "--port");
            svec_add(args, key + n + 1);
        }
    } else {
        svec_add(args, view == TOP_CLIENTS ? "--client" : "--target");
        svec_add(args, key);
    }
}

void
top_state_get_command(const struct top_state *s, struct svec *args)
{
    const struct top_table *table = &top_tables[s->view];

    if (s->view == TOP_CONTACTS) {
        svec_add(args, "contacts");
        add_key(s->parent, s->parent_key, args);
    } else {
        svec_add(args, "top");
        svec_add(args, table->name);
        svec_add(args, "--sort");
        svec_add(args, table->columns[s->orders[s->view].column].name);
    }
    svec_add(args, "--limit");
    svec_add_nocopy(args, xasprintf("%u", s->limit));
    svec_add(args, "--since");
    svec_add(args, (s->span < ARRAY_SIZE(spans) ? spans[s->span].since
                    : s->since));
    if (s->network) {
        svec_add(args, "--network");
        svec_add(args, s->network);
    }
}

/* What it replies. */

/* Puts the cursor where it was, or as near as there are rows. */
static void
place_cursor(struct top_state *s)
{
    int found = (s->cursor_key
                 ? top_rows_find(&s->rows, s->cursor_key, s->cursor) : -1);

    if (found >= 0) {
        s->cursor = found;
    } else if (!s->cursor_key) {
        s->cursor = 0;
    }
    s->cursor = MAX(MIN(s->cursor, (int) s->rows.n_shown - 1), 0);
    top_state_set_page(s, s->page);
}

void
top_state_arrange(struct top_state *s)
{
    const struct top_order *order = &s->orders[s->view];

    if (s->rows.view == s->view) {
        top_rows_arrange(&s->rows, order->column, order->reverse, s->filter);
        place_cursor(s);
    }
}

void
top_state_forget_rows(struct top_state *s)
{
    top_rows_destroy(&s->rows);
    s->rows = (struct top_rows) { .view = s->view };
    free(s->error);
    s->error = NULL;
    s->answered = false;
}

void
top_state_take_rows(struct top_state *s, const struct json *json)
{
    top_state_forget_rows(s);
    s->answered = true;
    if (top_rows_init(&s->rows, s->view, json)) {
        top_state_arrange(s);
    } else {
        s->error = xstrdup("the agent's reply is not a table");
    }
}

void
top_state_take_error(struct top_state *s, const char *error)
{
    top_state_forget_rows(s);
    s->answered = true;
    s->error = xstrdup(error);
}

static const struct json *
get_member(const struct json *json, const char *name, enum json_type type)
{
    const struct json *member = (json && json->type == JSON_OBJECT
                                 ? shash_find_data(json_object(json), name)
                                 : NULL);

    return member && member->type == type ? member : NULL;
}

static const char *
get_condition(const struct json *status)
{
    const struct json *removal = get_member(status, "removal", JSON_STRING);

    return (removal ? json_string(removal)
            : get_member(status, "standby", JSON_TRUE) ? "standby"
            : get_member(status, "ready", JSON_TRUE) ? "ready"
            : get_member(status, "ready", JSON_FALSE) ? "not ready"
            : "");
}

void
top_state_take_status(struct top_state *s, const struct json *status)
{
    const struct json *version = get_member(status, "version", JSON_STRING);
    const struct json *missed
        = get_member(get_member(status, "contacts", JSON_OBJECT),
                     "packets_missed", JSON_INTEGER);

    free(s->version);
    s->version = xstrdup(version ? json_string(version) : "");
    free(s->condition);
    s->condition = xstrdup(get_condition(status));
    s->missed = missed ? json_integer(missed) : -1;
}

void
top_state_set_page(struct top_state *s, int page)
{
    int last = (int) s->rows.n_shown - page;

    s->page = MAX(page, 1);
    s->first = MAX(MIN(s->first, MIN(s->cursor, last)), 0);
    s->first = MAX(s->first, s->cursor - s->page + 1);
}
