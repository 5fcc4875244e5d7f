/* SPDX-License-Identifier: Apache-2.0 */

#ifndef AGENT_PIPETTECTL_TOP_STATE_H
#define AGENT_PIPETTECTL_TOP_STATE_H 1

/* What "pipettectl top" shows, and what keys make of it.  Pure: neither the
 * terminal nor the agent is here. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/pipettectl/top-rows.h"

struct json;
struct svec;

#define TOP_MAX_FILTER 40       /* Bytes. */

/* Keys that are no characters. */
enum top_key {
    TOP_KEY_NONE = 0,
    TOP_KEY_TAB = 9,
    TOP_KEY_ENTER = 13,
    TOP_KEY_ESCAPE = 27,
    TOP_KEY_BACKSPACE = 127,
    TOP_KEY_UP = 0x1000,
    TOP_KEY_DOWN,
    TOP_KEY_PAGE_UP,
    TOP_KEY_PAGE_DOWN,
    TOP_KEY_HOME,
    TOP_KEY_END,
    TOP_KEY_OTHER,
};

/* What is to be done after a key. */
enum top_action {
    TOP_CONTINUE,
    TOP_ASK,                    /* Ask the agent now. */
    TOP_QUIT
};

struct top_order {
    int column;
    bool reverse;
};

struct top_state {
    /* What is asked for. */
    enum top_view view;
    enum top_view parent;       /* Of TOP_CONTACTS: the row is one of it. */
    char *parent_key;           /* NULL without. */
    char *network;              /* NULL for all. */
    char *since;                /* A span that is not in the list, or NULL. */
    int span;                   /* In the list; one more is 'since'. */
    unsigned int limit;         /* Rows. */
    bool paused;

    /* What is shown of it. */
    struct top_order orders[TOP_N_VIEWS];
    char filter[TOP_MAX_FILTER + 1];
    char edited[TOP_MAX_FILTER + 1]; /* The filter that is being typed. */
    bool editing;
    bool help;
    int cursor, first;          /* Of rows.shown: the row of the cursor, the
                                 * one on top. */
    char *cursor_key;           /* The cursor stays on it; NULL on top. */
    int page;                   /* Rows that the screen has, 1 or more. */

    /* What the agent says. */
    struct top_rows rows;
    bool answered;              /* 'rows' is of what is asked for. */
    char *error;                /* In place of rows, or NULL. */
    char *instance;
    char *version;              /* "" until it is known. */
    char *condition;            /* "ready", "standby", "not ready", ... */
    int64_t missed;             /* By the tap; -1 if it is unknown. */
    int silence;                /* Seconds without an answer. */
};

/* 'since' as for the control command, "all" for all, NULL for 10 minutes. */
void top_state_init(struct top_state *, const char *instance,
                    enum top_view, const char *since, const char *network,
                    unsigned int limit);
void top_state_destroy(struct top_state *);

enum top_action top_state_press(struct top_state *, int key);

/* Appends to 'args' the control command for the rows that are asked for, and
 * its arguments, without "--format". */
void top_state_get_command(const struct top_state *, struct svec *args);

/* Takes what the agent replied: rows, the error in place of them, or the
 * status, of which any part may be missing. */
void top_state_take_rows(struct top_state *, const struct json *);
void top_state_take_error(struct top_state *, const char *error);
void top_state_take_status(struct top_state *, const struct json *);

/* Puts the rows in the order, and filters them, that are to be seen now; the
 * cursor stays where it was, or as near as there are rows. */
void top_state_arrange(struct top_state *);

/* Forgets what the agent replied, as something else is asked for. */
void top_state_forget_rows(struct top_state *);

/* Says how many rows the screen has, and moves the first one so that the
 * cursor is on it. */
void top_state_set_page(struct top_state *, int page);

int top_state_n_spans(const struct top_state *);

/* "10m", "all" */
const char *top_state_span(const struct top_state *);

#endif /* agent/pipettectl/top-state.h */
