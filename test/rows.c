/* SPDX-License-Identifier: Apache-2.0 */

/* A driver of ovsdb/, for tests of the rows against ovsdb-server alone.
 *
 * usage: rows DB COMMAND...
 *
 * Runs bridge-rows.h for bridge br0 with uplink up0 and fake port fake0, as
 * the agent does, and takes the commands one after the other:
 *
 *     present, absent, watch  sets the goal; the first one connects
 *     adopt                   takes over rows of others
 *     vlan=ID[-ID]            sets the VLANs of the uplink, 0 for untagged
 *     flows=none, =foreign    says what flows remain
 *     do=SHELL                runs a shell command, which must succeed
 *     until=TEXT              runs until the state has TEXT in it
 *
 * Prints the state whenever it changes.  Exits with status 1 if a state does
 * not come in 20 seconds. */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/loop/schedule.h"
#include "bitmap.h"
#include "fatal-signal.h"
#include "openvswitch/poll-loop.h"
#include "ovsdb/bridge-rows.h"
#include "timeval.h"
#include "util.h"

#define PATIENCE_MSEC 20000

struct driver {
    struct bridge_rows_config config;
    struct bridge_rows *rows;   /* NULL before the first goal. */
    struct schedule schedule;
    char *state;                /* As printed last. */
};

static void
print_state(struct driver *d)
{
    char *state = xasprintf(
        "%s: %s", (bridge_rows_is_refused(d->rows) ? "refused"
                   : bridge_rows_is_blocked(d->rows) ? "blocked"
                   : bridge_rows_is_in_sync(d->rows) ? "in sync"
                   : "reconciling"),
        bridge_rows_present(d->rows));

    if (nullable_string_is_equal(state, d->state)) {
        free(state);
        return;
    }
    free(d->state);
    d->state = state;
    puts(state);
    fflush(stdout);
}

static void
run(struct driver *d)
{
    bridge_rows_run(d->rows);
    if (schedule_look(&d->schedule, time_msec(),
                      bridge_rows_wants_look(d->rows),
                      bridge_rows_is_blocked(d->rows))) {
        bridge_rows_look(d->rows);
    }
    print_state(d);
}

static void
run_until(struct driver *d, const char *text)
{
    long long int deadline = time_msec() + PATIENCE_MSEC;

    for (;;) {
        run(d);
        if (strstr(d->state, text)) {
            return;
        } else if (time_msec() >= deadline) {
            ovs_fatal(0, "%s: not within %d ms", text, PATIENCE_MSEC);
        }
        bridge_rows_wait(d->rows);
        poll_timer_wait_until(schedule_next(&d->schedule,
                                            bridge_rows_wants_look(d->rows),
                                            bridge_rows_is_blocked(d->rows)));
        poll_timer_wait_until(deadline);
        poll_block();
    }
}

static void
set_goal(struct driver *d, enum bridge_rows_goal goal)
{
    if (d->rows) {
        bridge_rows_set_goal(d->rows, goal);
    } else {
        d->rows = bridge_rows_create(&d->config, goal);
    }
}

/* Returns what comes after 'prefix' in 's', NULL if 's' does not begin with
 * it. */
static const char *
after(const char *s, const char *prefix)
{
    size_t n = strlen(prefix);

    return strncmp(s, prefix, n) ? NULL : s + n;
}

/* "FIRST" or "FIRST-LAST". */
static void
set_vlans(struct driver *d, const char *range)
{
    const char *dash = strchr(range, '-');
    int first = atoi(range);
    int last = dash ? atoi(dash + 1) : first;
    unsigned long *vlans = bitmap_allocate(4096);

    bitmap_set_multiple(vlans, first, last - first + 1, true);
    free(CONST_CAST(unsigned long *, d->config.vlans));
    d->config.vlans = vlans;
}

static void
obey(struct driver *d, const char *command)
{
    const char *value;

    if (!strcmp(command, "present")) {
        set_goal(d, ROWS_PRESENT);
    } else if (!strcmp(command, "absent")) {
        set_goal(d, ROWS_ABSENT);
    } else if (!strcmp(command, "watch")) {
        set_goal(d, ROWS_WATCH);
    } else if (!strcmp(command, "adopt")) {
        d->config.adopt = true;
    } else if ((value = after(command, "vlan="))) {
        set_vlans(d, value);
        if (d->rows) {
            bridge_rows_set_config(d->rows, &d->config);
        }
    } else if (!strcmp(command, "flows=none") && d->rows) {
        bridge_rows_flows_removed(d->rows, false);
    } else if (!strcmp(command, "flows=foreign") && d->rows) {
        bridge_rows_flows_removed(d->rows, true);
    } else if ((value = after(command, "do="))) {
        if (system(value)) {
            ovs_fatal(0, "%s: failed", value);
        }
    } else if ((value = after(command, "until=")) && d->rows) {
        run_until(d, value);
    } else {
        ovs_fatal(0, "%s: no such command, or too early", command);
    }
    if (d->rows) {
        print_state(d);
    }
}

int
main(int argc, char *argv[])
{
    struct driver d = {
        .config = {
            .bridge = "br0",
            .uplink = "up0",
            .fake_ports = SVEC_EMPTY_INITIALIZER,
        },
        .schedule = SCHEDULE_INITIALIZER,
    };

    set_program_name(argv[0]);
    fatal_ignore_sigpipe();
    if (argc < 2) {
        ovs_fatal(0, "usage: %s DB COMMAND...", program_name);
    }
    d.config.db = argv[1];
    svec_add(&d.config.fake_ports, "fake0");
    set_vlans(&d, "2");
    for (int i = 2; i < argc; i++) {
        obey(&d, argv[i]);
    }
    bridge_rows_destroy(d.rows);
    free(CONST_CAST(unsigned long *, d.config.vlans));
    svec_destroy(&d.config.fake_ports);
    free(d.state);
    return 0;
}
