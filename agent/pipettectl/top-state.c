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

static void
arrange(struct top_state *s)
{
    const struct top_order *order = &s->orders[s->view];

    if (s->rows.view == s->view) {
        top_rows_arrange(&s->rows, order->column, order->reverse, s->filter);
        place_cursor(s);
    }
}

static void
forget_rows(struct top_state *s)
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
    forget_rows(s);
    s->answered = true;
    if (top_rows_init(&s->rows, s->view, json)) {
        arrange(s);
    } else {
        s->error = xstrdup("the agent's reply is not a table");
    }
}

void
top_state_take_error(struct top_state *s, const char *error)
{
    forget_rows(s);
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
        = get_member(get_member(status, "contacts", JSON_OBJECT), "missed",
                     JSON_INTEGER);

    free(s->version);
    s->version = xstrdup(version ? json_string(version) : "");
    free(s->condition);
    s->condition = xstrdup(get_condition(status));
    s->missed = missed ? json_integer(missed) : -1;
}

/* Keys. */

void
top_state_set_page(struct top_state *s, int page)
{
    int last = (int) s->rows.n_shown - page;

    s->page = MAX(page, 1);
    s->first = MAX(MIN(s->first, MIN(s->cursor, last)), 0);
    s->first = MAX(s->first, s->cursor - s->page + 1);
}

static void
move_cursor(struct top_state *s, int cursor)
{
    s->cursor = MAX(MIN(cursor, (int) s->rows.n_shown - 1), 0);
    free(s->cursor_key);
    s->cursor_key = (s->cursor ? xstrdup(s->rows.shown[s->cursor]->key)
                     : NULL);
    top_state_set_page(s, s->page);
}

/* Does what a key that moves the cursor does, or returns false. */
static bool
press_move(struct top_state *s, int key)
{
    switch (key) {
    case TOP_KEY_UP: case 'k':
        move_cursor(s, s->cursor - 1);
        return true;
    case TOP_KEY_DOWN: case 'j':
        move_cursor(s, s->cursor + 1);
        return true;
    case TOP_KEY_PAGE_UP:
        move_cursor(s, s->cursor - s->page);
        return true;
    case TOP_KEY_PAGE_DOWN:
        move_cursor(s, s->cursor + s->page);
        return true;
    case TOP_KEY_HOME: case 'g':
        move_cursor(s, 0);
        return true;
    case TOP_KEY_END: case 'G':
        move_cursor(s, s->rows.n_shown);
        return true;
    }
    return false;
}

static enum top_action
show(struct top_state *s, enum top_view view)
{
    s->view = view;
    s->cursor = s->first = 0;
    free(s->cursor_key);
    s->cursor_key = NULL;
    forget_rows(s);
    return TOP_ASK;
}

static enum top_action
show_contacts(struct top_state *s)
{
    if (s->view == TOP_CONTACTS || s->cursor >= s->rows.n_shown) {
        return TOP_CONTINUE;
    }
    s->parent = s->view;
    free(s->parent_key);
    s->parent_key = xstrdup(s->rows.shown[s->cursor]->key);
    s->filter[0] = '\0';
    return show(s, TOP_CONTACTS);
}

/* Leaves the innermost of what can be left. */
static enum top_action
press_escape(struct top_state *s)
{
    if (s->filter[0]) {
        s->filter[0] = '\0';
        arrange(s);
    } else if (s->view == TOP_CONTACTS) {
        char *key = s->parent_key;

        show(s, s->parent);
        s->cursor_key = key;
        s->parent_key = NULL;
        return TOP_ASK;
    }
    return TOP_CONTINUE;
}

static enum top_action
choose_column(struct top_state *s, int step)
{
    const struct top_table *table = &top_tables[s->view];
    struct top_order *order = &s->orders[s->view];

    do {
        order->column = (order->column + step + table->n_columns)
                        % table->n_columns;
    } while (table->columns[order->column].kind == TOP_BAR);
    order->reverse = false;
    arrange(s);
    return TOP_ASK;
}

static enum top_action
choose_span(struct top_state *s, int span)
{
    if (span >= 0 && span < ARRAY_SIZE(spans) + (s->since ? 1 : 0)) {
        s->span = span;
        s->answered = false;
        return TOP_ASK;
    }
    return TOP_CONTINUE;
}

/* Does what a key does while the filter is typed. */
static enum top_action
press_in_filter(struct top_state *s, int key)
{
    size_t n = strlen(s->edited);

    if (key == TOP_KEY_ENTER || key == TOP_KEY_ESCAPE) {
        s->editing = false;
        ovs_strlcpy(s->filter, key == TOP_KEY_ENTER ? s->edited : "",
                    sizeof s->filter);
        arrange(s);
    } else if (key == TOP_KEY_BACKSPACE) {
        s->edited[n ? n - 1 : 0] = '\0';
    } else if (key == 'U' - '@') {
        s->edited[0] = '\0';
    } else if (key >= ' ' && key <= '~' && n < TOP_MAX_FILTER) {
        s->edited[n] = key;
        s->edited[n + 1] = '\0';
    }
    return TOP_CONTINUE;
}

static enum top_action
press_command(struct top_state *s, int key)
{
    int n_spans = ARRAY_SIZE(spans) + (s->since ? 1 : 0);

    switch (key) {
    case '1': case 'c':
        return show(s, TOP_CLIENTS);
    case '2': case 't':
        return show(s, TOP_TARGETS);
    case '3': case 'p':
        return show(s, TOP_PORTS);
    case TOP_KEY_TAB:
        return show(s, s->view == TOP_CONTACTS ? s->parent
                    : (s->view + 1) % TOP_CONTACTS);
    case 's': case '>':
        return choose_column(s, 1);
    case 'S': case '<':
        return choose_column(s, -1);
    case 'r':
        s->orders[s->view].reverse = !s->orders[s->view].reverse;
        arrange(s);
        return TOP_CONTINUE;
    case '/':
        s->editing = true;
        ovs_strlcpy(s->edited, s->filter, sizeof s->edited);
        return TOP_CONTINUE;
    case '+':
        return choose_span(s, s->span + 1);
    case '-':
        return choose_span(s, s->span - 1);
    case 'w':
        return choose_span(s, (s->span + 1) % n_spans);
    case ' ':
        s->paused = !s->paused;
        return s->paused ? TOP_CONTINUE : TOP_ASK;
    case TOP_KEY_ENTER:
        return show_contacts(s);
    case TOP_KEY_ESCAPE:
        return press_escape(s);
    case 'h': case '?':
        s->help = true;
        return TOP_CONTINUE;
    case 'q':
        return TOP_QUIT;
    }
    return TOP_CONTINUE;
}

enum top_action
top_state_press(struct top_state *s, int key)
{
    if (s->editing) {
        return press_in_filter(s, key);
    } else if (s->help) {
        s->help = false;
        return key == 'q' ? TOP_QUIT : TOP_CONTINUE;
    } else if (press_move(s, key)) {
        return TOP_CONTINUE;
    }
    return press_command(s, key);
}
