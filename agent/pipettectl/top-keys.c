/* SPDX-License-Identifier: Apache-2.0 */

/* The keys of top-state.h. */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "agent/pipettectl/top-state.h"
#include "util.h"

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
    top_state_forget_rows(s);
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
        top_state_arrange(s);
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
    top_state_arrange(s);
    return TOP_ASK;
}

static enum top_action
choose_span(struct top_state *s, int span)
{
    if (span >= 0 && span < top_state_n_spans(s)) {
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
        top_state_arrange(s);
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
        top_state_arrange(s);
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
        return choose_span(s, (s->span + 1) % top_state_n_spans(s));
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
