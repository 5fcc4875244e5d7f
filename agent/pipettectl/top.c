/* SPDX-License-Identifier: Apache-2.0 */

/* pipettectl top [clients|targets|ports] [--since TIME] [--sort COLUMN]
 *                [--network NAME] [--limit N] [--batch]
 *
 * Shows who makes the most contacts, which targets and which ports have the
 * most, in full screen, once a second.  With --batch, or if standard output
 * is no terminal, prints one table as text and exits.  It reads the control
 * socket only.
 *
 * The table is the first N rows of the column that it is ordered by (--limit:
 * 1,000 in full screen, 20 with --batch; at most 10,000).  --since is a time
 * such as 90s, 10m, 2h or 7d, or "all"; the default is 10m.  --sort is a
 * column of the control command "top": "contacts" is the default.
 *
 * Keys in full screen:
 *
 *    1 2 3, c t p       clients, targets, ports; Tab is the next one
 *    Up Down PgUp PgDn  move the cursor, as k j, Home End, g G do
 *    Home End
 *    Enter              the contacts of the row; Esc goes back
 *    s >, S <           sort by the next, the previous column
 *    r                  reverse the order
 *    /                  show rows with a text only: Enter applies it, Esc
 *                       shows all
 *    + -, w             longer, shorter, next time: 1m, 10m, 1h, all
 *    Space              pause, go on
 *    Ctrl-L             draw the screen again
 *    h ?                help
 *    q                  quit
 *
 * Colours are used if the terminal has them and NO_COLOR is not set.  If the
 * agent does not answer, the last line says for how long, and top goes on
 * when it does again.  Exit status: 0; 1 if the agent refuses or the terminal
 * cannot do it; 2 for wrong usage. */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/operator/command-args.h"
#include "agent/operator/listing.h"
#include "agent/pipettectl/ctl.h"
#include "agent/pipettectl/top-live.h"
#include "agent/pipettectl/top-rows.h"
#include "agent/pipettectl/top-state.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "svec.h"
#include "util.h"

#define LIMIT 1000
#define BATCH_LIMIT 20
#define SOCKET_SUFFIX ".ctl"

struct top_args {
    enum top_view view;
    const char *since, *sort, *network;
    unsigned int limit;         /* 0 if it is not given. */
    bool batch;
};

/* Takes "--batch" out of 'argv', so that only options with values are left. */
static bool
take_batch(int *argc, char *argv[])
{
    bool batch = false;
    int n = 1;

    for (int i = 1; i < *argc; i++) {
        if (!strcmp(argv[i], "--batch")) {
            batch = true;
        } else {
            argv[n++] = argv[i];
        }
    }
    *argc = n;
    return batch;
}

/* Each of these returns NULL or the error, for the caller to free. */

static char *
parse_view(const char *name, enum top_view *view)
{
    for (int i = 0; i < TOP_CONTACTS; i++) {
        if (!strcmp(name, top_tables[i].name)) {
            *view = i;
            return NULL;
        }
    }
    return xasprintf("top %s: must be clients, targets or ports", name);
}

static char *
check_since(const char *since)
{
    unsigned int seconds;
    char *expected, *error;

    if (!since || !strcmp(since, "all")) {
        return NULL;
    }
    expected = command_parse_duration(since, &seconds);
    error = (expected ? xasprintf("--since %s: must be all, or %s", since,
                                  expected) : NULL);
    free(expected);
    return error;
}

static char *
check_sort(enum top_view view, const char *sort)
{
    const struct top_table *table = &top_tables[view];
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!sort || top_find_column(view, sort) >= 0) {
        return NULL;
    }
    ds_put_format(&s, "--sort %s: must be one of", sort);
    for (int i = 0; i < table->n_columns; i++) {
        if (table->columns[i].kind != TOP_BAR) {
            ds_put_format(&s, "%s %s", i ? "," : "", table->columns[i].name);
        }
    }
    return ds_steal_cstr(&s);
}

static char *
parse_limit(const char *s, unsigned int *limit)
{
    *limit = 0;
    if (s && (!str_to_uint(s, 10, limit) || !*limit
              || *limit > TOP_MAX_ROWS)) {
        return xasprintf("--limit %s: must be a whole number from 1 to %d", s,
                         TOP_MAX_ROWS);
    }
    return NULL;
}

static char *
parse_args(int argc, char *argv[], struct top_args *args)
{
    struct command_option options[] = {
        { .name = "since" }, { .name = "sort" }, { .name = "network" },
        { .name = "limit" },
    };
    enum listing_format format;
    char *error = NULL;

    *args = (struct top_args) { .view = TOP_CLIENTS };
    args->batch = take_batch(&argc, argv);
    if (argc > 1 && argv[1][0] != '-') {
        error = parse_view(argv[1], &args->view);
        argc--;
        argv++;
    }
    if (!error) {
        error = command_args_parse(argc, (const char **) argv,
                                   1u << LISTING_TEXT, &format, options,
                                   ARRAY_SIZE(options));
    }
    args->since = options[0].value;
    args->sort = options[1].value;
    args->network = options[2].value;
    if (!error) {
        error = check_since(args->since);
    }
    if (!error) {
        error = check_sort(args->view, args->sort);
    }
    return error ? error : parse_limit(options[3].value, &args->limit);
}

/* Prints the rows that are shown.  What is in them is safe to print. */
static void
print_rows(const struct top_rows *rows, size_t width)
{
    const struct top_table *table = &top_tables[rows->view];
    const char *names[TOP_MAX_COLUMNS];
    struct ds s = DS_EMPTY_INITIALIZER;
    struct listing *listing;
    size_t n = 0;

    for (int i = 0; i < table->n_columns; i++) {
        if (table->columns[i].kind != TOP_BAR) {
            names[n++] = table->columns[i].name;
        }
    }
    listing = listing_create(names, n);
    for (size_t i = 0; i < rows->n_shown; i++) {
        for (int j = 0; j < table->n_columns; j++) {
            const struct top_cell *cell = &rows->shown[i]->cells[j];

            if (table->columns[j].kind == TOP_BAR) {
                continue;
            } else if (!cell->text) {
                listing_add_unknown(listing);
            } else if (table->columns[j].kind == TOP_NUMBER) {
                listing_add_number(listing, MAX(cell->number, 0));
            } else {
                listing_add(listing, cell->text);
            }
        }
    }
    listing_format_text(listing, width, "", "", &s);
    fputs(ds_cstr(&s), stdout);
    ds_destroy(&s);
    listing_destroy(listing);
}

/* Returns the exit status. */
static int
run_batch(struct ctl *ctl, struct top_state *state)
{
    struct svec args = SVEC_EMPTY_INITIALIZER;
    struct json *reply;
    char *error;

    top_state_get_command(state, &args);
    error = ctl_call_json(ctl, args.names[0], args.n - 1, args.names + 1,
                          &reply);
    svec_destroy(&args);
    if (error) {
        return ctl_fail(error);
    }
    top_state_take_rows(state, reply);
    json_destroy(reply);
    if (state->error) {
        return ctl_fail(xstrdup(state->error));
    }
    print_rows(&state->rows, ctl->width);
    return EXIT_SUCCESS;
}

/* Returns the name of the instance with that socket, for the caller to
 * free. */
static char *
get_instance(const char *socket)
{
    const char *slash = strrchr(socket, '/');
    const char *base = slash ? slash + 1 : socket;
    size_t n = strlen(base);

    if (n > strlen(SOCKET_SUFFIX)
        && !strcmp(base + n - strlen(SOCKET_SUFFIX), SOCKET_SUFFIX)) {
        n -= strlen(SOCKET_SUFFIX);
    }
    return xmemdup0(base, n);
}

int
ctl_top(struct ctl *ctl, int argc, char *argv[])
{
    struct top_args args;
    struct top_state state;
    char *error = parse_args(argc, argv, &args);
    char *instance;
    int status;

    if (error) {
        ctl_fail(error);
        return CTL_BAD_USAGE;
    }
    args.batch = args.batch || !isatty(STDOUT_FILENO);
    instance = get_instance(ctl->socket);
    top_state_init(&state, instance, args.view, args.since, args.network,
                   args.limit ? args.limit : args.batch ? BATCH_LIMIT : LIMIT);
    if (args.sort) {
        state.orders[args.view].column = top_find_column(args.view, args.sort);
    }
    status = (args.batch ? run_batch(ctl, &state)
              : top_live(ctl->socket, ctl->colour, &state));
    top_state_destroy(&state);
    free(instance);
    return status;
}
