/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/pipettectl/top-live.h"

#include <stdlib.h>

#include "agent/pipettectl/ctl.h"
#include "agent/pipettectl/top-call.h"
#include "agent/pipettectl/top-grid.h"
#include "agent/pipettectl/top-layout.h"
#include "agent/pipettectl/top-screen.h"
#include "agent/pipettectl/top-state.h"
#include "fatal-signal.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

#define INTERVAL 1000           /* ms from question to question. */
#define MAX_KEYS 100            /* Before the screen is drawn. */

struct live {
    struct top_state *state;
    struct top_call *call;
    struct svec asked;          /* The command for rows that is pending, empty
                                 * while it is the status. */
    long long int next;         /* When to ask for rows again. */
    long long int last_answer;
};

static void
ask_for_rows(struct live *live, long long int now)
{
    svec_clear(&live->asked);
    top_state_get_command(live->state, &live->asked);
    top_call_send(live->call, &live->asked);
    live->next = now + INTERVAL;
}

static void
ask_for_status(struct live *live)
{
    struct svec args = SVEC_EMPTY_INITIALIZER;

    svec_clear(&live->asked);
    svec_add(&args, "status");
    top_call_send(live->call, &args);
    svec_destroy(&args);
}

/* Takes the answer to a question for rows.  If it is not that of now, the next
 * one is due. */
static void
take_rows(struct live *live, const struct json *reply, const char *error)
{
    struct svec wanted = SVEC_EMPTY_INITIALIZER;

    top_state_get_command(live->state, &wanted);
    if (!svec_equal(&wanted, &live->asked)) {
        live->next = 0;
    } else if (error) {
        top_state_take_error(live->state, error);
    } else {
        top_state_take_rows(live->state, reply);
    }
    svec_destroy(&wanted);
}

static void
take_answer(struct live *live, const struct json *reply, const char *error)
{
    live->last_answer = time_msec();
    if (live->asked.n) {
        take_rows(live, reply, error);
        ask_for_status(live);
    } else if (reply) {
        top_state_take_status(live->state, reply);
    }
}

/* While paused, there are none to ask for but those of another view. */
static bool
wants_rows(const struct live *live)
{
    return !live->state->paused || !live->state->answered;
}

static void
run_call(struct live *live)
{
    long long int now = time_msec();
    struct json *reply;
    char *error;
    enum top_call_result result = top_call_run(live->call, &reply, &error);

    if (result == TOP_CALL_REPLY || result == TOP_CALL_REFUSED) {
        take_answer(live, reply, error);
    }
    json_destroy(reply);
    free(error);

    if (!top_call_is_pending(live->call)) {
        if (live->state->paused) {
            live->last_answer = now;
        }
        if (now >= live->next && wants_rows(live)) {
            ask_for_rows(live, now);
        }
    }
    live->state->silence = (now - live->last_answer) / 1000;
}

/* Returns false if it is the end. */
static bool
run_keys(struct live *live)
{
    for (int i = 0; i < MAX_KEYS; i++) {
        int key = top_screen_get_key();

        if (key == TOP_KEY_NONE) {
            return true;
        } else if (key < 0) {
            return false;
        }
        switch (top_state_press(live->state, key)) {
        case TOP_QUIT:
            return false;
        case TOP_ASK:
            live->next = 0;
            break;
        case TOP_CONTINUE:
            break;
        }
    }
    poll_immediate_wake();
    return true;
}

static void
draw(struct top_state *state)
{
    struct top_grid grid;
    int height, width;

    top_screen_get_size(&height, &width);
    top_grid_init(&grid, height, width);
    top_layout(state, &grid);
    top_screen_draw(&grid);
    top_grid_destroy(&grid);
}

/* Without a question to ask, the seconds of silence count on. */
static void
wait_for_events(struct live *live)
{
    long long int now = time_msec();
    bool asks = !top_call_is_pending(live->call) && wants_rows(live);

    top_screen_wait();
    top_call_wait(live->call);
    poll_timer_wait_until(asks ? live->next
                          : now + INTERVAL
                            - (now - live->last_answer) % INTERVAL);
    poll_block();
}

int
top_live(const char *socket, bool colour, struct top_state *state)
{
    struct live live = {
        .state = state,
        .call = top_call_create(socket),
        .asked = SVEC_EMPTY_INITIALIZER,
        .last_answer = time_msec(),
    };
    char *error;

    fatal_ignore_sigpipe();
    error = top_screen_open(colour);
    if (error) {
        top_call_destroy(live.call);
        return ctl_fail(error);
    }
    while (run_keys(&live)) {
        run_call(&live);
        draw(state);
        wait_for_events(&live);
    }
    top_screen_close();
    top_call_destroy(live.call);
    svec_destroy(&live.asked);
    return EXIT_SUCCESS;
}
