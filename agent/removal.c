/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "agent/removal.h"

#include <stdlib.h>

#include "agent/options.h"
#include "agent/rooms.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "svec.h"
#include "util.h"

enum removal_state {
    /* Waiting to see whose the bridge is. */
    R_LOOK,

    /* The bridge was adopted: waiting for its switch to drop our flows. */
    R_FLOWS,

    /* Waiting for the database and ovs-vswitchd to be without our rows. */
    R_ROWS,

    R_DONE
};

struct removal {
    const struct options *options;
    struct rooms rooms;
    enum removal_state state;
    enum bridge_rows_owner owner;   /* As it was at first. */
};

struct removal *
removal_create(const struct options *options)
{
    struct removal *removal = xzalloc(sizeof *removal);

    if (!rooms_open(&removal->rooms, options, ROWS_WATCH)) {
        free(removal);
        return NULL;
    }
    removal->options = options;
    return removal;
}

void
removal_destroy(struct removal *removal)
{
    if (removal) {
        rooms_close(&removal->rooms);
        free(removal);
    }
}

static void
remove_flows(struct removal *removal)
{
    struct svec none = SVEC_EMPTY_INITIALIZER;

    switch_conn_set_flows(removal->rooms.conn, &none);
    removal->state = R_FLOWS;
}

static void
remove_rows(struct removal *removal)
{
    bridge_rows_set_goal(removal->rooms.rows, ROWS_ABSENT);
    removal->state = R_ROWS;
}

void
removal_run(struct removal *removal)
{
    struct rooms *r = &removal->rooms;
    enum removal_state before = removal->state;

    rooms_run_rows(r);
    rooms_run_links(r);
    rooms_run_conn(r);
    switch (removal->state) {
    case R_LOOK:
        removal->owner = bridge_rows_owner(r->rows);
        if (removal->owner == BRIDGE_CREATED) {
            remove_rows(removal);
        } else if (removal->owner == BRIDGE_ADOPTED) {
            remove_flows(removal);
        } else if (removal->owner != BRIDGE_UNKNOWN) {
            links_release_orphans(r->links);
            removal->state = R_DONE;
        }
        break;

    case R_FLOWS:
        if (switch_conn_is_right(r->conn)) {
            remove_rows(removal);
        }
        break;

    case R_ROWS:
        if (bridge_rows_is_right(r->rows)) {
            links_release(r->links, true, true);
            removal->state = R_DONE;
        }
        break;

    case R_DONE:
        break;
    }
    if (removal->state != before) {
        poll_immediate_wake();
    }
}

void
removal_wait(struct removal *removal)
{
    rooms_wait(&removal->rooms);
}

bool
removal_is_done(const struct removal *removal)
{
    return removal->state == R_DONE;
}

void
removal_format(const struct removal *removal, struct ds *s)
{
    const struct rooms *r = &removal->rooms;
    const char *bridge = removal->options->bridge;

    switch (removal->state) {
    case R_LOOK:
    case R_ROWS:
        ds_put_format(s, "bridge: %s", bridge_rows_present(r->rows));
        break;

    case R_FLOWS:
        ds_put_format(s, "flows: %s", switch_conn_present(r->conn));
        break;

    case R_DONE:
        if (removal->owner == BRIDGE_MISSING) {
            ds_put_format(s, "no bridge %s, nothing to remove", bridge);
        } else if (removal->owner == BRIDGE_FOREIGN) {
            ds_put_format(s, "bridge %s was not made by pipette-agent, "
                          "nothing to remove", bridge);
        } else if (bridge_rows_owner(r->rows) == BRIDGE_MISSING) {
            ds_put_format(s, "removed bridge %s", bridge);
        } else {
            ds_put_format(s, "removed the agent's ports and flows from "
                          "bridge %s, which stays: it, or a port on it, is "
                          "not the agent's", bridge);
        }
        break;
    }
}
